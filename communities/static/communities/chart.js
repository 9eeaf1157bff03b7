// The base of every chart: Leaflet (from django-leaflet, global L) over the shipped land, with tiles if there are any.

const HOME = [4.0, 109.0];
const NEAR = 8; // the zoom from which the fine coast is drawn
const SCALE_NM = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const GRID_STEPS = [20, 10, 5, 2, 1, 1 / 2, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120]; // degrees

const NauticalScale = L.Control.Scale.extend({
  _updateMetric(metres) {
    const most = metres / 1852;
    const miles = SCALE_NM.findLast((length) => length <= most) ?? most;
    this._updateScale(this._mScale, `${miles} NM`, miles / most);
  },
});

/** Whether the page is dark, by its switch or by the system. */
export function isNight() {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}

/** Make the chart in `element`, which has the attributes of the template tag chart_attributes; returns the Leaflet map. */
export function openChart(element, { center = HOME, zoom = 5 } = {}) {
  const { tiles, credit } = element.dataset;
  const map = L.map(element, { preferCanvas: true, minZoom: 3, maxZoom: 16, attributionControl: Boolean(tiles), worldCopyJump: true });
  map.setView(center, zoom);
  new NauticalScale({ imperial: false }).addTo(map);
  if (tiles) {
    map.attributionControl.setPrefix(false);
    // Credit is text of the settings' and goes through a node: it must not become markup.
    const attribution = note(credit, "").outerHTML;
    L.tileLayer(tiles, { attribution, maxZoom: 16, maxNativeZoom: 19 }).addTo(map);
    map.createPane("land").style.zIndex = 150; // below the tiles: where one is missing the land is seen
  }
  drawLand(map, element);
  drawGrid(map);
  const turned = () => map.fire("theme"); // by day, by night: layers listen
  new MutationObserver(turned).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", turned);
  return map;
}

/** Draw the coarse coast, and the fine one from near; each is asked for once, when it is first needed. */
function drawLand(map, element) {
  const options = element.dataset.tiles ? { pane: "land", renderer: L.canvas({ pane: "land" }) } : {};
  const colours = () => (isNight() ? { color: "#6d6a55", fillColor: "#3b3a2e" } : { color: "#8a8468", fillColor: "#d5cda6" });
  const asked = {};
  let shown;
  const ask = (detail) =>
    (asked[detail] ??= fetch(element.dataset[detail], { credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
      .then((land) => L.geoJSON(land, { ...options, interactive: false, style: { ...colours(), weight: 1, fillOpacity: 1 } })));
  const wanted = () => (map.getZoom() >= NEAR ? "land" : "coarse");
  const show = async () => {
    const detail = wanted();
    try {
      const layer = await ask(detail);
      if (detail !== wanted() || layer === shown) return;
      layer.addTo(map).bringToBack().setStyle(colours());
      shown?.remove();
      shown = layer;
      element.querySelector(".chart-note")?.remove();
    } catch {
      delete asked[detail]; // the next zoom asks again
      if (!shown && !element.querySelector(".chart-note")) {
        element.append(note(element.dataset.noLand));
      }
    }
  };
  map.on("zoomend", show);
  map.on("theme", () => shown?.setStyle(colours()));
  show();
}

/** Meridians and parallels as far apart as the zoom asks, with their names at the edge: at sea there is little else. */
function drawGrid(map) {
  const lines = L.layerGroup().addTo(map);
  const name = (position, value, letters) =>
    L.marker(position, {
      icon: L.divIcon({ className: "chart-grid", html: note(degrees(value, letters), ""), iconSize: null }),
      interactive: false,
      keyboard: false,
    }).addTo(lines);
  const draw = () => {
    lines.clearLayers();
    const colour = isNight() ? "#3d5b6b" : "#8fb3c6";
    const [west, south, east, north] = boxOf(map);
    const step = GRID_STEPS.findLast((size) => (east - west) / size <= 7) ?? GRID_STEPS[0];
    const line = (from, to) => L.polyline([from, to], { color: colour, weight: 0.6, interactive: false }).addTo(lines);
    const corner = map.containerPointToLatLng([4, 2]);
    for (let n = Math.ceil(south / step); n * step <= north; n += 1) {
      line([n * step, west], [n * step, east]);
      name([n * step, corner.lng], n * step, "NS");
    }
    for (let n = Math.ceil(west / step); n * step <= east; n += 1) {
      line([south, n * step], [north, n * step]);
      name([corner.lat, n * step], n * step, "EW");
    }
  };
  map.on("moveend theme", draw);
  draw();
}

function degrees(value, letters) {
  const tenths = Math.round(Math.abs(value) * 600); // of a minute
  const rest = tenths % 600;
  const minutes = rest ? `${String(Math.floor(rest / 10)).padStart(2, "0")}${rest % 10 ? `.${rest % 10}` : ""}'` : "";
  return `${Math.floor(tenths / 600)}°${minutes}${letters[value < 0 ? 1 : 0]}`;
}

/** West, south, east and north of what the map shows, in degrees, within the world. */
export function boxOf(map) {
  const box = map.getBounds();
  const within = (value, most) => Math.max(-most, Math.min(most, value));
  return [within(box.getWest(), 180), within(box.getSouth(), 90), within(box.getEast(), 180), within(box.getNorth(), 90)];
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
