// Colours and wall mode, set before the first paint: no module, so that nothing flashes.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const kept = (name) => {
    try { return localStorage.getItem(name) ?? ""; } catch { return ""; }
  };
  const keep = (name, value) => {
    try { localStorage.setItem(name, value); } catch { /* a browser that keeps nothing */ }
  };
  const paint = (theme) => (theme === "dark" || theme === "light" ? (root.dataset.theme = theme) : delete root.dataset.theme);
  const asked = new URLSearchParams(location.search).get("wall");
  const enlarge = (on) => root.toggleAttribute("data-wall", on);
  paint(kept("suar-theme"));
  enlarge(asked === null ? kept("suar-wall") === "1" : asked !== "0");
  addEventListener("DOMContentLoaded", () => {
    const theme = document.getElementById("theme");
    const wall = document.getElementById("wall");
    if (!theme || !wall) return;
    theme.value = root.dataset.theme ?? "";
    theme.addEventListener("change", () => {
      keep("suar-theme", theme.value);
      paint(theme.value);
      document.dispatchEvent(new CustomEvent("suar:theme"));
    });
    const show = () => wall.setAttribute("aria-pressed", String(root.hasAttribute("data-wall")));
    show();
    wall.addEventListener("click", () => {
      enlarge(!root.hasAttribute("data-wall"));
      keep("suar-wall", root.hasAttribute("data-wall") ? "1" : "");
      show();
    });
  });
})();
