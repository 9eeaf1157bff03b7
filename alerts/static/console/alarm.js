// Distress that nobody has taken: a sound at every desk until somebody takes it, and a banner that stays.
import { now, span } from "./clocks.js";
import { ask, fire, refusalOf, wordsOf } from "./words.js";

const MUTE_MS = 60_000;
const EVERY_MS = 2_000;
const MOST_SHOWN = 3;

const $ = (id) => document.getElementById(id);

/** Tones without a file: `[Hz, from, to]`, seconds from now. */
function play(audio, tones, volume) {
  for (const [pitch, from, to] of tones) {
    const [tone, gain] = [audio.createOscillator(), audio.createGain()];
    const at = audio.currentTime + from;
    tone.frequency.value = pitch;
    tone.type = "square";
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(volume, at + 0.02);
    gain.gain.setValueAtTime(volume, audio.currentTime + to - 0.03);
    gain.gain.linearRampToValueAtTime(0, audio.currentTime + to);
    tone.connect(gain).connect(audio.destination);
    tone.start(at);
    tone.stop(audio.currentTime + to);
  }
}
const SIREN = [[880, 0, 0.35], [1320, 0.35, 0.7], [880, 0.7, 1.05], [1320, 1.05, 1.4]];
const CHIME = [[520, 0, 0.25]];

export function start() {
  const box = $("alarm");
  if (!box) return;
  const word = wordsOf("alarm-texts");
  const audio = window.AudioContext ? new AudioContext() : null;
  let untaken = [];
  let known = new Set();
  let mutedUntil = 0;
  let plain = document.title;

  const real = () => untaken.filter((row) => !row.drill);
  const audible = () => audio?.state === "running";
  const sounding = () => real().length > 0 && Date.now() >= mutedUntil;

  function showSound() {
    const button = $("sound");
    button.setAttribute("aria-pressed", String(audible()));
    button.textContent = word(audible() ? "on" : "off");
    button.classList.toggle("warning", !audible());
  }

  async function allow() {
    await audio?.resume().catch(() => {});
    showSound();
    return audible();
  }

  function beat() {
    const left = Math.ceil((mutedUntil - Date.now()) / 1000);
    $("mute").textContent = left > 0 ? word("muted", { n: left }) : word("mute");
    $("mute").disabled = left > 0;
    box.classList.toggle("muted", left > 0);
    // The document says it too, for tests and for whoever looks at it with other tools.
    box.dataset.sounding = String(sounding() && audible());
    blink();
  }

  function blink() {
    const said = word("title", { n: real().length });
    const shown = document.title.startsWith("(") && document.title.includes(" | ") ? document.title.replace(/^\(\d+\)[^|]*\| /, "") : document.title;
    plain = shown;
    document.title = real().length && Math.floor(Date.now() / 1000) % 2 ? `${said} | ${plain}` : plain;
  }

  function show() {
    const drills = untaken.length - real().length;
    const text = [real().length ? word("distress", { n: real().length }) : "", drills ? word("drill", { n: drills }) : ""].filter(Boolean).join(" · ");
    if ($("alarm-words").textContent !== text) $("alarm-words").textContent = text;
    box.classList.toggle("drill", !real().length);
    box.hidden = !untaken.length;
    $("mute").hidden = !real().length;
    const focused = box.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    box.querySelector("ul").replaceChildren(...untaken.slice(0, MOST_SHOWN).map(line));
    if (focused) box.querySelector(`[data-key="${focused}"]`)?.focus();
    beat();
  }

  function line(row) {
    const item = document.createElement("li");
    const what = document.createElement("span");
    const age = document.createElement("time");
    age.dateTime = row.received_at;
    age.dataset.age = "";
    age.textContent = span((now() - Date.parse(row.received_at)) / 1000);
    const where = document.createElement("bdi");
    where.textContent = row.where;
    what.append(`${row.reference} ${row.type} · `, where, ` · ${word("since")} `, age);
    item.append(what, button(row, "open", () => fire("open", { id: row.id })), button(row, "take", () => take(row)));
    return item;
  }

  function button(row, name, press) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button small";
    made.dataset.key = `${name}-${row.id}`;
    made.textContent = word(name, { reference: row.reference });
    made.addEventListener("click", press);
    return made;
  }

  async function take(row) {
    const address = box.dataset.act.replace("00000000-0000-0000-0000-000000000000", row.id);
    try {
      const answer = await ask(address, { method: "POST", body: new FormData() });
      const json = answer.headers.get("Content-Type")?.startsWith("application/json");
      if (answer.status === 401) fire("link", { state: "signed-out" });
      if (!answer.ok || !json) {
        fire("said", { text: await refusalOf(answer, word("failed")) });
      } else {
        const { said, undo } = await answer.json();
        fire("said", { text: said, undo });
      }
    } catch {
      fire("said", { text: word("failed") });
    }
    fire("open", { id: row.id });
  }

  document.addEventListener("suar:alarm", ({ detail }) => {
    const fresh = detail.untaken.filter((row) => !known.has(row.id));
    known = new Set(detail.untaken.map((row) => row.id));
    untaken = detail.untaken;
    if (fresh.some((row) => !row.drill)) mutedUntil = 0; // another one is not what was silenced
    else if (fresh.length && audible()) play(audio, CHIME, 0.08);
    show();
  });
  $("mute").addEventListener("click", () => {
    mutedUntil = Date.now() + MUTE_MS;
    beat();
  });
  $("sound").addEventListener("click", async () => (await allow()) && play(audio, SIREN.slice(0, 2), 0.2));
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, () => audible() || allow(), { capture: true });
  audio?.addEventListener("statechange", showSound);
  setInterval(beat, 1_000);
  setInterval(() => sounding() && audible() && play(audio, SIREN, 0.25), EVERY_MS);
  showSound();
}
