// The page of names of the sea: look, add, change, move, take out of use, undo.
import { openChart, positionText } from "./chart.js";
import { placeLayer } from "./place_layer.js";

const TYPED_MS = 300;
const MOST_LISTED = 50;
const WRITING = 10; // the zoom for a look at one place
const FIELDS = ["name", "position", "kind", "community", "alt_names", "note"];

const $ = (id) => document.getElementById(id);
const { places: PLACES, alike: ALIKE, changes: CHANGES } = $("places").dataset;
const data = JSON.parse($("places-data").textContent);
const word = (name) => $("words").content.querySelector(`[data-name="${name}"]`).textContent;
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;

let editing = null; // null: nothing; {}: a new name; else the place as it is stored
let here = null; // { latitude, longitude, text }: where the mark is, and the text that says so
let listed = 0;

// --- Talking to the server ---

/** The answer's JSON; throws { status, body } for a refusal and { status: 0 } where no answer came. */
async function ask(address, method = "GET", body = undefined) {
  let answer;
  try {
    answer = await fetch(address, {
      method,
      credentials: "same-origin",
      headers: method === "GET" ? {} : { "Content-Type": "application/json", "X-CSRFToken": token },
      body: body && JSON.stringify(body),
    });
  } catch {
    throw { status: 0, body: {} };
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw { status: answer.status, body: said };
  return said;
}

function showFault(fault) {
  if (!("status" in fault)) throw fault;
  const { status, body } = fault;
  for (const [name, errors] of Object.entries(body.errors ?? {})) {
    if (FIELDS.includes(name)) refuse(name, [errors].flat(Infinity).map((error) => (typeof error === "object" ? Object.values(error).flat() : error)).join(" "));
  }
  const signedOut = status === 401 || (status === 403 && !document.cookie.includes("csrftoken"));
  const text = status === 0 ? word("lost") : signedOut ? word("signed-out") : body.detail || word("refused");
  $("fault").textContent = text;
  $("fault").hidden = false;
  const first = $("edit").querySelector("[aria-invalid=true]");
  (first ?? $("fault")).scrollIntoView({ block: "nearest" });
  first?.focus();
}

function refuse(name, text) {
  $(`${name}-fault`).textContent = text;
  $(name).setAttribute("aria-invalid", "true");
}

function clearFaults() {
  $("fault").hidden = true;
  for (const name of FIELDS) {
    $(`${name}-fault`).textContent = "";
    $(name).removeAttribute("aria-invalid");
  }
}

// --- The chart ---

const map = openChart($("chart"));
const mark = L.circleMarker([0, 0], { radius: 10, color: "#d00000", weight: 3, fillOpacity: 0.2, interactive: false });
/** Show the waters of these communities, as far as they are known. */
function showWaters(communities, options) {
  const bounds = L.latLngBounds([]);
  for (const [lat, lon, radius] of communities.map((id) => data.waters[id]).filter(Boolean)) bounds.extend(L.latLng(lat, lon).toBounds(radius));
  if (bounds.isValid()) map.fitBounds(bounds, options);
}
showWaters(Object.keys(data.waters), { animate: false });

const names = placeLayer(map, PLACES, {
  onState(state) {
    $("state").textContent = word(state);
    if (state !== "failed") return;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = word("again");
    again.addEventListener("click", () => names.refresh());
    $("state").append(" ", again);
  },
  onPick(place) {
    if (editing) return setMark(place.latitude, place.longitude); // the same place, by another name
    if (place.community) openForm(place);
    else openForm({}, { latitude: place.latitude, longitude: place.longitude });
  },
});

map.on("click", ({ latlng }) => {
  const { lat, lng } = latlng.wrap();
  if (!editing) openForm({}, { latitude: lat, longitude: lng });
  else setMark(lat, lng);
});

$("chart").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== $("chart")) return;
  event.preventDefault();
  const { lat, lng } = map.getCenter().wrap();
  if (!editing) openForm({}, { latitude: lat, longitude: lng });
  else setMark(lat, lng);
});

/** Put the mark down and write its position into the form. */
function setMark(latitude, longitude) {
  const text = positionText(latitude, longitude);
  here = { latitude, longitude, text };
  $("position").value = text;
  mark.setLatLng([latitude, longitude]).addTo(map);
  look();
}

// --- The form ---

