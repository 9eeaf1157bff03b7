// Points that would lie on top of each other on the screen, put together: a count for each cell of a grid.

const WORLD = 256; // pixels of the whole world at zoom 0

/** Web Mercator of a position: 0 to 1 from west to east and from north to south, whatever the zoom. */
export function mercator(lon, lat) {
  const sine = Math.min(Math.max(Math.sin((lat * Math.PI) / 180), -0.9999), 0.9999);
  return [(lon + 180) / 360, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

/**
 * Put `points` ({x, y} from `mercator`, `rank`: the lower the more urgent) into cells of `cell` pixels at `zoom`.
 * Returns a list of {x, y, first, points}: where the most urgent point lies, that point, and all of the cell, sorted.
 * The grid is fixed to the world: panning moves no point to another cell. `box` (of mercator: [west, north, east,
 * south]) leaves out what is not seen.
 */
export function gather(points, zoom, cell, box = null) {
  const cells = new Map();
  const scale = (WORLD * 2 ** zoom) / cell;
  for (const point of points) {
    if (box && (point.x < box[0] || point.y < box[1] || point.x > box[2] || point.y > box[3])) continue;
    const key = Math.floor(point.x * scale) * 2 ** 26 + Math.floor(point.y * scale);
    const found = cells.get(key);
    if (!found) cells.set(key, { first: point, points: [point] });
    else {
      found.points.push(point);
      if (point.rank < found.first.rank) found.first = point;
    }
  }
  const groups = [...cells.values()];
  for (const group of groups) {
    group.x = group.first.x;
    group.y = group.first.y;
  }
  return groups;
}

/** Of `groups` with their place on the screen (`at`: [x, y]) the one nearest to a place, within `reach` pixels. */
export function nearest(groups, [x, y], reach) {
  let best = null;
  let least = reach;
  for (const group of groups) {
    const away = Math.hypot(group.at[0] - x, group.at[1] - y);
    if (away <= least) [best, least] = [group, away];
  }
  return best;
}
