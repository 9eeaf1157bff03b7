// Measuring on the chart: click points, or Enter for its middle; each leg and the whole in miles and degrees true.
import { distanceNm, legText, milesText } from "./geodesy.js";
import { token } from "./symbol_canvas.js";

/**
 * `button` begins and ends it, `output` says the figures. While it runs, `takesClicks()` is true and others leave
 * clicks alone. Returns { takesClicks, add(latlng), stop }.
 */
export function measureTool(map, button, output, words) {
  const drawn = L.layerGroup().addTo(map);
  let points = null;

  function begin() {
    points = [];
    button.setAttribute("aria-pressed", "true");
    map.getContainer().classList.add("measuring");
    map.getContainer().focus();
    output.hidden = false;
    draw();
  }

  function stop() {
    if (!points) return;
    points = null;
    button.setAttribute("aria-pressed", "false");
    map.getContainer().classList.remove("measuring");
    drawn.clearLayers();
    output.hidden = true;
    output.textContent = "";
  }

  function add({ lat, lng }) {
    points.push([lat, lng]);
    draw();
  }

  function draw() {
    drawn.clearLayers();
    const color = token("focus");
    if (points.length > 1) L.polyline(points, { color, weight: 2, dashArray: "6 4", interactive: false }).addTo(drawn);
    for (const point of points) L.circleMarker(point, { radius: 4, color, weight: 2, fillOpacity: 1, interactive: false }).addTo(drawn);
    output.textContent = text();
  }

  function text() {
    if (points.length < 2) return words(points.length ? "measure-next" : "measure-first");
    const legs = points.slice(1).map((point, n) => legText(points[n], point));
    if (legs.length === 1) return legs[0];
    const whole = points.slice(1).reduce((sum, point, n) => sum + distanceNm(points[n], point), 0);
    return `${legs.map((leg, n) => `${n + 1}: ${leg}`).join(" · ")} · ${words("measure-total")} ${milesText(whole)}`;
  }

  button.addEventListener("click", () => (points ? stop() : begin()));
  document.addEventListener("keydown", (event) => {
    if (!points) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      stop();
      button.focus();
    } else if (event.target === map.getContainer() && event.key === "Enter") {
      event.preventDefault();
      add(map.getCenter());
    } else if (event.target === map.getContainer() && event.key === "Backspace" && points.length) {
      event.preventDefault();
      points.pop();
      draw();
    }
  });
  return { takesClicks: () => points !== null, add, stop };
}