/** Open the form on a stored place, or on a new one where `at` says. */
function openForm(place, at = null) {
  if (!$("new")) return; // no community confides in this officer
  clearFaults();
  editing = place;
  const stored = Boolean(place.id);
  $("edit").querySelector("h2").textContent = word(stored ? "change" : "add");
  $("name").value = place.name ?? "";
  $("alt_names").value = (place.alt_names ?? []).join(", ");
  $("note").value = place.note ?? "";
  choose($("kind"), place.kind ?? $("kind").options[0].value);
  choose($("community"), place.community ?? $("community").value);
  $("retire").hidden = !stored;
  $("retire").textContent = word(place.in_use === false ? "restore" : "retire");
  $("story").hidden = !stored;
  $("story").open = false;
  $("advice").replaceChildren();
  $("position").value = "";
  $("read").textContent = "";
  here = null;
  mark.remove();
  const start = at ?? (stored ? place : null);
  if (start) {
    setMark(start.latitude, start.longitude);
    if (!map.getBounds().contains(mark.getLatLng())) map.setView(mark.getLatLng(), Math.max(map.getZoom(), WRITING));
  }
  $("browse").hidden = true;
  $("edit").hidden = false;
  $("name").focus();
}

/** Choose a value that an administrator may have typed, too. */
function choose(select, value) {
  if (![...select.options].some((option) => option.value === value)) select.add(new Option(value, value));
  select.value = value;
}

function closeForm() {
  editing = here = null;
  mark.remove();
  $("edit").hidden = true;
  $("browse").hidden = false;
  clearFaults();
  $("new")?.focus();
}

let typed;
for (const name of ["name", "position"]) {
  $(name).addEventListener("input", () => {
    clearTimeout(typed);
    typed = setTimeout(look, TYPED_MS);
  });
}

let looked = 0;
/** Ask what lies near and who bears the name already; the server reads the position if it was typed. */
async function look() {
  clearTimeout(typed);
  const mine = (looked += 1);
  const text = $("position").value.trim();
  const asked = new URLSearchParams({ name: $("name").value.trim(), position: here?.text === text ? `${here.latitude}, ${here.longitude}` : text });
  if (editing?.id) asked.set("place", editing.id);
  let answer;
  try {
    answer = await ask(`${ALIKE}?${asked}`);
  } catch {
    return; // advice is a help, not a condition: saving says what is wrong
  }
  if (mine !== looked || !editing) return;
  if (answer.position && here?.text !== text) {
    here = { ...answer.position, text };
    mark.setLatLng([here.latitude, here.longitude]).addTo(map);
    map.setView(mark.getLatLng(), Math.max(map.getZoom(), WRITING));
  }
  if (!answer.position) {
    here = null;
    mark.remove();
  }
  $("read").textContent = answer.position_text === text ? "" : answer.position_text;
  const near = answer.nearby.map((place) => `${place.name} ${miles(place)}`);
  const lines = near.length ? [...answer.advice, `${word("nearby")} ${near.join(", ")}`] : answer.advice;
  $("advice").replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
}

const miles = (place) => (place.distance_m < 90 ? word("here") : `${(place.distance_m / 1852).toFixed(1)} NM`);

$("edit").addEventListener("submit", async (event) => {
  event.preventDefault();
  clearFaults();
  const place = editing;
  const wanted = {
    name: $("name").value.trim(),
    kind: $("kind").value,
    community: $("community").value,
    alt_names: $("alt_names").value.split(/[,;|\n]/).map((name) => name.trim()).filter(Boolean),
    note: $("note").value.trim(),
  };
  if (here?.text !== $("position").value.trim()) await look();
  if (!wanted.name) refuse("name", word("no-name"));
  if (!here) refuse("position", $("position").value.trim() ? $("advice").firstChild?.textContent ?? word("lost") : word("no-position"));
  const first = $("edit").querySelector("[aria-invalid=true]");
  if (first) return first.focus();
  const { latitude, longitude } = here;
  if (!place.id) return act(PLACES, "POST", { ...wanted, position: { latitude, longitude } });
  // What is as it was is not sent: it may hold a kind that only an administrator gives.
  const changed = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => String(value) !== String(place[name])));
  if (latitude !== place.latitude || longitude !== place.longitude) changed.position = { latitude, longitude };
  return act(`${PLACES}${place.id}/`, "PATCH", changed);
});

$("retire").addEventListener("click", () => act(`${PLACES}${editing.id}/${editing.in_use === false ? "restore" : "retire"}/`, "POST"));
$("community").addEventListener("change", () => here || showWaters([$("community").value]));
$("cancel").addEventListener("click", closeForm);
$("new")?.addEventListener("click", () => openForm({}));

$("story").addEventListener("toggle", async () => {
  if (!$("story").open || !editing?.id) return;
  const { changes } = await ask(`${PLACES}${editing.id}/`).catch(() => ({ changes: [] }));
  $("story").querySelector("ol").replaceChildren(
    ...changes.map(({ at, by, act: verb, before, after }) => {
      const line = document.createElement("li");
      const was = before && differences(before, after);
      line.textContent = `${new Date(at).toLocaleString()} · ${by}: ${word(`act-${verb}`)}${was ? ` (${was})` : ""}`;
      return line;
    }),
  );
});

