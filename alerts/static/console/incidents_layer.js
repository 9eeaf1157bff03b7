// Incidents on the chart: a shape, a digit and a colour for each priority; those too near to each other as a count.
import { gather, mercator, nearest } from "./grid.js";
import { SymbolCanvas, token } from "./symbol_canvas.js";

const CELL = 38; // pixels of the grid
const REACH = 18; // pixels from a symbol that still mean it: a target of 36
const ERRORS_FROM = 10; // zoom from which each incident's error circle is drawn
const MARKS = { distress: 1, drill: 2, taken: 4 };
const TURN = 2 * Math.PI;

/** Returns { load, update, unplaced, at, inView, everywhere, groups, get, show, choose, paint, size, lastMs }. */
export function incidentsLayer(map) {
  const points = new Map();
  let nowhere = new Set(); // ids of those without a position
  let groups = [];
  let chosen = "";
  let words = new Map(); // of each type
  const canvas = new SymbolCanvas({ draw, pane: "incidents" });
  map.createPane("incidents").style.zIndex = 460; // above lines, below tooltips
  map.getPane("incidents").style.pointerEvents = "none";
  canvas.addTo(map);

  function put(point) {
    [point.x, point.y] = mercator(point.lon, point.lat);
    point.rank = (point.priority - (point.distress ? 0.5 : 0)) * 1e9 + point.minute;
    points.set(point.id, point);
  }

  /** Take the server's columns in place of all there was. */
  function load({ types, incidents: columns, unplaced }) {
    points.clear();
    nowhere = new Set(unplaced.map(dashed));
    words = new Map(types);
    for (let n = 0; n < columns.id.length; n += 1) {
      const marks = columns.marks[n];
      put({
        id: dashed(columns.id[n]),
        reference: columns.reference[n],
        lon: columns.lon[n],
        lat: columns.lat[n],
        error_m: columns.error_m[n],
        priority: columns.priority[n],
        type: types[columns.type[n]][1],
        distress: Boolean(marks & MARKS.distress),
        drill: Boolean(marks & MARKS.drill),
        taken: Boolean(marks & MARKS.taken),
        minute: columns.minute[n],
      });
    }
    canvas.paint();
  }

  function drop(id) {
    points.delete(id);
    nowhere.delete(id);
  }

  /** What the stream tells: rows that changed, the ids of those that are gone, and after a break all that are there. */
  function update(rows, gone, present) {
    for (const { id, reference, facets } of rows) {
      drop(id);
      if (!facets.position) {
        nowhere.add(id);
        continue;
      }
      const [lon, lat] = facets.position;
      const type = words.get(facets.type) ?? facets.type;
      put({ ...facets, id, reference, lon, lat, type, minute: Math.floor(Date.parse(facets.received_at) / 60000) });
    }
    gone.forEach(drop);
    if (present) {
      const there = new Set(present);
      for (const id of [...points.keys(), ...nowhere]) if (!there.has(id)) drop(id);
    }
    canvas.paint();
  }

  function draw(context, view) {
    groups = gather(points.values(), view.zoom, CELL, view.box);
    // The less urgent first: where two touch, the more urgent is on top.
    groups.sort((a, b) => b.first.rank - a.first.rank);
    const ink = token("ground");
    const colours = [1, 2, 3, 4, 5].map((n) => token(`p${n}`));
    const drill = token("drill");
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const group of groups) {
      const { first } = group;
      group.at = view.place(group.x, group.y);
      const [x, y] = group.at;
      const colour = colours[first.priority - 1];
      if (view.zoom >= ERRORS_FROM && group.points.length === 1 && first.error_m) circle(context, x, y, view.metres(first.error_m, first.y), colour);
      context.lineWidth = 1.5;
      context.strokeStyle = ink;
      context.fillStyle = colour;
      const radius = shape(context, x, y, first.priority);
      context.fill();
      context.stroke();
      context.fillStyle = ink;
      context.font = "bold 11px system-ui, sans-serif";
      context.fillText(first.priority, x, first.priority === 2 ? y + 2 : y);
      if (first.distress) ring(context, x, y, radius + 4, colour, []);
      if (first.drill) ring(context, x, y, radius + 4, drill, [3, 3]);
      if (first.id === chosen) ring(context, x, y, radius + 8, token("focus"), [], 3);
      if (group.points.length > 1) count(context, x + radius, y - radius, group.points.length);
    }
  }

  /** The groups' place in the map's container: what is hit, and by whom. */
  function at(containerPoint) {
    return nearest(groups, canvas.onCanvas(containerPoint), REACH);
  }

  /** Incidents inside the window, the most urgent first. */
  function inView() {
    const box = map.getBounds();
    return [...points.values()].filter((point) => box.contains([point.lat, point.lon])).sort((a, b) => a.rank - b.rank);
  }

  return {
    load,
    update,
    at,
    inView,
    groups: () => groups,
    get: (id) => points.get(id),
    show: (on) => (on ? canvas.addTo(map) : canvas.remove()),
    choose: (id) => ((chosen = id), canvas.paint()),
    paint: () => canvas.paint(),
    everywhere: () => [...points.values()].map(({ lat, lon }) => [lat, lon]),
    size: () => points.size,
    unplaced: () => nowhere.size,
    lastMs: () => canvas.lastMs,
  };
}

const dashed = (hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** Begin the path of a priority's shape; returns its radius. 1 diamond, 2 triangle, 3 square, 4 circle, 5 small circle. */
export function shape(context, x, y, priority) {
  context.beginPath();
  if (priority === 1) return polygon(context, x, y, 12, [0, 90, 180, 270]);
  if (priority === 2) return polygon(context, x, y, 11.5, [0, 120, 240]);
  if (priority === 3) return polygon(context, x, y, 11, [45, 135, 225, 315]);
  const radius = priority === 4 ? 8.5 : 7;
  context.arc(x, y, radius, 0, TURN);
  return radius;
}

function polygon(context, x, y, radius, corners) {
  for (const degrees of corners) {
    const angle = (degrees * Math.PI) / 180;
    context.lineTo(x + radius * Math.sin(angle), y - radius * Math.cos(angle));
  }
  context.closePath();
  return radius;
}

function ring(context, x, y, radius, colour, dash, width = 2) {
  context.beginPath();
  context.arc(x, y, radius, 0, TURN);
  context.setLineDash(dash);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke();
  context.setLineDash([]);
}

function circle(context, x, y, radius, colour) {
  if (radius < 12 || radius > 4000) return;
  ring(context, x, y, radius, colour, [], 1);
}

function count(context, x, y, number) {
  const text = String(number);
  const half = 4 + 3.4 * text.length;
  context.beginPath();
  context.roundRect(x - half, y - 8, 2 * half, 16, 8);
  context.fillStyle = token("ink");
  context.fill();
  context.fillStyle = token("ground");
  context.fillText(text, x, y + 0.5);
}
