// The chart of the desk: what is drawn on it, what a click on it means, and the same in words beside it.
import { note, openChart } from "../communities/chart.js";
import { placeLayer } from "../communities/place_layer.js";
import { chosenLayer } from "./chosen_layer.js";
import { fixturesLayer } from "./fixtures_layer.js";
import { milesText } from "./geodesy.js";
import { incidentsLayer } from "./incidents_layer.js";
import { addKey } from "./keys.js";
import { layerSwitches } from "./layer_switches.js";
import { measureTool } from "./measure.js";
import { phoneIn } from "./phone_in.js";
import { positionBar } from "./position_bar.js";
import { radiusNm, unitsLayer } from "./units_layer.js";
import { wordsOf } from "./words.js";

const LOOK = 11; // the zoom for a look at one place
const MOST_LISTED = 40;
const ANY_ID = "00000000-0000-0000-0000-000000000000"; // stands in an address for the one that is meant

/** Start the chart in `root`'s section #sea; does nothing where there is none. Returns what tests ask. */
export function start(root = document) {
  const section = root.querySelector("#sea");
  const element = section?.querySelector(".chart");
  if (!element) return null;
  const $ = (selector) => section.querySelector(selector);
  const words = wordsOf("sea-words");
  const { incidents, units, fixtures, places, chosen } = element.dataset;
  const say = (name, detail) => document.dispatchEvent(new CustomEvent(`suar:${name}`, { detail }));

  const map = openChart(element);
  const still = fixturesLayer(map);
  const fleet = unitsLayer(map);
  const matters = incidentsLayer(map);
  const opened = chosenLayer(map, (id) => chosen.replace(ANY_ID, id));
  let openId = "";
  const names = placeLayer(map, places, { shown: false, onState: (state) => ($("#names-state").textContent = state === "failed" || state === "more" ? words(`names-${state}`) : "") });
  layerSwitches($("#layers"), {
    incidents: matters.show,
    units: fleet.show,
    stations: (on) => (on ? still.stations.addTo(map) : still.stations.remove()),
    sectors: (on) => (on ? still.sectors.addTo(map) : still.sectors.remove()),
    names: names.show,
    rings: opened.rings,
  });
  positionBar(map, $("#positions"), {
    words,
    from: () => (matters.get(openId) ? [matters.get(openId).lat, matters.get(openId).lon] : null),
  });
  const measure = measureTool(map, $("#measure"), $("#measured"), words);
  const phone = phoneIn(map, section, words);
  addKey("p", words("key"), () => phone.open({ withMiddle: true }));
  // The keys of the desk leave the chart alone, whose own the arrows are.
  element.addEventListener("keydown", (event) => {
    if (event.key !== "p" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    phone.open({ withMiddle: true });
  });

  // --- What the server knows ---

  const ask = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin", headers: { "X-Fragment": "1" } });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };

  let missed = null; // what the stream says while the chart is read, which may be newer than the answer

  async function load() {
    const mine = (missed = []);
    state("loading");
    element.setAttribute("aria-busy", "true");
    const [matter, unit, fixture] = await Promise.allSettled([ask(incidents), ask(units), ask(fixtures)]);
    if (missed !== mine) return; // asked for again since
    missed = null;
    if (fixture.value) still.load(fixture.value);
    if (unit.value) fleet.load(unit.value.units);
    if (matter.value) matters.load(matter.value);
    for (const [layer, ...said] of mine) layer.update(...said);
    const failed = [matter, unit, fixture].some((part) => part.status === "rejected");
    state(failed ? "failed" : "");
    element.setAttribute("aria-busy", "false");
    list();
  }

  function state(name) {
    const line = $("#sea-state");
    line.textContent = name ? words(name) : "";
    if (name !== "failed") return;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = words("again");
    again.addEventListener("click", load);
    line.append(" ", again);
  }

  // --- The same in words ---

  function list() {
    const seen = matters.inView();
    $("#in-view summary").textContent = words("in-view", { shown: seen.length, all: matters.size(), unplaced: matters.unplaced() });
    if ($("#in-view").open) $("#in-view ol").replaceChildren(...seen.slice(0, MOST_LISTED).map(entry));
  }

  function entry(point) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label(point);
    button.addEventListener("click", () => say("open", { id: point.id }));
    item.append(button);
    return item;
  }

  const label = (point) =>
    [`P${point.priority}`, point.reference, point.type, point.distress && words("distress"), point.drill && words("drill")].filter(Boolean).join(" ");

  function unitLabel(unit) {
    const said = [unit.call_sign, unit.status_label];
    if (unit.task) said.push(`P${unit.task.priority} ${unit.task.reference}`);
    if (unit.owed?.overdue) said.push(words("overdue"));
    const miles = radiusNm(unit);
    if (miles) said.push(words("anywhere", { radius: milesText(miles) }));
    else if (unit.age === "none") said.push(words("no-fix"));
    else if (unit.age === "stale") said.push(words("at-berth"));
    return said.join(" · ");
  }

  $("#in-view").addEventListener("toggle", list);
  map.on("moveend", list);

  // --- Pointing and clicking ---

  const hint = L.tooltip({ direction: "top", offset: [0, -12], opacity: 1 });
  let pointed = null;

  function labelOf({ incident, unit }) {
    if (incident) return incident.points.length === 1 ? label(incident.first) : words("together", { count: incident.points.length, first: label(incident.first) });
    return unit.points.map(unitLabel).slice(0, 6).join("\n");
  }

  function under(point) {
    const incident = matters.at(point);
    const unit = incident ? null : fleet.at(point);
    return incident || unit ? { incident, unit } : null;
  }

  map.on("mousemove", ({ containerPoint }) => {
    const found = measure.takesClicks() ? null : under(containerPoint);
    element.classList.toggle("pointing", Boolean(found));
    const now = found?.incident ?? found?.unit ?? null;
    if (now === pointed) return;
    pointed = now;
    if (!found) return hint.remove();
    const { lat, lon } = now.first.position ? { lat: now.first.position[1], lon: now.first.position[0] } : now.first;
    hint.setLatLng([lat, lon]).setContent(note(labelOf(found), "chart-label lines")).addTo(map);
  });
  map.on("movestart mouseout", () => ((pointed = null), hint.remove()));

  map.on("click", ({ latlng, containerPoint }) => {
    if (measure.takesClicks()) return measure.add(latlng.wrap());
    if (phone.takesClicks()) return phone.place(latlng.wrap());
    const found = under(containerPoint);
    if (found?.incident) pick(found.incident);
    else if (found?.unit) popup(found.unit.first.position, found.unit.points.map((unit) => unitEntry(unit)));
  });

  function pick(group) {
    if (group.points.length === 1) return say("open", { id: group.first.id });
    const box = L.latLngBounds(group.points.map((point) => [point.lat, point.lon]));
    const near = map.getBoundsZoom(box);
    if (near > map.getZoom() && map.getZoom() < map.getMaxZoom()) return map.flyToBounds(box, { padding: [40, 40], duration: 0.3 });
    // On one spot: no zoom takes them apart.
    const seen = [...group.points].sort((a, b) => a.rank - b.rank).slice(0, MOST_LISTED);
    return popup([group.first.lon, group.first.lat], seen.map(entry));
  }

  function unitEntry(unit) {
    const item = document.createElement("li");
    item.textContent = unitLabel(unit);
    if (unit.task) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = unit.task.reference;
      button.addEventListener("click", () => say("open", { id: unit.task.id }));
      item.append(" ", button);
    }
    return item;
  }

  function popup([lon, lat], items) {
    const box = document.createElement("ul");
    box.className = "picked";
    box.append(...items);
    L.popup({ maxHeight: 260 }).setLatLng([lat, lon]).setContent(box).openOn(map);
  }

  // --- What others say ---

  const on = (name, act) => document.addEventListener(`suar:${name}`, ({ detail }) => act(detail));
  function take(layer, ...said) {
    layer.update(...said);
    missed?.push([layer, ...said]);
  }

  on("rows", ({ rows, gone = [], present }) => {
    take(matters, rows, gone, present);
    list();
    if (rows.some((row) => row.id === openId)) opened.choose(openId);
  });
  on("units", ({ units: changed, gone = [] }) => take(fleet, changed, gone));
  on("stale", load); // more has changed than is told one by one
  on("show", ({ position: [lon, lat], zoom }) => map.setView([lat, lon], zoom ?? Math.max(map.getZoom(), LOOK)));
  on("opened", async ({ id, position }) => {
    openId = id ?? "";
    matters.choose(openId);
    const place = position ?? (await opened.choose(openId))?.position;
    if (position) opened.choose(openId);
    if (place && !map.getBounds().pad(-0.1).contains([place[1], place[0]])) map.panTo([place[1], place[0]]);
  });
  let lost = false;
  on("link", ({ state: link }) => {
    if (link === "live" && lost) load(); // whatever was said meanwhile
    lost = link === "lost";
  });
  map.on("theme", () => [matters, fleet, opened].forEach((layer) => layer.paint()));
  setInterval(() => fleet.paint(), 30000); // circles grow
  $("#fit").addEventListener("click", () => {
    const all = matters.inView().length === matters.size() ? fleet.all().map(({ position: [lon, lat] }) => [lat, lon]) : matters.everywhere();
    if (all.length) map.fitBounds(all, { maxZoom: LOOK });
  });
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(element);
  const ready = load();
  return { map, matters, fleet, measure, phone, ready };
}
