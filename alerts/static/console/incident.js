// The pane of one incident: opens it, keeps it fresh, asks before an act and says what came of it.
import { addKey } from "./keys.js";
import { ask as send } from "./words.js";

const PATIENCE_MS = 15_000; // a pulled cable answers nothing, ever
const RENEW_MS = 20_000; // an officer at work renews the lease no oftener
const REFRESH_MS = 5_000; // the pane reads itself anew this soon after an act that others carry out

const OURS = [200, 409, 422]; // answers to an act that are made to be shown

const $ = (id) => document.getElementById(id);
const word = (name) => $("incident-words").content.querySelector(`[data-name="${name}"]`).textContent;
const fire = (name, detail) => document.dispatchEvent(new CustomEvent(`suar:${name}`, { detail }));
const pane = () => $("pane");

let asked = 0; // the newest question to the server; an older answer is thrown away
let renewedAt = Date.now();
let waiting = false; // the pane is to be read anew once the dialog is closed
let sending = false; // an act is on its way: a second Enter sends no second one
let considered = null; // what is typed while an act's form is on its way: it is meant for it
const drafts = new Map(); // words typed into a form that was left, by its address and the field's name

/** Ask the server for a fragment; null where no answer came, which is said. */
async function ask(address, body) {
  try {
    const answer = await send(address, { method: body ? "POST" : "GET", body, patience: PATIENCE_MS });
    if (answer.status === 401) {
      fire("link", { state: "signed-out" });
      fault(word("signed-out"), { signIn: true });
      return null;
    }
    if (answer.status >= 500) throw new Error(String(answer.status)); // a proxy's page is no answer of ours
    return answer;
  } catch {
    fault(word(!body ? "lost" : body.has("key") ? "again" : "unsure"));
    return null;
  }
}

/** Say what went wrong, in the open dialog too: it covers the pane, and the way to sign in. */
function fault(text, { signIn = false } = {}) {
  const form = $("act-dialog").querySelector("form.act");
  form?.querySelector("[data-fault]")?.remove();
  if (text && form) {
    const told = document.createElement("p");
    told.className = "fault";
    told.dataset.fault = "";
    told.setAttribute("role", "alert");
    told.textContent = text;
    if (signIn) {
      const link = document.createElement("a");
      [link.href, link.target, link.textContent] = [location.href, "_blank", word("sign-in")];
      told.append(" ", link);
    }
    form.querySelector(".buttons").before(told);
    told.scrollIntoView({ block: "nearest" });
  }
  $("incident-fault").textContent = text;
  $("incident-fault").hidden = !text;
  $("incident").classList.toggle("stale", Boolean(text));
}

const addressOf = (id) => $("incident-part").dataset.address.replace("00000000-0000-0000-0000-000000000000", id);

/** Show an incident; `push` puts its address into the browser's history, `focus` moves the reader there. */
async function open(id, { push = true, focus = true } = {}) {
  const mine = ++asked;
  const address = addressOf(id);
  $("incident").setAttribute("aria-busy", "true");
  if (pane()?.dataset.id !== id) $("incident-part").textContent = word("loading");
  const answer = await ask(address);
  if (mine !== asked) return;
  $("incident").removeAttribute("aria-busy");
  if (!answer) {
    if (pane()?.dataset.id !== id) $("incident-part").textContent = "";
    return;
  }
  if (!answer.ok) {
    $("incident-part").textContent = word("gone");
    return;
  }
  show(await answer.text());
  if (push && location.pathname !== address) history.pushState({ incident: id }, "", address);
  if (focus) $("pane-title")?.focus({ preventScroll: false });
  opened();
}

function opened() {
  const shown = pane();
  if (!shown) return;
  const data = JSON.parse($("incident-chart").textContent);
  document.title = document.title.replace(/^([0-9A-Z]{5} · )?/, `${shown.dataset.reference} · `);
  fire("opened", { id: shown.dataset.id, reference: shown.dataset.reference, position: data.position, chart: data });
}

/** The way back to the queue alone. */
function shut() {
  asked++;
  $("incident-part").textContent = "";
  document.title = document.title.replace(/^[0-9A-Z]{5} · /, "");
  fire("opened", { id: "" });
}

/** What tells a control of the pane from the others, before and after it was read anew. */
const nameOf = (node) =>
  node.id || [node.tagName, node.dataset.act ?? "", node.href ?? node.form?.action ?? "", node.getAttribute("aria-label") ?? node.textContent.trim()].join(" ");

