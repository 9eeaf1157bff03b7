// Distances, bearings and ways to write a position; the same sphere as the server's (communities/sphere.py).

const EARTH_NM = 6371008.771415059 / 1852;
const rad = (degrees) => (degrees * Math.PI) / 180;

/** Nautical miles along the great circle between two [lat, lon] (haversine). */
export function distanceNm([latA, lonA], [latB, lonB]) {
  const h = Math.sin(rad(latB - latA) / 2) ** 2 + Math.cos(rad(latA)) * Math.cos(rad(latB)) * Math.sin(rad(lonB - lonA) / 2) ** 2;
  return 2 * EARTH_NM * Math.asin(Math.sqrt(Math.min(1, h)));
}

/** Degrees true in which the great circle leaves the first [lat, lon] for the second, 0 to 360. */
export function bearingDeg([latA, lonA], [latB, lonB]) {
  const y = Math.sin(rad(lonB - lonA)) * Math.cos(rad(latB));
  const x = Math.cos(rad(latA)) * Math.sin(rad(latB)) - Math.sin(rad(latA)) * Math.cos(rad(latB)) * Math.cos(rad(lonB - lonA));
  return ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;
}

/** 12.3 NM 047° */
export function legText(from, to) {
  return `${milesText(distanceNm(from, to))} ${String(Math.round(bearingDeg(from, to)) % 360).padStart(3, "0")}°`;
}

export function milesText(miles) {
  return `${miles < 10 ? miles.toFixed(2) : miles.toFixed(1)} NM`;
}

const withLetters = (write) => (lat, lon) => `${write(Math.abs(lat), 2)}${lat < 0 ? "S" : "N"} ${write(Math.abs(lon), 3)}${lon < 0 ? "W" : "E"}`;

// Each rounds the whole value first, so that 59.999' is never written as 60.00'.
const minutes = (value, width) => {
  const hundredths = Math.round(value * 6000);
  return `${String(Math.floor(hundredths / 6000)).padStart(width, "0")}°${((hundredths % 6000) / 100).toFixed(2).padStart(5, "0")}'`;
};
const seconds = (value, width) => {
  const tenths = Math.round(value * 36000);
  const rest = tenths % 36000;
  return `${String(Math.floor(tenths / 36000)).padStart(width, "0")}°${String(Math.floor(rest / 600)).padStart(2, "0")}'${((rest % 600) / 10).toFixed(1).padStart(4, "0")}"`;
};

/** Ways to write a latitude and longitude, by name. */
export const FORMATS = {
  minutes: withLetters(minutes),
  seconds: withLetters(seconds),
  decimal: (lat, lon) => `${lat.toFixed(5)}, ${lon.toFixed(5)}`,
};
