// The keys of the desk, in one table: addKey says what a key does, and the list on `?` shows them all.

const table = [];

/** Let `key` call `handler`; `text` is for the list. `where`: "incident", "queue" or "anywhere". */
export function addKey(key, text, handler, { where = "anywhere" } = {}) {
  table.push({ key, text, handler, where });
}

/** The keys that are in use, for the list. */
export const keys = () => table.slice();

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest?.("input, select, textarea, [contenteditable], dialog");
  if (writing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const found = table.find((row) => row.key === event.key && (row.where !== "incident" || document.getElementById("pane")));
  if (!found) return;
  event.preventDefault();
  found.handler(event);
});
