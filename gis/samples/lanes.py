"""
The lanes of one block, read off its rows and columns.

    ┌──────┬──────┐   a lane runs below, between and above the rows of buildings,
    │ ████ │ ████ │   a drive along both ends and through the middle,
    ├──────┼──────┤   and a connector leads from each gate to the street outside
    │ ████ │ ████ │
    └──┬───┴──────┘
       ╪ gate on the ring
    ═══╧═══════════ street
"""

from dataclasses import dataclass

import numpy as np

from gis.samples.spec import Block, Gate

INNER_MARGIN = 7.0
"""Metres between a ring and the outermost lane."""
WANDER = 1.6
"""Metres by which lanes of old quarters leave the straight line."""
KNOTS = 6
"""Points of a wandering lane."""

Line = list[tuple[float, float]]


@dataclass(frozen=True)
class Lanes:
    """y of the rows' lanes, x of the column borders; plan metres."""

    rows: np.ndarray
    borders: np.ndarray

    @property
    def drives(self) -> np.ndarray:
        """Where the drives run (x): the west end, the middle, the east end."""
        return np.unique(self.borders[[0, len(self.borders) // 2, -1]])


def lanes_of(block: Block) -> Lanes:
    """Lay out one block: ``rows + 1`` lanes and ``cols + 1`` column borders."""
    west, south, east, north = block.ring
    return Lanes(
        rows=np.linspace(south + INNER_MARGIN, north - INNER_MARGIN, block.rows + 1).round(1),
        borders=np.linspace(west + INNER_MARGIN, east - INNER_MARGIN, block.cols + 1).round(1),
    )


def lane_lines(block: Block, rng: np.random.Generator) -> list[Line]:
    """All centre lines of the block, connectors included; none where ``lanes`` is false."""
    if not block.lanes:
        return []
    lanes = lanes_of(block)
    rows = lanes.rows[:: _step(block)]
    lines = [_row_lane(block, lanes, y, rng) for y in rows]
    lines += [[(float(x), rows[0]), (float(x), rows[-1])] for x in lanes.drives]
    for door in doors_of(block):
        outside, ring, inside = connector(block, door)
        # cut at a gate, so that the gate is a node; nobody has mapped one at a crossing
        known = door in block.gates
        lines += [[outside, ring], [ring, inside]] if known else [[outside, inside]]
    return lines


def doors_of(block: Block) -> list[Gate]:
    """Every place where a lane of the block leaves towards a street."""
    if block.form == "compound":
        return [*block.gates, *block.crossings]
    lanes = lanes_of(block)
    ends = {
        "west": lanes.rows[:: _step(block)][1::2],
        "east": lanes.rows[:: _step(block)][1::2],
        "south": lanes.drives,
        "north": lanes.drives,
    }
    return [
        Gate(side, _share(block, side, float(at))) for side in block.lanes_to for at in ends[side]
    ]


def gate_point(block: Block, door: Gate) -> tuple[float, float]:
    """Plan point on the ring; west and east doors stand at the end of a row's lane."""
    west, south, east, north = block.ring
    if door.side in {"south", "north"}:
        return round(west + door.at * (east - west), 1), {"south": south, "north": north}[door.side]
    rows = lanes_of(block).rows[:: _step(block)]
    nearest = np.abs(rows - (south + door.at * (north - south))).argmin()
    return {"west": west, "east": east}[door.side], float(rows[nearest])


def connector(block: Block, door: Gate) -> Line:
    """From the street outside over the ring to the outermost lane inside: three points."""
    x, y = gate_point(block, door)
    west, south, east, north = block.box
    lanes = lanes_of(block)
    rows = lanes.rows[:: _step(block)]
    outside, inside = {
        "west": ((west, y), (lanes.borders[0], y)),
        "east": ((east, y), (lanes.borders[-1], y)),
        "south": ((x, south), (x, rows[0])),
        "north": ((x, north), (x, rows[-1])),
    }[door.side]
    return [outside, (x, y), (float(inside[0]), float(inside[1]))]


def _row_lane(block: Block, lanes: Lanes, y: float, rng: np.random.Generator) -> Line:
    """Lane along a row: straight in compounds, wavering between its ends elsewhere."""
    if block.form == "compound":
        return [(float(lanes.borders[0]), float(y)), (float(lanes.borders[-1]), float(y))]
    x = np.linspace(lanes.borders[0], lanes.borders[-1], KNOTS).round(1)
    off = rng.uniform(-WANDER, WANDER, KNOTS).round(2)
    off[[0, -1]] = 0.0  # connectors meet the ends
    return list(zip(x.tolist(), (y + off).tolist(), strict=True))


def _step(block: Block) -> int:
    """Villages have a lane to every second row of houses."""
    return 2 if block.form == "village" else 1


def _share(block: Block, side: str, at: float) -> float:
    west, south, east, north = block.ring
    low, high = (south, north) if side in {"west", "east"} else (west, east)
    return (at - low) / (high - low)
