// Names of the sea on a chart: those inside the window, asked for when it has come to rest.
import { boxOf, isNight, note } from "./chart.js";

const REST_MS = 250;
const LABELS_FROM = 9; // zoom
const MOST_LABELS = 60;
// What a village calls its own; a charted name is grey. Each 3 to 1 against the sea, by day and by night.
const [OWN, CHARTED] = isNight() ? ["#f06fd2", "#7d97a5"] : ["#b3008f", "#55707f"];

/**
 * Draw the places that `address` (GET /api/v1/places/) gives. `onState(state, places)` hears "loading", "ready",
 * "more" (come nearer for the charted names) and "failed"; `onPick(place)` a click. Returns { refresh, show(on) };
 * while it is not shown nothing is asked for.
 */
export function placeLayer(map, address, { onState = () => {}, onPick = () => {}, shown = true } = {}) {
  const layer = L.layerGroup();
  let asked;
  let timer;

  async function refresh() {
    clearTimeout(timer);
    asked?.abort();
    const mine = (asked = new AbortController());
    onState("loading", []);
    try {
      const box = boxOf(map).map((value) => value.toFixed(5));
      const answer = await fetch(`${address}?bbox=${box}`, { credentials: "same-origin", signal: mine.signal });
      if (!answer.ok) throw new Error(answer.status);
      const { places, more } = await answer.json();
      draw(places);
      onState(more ? "more" : "ready", places);
    } catch {
      if (!mine.signal.aborted) onState("failed", []);
    }
  }

  function draw(places) {
    layer.clearLayers();
    const labelled = map.getZoom() >= LABELS_FROM && places.length <= MOST_LABELS;
    for (const place of places) {
      const own = Boolean(place.community);
      const color = own ? OWN : CHARTED;
      L.circleMarker([place.latitude, place.longitude], { radius: own ? 7 : 4, color, weight: 2, fillColor: color, fillOpacity: own ? 0.5 : 0.2, bubblingMouseEvents: false })
        .bindTooltip(note(place.name, own ? "chart-label own" : "chart-label"), { permanent: labelled && own, direction: "right", offset: [8, 0] })
        .on("click", () => onPick(place))
        .addTo(layer);
    }
  }

  function show(on) {
    if (on === map.hasLayer(layer)) return;
    if (on) {
      layer.addTo(map);
      refresh();
      return;
    }
    clearTimeout(timer);
    asked?.abort();
    layer.remove();
    onState("ready", []);
  }

  map.on("moveend", () => {
    clearTimeout(timer);
    if (map.hasLayer(layer)) timer = setTimeout(refresh, REST_MS);
  });
  show(shown);
  return { refresh, show };
}
