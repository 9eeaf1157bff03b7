// What the chart shows, as the officer last chose it in this browser.

const KEY = "suar:layers";

/** `box` holds checkboxes by name; `layers` has a function of on or off for each. */
export function layerSwitches(box, layers) {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    // what somebody else wrote there is no choice of ours
  }
  for (const [name, show] of Object.entries(layers)) {
    const input = box.querySelector(`[name="${name}"]`);
    if (typeof kept[name] === "boolean") input.checked = kept[name];
    show(input.checked);
    input.addEventListener("change", () => {
      show(input.checked);
      kept[name] = input.checked;
      localStorage.setItem(KEY, JSON.stringify(kept));
    });
  }
}
