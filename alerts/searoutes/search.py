"""The compiled part: seeing, searching and pulling tight on a chart of cells.

Coordinates here are in cells: `x` east and `y` north from the chart's south-west corner, cell (3, 5) covers
3 <= x < 4, 5 <= y < 6. A chart is an array of tiles, 4 x 4 cells as the bits of one uint16, 1 is water; bit
`(y & 3) * 4 + (x & 3)`. Ways pass between water cells that share a side; through a corner where one of the
two others is water.

Both searches are Dijkstra's with sixteen neighbours and a queue of buckets no wider than the shortest step,
so that whatever lies in the bucket that is due is final (R. B. Dial, Algorithm 360, CACM 12, 1969). They stop
when the goal is final and go on from there when asked for another. `cost` holds, for each row of the chart,
the metres of each of the sixteen steps.
"""

import numpy as np
from numba import njit

# The sixteen steps by angle, counted from east to north.
STEP_X = np.array([1, 2, 1, 1, 0, -1, -1, -2, -1, -2, -1, -1, 0, 1, 1, 2], np.int64)
STEP_Y = np.array([0, 1, 1, 2, 1, 2, 1, 1, 0, -1, -1, -2, -1, -2, -1, -1], np.int64)
TURN = 4  # a way turns by a right angle at most: further back lies nearer to where it came from
TURN_OPEN = 1  # and in open water to the next step at most: two others are longer than those between them

BUCKETS = 16  # up to latitude 80 the longest step is less than thirteen times the shortest
FAR = np.float32(3e38)
FULL = 0xFFFF
ROW = 12  # a search by tiles numbers them as if a row had 4096
NONE = -1  # of a tile: not entered yet


def compiled(function):
    """Compile at the first call and keep the result on disk; where nothing can be kept, do without."""
    try:
        return njit(function, cache=True, nogil=True, error_model="numpy")
    except RuntimeError:  # neither beside the source nor in the user's cache may files be written
        return njit(function, nogil=True, error_model="numpy")


@compiled
def is_water(tiles, x, y):
    """Tell whether a cell is water; outside the chart nothing is."""
    if x < 0 or y < 0 or x >= tiles.shape[1] * 4 or y >= tiles.shape[0] * 4:
        return False
    return (tiles[y >> 2, x >> 2] >> ((y & 3) * 4 + (x & 3))) & 1 == 1


@compiled
def sees(tiles, x0, y0, x1, y1):
    """Tell whether the straight line between two places crosses water only (J. Amanatides, A. Woo, 1987)."""
    x, y = int(np.floor(x0)), int(np.floor(y0))
    end_x, end_y = int(np.floor(x1)), int(np.floor(y1))
    if not is_water(tiles, x, y):
        return False
    dx, dy = x1 - x0, y1 - y0
    step_x = 1 if dx > 0 else -1
    step_y = 1 if dy > 0 else -1
    next_x = ((x + (dx > 0)) - x0) / dx if dx != 0 else np.inf
    next_y = ((y + (dy > 0)) - y0) / dy if dy != 0 else np.inf
    wide = 1 / abs(dx) if dx != 0 else np.inf
    high = 1 / abs(dy) if dy != 0 else np.inf
    for _ in range(abs(end_x - x) + abs(end_y - y)):
        if x == end_x and y == end_y:
            break
        if abs(next_x - next_y) < 1e-9:
            if not (is_water(tiles, x + step_x, y) or is_water(tiles, x, y + step_y)):
                return False
            x += step_x
            y += step_y
            next_x += wide
            next_y += high
        elif next_x < next_y:
            x += step_x
            next_x += wide
        else:
            y += step_y
            next_y += high
        if not is_water(tiles, x, y):
            return False
    return True


@compiled
def nearest_water(tiles, x, y, squeeze, reach):
    """Find the water cell whose centre is nearest to a place on land, as (x, y); (-1, -1) if none.

    `squeeze` is the length of a cell's southern side by that of its western one, `reach` how far to look in
    such western sides.
    """
    best, best_x, best_y = reach * reach, -1, -1
    cx, cy = int(np.floor(x)), int(np.floor(y))
    for ring in range(int(reach / squeeze) + 2):
        if (ring - 1) * squeeze > np.sqrt(best):
            break
        for dy in range(-ring, ring + 1):
            step = 1 if abs(dy) == ring else 2 * ring
            for dx in range(-ring, ring + 1, step):
                if is_water(tiles, cx + dx, cy + dy):
                    away = ((cx + dx + 0.5 - x) * squeeze) ** 2 + (cy + dy + 0.5 - y) ** 2
                    if away < best:
                        best, best_x, best_y = away, cx + dx, cy + dy
    return best_x, best_y


