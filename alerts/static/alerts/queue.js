// The queue reads itself anew every ten seconds, and holds still while somebody chooses.
import { tick } from "./clocks.js";

const freshness = document.getElementById("freshness");
const everyMs = Number(freshness.dataset.everyS) * 1000;
const word = freshness.querySelector(".word");
let skew = 0;
let failed = false;

learnSkew(document);
setInterval(() => tick(skew), 1000);
setInterval(refresh, everyMs);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
document.addEventListener("change", (event) => event.target.closest("#queue") && show());

/** Rows are chosen, a menu is open or something is being typed: a swap would take it away. */
function busy() {
  if (document.querySelector("#queue input.action-select:checked, #queue #action-toggle:checked")) return true;
  const action = document.querySelector("#queue select[name=action]");
  if (action && action.value) return true;
  const at = document.activeElement;
  return Boolean(at && at.matches("input:not([type=checkbox]), select, textarea") && at.value);
}

function show() {
  const paused = busy();
  freshness.className = failed ? "stale" : paused ? "paused" : "";
  word.textContent = failed ? `– ${word.dataset.stale}` : paused ? `– ${word.dataset.paused}` : "";
  return paused;
}

async function refresh() {
  if (document.hidden || show()) return;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(8000) });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("queue")) throw new Error("not the queue");
    failed = false;
    if (busy()) return void show(); // somebody began to choose while we were reading
    swap(page, "queue");
    swap(page, "read-at");
    learnSkew(document);
  } catch {
    failed = true;
  }
  show();
}

function swap(page, id) {
  const old = document.getElementById(id);
  const sideways = document.querySelector("#queue .results")?.scrollLeft;
  old.replaceWith(document.adoptNode(page.getElementById(id)));
  const results = document.querySelector("#queue .results");
  if (results && sideways) results.scrollLeft = sideways;
  if (id === "queue") bindActions();
}

/** Django's own script bound itself to the rows that are gone. */
function bindActions() {
  const boxes = [...document.querySelectorAll("#queue input.action-select")];
  if (boxes.length && typeof Actions === "function") Actions(boxes);
}

function learnSkew() {
  const at = Date.parse(document.getElementById("read-at").dataset.at);
  if (at) skew = at - Date.now();
}
