// The incident that is open: its error circle, where it has probably drifted to, and rings of distance.
import { note } from "../communities/chart.js";
import { token } from "./symbol_canvas.js";

const RINGS_NM = [5, 10, 25, 50];
const UNKNOWN_ERROR_M = 1852;

/** `address(id)` gives GET /console/sea/incidents/<id>/. Returns { choose(id), rings(on), paint }. */
export function chosenLayer(map, address) {
  const drawn = L.layerGroup().addTo(map);
  let shown = null;
  let withRings = false;
  let asked;

  /** Ask for the incident and draw it; resolves to what the server said, or null where it could not be had. */
  async function choose(id) {
    asked?.abort();
    const mine = (asked = new AbortController());
    if (shown?.id !== id) shown = null;
    paint();
    if (!id) return null;
    try {
      const answer = await fetch(address(id), { credentials: "same-origin", headers: { "X-Fragment": "1" }, signal: mine.signal });
      if (!answer.ok) return null;
      shown = await answer.json();
      paint();
      return shown;
    } catch {
      return null;
    }
  }

  function paint() {
    drawn.clearLayers();
    if (!shown) return;
    const line = { interactive: false, fillOpacity: 0.06, weight: 2 };
    if (shown.position) {
      const [lon, lat] = shown.position;
      L.circle([lat, lon], { ...line, radius: shown.error_m ?? UNKNOWN_ERROR_M, color: token("focus") }).addTo(drawn);
      if (withRings) for (const miles of RINGS_NM) ring(lat, lon, miles);
    }
    if (shown.likely) {
      const [lon, lat] = shown.likely.position;
      L.circle([lat, lon], { ...line, interactive: true, radius: shown.likely.radius_m, color: token("drill"), dashArray: "8 6" })
        .bindTooltip(note(shown.likely.basis, "chart-label"), { sticky: true })
        .addTo(drawn);
      if (shown.position) L.polyline([[shown.position[1], shown.position[0]], [lat, lon]], { ...line, color: token("drill"), dashArray: "2 6" }).addTo(drawn);
    }
  }

  function ring(lat, lon, miles) {
    L.circle([lat, lon], { radius: miles * 1852, color: token("quiet"), weight: 1, fill: false, interactive: false }).addTo(drawn);
    // At the ring itself, due north: at its middle four figures would hide the incident, and each other.
    L.tooltip({ permanent: true, direction: "center", className: "ring-label" }).setLatLng([lat + miles / 60, lon]).setContent(note(`${miles} NM`, "chart-label")).addTo(drawn);
  }

  return { choose, rings: (on) => ((withRings = on), paint()), paint };
}
