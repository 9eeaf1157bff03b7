// A chart without tiles: Leaflet (from django-leaflet, global L) over the shipped land polygons.

const HOME = [4.0, 109.0];

function isNight() {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}

/** Make the chart in `element`; returns the Leaflet map. Land loads by itself from `element.dataset.land`. */
export function openChart(element, { center = HOME, zoom = 5 } = {}) {
  const map = L.map(element, { preferCanvas: true, minZoom: 3, maxZoom: 16, attributionControl: false, worldCopyJump: true });
  map.setView(center, zoom);
  L.control.scale({ imperial: false }).addTo(map);
  fetch(element.dataset.land, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
    .then((land) => {
      const style = isNight() ? { color: "#6d6a55", fillColor: "#3b3a2e" } : { color: "#8a8468", fillColor: "#d5cda6" };
      L.geoJSON(land, { interactive: false, style: { ...style, weight: 1, fillOpacity: 1 } })
        .addTo(map)
        .bringToBack();
    })
    .catch(() => element.append(note("The land could not be loaded; positions are right all the same.")));
  return map;
}

/** Text on the chart as a node: what people typed must never become markup. */
export function note(text, className = "chart-note") {
  const node = document.createElement("span");
  node.className = className;
  node.textContent = text;
  return node;
}

/** 04°35.21'N 118°40.91'E, as the server prints it. */
export function positionText(lat, lon) {
  const part = (value, width, letters) => {
    const hundredths = Math.round(Math.abs(value) * 6000);
    const minutes = ((hundredths % 6000) / 100).toFixed(2).padStart(5, "0");
    return `${String(Math.floor(hundredths / 6000)).padStart(width, "0")}°${minutes}'${letters[value < 0 ? 1 : 0]}`;
  };
  return `${part(lat, 2, "NS")} ${part(lon, 3, "EW")}`;
}

/** Latitude and longitude of a text in the forms that the server accepts, or null. */
export function readPosition(text) {
  const decimal = text.match(/^\s*([+-]?\d{1,3}(?:\.\d+)?)°?\s*[,;/ ]\s*([+-]?\d{1,3}(?:\.\d+)?)°?\s*$/);
  if (decimal) return onEarth(+decimal[1], +decimal[2]);
  const parts = text.match(/^\s*([\d.]+)[°\s-]+([\d.]+)['′]?\s*([NSU])[\s,;/]*([\d.]+)[°\s-]+([\d.]+)['′]?\s*([EWTB])\s*$/i);
  if (!parts) return null;
  const sign = (letter) => ("SWB".includes(letter.toUpperCase()) ? -1 : 1);
  return onEarth(sign(parts[3]) * (+parts[1] + parts[2] / 60), sign(parts[6]) * (+parts[4] + parts[5] / 60));
}

function onEarth(lat, lon) {
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lat, lon] : null;
}