function differences(before, after) {
  const show = (name, value) => (name === "position" ? positionText(value[1], value[0]) : name === "community" ? data.communities[value] ?? "?" : String(value));
  return Object.keys(after)
    .filter((name) => name !== "in_use" && String(before[name]) !== String(after[name]))
    .map((name) => `${show(name, before[name])} → ${show(name, after[name])}`)
    .join("; ");
}

// --- Acts and undo ---

/** Do one act, tell what became of it, and offer to undo it. */
async function act(address, method, body) {
  const buttons = [...document.querySelectorAll("#places button")];
  for (const button of buttons) button.disabled = true;
  let done;
  try {
    done = await ask(address, method, body);
  } catch (fault) {
    for (const button of buttons) button.disabled = false;
    return showFault(fault);
  }
  for (const button of buttons) button.disabled = false;
  closeForm();
  const { place, change } = done;
  offerUndo(change && { id: change.id, text: `${place.name}: ${word(`act-${change.act}`)}`, redo: change.act === "undo" });
  if (!change) {
    $("undo").hidden = false;
    $("undo").firstElementChild.textContent = word("unchanged");
  }
  names.refresh();
  list();
}

function offerUndo(last) {
  const button = $("undo").querySelector("button");
  $("undo").hidden = button.hidden = !last;
  button.dataset.change = last?.id ?? "";
  button.textContent = word(last?.redo ? "redo" : "undo");
  $("undo").firstElementChild.textContent = last?.text ?? "";
}

function undo() {
  const { change } = $("undo").querySelector("button").dataset;
  if (change) act(CHANGES.replace("00000000-0000-0000-0000-000000000000", change), "POST");
}
$("undo").querySelector("button").addEventListener("click", undo);

// --- Searching ---

/** List what the search finds, or the villages' own names nearest to the middle of the chart. */
async function list() {
  const mine = (listed += 1);
  const query = $("query").value.trim();
  const retired = $("retired").checked;
  const { lat, lng } = map.getCenter().wrap();
  $("list").setAttribute("aria-busy", "true");
  $("heading").textContent = word(retired ? "gone" : query ? "found" : "own");
  let found;
  try {
    const asked = new URLSearchParams({ q: query, retired, near: `${lat.toFixed(4)},${lng.toFixed(4)}`, limit: MOST_LISTED });
    found = (await ask(`${PLACES}?${asked}`)).places;
  } catch {
    found = null;
  }
  if (mine !== listed) return;
  $("list").setAttribute("aria-busy", "false");
  $("nothing").hidden = Boolean(found?.length);
  $("nothing").textContent = word(!found ? "failed" : retired ? "none-retired" : query ? "none-found" : "empty");
  $("list").replaceChildren(...(found ?? []).map(entry));
}

function entry(place) {
  const item = $("entry").content.cloneNode(true);
  const whose = place.community ? data.communities[place.community] : `${word("charted")} ${place.country}`;
  item.querySelector(".name").textContent = [place.name, ...place.alt_names.slice(0, 3)].join(", ");
  item.querySelector(".detail").textContent = [positionText(place.latitude, place.longitude), data.kinds[place.kind] ?? place.kind.replaceAll("_", " "), whose].filter(Boolean).join(" · ");
  item.querySelector("button").addEventListener("click", () => {
    map.setView([place.latitude, place.longitude], Math.max(map.getZoom(), WRITING));
    if (place.community) openForm(place);
    else $("chart").focus();
  });
  return item;
}

let searched;
$("query").addEventListener("input", () => {
  clearTimeout(searched);
  searched = setTimeout(list, TYPED_MS);
});
$("find").addEventListener("submit", (event) => {
  event.preventDefault();
  list();
});
$("retired").addEventListener("change", list);

document.addEventListener("keydown", (event) => {
  const writing = event.target.matches?.("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && editing) return closeForm();
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !writing && !event.shiftKey) {
    event.preventDefault();
    return undo();
  }
  if (writing || event.ctrlKey || event.metaKey || event.altKey || editing) return undefined;
  if (event.key === "/") {
    event.preventDefault();
    $("query").focus();
  }
  if (event.key === "n") {
    event.preventDefault();
    const { lat, lng } = map.getCenter().wrap();
    openForm({}, { latitude: lat, longitude: lng });
  }
  return undefined;
});

list();
const wanted = new URLSearchParams(location.search).get("place");
if (wanted && /^[0-9a-f-]{36}$/.test(wanted)) ask(`${PLACES}${wanted}/`).then((place) => place.community && openForm(place), showFault);
