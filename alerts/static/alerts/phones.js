// Simulated phones: one list, a frame a phone, news once a second. Texts become text nodes, never markup.

const POLL_MS = 1000;
const LISTED = 20;
const OPENED_BY_THEMSELVES = 6;
const ICONS = { unit: "⚓", duty: "☎", fisher: "≋" };

const urls = document.body.dataset;
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const words = Object.fromEntries(
  [...document.getElementById("words").content.querySelectorAll("[data-name]")].map((node) => [node.dataset.name, node.textContent]),
);
const list = document.getElementById("list");
const frames = document.getElementById("frames");
const query = document.getElementById("query");
const link = document.getElementById("link");

const phones = new Map(); // key → {key, kind, title, detail, lines: Map(id → line), last}
const open = new Map(); // key → frame element
const heard = new Map(); // call → what the voice said after a key
const closed = new Set(); // closed by hand: stays closed until it is opened again
let cursor = "";
let found = null; // what the search says; null: show the most recently active

const narrow = matchMedia("(max-width: 700px)");

poll();

async function poll() {
  try {
    const news = await ask(`${urls.feed}?since=${cursor}`);
    const first = cursor === "";
    cursor = news.cursor;
    if (take(news)) openTheBusy(first);
    link.textContent = "";
  } catch {
    link.textContent = link.dataset.lost;
  }
  setTimeout(poll, document.hidden ? 5 * POLL_MS : POLL_MS);
}

async function ask(url, fields) {
  const options = { credentials: "same-origin", signal: AbortSignal.timeout(10000) };
  if (fields) {
    options.method = "POST";
    options.headers = { "X-CSRFToken": token };
    options.body = new URLSearchParams(fields);
  }
  const answer = await fetch(url, options);
  const body = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  if (!answer.ok) throw new Error(body.detail || words.failed);
  return body;
}

/** Take phones and lines in; true when something was new. */
function take({ phones: rows, lines = [] }) {
  for (const row of rows) {
    const known = phones.get(row.key);
    phones.set(row.key, { lines: new Map(), last: "", ...known, ...row });
  }
  const touched = new Set();
  for (const line of lines) {
    const phone = phones.get(line.phone);
    if (!phone) continue;
    const old = phone.lines.get(line.id);
    if (old && old.status === line.status) continue;
    phone.lines.set(line.id, line);
    if (line.at > phone.last) phone.last = line.at;
    touched.add(line.phone);
  }
  for (const key of touched) if (open.has(key)) fill(key);
  if (touched.size || rows.length) showList();
  return touched.size > 0;
}

function recent() {
  return [...phones.values()].filter((phone) => phone.last).sort((a, b) => (a.last < b.last ? 1 : -1));
}

/** On a wide screen the busiest phones lie on the table by themselves. */
function openTheBusy() {
  if (narrow.matches) return;
  for (const phone of recent().slice(0, OPENED_BY_THEMSELVES)) {
    if (open.size < OPENED_BY_THEMSELVES && !closed.has(phone.key) && !open.has(phone.key)) openPhone(phone.key);
  }
}

function showList() {
  const rows = found ?? recent().slice(0, LISTED);
  list.replaceChildren(
    ...rows.map((phone) => {
      const entry = document.getElementById("entry").content.cloneNode(true).firstElementChild;
      const lines = orderedLines(phone);
      const last = lines[lines.length - 1];
      entry.querySelector(".icon").textContent = ICONS[phone.kind];
      entry.querySelector(".title").textContent = phone.title;
      entry.querySelector(".detail").textContent = phone.title === phone.key ? phone.detail : `${phone.detail} ${phone.key}`;
      entry.querySelector(".last").textContent = last ? `${last.sent ? "➤ " : ""}${last.text}` : "";
      entry.querySelector("time").textContent = last ? clockOf(last.at) : "";
      const button = entry.querySelector("button");
      button.setAttribute("aria-pressed", String(open.has(phone.key)));
      button.addEventListener("click", () => openPhone(phone.key, true));
      return entry;
    }),
  );
  document.getElementById("no-phones").hidden = rows.length > 0;
}

async function openPhone(key, byHand = false) {
  closed.delete(key);
  if (!open.has(key)) {
    const frame = document.getElementById("frame").content.cloneNode(true).firstElementChild;
    open.set(key, frame);
    dress(frame, phones.get(key));
    if (byHand) frames.prepend(frame);
    else frames.append(frame);
    fill(key);
    showList();
    ask(`${urls.conversation}?phone=${encodeURIComponent(key)}`).then(take, () => {});
  }
  if (!byHand) return;
  const frame = open.get(key);
  document.body.classList.add("talking");
  for (const other of open.values()) other.classList.toggle("front", other === frame);
  frame.scrollIntoView({ block: "nearest" });
  fill(key);
  frame.querySelector("textarea").focus();
}

function closePhone(key) {
  open.get(key)?.remove();
  open.delete(key);
  closed.add(key);
  document.body.classList.remove("talking");
  showList();
}