@compiled
def _place(window, tile_of, x, y, west, south):
    """Give the node of a cell in a window of tiles, or -1; a tile first entered gets the next number.

    `tile_of[-1]` counts them.
    """
    column, row = (x >> 2) - west, (y >> 2) - south
    if column < 0 or row < 0 or column >= window.shape[1] or row >= window.shape[0]:
        return -1
    tile = window[row, column]
    if tile == NONE:
        tile = tile_of[-1]
        window[row, column] = tile
        tile_of[tile] = (row + south) * 65536 + column + west
        tile_of[-1] = tile + 1
    return tile * 16 + (y & 3) * 4 + (x & 3)


@compiled
def _idle(state):
    waiting = 0
    for bucket in range(BUCKETS):
        waiting += state[1 + bucket]
    return waiting == 0


@compiled
def search_cells(
    tiles, wide, cost, scale, window, west, south, tile_of, state, queue, reached, came, goal_x, goal_y, limit
):
    """Search cell by cell within a window of tiles until the goal is final, or all within `limit` metres.

    Returns the goal's node, or -1 while it is not final. `state` is the number of the bucket that is due and,
    after it, how many each bucket holds; `scale` is buckets a metre. An entry of a bucket counts if its node
    still belongs there.
    """
    sides = np.zeros(17, np.bool_)
    while True:
        due = state[0]
        row, column = (goal_y >> 2) - south, (goal_x >> 2) - west
        if (
            goal_x >= 0
            and 0 <= row < window.shape[0]
            and 0 <= column < window.shape[1]
            and window[row, column] >= 0
        ):
            goal = window[row, column] * 16 + (goal_y & 3) * 4 + (goal_x & 3)
            if reached[goal] * scale < due + 1:
                return goal
        if due > limit * scale or _idle(state):
            return -1
        bucket = due % BUCKETS
        for entry in range(state[1 + bucket]):
            node = queue[bucket, entry]
            here = reached[node]
            if int(here * scale) != due:
                continue
            place = tile_of[node >> 4]
            tile_x, tile_y = place % 65536, place // 65536
            x, y = tile_x * 4 + (node & 3), tile_y * 4 + ((node >> 2) & 3)
            step = came[node]
            is_open = wide[tile_y, tile_x]
            if step < 0:
                first, last = 0, 15
            elif is_open:
                first, last = step - TURN_OPEN, step + TURN_OPEN
            else:
                first, last = step - TURN, step + TURN
            if not is_open:
                for side in range(0, 16, 4):
                    sides[side] = is_water(tiles, x + STEP_X[side], y + STEP_Y[side])
                sides[16] = sides[0]
                for side in range(2, 16, 4):
                    sides[side] = (sides[side - 2] or sides[side + 2]) and is_water(
                        tiles, x + STEP_X[side], y + STEP_Y[side]
                    )
            for turned in range(first, last + 1):
                step = turned & 15
                to_x, to_y = x + STEP_X[step], y + STEP_Y[step]
                if not is_open:
                    if step & 1:
                        if not (sides[step - 1] and sides[step + 1] and is_water(tiles, to_x, to_y)):
                            continue
                    elif not sides[step]:
                        continue
                to = _place(window, tile_of, to_x, to_y, west, south)
                if to < 0:
                    continue
                metres = here + cost[y, step]
                old = reached[to]
                if metres < old:
                    reached[to] = metres
                    came[to] = step
                    belongs = int(metres * scale)
                    if old == FAR or int(old * scale) != belongs:
                        belongs %= BUCKETS
                        queue[belongs, state[1 + belongs]] = to
                        state[1 + belongs] += 1
        state[1 + bucket] = 0
        state[0] += 1


@compiled
def seed_cell(window, tile_of, x, y, west, south, state, queue, reached):
    """Start a search by cells at one cell."""
    node = _place(window, tile_of, x, y, west, south)
    reached[node] = 0
    queue[0, 0] = node
    state[1] = 1


@compiled
def nearest_body(bodies, middle_of, tile_of, cells_reached):
    """Find the tile to whose main body of water a search by cells had the shortest way, and that node."""
    goal, goal_node, least = -1, -1, FAR
    for tile in range(tile_of[-1]):
        x, y = tile_of[tile] % 65536, tile_of[tile] // 65536
        body = bodies[y, x]
        if body:
            node = tile * 16 + middle_of[body]
            if cells_reached[node] < least:
                goal, goal_node, least = (y << ROW) + x, node, cells_reached[node]
    return goal, goal_node