/** Put a fragment in place; what is folded out, ticked or focused stays so. All of it was rendered, and escaped, by the server. */
function show(html) {
  const kept = new Map();
  for (const node of $("incident-part").querySelectorAll("details[id], input[id][type=checkbox], input[id][type=radio]")) {
    kept.set(node.id, node.matches("details") ? node.open : node.checked);
  }
  const before = document.activeElement;
  const focused = $("incident-part").contains(before) && before !== $("incident-part") && nameOf(before);
  const same = pane()?.dataset.id;
  $("incident-part").innerHTML = html;
  fault("");
  if (same === pane()?.dataset.id) {
    for (const [id, on] of kept) {
      const node = $(id);
      if (node) node[node.matches("details") ? "open" : "checked"] = on;
    }
    if (focused) refocus(focused);
  }
}

/** Back to the control of this name; where it is gone, as a button is once its act is done, to the pane's title. */
function refocus(name) {
  const all = [...$("incident-part").querySelectorAll("a, button, input, summary, [tabindex]")];
  (all.find((node) => nameOf(node) === name) ?? $("pane-title"))?.focus({ preventScroll: true });
}

async function refresh() {
  if ($("act-dialog").open) {
    waiting = true;
    return;
  }
  waiting = false;
  const id = pane()?.dataset.id;
  if (id) await open(id, { push: false, focus: false });
}

// --- Acts ---

/** Ask the server what an act will do, and show it; nothing is done by it. */
async function consider(address) {
  const keys = (considered = []);
  const answer = await ask(address);
  const html = answer && (await answer.text());
  if (considered !== keys) return; // another act was chosen meanwhile
  considered = null;
  if (!answer) return;
  if (!OURS.includes(answer.status)) return fault(word("refused"));
  ponder(html);
  const field = document.activeElement;
  if (field.matches("#act-dialog :is(textarea, input:not([type=radio], [type=checkbox]))")) field.value += keys.join("");
  else for (const key of keys) choose(key);
}