function dress(frame, phone) {
  frame.dataset.kind = phone.kind;
  frame.dataset.phone = phone.key;
  frame.setAttribute("aria-label", phone.title);
  frame.querySelector(".icon").textContent = ICONS[phone.kind];
  frame.querySelector("h2").textContent = phone.title;
  frame.querySelector(".detail").textContent = phone.title === phone.key ? phone.detail : `${phone.detail} · ${phone.key}`;
  frame.querySelector(".close").addEventListener("click", () => closePhone(phone.key));
  const form = frame.querySelector("form");
  const box = frame.querySelector("textarea");
  if (phone.key.startsWith("app:")) {
    form.replaceWith(Object.assign(document.createElement("p"), { className: "nothing", textContent: words["no-number"] }));
    return;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendText(frame, phone.key, box);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

async function sendText(frame, key, box) {
  const text = box.value;
  const button = frame.querySelector("form button");
  if (button.disabled) return;
  button.disabled = true;
  frame.querySelector(".fault").textContent = "";
  try {
    await ask(urls.text, { phone: key, text });
    box.value = "";
    take(await ask(`${urls.conversation}?phone=${encodeURIComponent(key)}`));
  } catch (fault) {
    frame.querySelector(".fault").textContent = fault.message || words.failed;
  }
  button.disabled = false;
}

async function press(frame, call, digit) {
  frame.querySelector(".fault").textContent = "";
  try {
    const { said } = await ask(urls.press, { call, digit });
    heard.set(call, `${digit} ➤ ${said}`);
    fill(frame.dataset.phone);
    take(await ask(`${urls.conversation}?phone=${encodeURIComponent(frame.dataset.phone)}`));
  } catch (fault) {
    frame.querySelector(".fault").textContent = fault.message || words.failed;
  }
}

function orderedLines(phone) {
  return [...phone.lines.values()].sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1));
}

function fill(key) {
  const frame = open.get(key);
  const talk = frame.querySelector(".talk");
  const lines = orderedLines(phones.get(key));
  const atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 40 || !talk.childElementCount;
  talk.replaceChildren(...lines.map((line) => bubble(frame, line)));
  frame.querySelector(".nothing")?.toggleAttribute("hidden", lines.length > 0);
  keysOf(frame, phones.get(key), lines); // they take room from the talk
  if (atEnd) talk.scrollTop = talk.scrollHeight;
}

function bubble(frame, line) {
  const item = element("li", `bubble ${line.kind}${line.sent ? " sent" : ""}`);
  item.dataset.id = line.id;
  if (line.kind === "voice") item.append(element("b", "", `☎ ${words.call}`));
  else if (line.kind === "push") item.append(element("b", "", `▣ ${words.push}${line.title ? ` · ${line.title}` : ""}`));
  const text = element("p", "", line.text);
  text.dir = "auto";
  item.append(text);
  if (line.call) {
    const pad = element("div", "pad");
    for (const [digit, label] of frame.dataset.kind === "duty" ? [["1", words["keys-duty"]]] : [["1", words.go], ["2", words.cannot]]) {
      const key = element("button", "", label);
      key.type = "button";
      key.addEventListener("click", () => press(frame, line.call, digit));
      pad.append(key);
    }
    item.append(pad);
    if (heard.has(line.call)) item.append(element("p", "heard", heard.get(line.call)));
  }
  const foot = element("small", "", [clockOf(line.at), line.language, line.status === "accepted" ? "" : line.status].filter(Boolean).join(" · "));
  if (line.incident) {
    const page = element("a", "", words.incident);
    page.href = line.incident;
    foot.append(" · ", page);
  }
  item.append(foot);
  return item;
}

/** The answers a crew or a duty officer may give to the last thing they were asked. */
function keysOf(frame, phone, lines) {
  const keys = frame.querySelector(".keys");
  const asked = lines.filter((line) => !line.sent && line.reference && (line.purpose === "alert" || line.purpose === "duty")).pop();
  const said = asked && words[`keys-${phone.kind}`];
  if (keys.dataset.reference === (said ? asked.reference : "")) return;
  keys.dataset.reference = said ? asked.reference : "";
  keys.replaceChildren(
    ...(said ? said.split("|") : []).map((label) => {
      const button = element("button", "", label);
      button.type = "button";
      button.addEventListener("click", () => {
        const box = frame.querySelector("textarea");
        box.value = `${label[0]} ${asked.reference}`;
        box.focus();
      });
      return button;
    }),
  );
}

function element(name, className, text = "") {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

function clockOf(at) {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

let searching;
query.addEventListener("input", () => {
  clearTimeout(searching);
  searching = setTimeout(find, 200);
});
document.getElementById("find").addEventListener("submit", async (event) => {
  event.preventDefault();
  clearTimeout(searching);
  await find();
  if (found?.length) openPhone(found[0].key, true);
});

async function find() {
  const text = query.value.trim();
  if (!text) {
    found = null;
    return showList();
  }
  try {
    const answer = await ask(`${urls.search}?q=${encodeURIComponent(text)}`);
    if (query.value.trim() !== text) return; // a later search overtook this one
    take(answer);
    found = answer.phones.map((row) => phones.get(row.key));
    showList();
  } catch {
    link.textContent = link.dataset.lost;
  }
}
