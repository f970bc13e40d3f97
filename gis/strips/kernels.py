"""
Distances to street parts on a grid, and the other loops of the strips: the compiled part.

    segments (s x 4)  ->  field (rows x columns): metres beyond the strip at every grid node

A node is (row, column) of a grid whose lines lie at whole multiples of the cell, so that two
windows that overlap hold the same values. The first call compiles for about three seconds; the
code is kept (see ``gis.compiled``), and ``gis.strips.warm`` makes that call beforehand.
"""

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HAIR = 1e-3
"""Metres by which every node is inside or outside. Outlines cross a grid line at least half as far
from its nodes, so they keep apart from each other and from themselves, and are valid as drawn."""
TIE = 1e-3
"""Where two groups are equally near, give or take this many metres, the first wins."""
_LONGEST = 64
"""Corners thinned out in one go at most; keeps ``thin`` linear."""


@compiled
def stamp(field: Floats, xy: Floats, row: int, column: int, cell: float, far: float) -> None:
    """
    Lower each node of a window to its squared distance from the nearest segment.

    ``row`` and ``column`` are the grid numbers of the window's corner; nodes farther than ``far``
    from the box around a segment are passed over.
    """
    rows, columns = field.shape
    reach = far / cell
    for s in range(len(xy)):
        x, y = xy[s, 0] / cell - column, xy[s, 1] / cell - row
        dx, dy = (xy[s, 2] - xy[s, 0]) / cell, (xy[s, 3] - xy[s, 1]) / cell
        left = max(0, int(np.ceil(min(x, x + dx) - reach)))
        right = min(columns - 1, int(np.floor(max(x, x + dx) + reach)))
        low = max(0, int(np.ceil(min(y, y + dy) - reach)))
        high = min(rows - 1, int(np.floor(max(y, y + dy) + reach)))
        length = dx * dx + dy * dy
        share = 1.0 / length if length > 0.0 else 0.0
        for j in range(low, high + 1):
            up = j - y
            line = field[j]
            for i in range(left, right + 1):
                along = min(1.0, max(0.0, ((i - x) * dx + up * dy) * share))
                across, over = i - x - along * dx, up - along * dy
                line[i] = min(line[i], (across * across + over * over) * cell * cell)


@compiled
def level(field: Floats, radius: float) -> None:
    """Turn squared distances into metres beyond the radius: 0 is the outline, inside is below."""
    flat = field.reshape(-1)
    for k in range(len(flat)):
        beyond = np.sqrt(flat[k]) - radius
        flat[k] = beyond if abs(beyond) >= HAIR else -HAIR


@compiled
def level_split(field: Floats, lower: Floats, higher: Floats, radius: float) -> None:
    """
    Do as ``level``, but nodes nearer to another group are outside.

    ``lower`` and ``higher`` are the squared distances to the groups before and after this one.
    Where two groups meet the one's value is the other's with the sign turned, so that both
    outlines run through the same points.
    """
    flat, before, after = field.reshape(-1), lower.reshape(-1), higher.reshape(-1)
    for k in range(len(flat)):
        rival = min(np.sqrt(before[k]) - TIE, np.sqrt(after[k]) + TIE)
        beyond = np.sqrt(flat[k]) - min(radius, rival)
        flat[k] = beyond if abs(beyond) >= HAIR else np.copysign(HAIR, beyond)


@compiled
def thin(xy: Floats, ring: Ints, slack: float) -> NDArray[np.bool_]:
    """Tell which corners of rings stay when those within ``slack`` of a straight run are left out.

    ``ring`` holds the first corner of each ring, and the end. First corners stay.
    """
    kept = np.zeros(len(xy), dtype=np.bool_)
    for r in range(len(ring) - 1):
        last, end = ring[r], ring[r + 1] - 1
        kept[last] = kept[end] = True
        for k in range(last + 2, end + 1):
            dx, dy = xy[k, 0] - xy[last, 0], xy[k, 1] - xy[last, 1]
            most = slack * np.sqrt(dx * dx + dy * dy)
            straight = k - last < _LONGEST and most > 0.0
            for m in range(last + 1, k):
                if not straight:
                    break
                off = (xy[m, 0] - xy[last, 0]) * dy - (xy[m, 1] - xy[last, 1]) * dx
                straight = abs(off) <= most
            if not straight:
                last = k - 1
                kept[last] = True
    return kept


@compiled
def count_pieces(metres: Floats, first: Ints, line: Ints, start: Floats, stop: Floats) -> Ints:
    """Return where the segments of each part of a line begin, and how many there are in all."""
    begin = np.zeros(len(line) + 1, dtype=np.int64)
    for p in range(len(line)):
        a, b = first[line[p]], first[line[p] + 1]
        inner = 0
        for k in range(a + 1, b - 1):
            inner += start[p] < metres[k] < stop[p]
        begin[p + 1] = begin[p] + inner + 1
    return begin


@compiled
def fill_pieces(
    xy: Floats, metres: Floats, first: Ints, line: Ints, start: Floats, stop: Floats, begin: Ints
) -> Floats:
    """Return the straight pieces of parts of lines, part after part, as x, y, x, y."""
    pieces = np.empty((begin[-1], 4))
    for p in range(len(line)):
        a, b = first[line[p]], first[line[p] + 1]
        at = begin[p]
        pieces[at, :2] = _place(xy, metres, a, b, start[p])
        for k in range(a + 1, b - 1):
            if start[p] < metres[k] < stop[p]:
                pieces[at, 2:] = xy[k]
                at += 1
                pieces[at, :2] = xy[k]
        pieces[at, 2:] = _place(xy, metres, a, b, stop[p])
    return pieces


@compiled
def _place(xy: Floats, metres: Floats, a: int, b: int, at: float) -> Floats:
    """Return the point ``at`` metres along the line of corners a … b - 1; its ends if beyond."""
    k = a + 1
    while k < b - 1 and metres[k] <= at:
        k += 1
    step = metres[k] - metres[k - 1]
    share = min(1.0, max(0.0, (at - metres[k - 1]) / step)) if step > 0.0 else 0.0
    return xy[k - 1] + (xy[k] - xy[k - 1]) * share
