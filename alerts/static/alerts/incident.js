// The chart and the clocks of one incident's page.
import { note, openChart } from "../communities/chart.js";
import { tick } from "./clocks.js";

const data = JSON.parse(document.getElementById("chart-data").textContent);
const element = document.getElementById("chart");
const here = data.incident && [data.incident.lat, data.incident.lon];
const map = openChart(element, here ? { center: here, zoom: 8 } : {});

const dot = (row, style) => L.circleMarker([row.lat, row.lon], style).bindTooltip(note(row.label, "chart-label")).addTo(map);

for (const row of data.stations) dot(row, { radius: 4, color: "#444", weight: 1, fillColor: "#fff", fillOpacity: 1 });
for (const row of data.units) {
  const color = row.told ? "#c05000" : row.free ? "#0b6b2e" : "#666";
  dot(row, { radius: row.told ? 8 : 6, color, weight: 2, fillColor: color, fillOpacity: row.fresh ? 0.8 : 0.1, dashArray: row.fresh ? null : "3" });
}
for (const row of data.reports) dot(row, { radius: 4, color: "#5a2ca0", weight: 2, fillOpacity: 0.5 });
if (here) {
  if (data.incident.error_m) {
    const circle = L.circle(here, { radius: data.incident.error_m, color: "#d00000", weight: 1, fillOpacity: 0.08, interactive: false }).addTo(map);
    // As near as the error allows, but never so near that no land and no unit is in sight.
    map.fitBounds(circle.getBounds(), { maxZoom: 9 });
  }
  dot(data.incident, { radius: 9, color: "#d00000", weight: 3, fillColor: "#ff5050", fillOpacity: 0.7 });
}
setInterval(() => tick(0), 1000);
