// The board of units: kept up to date row by row; a press shows a unit on the chart or sets its status.
import { ask, wordsOf } from "./words.js";

const REREAD_MS = 1000;
const GROW_MS = 30000;

/** Start the board in `root`'s section #units; does nothing where there is none. */
export function start(root = document) {
  const section = root.querySelector("#units[data-board]");
  if (!section) return;
  const words = wordsOf("units-words");
  const say = (name, detail) => document.dispatchEvent(new CustomEvent(`suar:${name}`, { detail }));
  let query = "";
  let rereading;

  async function read() {
    clearTimeout(rereading);
    try {
      const answer = await ask(`${section.dataset.board}?${query}`);
      if (!answer.ok) throw new Error(answer.status);
      const at = section.querySelector(".board")?.scrollTop ?? 0;
      const typing = document.activeElement?.closest("#units .filters") ? document.activeElement : null;
      section.innerHTML = await answer.text(); // a page's part, as the server wrote it
      if (section.querySelector(".board")) section.querySelector(".board").scrollTop = at;
      const again = typing && section.querySelector(`.filters [name="${typing.name}"]`);
      if (again) {
        again.value = typing.value; // the board is read anew while somebody types
        again.focus();
      }
    } catch {
      if (!section.querySelector(".board")) section.querySelector("[role=status]").textContent = words("failed");
    }
  }

  function readSoon() {
    clearTimeout(rereading);
    rereading = setTimeout(read, REREAD_MS);
  }

  const rowOf = (callSign) => section.querySelector(`tr[data-unit="${CSS.escape(callSign)}"]`);

  document.addEventListener("suar:units", ({ detail: { units, gone = [] } }) => {
    let moved = false;
    for (const unit of units) {
      const row = rowOf(unit.call_sign);
      if (!row || row.dataset.group !== unit.group || !unit.html) {
        moved = true; // to another group, or perhaps into what is asked for
        continue;
      }
      const holder = document.createElement("template");
      holder.innerHTML = unit.html; // a row, as the server wrote it
      const focused = row.contains(document.activeElement) ? document.activeElement.className : null;
      const fresh = holder.content.firstElementChild;
      row.replaceWith(fresh);
      if (focused !== null) fresh.querySelector(focused ? `.${focused}` : "a")?.focus();
    }
    for (const callSign of gone) {
      rowOf(callSign)?.remove();
      moved = true;
    }
    if (moved) readSoon();
  });

  section.addEventListener("submit", (event) => {
    if (!event.target.matches(".filters")) return;
    event.preventDefault();
    filter();
  });
  section.addEventListener("change", (event) => event.target.matches(".filters select") && filter());
  section.addEventListener("search", (event) => event.target.matches(".filters input") && filter());

  function filter() {
    query = new URLSearchParams(new FormData(section.querySelector(".filters"))).toString();
    read();
  }

  section.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link?.matches("[data-open]")) {
      event.preventDefault();
      say("open", { id: link.dataset.open });
    } else if (link?.matches("[data-status]")) {
      event.preventDefault();
      setStatus(link.href);
    } else if (!link || link.matches(".show")) {
      const row = event.target.closest("tr[data-position]");
      if (!row) return;
      event.preventDefault();
      say("show", { position: row.dataset.position.split(",").map(Number) });
    }
  });

  // --- Its status ---

  const dialog = document.createElement("dialog");
  dialog.className = "unit-status";
  dialog.setAttribute("aria-label", words("status"));
  document.body.append(dialog);

  async function setStatus(address) {
    try {
      const answer = await ask(address);
      if (!answer.ok) throw new Error(answer.status);
      dialog.innerHTML = await answer.text(); // a page's part, as the server wrote it
      dialog.showModal();
    } catch {
      location.assign(address); // the page of its own says what is wrong
    }
  }

  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-cancel]")) return;
    event.preventDefault();
    dialog.close();
  });

  dialog.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await ask(event.target.action, { method: "POST", body: new FormData(event.target) });
      if (answer.headers.get("Content-Type").startsWith("application/json")) {
        say("said", await answer.json());
        dialog.close();
        read();
      } else if (answer.status < 500 && answer.status !== 401 && answer.status !== 403) dialog.innerHTML = await answer.text();
      else throw new Error(answer.status);
    } catch {
      say("said", { text: words("failed") });
    }
  });

  setInterval(() => {
    for (const circle of section.querySelectorAll(".circle[data-since]")) {
      const { since, grows, most } = circle.dataset;
      const miles = Math.min((Math.max(Date.now() - Date.parse(since), 0) / 3600000) * grows, most);
      circle.querySelector(".radius").textContent = Math.round(miles);
    }
  }, GROW_MS);
  read();
}
