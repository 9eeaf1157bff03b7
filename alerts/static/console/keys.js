// The keys of the desk, in one table: addKey says what a key does, and the list on `?` shows them all.

const OFF = "suar-keys-off"; // whoever works by voice or with shaky hands turns single keys off (WCAG 2.1.4)
const ORDER = ["incident", "queue", "anywhere"]; // the nearer one wins where two want the same key
const table = [];

const reaches = {
  incident: () => Boolean(document.getElementById("pane")),
  queue: () => Boolean(document.getElementById("queue-list")),
  anywhere: () => true,
};

/** Let `key` (as KeyboardEvent.key) call `handler`; `text` is for the list. `where`: "incident" (one is open), "queue" or "anywhere". */
export function addKey(key, text, handler, { where = "anywhere" } = {}) {
  table.push({ key, text, handler, where });
}

/** The keys that are in use, for the list. */
export const keys = () => table.slice();

function pressed(event) {
  const writing = event.target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable], dialog, [role=application]");
  if (writing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key !== "?" && localStorage.getItem(OFF)) return;
  // Enter and the arrows belong to the control that has the focus.
  if (["Enter", " "].includes(event.key) && event.target.closest?.("a, button, summary, input")) return;
  const found = ORDER.map((where) => table.find((row) => row.key === event.key && row.where === where && reaches[where]())).find(Boolean);
  if (!found) return;
  event.preventDefault();
  found.handler(event);
}

function list(dialog) {
  for (const where of ORDER) {
    const rows = table.filter((row) => row.where === where);
    const part = dialog.querySelector(`[data-where="${where}"]`);
    part.hidden = !rows.length;
    part.querySelector("dl").replaceChildren(
      ...rows.flatMap(({ key, text }) => {
        const [term, told, kbd] = ["dt", "dd", "kbd"].map((name) => document.createElement(name));
        kbd.textContent = key.replace("Arrow", "");
        term.append(kbd);
        told.textContent = text;
        return [term, told];
      }),
    );
  }
  dialog.showModal();
}

export function start() {
  document.addEventListener("keydown", pressed);
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  addKey("?", dialog.dataset.label, () => list(dialog));
  document.getElementById("keys-open").addEventListener("click", () => list(dialog));
  const box = document.getElementById("keys-on");
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}