@compiled
def seed_tiles(bodies, middle_of, tile_of, cells_reached, least, most, scale, state, queue, reached, came):
    """Start a search by tiles from the cells that a search by cells reached between two distances."""
    state[0] = int(least * scale)
    for tile in range(tile_of[-1]):
        x, y = tile_of[tile] % 65536, tile_of[tile] // 65536
        body = bodies[y, x]
        metres = cells_reached[tile * 16 + middle_of[body]]
        if body and least <= metres <= most:
            node = (y << ROW) + x
            reached[node] = metres
            came[node] = -1
            bucket = int(metres * scale) % BUCKETS
            queue[bucket, state[1 + bucket]] = node
            state[1 + bucket] += 1


@compiled
def search_tiles(bodies, wide, cost, scale, state, queue, reached, came, goal, limit):
    """Search tile by tile over the main body of water of each until the goal is final, or all within `limit`.

    Tells whether the goal is final. Like `search_cells`, but a node not entered has reached 0: memory that is
    never written is never taken. Knight's steps are for open water.
    """
    sides = np.zeros(17, np.bool_)
    while True:
        due = state[0]
        if 0 < reached[goal] * scale < due + 1:
            return True
        if due > limit * scale or _idle(state):
            return False
        bucket = due % BUCKETS
        for entry in range(state[1 + bucket]):
            node = queue[bucket, entry]
            here = reached[node]
            if int(here * scale) != due:
                continue
            y, x = node >> ROW, node & ((1 << ROW) - 1)
            step = came[node]
            is_open = wide[y, x]
            if is_open and step >= 0:
                first, last = step - TURN_OPEN, step + TURN_OPEN
            else:  # two tiles of water side by side need not meet, so a way may turn back
                first, last = 0, 15
            if not is_open:
                for side in range(0, 16, 4):
                    sides[side] = meets(bodies, x, y, side)
                sides[16] = sides[0]
                for side in range(2, 16, 4):
                    before, after = side - 2, (side + 2) & 15
                    sides[side] = (
                        sides[before] and meets(bodies, x + STEP_X[before], y + STEP_Y[before], after)
                    ) or (sides[after] and meets(bodies, x + STEP_X[after], y + STEP_Y[after], before))
            for turned in range(first, last + 1):
                step = turned & 15
                if step & 1 and not is_open:
                    continue
                if not (is_open or sides[step]):
                    continue
                to = node + (STEP_Y[step] << ROW) + STEP_X[step]
                metres = here + cost[y, step]
                old = reached[to]
                if metres < old or old == 0:
                    reached[to] = metres
                    came[to] = step
                    belongs = int(metres * scale)
                    if old == 0 or int(old * scale) != belongs:
                        belongs %= BUCKETS
                        queue[belongs, state[1 + belongs]] = to
                        state[1 + belongs] += 1
        state[1 + bucket] = 0
        state[0] += 1


@compiled
def meets(bodies, x, y, side):
    """Tell whether the main waters of a tile and of its neighbour to the east, north, west or south meet."""
    to_x, to_y = x + STEP_X[side], y + STEP_Y[side]
    if to_x < 0 or to_y < 0 or to_x >= bodies.shape[1] or to_y >= bodies.shape[0]:
        return False
    body, other = bodies[y, x], bodies[to_y, to_x]
    if side == 0:
        return (body >> 3) & other & 0x1111 != 0
    if side == 4:
        return (body >> 12) & other & 0xF != 0
    if side == 8:
        return (other >> 3) & body & 0x1111 != 0
    return (other >> 12) & body & 0xF != 0


