"""
From OSM ways to street pieces between junctions.

Pieces join only where they share a node of the map, so a footbridge over a road does not meet
it. A way is cut at every node that two walked ways share (or one visits twice), at its ends, at
barriers and doors on it, and where the extract lacks a node.

    ways --judge--> walked ways + edges of squares --cut at shared nodes--> pieces
         --> streets (u, v, attributes)
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.catalogue.osm import OsmRules, first_match
from gis.ingest.cutting import cut, repeated
from gis.ingest.footways import Footway, grade, judge, judged_keys, layer
from gis.ingest.osm_file import OsmFile, OsmNodes, OsmWays, Tags
from gis.ingest.squares import KIND as SQUARE
from gis.ingest.squares import Squares, chords, find_squares

Ids = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StreetPieces:
    """
    The streets, and what their cutting was based on.

    ``across`` holds the straight lines across squares, which nobody has mapped: what stands on
    the square may still be in their way. ``nodes`` holds the ids of all nodes at which pieces end;
    ``renamed`` maps nodes that share one place to the one that stands for them; ``counts`` says
    what was kept and dropped and why.
    """

    streets: gpd.GeoDataFrame
    across: gpd.GeoDataFrame
    nodes: frozenset[int]
    renamed: dict[int, int]
    counts: dict[str, int]


@dataclass(frozen=True, eq=False)
class _Pieces:
    """k pieces: position of the way, and vertices ``start[i]:start[i + 1]`` of the flat arrays."""

    way: Ids
    start: Ids
    refs: Ids
    places: NDArray[np.float64]

    @property
    def first(self) -> Ids:
        """Node at the beginning of each piece."""
        return self.refs[self.start[:-1]]

    @property
    def last(self) -> Ids:
        """Node at the end of each piece."""
        return self.refs[self.start[1:] - 1]

    def take(self, keep: NDArray[np.bool_]) -> "_Pieces":
        """Return the pieces that are kept."""
        sizes = np.diff(self.start)
        flat = np.repeat(keep, sizes)
        start = np.concatenate([[0], np.cumsum(sizes[keep])])
        return _Pieces(self.way[keep], start, self.refs[flat], self.places[flat])

    def lines(self) -> Any:
        """Return the pieces as lines."""
        owner = np.repeat(np.arange(len(self.way)), np.diff(self.start))
        return shapely.linestrings(self.places, indices=owner)


def build_streets(file: OsmFile, rules: OsmRules) -> StreetPieces:
    """
    Cut every walked way of the file into pieces.

    Returns
    -------
    StreetPieces
        ``streets`` and ``across`` have the columns of ``tables.Streets``; the id is the way's
        (``w5``), with the number of the piece where there are several (``w5.2``); a line across
        a square is ``w5.s1``.
    """
    squares = find_squares(file, rules)
    verdicts, counts = _walked(file, rules, squares)
    rows = np.array(sorted(verdicts), dtype=np.int64)
    pieces, gaps = _cut(file.ways, rows, _stops(file.nodes, rules))
    counts["street nodes missing from the file"] = gaps
    cut_pieces, counts["street pieces dropped: drawn twice"] = _without_repeats(pieces)
    pieces, renamed = _without_points(cut_pieces)
    counts["street pieces dropped: no length"] = len(cut_pieces.way) - len(pieces.way)
    streets = _table(file, verdicts, pieces, rules)
    across = _across(file, squares, pieces)
    for table, end in product((streets, across), ("u", "v")):
        table[end] = "n" + table[end].replace(renamed).astype("string")
    ends = np.unique(np.concatenate([pieces.first, pieces.last])).tolist()
    nodes = frozenset(renamed.get(node, node) for node in ends)
    counts["street pieces"] = len(streets)
    return StreetPieces(streets, across, nodes, renamed, counts)


def _walked(
    file: OsmFile, rules: OsmRules, squares: Squares
) -> tuple[dict[int, Footway], dict[str, int]]:
    """Return the verdict on each walked way, by its position, and what was counted."""
    judged = _judged(file.ways.tags, rules)
    streets = {row: verdict for row, verdict in enumerate(judged) if verdict is not None}
    walked = {row: verdict for row, verdict in streets.items() if verdict.users}
    for verdict, rows in zip(squares.verdicts, squares.ways, strict=True):
        walked |= {row: Footway(SQUARE, verdict.users) for row in rows if row not in walked}
        walked |= {row: Footway(SQUARE, walked[row].users) for row in rows if len(rows) == 1}
    single = _once(file.ways, walked)
    why = Counter(_reason(verdict) for verdict in streets.values() if verdict.dropped)
    counts = {
        "highways read": len(streets),
        "highways kept": sum(row in streets for row in single),
        "highways dropped: drawn twice": len(walked) - len(single),
        **dict(sorted(why.items())),
    }
    return {row: walked[row] for row in single}, counts


def _judged(tags: Sequence[Tags], rules: OsmRules) -> list[Footway | None]:
    """Judge every way; ways that agree in all tags that matter are judged once."""
    keys = sorted(judged_keys(rules))
    known: dict[tuple[str | None, ...], Footway | None] = {}
    verdicts = []
    for each in tags:
        said = tuple([each.get(key) for key in keys])
        if said not in known:
            known[said] = judge(each, rules)
        verdicts.append(known[said])
    return verdicts


def _reason(verdict: Footway) -> str:
    kind = f" ({verdict.kind})" if verdict.dropped == "class" else ""
    return f"highways dropped: {verdict.dropped}{kind}"


def _once(ways: OsmWays, rows: Iterable[int]) -> list[int]:
    """Leave out ways that repeat the nodes of an earlier one, in either direction."""
    seen: dict[bytes, int] = {}
    for row in sorted(rows):
        refs = ways.refs[ways.start[row] : ways.start[row + 1]]
        seen.setdefault(min(refs.tobytes(), refs[::-1].tobytes()), row)
    return list(seen.values())


def _stops(nodes: OsmNodes, rules: OsmRules) -> Ids:
    """Return the nodes at which a way is cut though no other way meets it."""
    stop = ["barrier" in tags or tags.get("entrance") in rules.entrances for tags in nodes.tags]
    return nodes.ids[np.array(stop, dtype=np.bool_)]


def _cut(ways: OsmWays, rows: Ids, stops: Ids) -> tuple[_Pieces, int]:
    """Cut ways into pieces; also return how often a missing node parted a way."""
    chosen = ways.take(rows)
    owner = chosen.owner()
    known = ~np.isnan(chosen.lon)
    # a part is a stretch of one way without a missing node
    part = np.cumsum(np.diff(owner, prepend=-1).astype(np.bool_) | ~known, dtype=np.int64)
    moved = np.diff(chosen.refs, prepend=-1) != 0
    use = known & (moved | (np.diff(part, prepend=0) != 0))
    refs, part, owner = chosen.refs[use], part[use], owner[use]
    places = np.column_stack([chosen.lon[use], chosen.lat[use]])
    _, node, times = np.unique(refs, return_inverse=True, return_counts=True)
    cuts = cut(part, (times[node] > 1) | np.isin(refs, stops))
    rows_of = rows[owner[cuts.begin]]
    pieces = _Pieces(rows_of, cuts.start, refs[cuts.vertices], places[cuts.vertices])
    return pieces, int((~known).sum())


def _without_repeats(pieces: _Pieces) -> tuple[_Pieces, int]:
    """Leave out pieces that run through the same nodes as an earlier piece."""
    again = repeated(pieces.first, pieces.last, pieces.start, pieces.refs)
    return pieces.take(~again), int(again.sum())


def _without_points(pieces: _Pieces) -> tuple[_Pieces, dict[int, int]]:
    """Leave out pieces without length; the two nodes they joined become one."""
    begin, end = pieces.places[pieces.start[:-1]], pieces.places[pieces.start[1:] - 1]
    point = (begin == end).all(axis=1)
    point[point] = shapely.length(pieces.take(point).lines()) == 0
    renamed: dict[int, int] = {}
    for a, b in zip(pieces.first[point].tolist(), pieces.last[point].tolist(), strict=True):
        low, high = sorted((renamed.get(a, a), renamed.get(b, b)))
        renamed |= {node: low for node, other in renamed.items() if other == high}
        renamed |= {high: low} if high != low else {}
    return pieces.take(~point), renamed


def _table(
    file: OsmFile, verdicts: dict[int, Footway], pieces: _Pieces, rules: OsmRules
) -> gpd.GeoDataFrame:
    tags = {row: file.ways.tags[row] for row in verdicts}
    by_way = pd.DataFrame(
        {
            "kind": [verdict.kind for verdict in verdicts.values()],
            "name": [each.get("name") for each in tags.values()],
            "steps": [each.get("highway") == "steps" for each in tags.values()],
            "users": [verdict.users for verdict in verdicts.values()],
            "hours": [each.get("opening_hours") for each in tags.values()],
            "grade": [grade(each.get("incline")) for each in tags.values()],
            "crossing": [first_match(rules.crossings, each) is not None for each in tags.values()],
            "layer": pd.array([layer(each) for each in tags.values()], dtype="Int64"),
        },
        index=list(verdicts),
    )
    table = by_way.take(np.searchsorted(by_way.index, pieces.way)).set_axis(
        _piece_ids(file, pieces.way)
    )
    # the way over a road is cut where it meets the road's own line; one waits there once
    table["crossing"] &= np.diff(pieces.way, prepend=-1) != 0
    table.insert(0, "u", pieces.first)
    table.insert(1, "v", pieces.last)
    return gpd.GeoDataFrame(table, geometry=pieces.lines(), crs="EPSG:4326")


def _piece_ids(file: OsmFile, way: Ids) -> pd.Index:
    rows = pd.Series(way)
    number = (rows.groupby(rows).cumcount() + 1).astype("str")
    several = rows.map(rows.value_counts()) > 1
    names = "w" + pd.Series(file.ways.ids[way]).astype("str")
    return pd.Index(names.where(~several, names + "." + number), name="id")


def _across(file: OsmFile, squares: Squares, pieces: _Pieces) -> gpd.GeoDataFrame:
    """Return the lines across squares, as streets."""
    places: dict[int, tuple[float, float]] = {}
    others: dict[int, set[int]] = defaultdict(set)
    edges = np.array([row for rows in squares.ways for row in rows], dtype=np.int64)
    on_edge = file.ways.take(edges).refs
    for nodes, at in ((pieces.first, pieces.start[:-1]), (pieces.last, pieces.start[1:] - 1)):
        met = np.isin(nodes, on_edge)
        found = zip(nodes[met], pieces.way[met], pieces.places[at[met]], strict=True)
        for node, way, place in found:
            places[int(node)] = (float(place[0]), float(place[1]))
            others[int(node)].add(int(way))
    lines = chords(squares, file, places, others)
    square = [number for number, _, _, _ in lines]
    order = pd.Series(square, dtype="int64").groupby(pd.Series(square, dtype="int64")).cumcount()
    ids = [f"{squares.ids[number]}.s{n + 1}" for number, n in zip(square, order, strict=True)]
    table = {
        "u": [u for _, u, _, _ in lines],
        "v": [v for _, _, v, _ in lines],
        "kind": SQUARE,
        "steps": False,
        "users": [squares.verdicts[number].users for number in square],
    }
    geometry = [line for _, _, _, line in lines]
    return gpd.GeoDataFrame(
        table, index=pd.Index(ids, name="id", dtype="str"), geometry=geometry, crs="EPSG:4326"
    )
