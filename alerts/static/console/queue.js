// The queue: rows that change in place, come and go by themselves, and hold still while somebody points at them.
import { addKey } from "./keys.js";
import { ask, fire, wordsOf } from "./words.js";

const HOLD_MS = 2_500; // after the last move or key in the list
const TYPED_MS = 350;
const GLIDE_MS = 250;

const $ = (id) => document.getElementById(id);
const word = wordsOf("queue-words");

export function start() {
  const list = $("queue-list");
  const form = $("queue-filter");
  if (!list || !form) return;

  let query = new URLSearchParams(list.dataset.query);
  let loading = null; // the load under way; what the stream says meanwhile is done again after it
  let meanwhile = [];
  let touchedAt = -HOLD_MS;
  let openId = null;
  const held = new Map(); // id to row: waits until nobody points at the list

  const rowOf = (id) => document.getElementById(`row-${id}`);
  const rows = () => [...list.querySelectorAll(":scope > .row")];
  const more = () => list.querySelector(":scope > .more");
  const touched = () => (touchedAt = performance.now());
  const holding = () => performance.now() - touchedAt < HOLD_MS;

  // --- Rows from the stream ---

  /** Whether the filters find an incident; what a search finds only the server knows. */
  function fits(facets) {
    const any = (name, value) => !query.has(name) || query.getAll(name).includes(String(value));
    const flag = (name, on) => !query.has(name) || on;
    const holder = { me: facets.held_by_me, nobody: facets.held_by === null, other: facets.held_by !== null && !facets.held_by_me };
    return (
      any("priority", facets.priority) && any("status", facets.status) && any("type", facets.type) &&
      flag("holder", holder[query.get("holder")]) && flag("drill", facets.drill === (query.get("drill") === "yes")) &&
      flag("distress", facets.distress) && flag("wants_unit", facets.wants_unit) && flag("no_position", !facets.position) &&
      flag("unanswered", facets.unanswered) && flag("proposed", facets.proposed)
    );
  }

  async function found(changed) {
    const fitting = changed.filter((row) => fits(row.facets));
    const unknown = fitting.filter((row) => !rowOf(row.id));
    if (!query.has("q") || !unknown.length) return new Set(fitting.map((row) => row.id));
    const known = fitting.filter((row) => rowOf(row.id)).map((row) => row.id);
    try {
      const answer = await ask(`${form.dataset.list}?${query}&only=${unknown.slice(0, 200).map((row) => row.id)}`);
      return new Set([...known, ...(await answer.json()).found]);
    } catch {
      return new Set(known);
    }
  }

  async function take(detail) {
    if (list.dataset.ended !== undefined) return;
    if (loading) {
      meanwhile.push(detail);
      return;
    }
    const wanted = await found(detail.rows);
    const lost = new Set(detail.gone);
    if (detail.present) {
      const there = new Set(detail.present);
      for (const row of rows()) if (!there.has(row.dataset.id)) lost.add(row.dataset.id);
    }
    for (const row of detail.rows) {
      if (wanted.has(row.id)) put(row);
      else lost.add(row.id);
    }
    for (const id of lost) drop(id);
    show();
  }

  const later = (a, b) => Number(a.dataset.rank) - Number(b.dataset.rank) || (a.dataset.id < b.dataset.id ? -1 : 1);

  /** Write a row anew where it stands; move it, or put a new one in, unless the list is held. */
  function put({ id, html }) {
    const old = rowOf(id);
    const fresh = read(html);
    held.delete(id);
    if (old) {
      swap(old, fresh);
      if (inOrder(fresh)) return;
    } else if (beyond(fresh)) return;
    if (holding()) held.set(id, { id, html });
    else place(fresh);
  }

  /** Rendered and escaped by the server. */
  function read(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    return holder.content.firstElementChild;
  }

  function swap(old, fresh) {
    const focused = old.contains(document.activeElement) && (document.activeElement.matches("summary") ? "summary" : "a.open");
    fresh.querySelector(".sum").open = old.querySelector(".sum").open;
    mark(fresh);
    old.replaceWith(fresh);
    if (focused) fresh.querySelector(focused)?.focus({ preventScroll: true });
    else if (!reduced()) fresh.animate([{ backgroundColor: "var(--raised)" }, {}], { duration: 900 });
  }

  const inOrder = (row) => {
    const [before, after] = [row.previousElementSibling, row.nextElementSibling];
    return (!before?.dataset.rank || later(before, row) < 0) && (!after?.dataset.rank || later(row, after) < 0);
  };

  /** Further down than what is loaded: it comes with "more". */
  const beyond = (row) => Boolean(more()) && rows().length > 0 && later(rows().at(-1), row) < 0;

  function place(row) {
    mark(row);
    const before = reduced() ? null : new Map(rows().map((one) => [one, one.getBoundingClientRect().top]));
    const next = rows().find((one) => one !== row && later(row, one) < 0);
    if (beyond(row) && !next) row.remove();
    else list.insertBefore(row, next ?? more());
    if (!before) return;
    for (const one of rows()) {
      const by = (before.get(one) ?? one.getBoundingClientRect().top - 12) - one.getBoundingClientRect().top;
      if (by) one.animate([{ transform: `translateY(${by}px)` }, {}], { duration: GLIDE_MS, easing: "ease-out" });
    }
  }

  function drop(id) {
    held.delete(id);
    const row = rowOf(id);
    if (!row || row.parentElement !== list) return;
    if (holding() && row.matches(":hover, :focus-within")) row.classList.add("gone"); // it goes once nobody points at it
    else row.remove();
  }

  function release() {
    if (holding()) return;
    for (const row of list.querySelectorAll(":scope > .gone:not(:hover)")) row.remove();
    for (const { id, html } of held.values()) place(rowOf(id) ?? read(html));
    if (held.size) held.clear();
    show();
  }

  const reduced = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  function show() {
    $("queue-empty").hidden = rows().length > 0;
    const fresh = [...held.keys()].filter((id) => !rowOf(id)).length;
    $("queue-new").hidden = !held.size;
    if (held.size) $("queue-new").textContent = fresh ? word("new", { n: fresh }) : word("moved");
  }

  function mark(row) {
    const link = row.querySelector("a.open");
    if (row.dataset.id === openId) link?.setAttribute("aria-current", "true");
    else link?.removeAttribute("aria-current");
  }

  // --- Pages, filters, views ---

  /** Read the list from the server: anew, or one page further. */
  async function load(address, into) {
    const mine = (loading = {});
    list.setAttribute("aria-busy", "true");
    say(word("loading"));
    try {
      const answer = await ask(address);
      if (answer.status === 401) fire("link", { state: "signed-out" });
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      if (loading !== mine) return;
      say(query.has("q") && list.dataset.ended !== undefined ? word("searching") : "");
      into(html);
      for (const row of rows()) mark(row);
      watch();
    } catch {
      if (loading === mine) sayFailed(() => load(address, into));
    } finally {
      if (loading === mine) {
        loading = null;
        list.removeAttribute("aria-busy");
        const missed = meanwhile.splice(0);
        for (const detail of missed) take(detail);
        show();
      }
    }
  }

  const say = (text) => ($("queue-state").textContent = text);
  function sayFailed(again) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = word("again");
    button.addEventListener("click", again);
    $("queue-state").replaceChildren(`${word("failed")} `, button);
  }

  function anew() {
    held.clear();
    return load(`${form.dataset.list}?${query}`, (html) => {
      list.innerHTML = html; // rendered and escaped by the server
    });
  }

  function further(link) {
    const after = new URL(link.href).searchParams.get("after");
    link.closest(".more").setAttribute("aria-busy", "true");
    return load(`${form.dataset.list}?${new URLSearchParams([...query, ["after", after]])}`, (html) => {
      const holder = document.createElement("template");
      holder.innerHTML = html;
      const last = rows().at(-1)?.dataset.id;
      more()?.remove();
      for (const row of [...holder.content.children]) if (!row.id || !document.getElementById(row.id)) list.append(row);
      if (document.activeElement === document.body) rowOf(last)?.nextElementSibling?.querySelector("a.open")?.focus({ preventScroll: true });
    });
  }

  const nearEnd = new IntersectionObserver((seen) => {
    const link = seen.some((one) => one.isIntersecting) && more()?.querySelector("a");
    if (link && !loading) further(link);
  });
  function watch() {
    nearEnd.disconnect();
    if (more()) nearEnd.observe(more());
  }

  function filter() {
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) asked.append(name, value);
    query = asked;
    const statuses = asked.getAll("status");
    list.toggleAttribute("data-ended", statuses.length === 1 && statuses[0] === "ended");
    $("queue-filtered").hidden = $("queue-whole").hidden = ![...asked].length;
    const keep = document.querySelector("#views input[name=query]");
    if (keep) keep.value = asked.toString();
    if (!location.pathname.includes("/incidents/")) history.replaceState(history.state, "", `?${[...asked].length ? asked : "all="}`);
    return anew();
  }

  async function keepView(event) {
    const act = event.target.closest("form[method=post]");
    if (!act) return;
    event.preventDefault();
    try {
      const answer = await ask(act.action, { method: "POST", body: new FormData(act) });
      const done = await answer.json();
      fire("said", { text: done.said, undo: done.undo });
      if (answer.ok) await showViews();
    } catch {
      fire("said", { text: word("failed") });
    }
  }

  async function showViews() {
    const answer = await fetch(`${form.action}?${[...query].length ? query : "all="}`, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("views");
    if (!fresh) return;
    fresh.open = $("views").open;
    $("views").replaceWith(document.adoptNode(fresh));
    fresh.addEventListener("submit", keepView);
  }

  // --- By hand ---

  function step(by) {
    const all = rows();
    if (!all.length) return;
    touched();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const current = at >= 0 ? at : all.findIndex((row) => row.dataset.id === openId);
    const next = all[Math.min(all.length - 1, Math.max(0, current + by))] ?? all[0];
    next.querySelector("a.open").focus();
    next.scrollIntoView({ block: "nearest" });
  }

  let typing = 0;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    filter();
  });
  form.addEventListener("input", (event) => {
    clearTimeout(typing);
    typing = setTimeout(filter, event.target.type === "search" ? TYPED_MS : 0);
  });
  $("views").addEventListener("submit", keepView);
  for (const name of ["pointermove", "pointerdown", "keydown", "focusin"]) list.addEventListener(name, touched, { passive: true });
  list.addEventListener("pointerleave", () => (touchedAt = performance.now() - HOLD_MS + 400));
  list.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    step(by);
  });
  list.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "mouse") list.querySelectorAll(".sum[data-hovered]").forEach((one) => one.contains(target) || (one.removeAttribute("open"), one.removeAttribute("data-hovered")));
    const sum = pointerType === "mouse" && target.closest(".sum:not([open])");
    if (sum) {
      sum.open = true;
      sum.dataset.hovered = "";
    }
  });
  list.addEventListener("click", (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
    const link = event.target.closest("a.open");
    const next = event.target.closest("a[data-more]");
    if (event.target.closest(".sum summary") && event.target.closest(".sum").dataset.hovered !== undefined) {
      event.preventDefault(); // it is open already, by pointing: a press keeps it so
      delete event.target.closest(".sum").dataset.hovered;
    } else if (plain && link && document.getElementById("incident-part")) {
      event.preventDefault();
      fire("open", { id: link.closest(".row").dataset.id });
    } else if (plain && next) {
      event.preventDefault();
      further(next);
    }
  });
  $("queue-new").addEventListener("click", () => {
    touchedAt = -HOLD_MS;
    release();
    list.scrollIntoView({ block: "nearest" });
    list.parentElement.scrollTop = 0;
  });
  document.addEventListener("suar:rows", ({ detail }) => take(detail));
  document.addEventListener("suar:stale", anew);
  document.addEventListener("suar:opened", ({ detail }) => {
    openId = detail.id;
    for (const row of rows()) mark(row);
  });
  const where = { where: "queue" };
  addKey("j", word("down"), () => step(1), where);
  addKey("k", word("up"), () => step(-1), where);
  addKey("o", word("open"), () => list.querySelector(".row:focus-within a.open")?.click(), where);
  addKey("g", word("top"), () => rows()[0]?.querySelector("a.open").focus(), where);
  addKey("/", word("search"), () => $("queue-q").focus());
  setInterval(release, 500);
  watch();
}