/** On a slow line a reason's number, or a note, is typed before the form is there: its letters are no acts. */
function keyAhead(event) {
  if (!considered || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea")) return; // words for elsewhere
  if (event.key === "Escape") considered = null;
  else if (event.key.length === 1) considered.push(event.key);
  else if (event.key !== "Enter") return; // what is confirmed is read first
  event.preventDefault();
  event.stopPropagation();
}

function ponder(html) {
  const dialog = $("act-dialog");
  dialog.innerHTML = html;
  if (!dialog.open) dialog.showModal();
  const empty = [...dialog.querySelectorAll(".field :is(input, select, textarea)[required]")].find((field) => !field.value);
  for (const field of dialog.querySelectorAll("textarea")) field.value ||= drafts.get(draftOf(field)) ?? "";
  const choice = dialog.querySelector("fieldset input[type=radio]:checked") ?? dialog.querySelector("fieldset input[type=radio]");
  (dialog.querySelector("[aria-invalid=true]") ?? empty ?? choice ?? dialog.querySelector(".field select, button, a")).focus();
}

const draftOf = (field) => `${field.form?.action} ${field.name}`;

/** Esc is near, and a caller's words are not said twice: what was typed is there when the form is opened again. */
function keepDrafts() {
  for (const field of $("act-dialog").querySelectorAll("textarea")) {
    if (field.value.trim()) drafts.set(draftOf(field), field.value);
    else drafts.delete(draftOf(field));
  }
}

/** Do an act; the answer is JSON when it is done, else the form again with its faults. */
async function carryOut(form) {
  if (sending) return;
  sending = true;
  try {
    await carryOutOnce(form);
  } finally {
    sending = false;
  }
}

async function carryOutOnce(form) {
  form.setAttribute("aria-busy", "true"); // a button that is disabled would lose the focus
  const answer = await ask(form.action, new FormData(form));
  form.removeAttribute("aria-busy");
  if (!answer) return;
  if (!OURS.includes(answer.status)) return fault(word("refused"));
  if (!answer.ok || !answer.headers.get("Content-Type").startsWith("application/json")) {
    ponder(await answer.text());
    return;
  }
  const done = await answer.json();
  waiting = false;
  for (const field of form.querySelectorAll("textarea")) field.value = ""; // no draft any more
  if ($("act-dialog").open) $("act-dialog").close();
  fire("said", { text: done.said, ...(done.undo ? { undo: done.undo } : {}) });
  await open(done.open, { focus: false, push: done.open !== pane()?.dataset.id });
  setTimeout(refresh, REFRESH_MS);
}

/** Begin an act by its name, as if its button were pressed. */
function begin(name, pick = "") {
  const button = pane()?.querySelector(`[data-act="${name}"]${pick}`);
  if (!button) fire("said", { text: word("no-fit") });
  else button.click();
}

function pressed(event) {
  const target = event.target.closest("a[data-act], a[data-open], a[data-again], [data-close], [data-show]");
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const { act, open: other, again, close, show: where } = target.dataset;
  if (where) fire("show", { position: where.split(" ").map(Number) });
  else if (close !== undefined && $("act-dialog").open) $("act-dialog").close();
  else if (other) open(other);
  else if (again !== undefined) refresh();
  else if (act) consider(target.href);
  else return;
  event.preventDefault();
}

/** In the dialog a number chooses, Enter confirms, Esc goes back; in words to be written numbers are numbers. */
function keyInDialog(event) {
  event.stopPropagation();
  const dialog = $("act-dialog");
  const writing = event.target.matches("textarea, input:not([type=radio])");
  if (event.key === "Enter" && (event.ctrlKey || !event.target.matches("a, button, textarea"))) {
    event.preventDefault();
    dialog.querySelector("form.act")?.requestSubmit();
  } else if (!writing && /^[1-9]$/.test(event.key) && choose(event.key)) event.preventDefault();
}

/** Choose what stands at this number; whether there is such a choice. */
function choose(key) {
  const choice = $("act-dialog").querySelectorAll("fieldset input[type=radio]")[Number(key) - 1];
  if (!choice) return false;
  choice.checked = true;
  choice.focus();
  return true;
}

/** An officer at work keeps what he holds. */
async function renew() {
  const address = pane()?.dataset.lease;
  if (!address || Date.now() - renewedAt < RENEW_MS) return;
  renewedAt = Date.now();
  const answer = await send(address, { method: "POST", body: new FormData() }).catch(() => null); // the banner tells
  if (answer?.status === 401) fire("link", { state: "signed-out" });
  else if (answer?.ok) {
    const { held_until } = await answer.json();
    const clock = $("lease")?.querySelector("time");
    if (clock) clock.dateTime = held_until;
  } else if (answer) refresh();
}

export function start() {
  if (!$("incident-part")) return;
  $("incident").addEventListener("click", pressed);
  $("incident").addEventListener("submit", (event) => {
    event.preventDefault();
    carryOut(event.target);
  });
  $("act-dialog").addEventListener("keydown", keyInDialog);
  document.addEventListener("keydown", keyAhead, { capture: true });
  $("act-dialog").addEventListener("close", () => {
    keepDrafts();
    $("act-dialog").textContent = "";
    if (waiting) refresh();
  });
  for (const name of ["keydown", "pointerdown"]) document.addEventListener(name, renew, { capture: true, passive: true });
  document.addEventListener("suar:open", (event) => open(event.detail.id));
  document.addEventListener("suar:rows", ({ detail }) => {
    const id = pane()?.dataset.id;
    if (id && (detail.rows.some((row) => row.id === id) || detail.gone?.includes(id))) refresh();
  });
  document.addEventListener("suar:heard", ({ detail }) => detail.ids.includes(pane()?.dataset.id) && refresh());
  addEventListener("popstate", () => {
    const id = location.pathname.match(/incidents\/([0-9a-f-]{36})\//)?.[1];
    if (id) open(id, { push: false });
    else shut();
  });
  const where = { where: "incident" };
  for (const [key, name] of Object.entries({ a: "take", u: "request-unit", t: "task", e: "correct", x: "dismiss-proposal", q: "question", n: "note", r: "fresh-ranking", d: "stand-down", c: "close" })) {
    addKey(key, word(`key-${name}`), () => begin(name), where);
  }
  addKey("s", word("key-join"), () => begin("join", pane()?.querySelector(".near [data-act=join]") ? "[href*='into=']" : ""), where);
  for (const n of "12345") addKey(n, word("key-priority"), () => begin("priority", `[data-priority="${n}"]`), where);
  opened();
}
