// What does not move: stations, and the outlines of sectors and other waters.
import { note } from "../communities/chart.js";
import { token } from "./symbol_canvas.js";

const DASH = { sector: "", territorial: "8 4", eez: "12 6", disputed: "3 5", closed: "2 4" };

const NAMES_FROM_ZOOM = 7; // farther away the names of sectors would hide the sea

/** Returns { load({stations, zones}), stations, sectors } with the two layer groups. */
export function fixturesLayer(map) {
  const stations = L.layerGroup().addTo(map);
  const sectors = L.layerGroup().addTo(map);

  const names = () => map.getContainer().classList.toggle("far", map.getZoom() < NAMES_FROM_ZOOM);
  map.on("zoomend", names);
  names();

  function load(said) {
    stations.clearLayers();
    sectors.clearLayers();
    const label = (text) => note(text, "chart-label");
    for (const station of said.stations) {
      const [lon, lat] = station.position;
      L.circleMarker([lat, lon], { radius: 4, weight: 2, color: token("ink"), fillColor: token("ground"), fillOpacity: 1, bubblingMouseEvents: true })
        .bindTooltip(label(`${station.name} (${station.code}), ${station.agency}`), { direction: "top" })
        .addTo(stations);
    }
    for (const zone of said.zones) {
      const { kind, label: name, agency } = zone.properties;
      const color = token(kind === "disputed" || kind === "closed" ? "warn" : "quiet");
      L.geoJSON(zone, { interactive: false, style: { color, weight: 1.2, dashArray: DASH[kind], fill: false } }).addTo(sectors);
      const box = L.geoJSON(zone).getBounds();
      // The name stands at the northern edge, where a line of text hides least.
      L.marker([box.getNorth(), box.getCenter().lng], {
        icon: L.divIcon({ className: "chart-zone", html: label(agency ? `${name}, ${agency}` : name), iconSize: null }),
        interactive: false,
        keyboard: false,
      }).addTo(sectors);
    }
  }

  return { load, stations, sectors };
}
