// A report by telephone, taken beside the chart: a click, the chart's middle or typed words say where.
import { positionText, readPosition } from "../communities/chart.js";
import { token } from "./symbol_canvas.js";
import { ask } from "./words.js";

const TYPED_MS = 300;
const FINGER_PX = 8; // how far a click may be from what was meant
const LEAST_ERROR_M = 50;
const PATIENCE_MS = 15_000;

/** `section` has an aside #phone-in with `data-form`. Returns { takesClicks, place(latlng), open, close }. */
export function phoneIn(map, section, words) {
  const panel = section.querySelector("#phone-in");
  const mark = L.circleMarker([0, 0], { radius: 9, weight: 3, fillOpacity: 0.2, interactive: false });
  const field = (name) => panel.querySelector(`[name="${name}"]`);
  let typing;

  const takesClicks = () => !panel.hidden && field("position") !== null;

  /** No place is in the form unless somebody asked for one: a caller who names none must not be given the chart's middle. */
  async function open({ withMiddle = false } = {}) {
    if (!panel.hidden) return field("text")?.focus();
    if (panel.querySelector("form")) { // closed with a caller's words in it
      panel.hidden = false;
      if (field("position").value.trim()) readBack();
      return field("text").focus();
    }
    try {
      const answer = await fetch(panel.dataset.form, { credentials: "same-origin", headers: { "X-Fragment": "1" } });
      if (!answer.ok) throw new Error(answer.status);
      panel.innerHTML = await answer.text(); // a page's part, as the server wrote it
    } catch {
      location.assign(panel.dataset.form); // the page of its own says what is wrong
      return;
    }
    panel.hidden = false;
    if (withMiddle) place(map.getCenter().wrap(), { middle: true });
    field("text").focus();
  }

  /** What was typed of a caller's words is not thrown away by Esc: it is there when the form is opened again. */
  function close({ keep = false } = {}) {
    panel.hidden = true;
    clearTimeout(typing);
    if (!keep || !field("text")?.value.trim()) panel.replaceChildren();
    mark.remove();
    section.querySelector("#phone-in-open")?.focus();
  }

  /** Write a place of the chart into the form, with the error of a finger at this zoom. */
  function place({ lat, lng }, { middle = false } = {}) {
    const start = map.latLngToContainerPoint([lat, lng]);
    const aside = map.containerPointToLatLng(start.add([FINGER_PX, 0]));
    field("position").value = positionText(lat, lng);
    field("position_error_m").value = Math.max(LEAST_ERROR_M, Math.ceil(map.distance([lat, lng], aside)));
    panel.querySelector("[data-read]").textContent = words(middle ? "placed-middle" : "placed", { position: positionText(lat, lng) });
    setMark(lat, lng);
  }

  function setMark(lat, lng) {
    mark.setLatLng([lat, lng]).setStyle({ color: token("focus") }).addTo(map);
  }

  /** Ask how the server reads what was typed; it knows every notation. */
  async function readBack() {
    if (!field("position")) return; // sent meanwhile
    const text = field("position").value.trim();
    const line = panel.querySelector("[data-read]");
    if (!text) {
      mark.remove();
      line.textContent = "";
      return;
    }
    const plain = readPosition(text);
    if (plain) setMark(...plain);
    try {
      const answer = await fetch(`${panel.dataset.read}?${new URLSearchParams({ text })}`, { credentials: "same-origin", headers: { "X-Fragment": "1" } });
      const said = await answer.json();
      if (field("position")?.value.trim() !== text) return;
      line.textContent = said.said;
      if (!said.position) return mark.remove();
      const [lon, lat] = said.position;
      field("position_error_m").value = said.error_m ?? "";
      setMark(lat, lon);
      if (!map.getBounds().contains([lat, lon])) map.panTo([lat, lon]);
    } catch {
      line.textContent = plain ? positionText(...plain) : words("not-read");
    }
  }

  panel.addEventListener("input", (event) => {
    if (event.target.name !== "position") return;
    clearTimeout(typing);
    typing = setTimeout(readBack, TYPED_MS);
  });

  panel.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const button = form.querySelector("button:not([type=button])");
    button.disabled = true;
    try {
      const answer = await ask(form.action, { method: "POST", body: new FormData(form), patience: PATIENCE_MS });
      if (answer.status === 401 || answer.status === 403) throw new Error(words("signed-out"));
      if (answer.status >= 500) throw new Error(words("refused"));
      panel.innerHTML = await answer.text(); // a page's part, as the server wrote it
      mark.remove();
      panel.querySelector("[data-first], .errorlist, input, textarea")?.focus?.();
    } catch (fault) {
      button.disabled = false; // what was typed stays; the form's key makes a second try the same report
      const line = form.querySelector("[data-fault]");
      line.textContent = fault instanceof TypeError || fault instanceof DOMException ? words("lost") : fault.message;
      line.hidden = false;
    }
  });

  panel.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      event.preventDefault();
      document.dispatchEvent(new CustomEvent("suar:open", { detail: { id: opener.dataset.open } }));
    } else if (event.target.closest("[data-cancel]")) {
      event.preventDefault();
      close();
    } else if (event.target.closest("[data-middle-of-chart]")) place(map.getCenter().wrap(), { middle: true });
  });

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close({ keep: true });
  });

  section.querySelector("#phone-in-open")?.addEventListener("click", (event) => {
    event.preventDefault();
    open();
  });
  return { takesClicks, place, open, close };
}
