// The chart beside a form field: a click writes the position, a drawing the area; typing moves the mark.
import { openChart, positionText, readPosition } from "./chart.js";

for (const element of document.querySelectorAll(".chart[data-field]")) {
  const field = document.getElementById(element.dataset.field);
  if (field) (element.dataset.shape === "area" ? areaField : pointField)(element, field);
}

function pointField(element, field) {
  const start = readPosition(field.value);
  const map = openChart(element, start ? { center: start, zoom: 9 } : {});
  const mark = L.circleMarker(start || [0, 0], { radius: 8, color: "#d00000", weight: 3, fillOpacity: 0.3 });
  if (start) mark.addTo(map);
  map.on("click", ({ latlng }) => {
    const { lat, lng } = latlng.wrap();
    field.value = positionText(lat, lng);
    mark.setLatLng([lat, lng]).addTo(map);
  });
  field.addEventListener("input", () => {
    const typed = readPosition(field.value);
    if (!typed) return mark.remove();
    mark.setLatLng(typed).addTo(map);
    map.panTo(typed);
  });
}

function areaField(element, field) {
  const map = openChart(element);
  const drawn = L.featureGroup().addTo(map);
  const read = () => {
    drawn.clearLayers();
    try {
      const shape = JSON.parse(field.value);
      // One layer a polygon: the drawing tools edit no MultiPolygon.
      const parts = shape.type === "MultiPolygon" ? shape.coordinates : [shape.coordinates];
      for (const coordinates of parts) L.geoJSON({ type: "Polygon", coordinates }).eachLayer((layer) => drawn.addLayer(layer));
    } catch {
      return; // still being typed; the server says what is wrong
    }
    if (drawn.getLayers().length) map.fitBounds(drawn.getBounds());
  };
  const write = () => {
    const coordinates = drawn.getLayers().map((layer) => layer.toGeoJSON().geometry.coordinates);
    field.value = coordinates.length ? JSON.stringify({ type: "MultiPolygon", coordinates }) : "";
  };
  if (field.value) read();
  map.addControl(
    new L.Control.Draw({
      edit: { featureGroup: drawn },
      draw: { polygon: { showArea: false }, polyline: false, rectangle: false, circle: false, marker: false, circlemarker: false },
    }),
  );
  map.on(L.Draw.Event.CREATED, ({ layer }) => (drawn.addLayer(layer), write()));
  map.on(L.Draw.Event.EDITED, write);
  map.on(L.Draw.Event.DELETED, write);
  field.addEventListener("change", read);
}
