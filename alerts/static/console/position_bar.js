// Where the pointer and the middle of the chart are, as mariners write it; a press copies it.
import { FORMATS, legText } from "./geodesy.js";

const KEY = "suar:position-format";

/**
 * `bar` has [data-middle], [data-pointer] and a select. `from()` gives [lat, lon] of what distances are told from, or
 * null. Returns { write(lat, lon) }.
 */
export function positionBar(map, bar, { words, from }) {
  const [middle, pointer, select] = ["[data-middle]", "[data-pointer]", "select"].map((name) => bar.querySelector(name));
  select.value = localStorage.getItem(KEY) in FORMATS ? localStorage.getItem(KEY) : "minutes";
  const write = (lat, lon) => FORMATS[select.value](lat, lon);

  function draw() {
    const { lat, lng } = map.getCenter().wrap();
    middle.textContent = write(lat, lng);
  }

  let moved = null;
  map.on("mousemove", ({ latlng }) => {
    if (moved === null) requestAnimationFrame(() => {
      const { lat, lng } = moved.wrap();
      moved = null;
      const start = from();
      pointer.textContent = start ? `${write(lat, lng)} · ${legText(start, [lat, lng])}` : write(lat, lng);
    });
    moved = latlng;
  });
  map.on("mouseout", () => (pointer.textContent = ""));
  map.on("moveend", draw);
  select.addEventListener("change", () => {
    localStorage.setItem(KEY, select.value);
    draw();
  });
  middle.addEventListener("click", () => copy(middle.textContent, words));
  draw();
  return { write };
}

/** Put a text on the clipboard and say so. */
export async function copy(text, words) {
  try {
    await navigator.clipboard.writeText(text);
    document.dispatchEvent(new CustomEvent("suar:said", { detail: { text: words("copied", { text }) } }));
  } catch {
    document.dispatchEvent(new CustomEvent("suar:said", { detail: { text: words("not-copied") } }));
  }
}
