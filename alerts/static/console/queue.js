// The queue: rows come from the page and from the stream, and keep the queue's order without moving under the hand.
import { addKey } from "./keys.js";

const STILL_MS = 3000; // rows stay where they are so long after the pointer or the focus was among them
const ASK_AGAIN_MS = 1000; // a filtered list is read again at most so often

/** Take care of #queue. */
export function start() {
  const section = document.getElementById("queue");
  const holder = section?.querySelector("#queue-rows");
  if (!holder) return;
  const state = section.querySelector("#queue-state");
  const above = section.querySelector("#queue-above");
  const filter = section.querySelector("#queue-filter");
  const words = state.dataset;
  let touched = 0;
  let opened = document.getElementById("pane")?.dataset.id ?? "";
  let waiting = new Map(); // rows that came while the list had to hold still
  let asking;

  const list = () => holder.querySelector("#rows");
  const rank = (row) => BigInt(row.dataset.rank);
  const rows = () => [...list().children];
  const isPlain = () => !holder.dataset.query;
  const holdsStill = () => Date.now() - touched < STILL_MS || list().contains(document.activeElement) || list().matches(":hover");

  async function ask(query, { append = false } = {}) {
    state.textContent = words.busy;
    try {
      const answer = await fetch(`${holder.dataset.queue}?${query}`, { headers: { "X-Fragment": "1" }, credentials: "same-origin" });
      if (answer.status === 401) return document.dispatchEvent(new CustomEvent("suar:link", { detail: { state: "signed-out" } }));
      if (!answer.ok) throw new Error(answer.status);
      const fragment = document.createElement("template");
      fragment.innerHTML = await answer.text(); // rendered and escaped by the server
      if (append) {
        const seen = new Set(rows().map((row) => row.id));
        list().append(...[...fragment.content.querySelector("#rows").children].filter((row) => !seen.has(row.id)));
        list().dataset.more = fragment.content.querySelector("#rows").dataset.more;
        holder.querySelector("#rows-more")?.parentElement.remove();
        const more = fragment.content.querySelector("#rows-more");
        if (more) holder.append(more.parentElement);
      } else {
        const focused = document.activeElement?.closest?.(".row")?.id;
        holder.replaceChildren(fragment.content);
        waiting.clear();
        showAbove();
        if (focused) document.getElementById(focused)?.querySelector(".matter").focus();
      }
      state.textContent = "";
      settle();
    } catch {
      state.textContent = words.failed;
      setTimeout(() => ask(query, { append }), 3000 + 2000 * Math.random());
    }
  }

  /** Counts, the empty words, the mark of the row that is open, and the observer that asks for more. */
  function settle() {
    if (list().dataset.total) section.querySelector("#queue-total").textContent = list().dataset.total;
    holder.querySelector(".empty").hidden = rows().length > 0;
    for (const row of rows()) row.toggleAttribute("aria-current", row.dataset.id === opened);
    const more = holder.querySelector("#rows-more");
    if (more && !more.dataset.watched) {
      more.dataset.watched = "1";
      nearby.observe(more);
    }
  }
  const nearby = new IntersectionObserver((seen) => {
    for (const one of seen) if (one.isIntersecting) more(one.target);
  }, { rootMargin: "300px" });
  function more(link) {
    nearby.unobserve(link);
    ask(new URL(link.href).search.slice(1), { append: true });
  }

  function made(row) {
    const fragment = document.createElement("template");
    fragment.innerHTML = row.html.trim(); // rendered and escaped by the server
    return fragment.content.firstElementChild;
  }

  /** Put a row where its rank belongs; where the list must hold still only its words change. */
  function place(row) {
    const old = document.getElementById(`row-${row.id}`);
    const fresh = made(row);
    if (old && (rank(old) === rank(fresh) || holdsStill())) {
      if (rank(old) !== rank(fresh)) waiting.set(row.id, row);
      const isOpen = old.querySelector("details[open]");
      const had = old.contains(document.activeElement);
      old.replaceWith(fresh);
      if (isOpen) fresh.querySelector("details")?.setAttribute("open", "");
      if (had) fresh.querySelector(".matter").focus({ preventScroll: true });
      return;
    }
    const after = rows().find((one) => one !== old && rank(one) > rank(fresh));
    if (!old && holdsStill() && rows().length) return waiting.set(row.id, row);
    if (!after && list().dataset.more) return old?.remove(); // its place is on a page that is not shown yet
    old?.remove();
    list().insertBefore(fresh, after ?? null);
    if (!old) {
      fresh.classList.add("new");
      count(1);
    }
  }

  function count(by) {
    const total = section.querySelector("#queue-total");
    if (!total.textContent) return;
    list().dataset.total = total.textContent = String(Math.max(0, Number(total.textContent) + by));
  }

  function showAbove() {
    above.hidden = waiting.size === 0;
    above.textContent = words.moreAbove.replace("%s", waiting.size);
  }

  function move() {
    if (!waiting.size) return;
    const came = [...waiting.values()];
    waiting = new Map();
    touched = 0;
    for (const row of came) place(row);
    showAbove();
    settle();
  }

  above.addEventListener("click", () => {
    document.activeElement?.blur();
    const came = [...waiting.values()];
    waiting = new Map();
    for (const row of came) {
      document.getElementById(`row-${row.id}`)?.remove();
      const fresh = made(row);
      list().insertBefore(fresh, rows().find((one) => rank(one) > rank(fresh)) ?? null);
    }
    showAbove();
    settle();
    list().firstElementChild?.querySelector(".matter")?.focus();
  });
  for (const kind of ["pointermove", "wheel", "touchstart"]) {
    holder.addEventListener(kind, () => (touched = Date.now()), { passive: true });
  }
  setInterval(() => !holdsStill() && move(), 500);
  setInterval(() => {
    for (const one of holder.querySelectorAll(".promise:not(.over)")) {
      const now = Date.now();
      const state = now >= Date.parse(one.dataset.due) ? "over" : now >= Date.parse(one.dataset.near) ? "near" : "running";
      one.className = `promise ${state}`;
    }
  }, 5000);

  document.addEventListener("suar:rows", ({ detail }) => {
    if (!isPlain()) {
      asking ??= setTimeout(() => {
        asking = undefined;
        if (!holdsStill()) ask(holder.dataset.query);
      }, ASK_AGAIN_MS);
      return;
    }
    for (const row of detail.rows) place(row);
    for (const id of detail.gone) {
      waiting.delete(id);
      const row = document.getElementById(`row-${id}`);
      if (row) count(-1);
      row?.remove();
    }
    showAbove();
    settle();
  });

  // --- Choosing ---

  const open = (row) => row && document.dispatchEvent(new CustomEvent("suar:open", { detail: { id: row.dataset.id } }));
  holder.addEventListener("click", (event) => {
    const link = event.target.closest("a.matter");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) {
      if (event.target.id === "rows-more") {
        event.preventDefault();
        more(event.target);
      }
      return;
    }
    event.preventDefault();
    open(link.closest(".row"));
  });
  document.addEventListener("suar:opened", ({ detail }) => {
    opened = detail.id;
    settle();
  });
  function step(by) {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = at < 0 ? Math.max(0, all.findIndex((row) => row.dataset.id === opened)) : at + by;
    const link = all[Math.max(0, Math.min(all.length - 1, next))]?.querySelector(".matter");
    link?.focus();
    link?.scrollIntoView({ block: "nearest" });
  }
  const text = document.getElementById("queue-words")?.content;
  const word = (name) => text?.querySelector(`[data-name="${name}"]`)?.textContent ?? name;
  addKey("j", word("next"), () => step(1));
  addKey("k", word("before"), () => step(-1));
  addKey("/", word("search"), () => filter.q.focus());

  // --- Filter and views ---

  function show(query, { push = true } = {}) {
    holder.dataset.query = query;
    if (push) history.pushState(history.state, "", query ? `?${query}` : location.pathname);
    ask(query || "status=");
  }
  let typing;
  filter.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      const query = new URLSearchParams([...new FormData(filter)].filter(([, value]) => value)).toString();
      show(query);
      views(query);
    }, 250);
  });
  filter.addEventListener("submit", (event) => event.preventDefault());
  section.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target === filter.q) rows()[0]?.querySelector(".matter").focus();
  });
  async function views(query, form) {
    const holderOfViews = section.querySelector("#queue-views");
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    if (!form) {
      for (const link of holderOfViews.querySelectorAll("[data-query]")) link.toggleAttribute("aria-current", link.dataset.query === query);
      return;
    }
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Fragment": "1", "X-CSRFToken": token }, credentials: "same-origin" });
    if (!answer.ok) return void (state.textContent = words.failed);
    const fragment = document.createElement("template");
    fragment.innerHTML = await answer.text(); // rendered and escaped by the server
    holderOfViews.replaceChildren(fragment.content);
    if (form.dataset.deletes) {
      const { deletes, first, query: kept, again } = form.dataset;
      const undo = { url: again, label: words.undo, body: { name: deletes, query: kept, is_first: first } };
      document.dispatchEvent(new CustomEvent("suar:said", { detail: { text: words.deleted.replace("%s", deletes), undo } }));
    }
  }
  section.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-view]")) return;
    event.preventDefault();
    views(holder.dataset.query, event.target);
  });
  settle();
}