def main_bodies() -> tuple[np.ndarray, np.ndarray]:
    """Give for each of the 65,536 tiles its largest body of water, and its cell nearest the middle."""
    tiles = np.arange(65536, dtype=np.uint16)
    best = np.zeros(65536, np.uint16)
    most = np.zeros(65536, np.uint8)
    for cell in range(16):
        body = tiles & np.uint16(1 << cell)
        for _ in range(9):  # the longest way within a tile, round bends, has nine steps
            sides = (body << 4) | (body >> 4) | ((body & 0x7777) << 1) | ((body & 0xEEEE) >> 1)
            body |= sides & tiles
        count = np.bitwise_count(body)
        best = np.where(count > most, body, best)
        most = np.maximum(count, most)
    middle = np.zeros(65536, np.uint8)
    by_nearness = sorted(range(16), key=lambda cell: (cell % 4 - 1.5) ** 2 + (cell // 4 - 1.5) ** 2)
    for cell in reversed(by_nearness):
        middle[best >> cell & 1 == 1] = cell
    return best, middle


@compiled
def trace_cells(window, west, south, tile_of, came, node):
    """Follow the steps back from a node: the centres of its cells, from there to the start of the search."""
    count, last = 1, node
    while came[last] >= 0:
        last = _before(window, west, south, tile_of, came, last)
        count += 1
    xs, ys = np.empty(count), np.empty(count)
    for i in range(count):
        place = tile_of[node >> 4]
        xs[i] = (place % 65536) * 4 + (node & 3) + 0.5
        ys[i] = (place // 65536) * 4 + ((node >> 2) & 3) + 0.5
        if i < count - 1:
            node = _before(window, west, south, tile_of, came, node)
    return xs, ys


@compiled
def _before(window, west, south, tile_of, came, node):
    place = tile_of[node >> 4]
    x = (place % 65536) * 4 + (node & 3) - STEP_X[came[node]]
    y = (place // 65536) * 4 + ((node >> 2) & 3) - STEP_Y[came[node]]
    return window[(y >> 2) - south, (x >> 2) - west] * 16 + (y & 3) * 4 + (x & 3)


@compiled
def trace_tiles(tiles, middle_of, came, node):
    """Follow the steps back from a tile: the middles of the waters, from there to a tile of the start."""
    count, last = 1, node
    while came[last] >= 0:
        last -= (STEP_Y[came[last]] << ROW) + STEP_X[came[last]]
        count += 1
    xs, ys = np.empty(count), np.empty(count)
    for i in range(count):
        y, x = node >> ROW, node & ((1 << ROW) - 1)
        cell = middle_of[tiles[y, x]]
        xs[i] = x * 4 + (cell & 3) + 0.5
        ys[i] = y * 4 + (cell >> 2) + 0.5
        if i < count - 1:
            node -= (STEP_Y[came[node]] << ROW) + STEP_X[came[node]]
    return xs, ys


@compiled
def pull_tight(tiles, squeeze, xs, ys):
    """Pull a way tight between its ends as a string: fewer corners, each at the edge of land.

    Goes over it from one end and then from the other, until a round gains less than a ten-thousandth.
    """
    length = _length(squeeze, xs, ys)
    for _ in range(8):
        xs, ys = skip(tiles, xs[::-1].copy(), ys[::-1].copy())
        if xs.shape[0] == 2:
            break
        fine_x, fine_y = resample(xs, ys)
        xs, ys = skip(tiles, fine_x[::-1].copy(), fine_y[::-1].copy())
        new = _length(squeeze, xs, ys)
        if new > length * 0.9999:
            break
        length = new
        if xs.shape[0] == 2:
            break
        xs, ys = resample(xs, ys)
    return xs, ys


@compiled
def _length(squeeze, xs, ys):
    total = 0.0
    for i in range(1, xs.shape[0]):
        total += np.sqrt(((xs[i] - xs[i - 1]) * squeeze) ** 2 + (ys[i] - ys[i - 1]) ** 2)
    return total


@compiled
def skip(tiles, xs, ys):
    """Leave out points between such as see each other, looking twice as far each time, then by halves."""
    kept = np.empty(xs.shape[0], np.int64)
    kept[0] = 0
    count, at, last = 1, 0, xs.shape[0] - 1
    while at < last:
        seen, stride = at + 1, 2
        while stride > 0:
            ahead = min(at + stride, last)
            if ahead > seen and sees(tiles, xs[at], ys[at], xs[ahead], ys[ahead]):
                seen = ahead
                if ahead == last:
                    break
                stride *= 2
            else:
                break
        blind = min(at + stride, last)
        while blind - seen > 1:
            ahead = (seen + blind) // 2
            if sees(tiles, xs[at], ys[at], xs[ahead], ys[ahead]):
                seen = ahead
            else:
                blind = ahead
        kept[count] = seen
        count += 1
        at = seen
    return xs[kept[:count]], ys[kept[:count]]


@compiled
def resample(xs, ys):
    """Put points along a way, one in each cell's length, the corners among them."""
    count = 1
    for i in range(1, xs.shape[0]):
        count += 1 + int(max(abs(xs[i] - xs[i - 1]), abs(ys[i] - ys[i - 1])))
    out_x, out_y = np.empty(count), np.empty(count)
    out_x[0], out_y[0] = xs[0], ys[0]
    at = 1
    for i in range(1, xs.shape[0]):
        parts = 1 + int(max(abs(xs[i] - xs[i - 1]), abs(ys[i] - ys[i - 1])))
        for part in range(1, parts + 1):
            out_x[at] = xs[i - 1] + (xs[i] - xs[i - 1]) * part / parts
            out_y[at] = ys[i - 1] + (ys[i] - ys[i - 1]) * part / parts
            at += 1
    return out_x, out_y
