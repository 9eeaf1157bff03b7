// Every clock of the page, kept running: <time datetime=… data-age>, <time … data-until>, and deadlines, <time … data-due>.
import { wordsOf } from "./words.js";

let skewMs = 0; // the server is ahead of this machine by so much

/** A time as a dispatcher says it: 40 s, 5 min, 3 h 20 min, 2 d 14 h. */
export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 100) return `${s} s`;
  if (s < 6000) return `${Math.floor(s / 60)} min`;
  if (s < 172_800) return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, "0")} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** Now, in milliseconds, by the server's clock. */
export const now = () => Date.now() + skewMs;

/** Learn the server's clock from a time that it sent just now. */
export function learn(iso) {
  const at = Date.parse(iso);
  if (at) skewMs = at - Date.now();
}

function tick(word) {
  const at = now();
  for (const clock of document.querySelectorAll("time[data-age], time[data-until], time[data-due]")) {
    const left = (Date.parse(clock.dateTime) - at) / 1000;
    if (Number.isNaN(left)) continue;
    let text = span("age" in clock.dataset ? -left : left);
    if ("due" in clock.dataset) {
      const state = left < 0 ? "over" : left < Number(clock.dataset.due) ? "near" : "ample";
      text = word(left < 0 ? "late" : "left", { time: span(Math.abs(left)) });
      if (clock.dataset.state !== state) clock.dataset.state = state;
    }
    if (clock.textContent !== text) clock.textContent = text;
  }
}

export function start() {
  const word = wordsOf("clock-words");
  setInterval(() => tick(word), 1000);
  document.addEventListener("suar:link", () => tick(word));
  // By touch there is no hovering: a tap shows the time itself.
  document.addEventListener("click", ({ target }) => {
    const clock = target.closest?.("time[title]");
    if (clock && !clock.closest("a, button, summary, label")) clock.toggleAttribute("data-told");
  });
}
