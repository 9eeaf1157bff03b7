// Units on the chart: by status and heading; whose fix is old as a circle that it could be anywhere in.
import { gather, mercator, nearest } from "./grid.js";
import { SymbolCanvas, token } from "./symbol_canvas.js";

const CELL = 22;
const REACH = 14;
const NAMES_FROM = 8; // zoom
const UNDER_WAY_KN = 1; // slower, and a course is noise
const COLOUR = { distress: "p1", tasked: "good", alerted: "warn", free: "link", away: "quiet" };
const ORDER = Object.keys(COLOUR);
const TURN = 2 * Math.PI;

/** How far the unit could be from its position by now, in miles; 0: it is there. */
export function radiusNm({ circle }, now = Date.now()) {
  if (!circle) return 0;
  if (!circle.since) return circle.most_nm;
  return Math.min(Math.max(now - Date.parse(circle.since), 0) / 3600000 * circle.grows_kn, circle.most_nm);
}

/** Returns { load, update, at, get, show, paint }. */
export function unitsLayer(map) {
  const units = new Map();
  let groups = [];
  const canvas = new SymbolCanvas({ draw, pane: "units" });
  map.createPane("units").style.zIndex = 450; // below the incidents
  map.getPane("units").style.pointerEvents = "none";
  canvas.addTo(map);

  function put(unit) {
    const [x, y] = mercator(...unit.position);
    units.set(unit.call_sign, { ...unit, x, y, rank: ORDER.indexOf(unit.group) });
  }

  function load(all) {
    units.clear();
    all.forEach(put);
    canvas.paint();
  }

  function update(changed, gone) {
    changed.forEach(put);
    gone.forEach((callSign) => units.delete(callSign));
    canvas.paint();
  }

  function draw(context, view) {
    const colours = Object.fromEntries(ORDER.map((group) => [group, token(COLOUR[group])]));
    const ground = token("ground");
    const ink = token("ink");
    for (const unit of units.values()) {
      const miles = radiusNm(unit);
      if (!miles || unit.group === "away") continue;
      const [x, y] = view.place(unit.x, unit.y);
      const radius = view.metres(miles * 1852, unit.y);
      if (radius < 8 || radius > 20000) continue;
      context.beginPath();
      context.arc(x, y, radius, 0, TURN);
      context.setLineDash([4, 6]);
      context.lineWidth = 1.5;
      context.strokeStyle = colours[unit.group];
      context.stroke();
      context.setLineDash([]);
    }
    groups = gather(units.values(), view.zoom, CELL, view.box);
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.textAlign = "left";
    for (const group of groups) {
      const unit = group.first;
      group.at = view.place(group.x, group.y);
      const [x, y] = group.at;
      const known = unit.age === "live" || unit.age === "recent";
      context.beginPath();
      symbol(context, x, y, unit);
      context.lineWidth = 2;
      context.strokeStyle = colours[unit.group];
      context.fillStyle = known ? colours[unit.group] : ground;
      context.fill();
      context.stroke();
      const more = group.points.length > 1 ? ` +${group.points.length - 1}` : "";
      const name = view.zoom >= NAMES_FROM ? unit.call_sign + more : more.trim();
      if (!name) continue;
      context.lineWidth = 3;
      context.strokeStyle = ground;
      context.strokeText(name, x + 11, y);
      context.fillStyle = ink;
      context.fillText(name, x + 11, y);
    }
  }

  return {
    load,
    update,
    at: (point) => nearest(groups, canvas.onCanvas(point), REACH),
    get: (callSign) => units.get(callSign),
    all: () => [...units.values()],
    show: (on) => (on ? canvas.addTo(map) : canvas.remove()),
    paint: () => canvas.paint(),
  };
}

/** The path of a unit's symbol: a hull that points where it goes, a cross for an aircraft, a square ashore. */
function symbol(context, x, y, unit) {
  if (unit.kind === "shore") return context.rect(x - 5, y - 5, 10, 10);
  const moves = (unit.moving_kn ?? 0) >= UNDER_WAY_KN && unit.course_deg !== null && unit.age !== "stale";
  if (unit.kind === "boat" && !moves) return context.arc(x, y, 5.5, 0, TURN);
  const turn = ((moves ? unit.course_deg : 0) * Math.PI) / 180;
  const outline =
    unit.kind === "boat"
      ? [[0, -11], [5, -3], [5, 7], [-5, 7], [-5, -3]]
      : [[0, -10], [2, -3], [9, 1], [9, 3], [2, 2], [2, 7], [4, 9], [-4, 9], [-2, 7], [-2, 2], [-9, 3], [-9, 1], [-2, -3]];
  for (const [right, down] of outline) {
    context.lineTo(x + right * Math.cos(turn) - down * Math.sin(turn), y + right * Math.sin(turn) + down * Math.cos(turn));
  }
  return context.closePath();
}
