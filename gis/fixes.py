"""
The smallest change that closes each gap, found by trying them all.

A change is tried on the labels of the search that left somebody out: what it opens is a new
start, and only what gets nearer is searched again. Kinds, the smallest first:

    open_gate     one gate, to everybody and at all hours
    open_gates    several on the way, where no single one is enough
    keep_open     one station that is shut, or shut before one arrives, until a time told
    add_places    so many more places at one station
    add_lift      a lift in the building, or home delivery
    remove_steps, ease_slope, pass_wall    a way without that hindrance
    new_station   nothing smaller helps

    Coverage  --find_fixes-->  one row per gap  --group_fixes-->  what helps most people
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.capacity import places_to_add
from gis.coverage.result import Answer, Coverage
from gis.streets.access import Access, Lift, stepped_gates
from gis.streets.graph import Found
from gis.streets.layout import LINK
from gis.streets.search import cost_of_weight, limit_weight, nothing_found

KINDS = (
    "open_gate",
    "keep_open",
    "add_places",
    "add_lift",
    "open_gates",
    "remove_steps",
    "ease_slope",
    "pass_wall",
    "new_station",
    "map_street",
    "check_place",
)
"""Kinds of fixes, the smallest first; the last two mend the data, not the place."""

OF_REASON = {
    "BAD_POSITION": "check_place",
    "OUTSIDE": "check_place",
    "OFF_STREET": "map_street",
    "UNCONNECTED": "map_street",
}
"""Reasons that are faults of the data: nothing is tried for them."""

_LIFTED = {
    "open_gates": ("LOCKED_IN", Lift.GATES),
    "remove_steps": ("STEPS", Lift.STEPS),
    "ease_slope": ("SLOPE", Lift.SLOPE),
    "pass_wall": ("WALL", Lift.WALLS),
}
_DOORS = ("ring", "street", "private")

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Try:
    """One change: its kind and subject, whom it covers (rows of units), and at what cost."""

    kind: str
    subject: str | None
    rows: Ints
    cost: Ints
    places: int = 0


def find_fixes(coverage: Coverage) -> pd.DataFrame:
    """
    Find for each unmet requirement of each unit the smallest change that meets it.

    Of several of one kind the one that helps most (by weight) is taken, then that with the
    smaller id; so that neighbours are given the same one. Cost: one bounded search for each gate
    and each shut station, over what it brings nearer.

    Returns
    -------
    DataFrame
        Gaps in the order of ``Coverage.detail`` with their row there as index: ``fix`` (kind),
        ``fix_subject`` (gate, station or building; NA where the change has no one place),
        ``fix_cost`` (of the way afterwards, -1 unknown), ``fix_until`` (minutes after the asked
        time that a station must stay open; NaN else), ``fix_places`` (places to add; NA else),
        ``fix_weight`` (all that this change alone would cover).
    """
    parts = [_of_answer(coverage, answer) for answer in coverage.answers]
    count = len(parts)
    for k, part in enumerate(parts):
        part.index = part.index * count + k
    return pd.concat(parts).sort_index()


def _of_answer(coverage: Coverage, answer: Answer) -> pd.DataFrame:
    """Fixes of one requirement, indexed by the unit's row."""
    weight = coverage.demand.table["weight"].to_numpy()
    reason = answer.units.reason
    gaps = np.flatnonzero(reason != "COVERED")
    table = pd.DataFrame({"reason": reason[gaps]}, index=gaps)
    chosen = _Chosen(len(reason), weight)
    if answer.asked.requirement.measure == "walk":
        open_to = ~np.isin(reason, ["COVERED", *OF_REASON])
        for tries in _all_tries(coverage, answer, open_to):
            chosen.offer(tries)
    found = chosen.table.loc[gaps]
    found["fix"] = found["fix"].fillna(table["reason"].map(OF_REASON)).fillna("new_station")
    return _with_measures(found, answer)


class _Chosen:
    """What is chosen so far for each unit: smaller kinds are offered first."""

    def __init__(self, count: int, weight: NDArray[np.float64]) -> None:
        self._weight = weight
        self.table = pd.DataFrame(
            {
                "fix": pd.Series(pd.NA, index=range(count), dtype="string"),
                "fix_subject": pd.Series(pd.NA, index=range(count), dtype="string"),
                "fix_cost": np.full(count, -1, dtype=np.int64),
                "fix_weight": np.zeros(count),
                "fix_places": pd.Series(pd.NA, index=range(count), dtype="Int64"),
            }
        )

    def offer(self, tries: list[_Try]) -> None:
        """Choose among changes of one kind, most helpful first, for units without one."""
        ranked = sorted(
            tries, key=lambda each: (-self._weight[each.rows].sum(), each.subject or "")
        )
        for each in ranked:
            free = self.table["fix"].isna().to_numpy()[each.rows]
            rows = each.rows[free]
            self.table.loc[rows, "fix"] = each.kind
            self.table.loc[rows, "fix_subject"] = each.subject
            self.table.loc[rows, "fix_cost"] = each.cost[free]
            self.table.loc[rows, "fix_weight"] = self._helped(each)
            self.table.loc[rows, "fix_places"] = each.places or pd.NA

    def _helped(self, each: _Try) -> float:
        return float(self._weight[each.rows].sum())


def _all_tries(coverage: Coverage, answer: Answer, gaps: Flags) -> list[list[_Try]]:
    if not gaps.any():
        return []
    return [
        _gate_tries(coverage, answer, gaps),
        _station_tries(coverage, answer, gaps),
        _place_tries(coverage, answer),
        _lift_tries(coverage, answer, gaps),
        *[_lifted_tries(coverage, answer, gaps, kind) for kind in _LIFTED],
    ]


class _Trying:
    """Tries changes on the labels of one answer and tells which units they would cover."""

    def __init__(self, coverage: Coverage, answer: Answer, gaps: Flags, found: Found) -> None:
        searcher, self._asked = coverage.searcher, answer.asked
        self.network, self.found = coverage.network, found
        self.priced = searcher.priced(answer.asked, Access())
        rank = np.zeros(max(len(self.network.station), 1), dtype=np.int64)
        rank[answer.stations] = np.arange(len(answer.stations))
        limit = int(limit_weight(answer.asked.limit_cost))
        self._trials = self.priced.graph.trials(found, limit, rank)
        units = searcher.units
        self._climb = units.climb(answer.asked.walker)
        self._able = gaps & ~units.barred(answer.asked.walker)
        self._at = _members(self.network.building, units.row, self._able)

    def covered(self, nodes: Ints, weights: Ints, tags: Ints) -> tuple[Ints, Ints]:
        """Return the units newly covered by starting at some nodes, and what it costs them."""
        changed, weight, _ = self._trials.better(nodes, weights, tags)
        cost, unit = cost_of_weight(weight), []
        costs = []
        for node, each in zip(changed.tolist(), cost.tolist(), strict=True):
            rows = self._at.get(node)
            if rows is not None:
                unit.append(rows)
                costs.append(each + self._climb[rows])
        if not unit:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        rows, told = np.concatenate(unit), np.concatenate(costs)
        inside = told <= self._asked.limit_cost
        order = np.argsort(rows[inside], kind="stable")
        return rows[inside][order], told[inside][order]


def _members(node: Ints, row: Ints, wanted: Flags) -> dict[int, Ints]:
    """Units by the node of their building."""
    units = np.flatnonzero(wanted & (row >= 0))
    at = node[row[units]]
    order = np.argsort(at, kind="stable")
    nodes, first = np.unique(at[order], return_index=True)
    return dict(zip(nodes.tolist(), np.split(units[order], first[1:]), strict=True))


def _gate_tries(coverage: Coverage, answer: Answer, gaps: Flags) -> list[_Try]:
    """Open each gate that is not open to everybody already."""
    if answer.asked.requirement.at_least > 1:
        return []  # a second station may come through the same gate: not told by one search
    trying = _Trying(coverage, answer, gaps, answer.found)
    network, arcs = coverage.network, coverage.network.arcs
    barred = (arcs["kind"].to_numpy() == LINK) & ~trying.priced.allowed
    door = network.gates["kind"].isin(_DOORS).to_numpy(dtype=bool)
    door = door & ~stepped_gates(network, answer.asked.walker, Access())
    rows = np.flatnonzero(barred)
    gate = arcs["gate"].to_numpy()[rows]
    rows, gate = rows[door[gate]], gate[door[gate]]
    tail, head = arcs["tail"].to_numpy()[rows], arcs["head"].to_numpy()[rows]
    weight = trying.found.weight[tail] + trying.priced.weight[rows]
    useful = weight <= int(limit_weight(answer.asked.limit_cost))
    tries = []
    for number in np.unique(gate[useful]):
        mine = useful & (gate == number)
        units, cost = trying.covered(head[mine], weight[mine], trying.found.tag[tail[mine]])
        if len(units):
            tries.append(_Try("open_gate", str(network.gates.index[number]), units, cost))
    return tries


def _station_tries(coverage: Coverage, answer: Answer, gaps: Flags) -> list[_Try]:
    """Keep each station open that is shut, or shut too soon."""
    if coverage.question.when is None or answer.asked.requirement.at_least > 1:
        return []
    # by itself: what it reaches before it closes must be searched beyond that too
    trying = _Trying(coverage, answer, gaps, nothing_found(coverage.network))
    still, limits = coverage.searcher.open_stations(answer.asked, Access())
    soon = still if limits is None else still[limits >= answer.asked.limit_cost]
    tries = []
    for station in np.setdiff1d(answer.stations, soon):
        node, tag = coverage.network.station[[station]], np.array([station]) << 32
        units, cost = trying.covered(node, np.zeros(1, np.int64), tag)
        if len(units):
            name = str(coverage.district.stations.index[station])
            tries.append(_Try("keep_open", name, units, cost))
    return tries


def _place_tries(coverage: Coverage, answer: Answer) -> list[_Try]:
    """Add places at each station that turned somebody away."""
    assignment, full = answer.assignment, np.flatnonzero(answer.units.reason == "FULL")
    if assignment is None or not len(full):
        return []
    ids = coverage.demand.table.index
    stations = assignment.stations.index[assignment.stations["unmet"] > 0]
    tries = []
    for station in stations:
        added = places_to_add(assignment, station)
        lacking = added.after.units["full"].reindex(ids[full]).to_numpy() > 0
        rows = full[~lacking]
        cost = answer.units.cost[rows]
        tries.append(_Try("add_places", str(station), rows, cost, added.places))
    return tries


def _lift_tries(coverage: Coverage, answer: Answer, gaps: Flags) -> list[_Try]:
    """A lift in each building where storeys alone leave somebody out."""
    searcher = coverage.searcher
    helped = gaps & searcher.within(answer.asked, Access(), searcher.units, lifted=True)
    rows = np.flatnonzero(helped)
    building = searcher.units.row[rows]
    cost = answer.ways.cost[building]
    names = coverage.district.buildings.index
    return [
        _Try("add_lift", str(names[each]), rows[building == each], cost[building == each])
        for each in np.unique(building)
    ]


def _lifted_tries(coverage: Coverage, answer: Answer, gaps: Flags, kind: str) -> list[_Try]:
    """Think one hindrance away everywhere: there is no one place to name."""
    reason, lift = _LIFTED[kind]
    helped = gaps & (answer.units.reason == reason)
    rows = np.flatnonzero(helped)
    if not len(rows):
        return []
    searcher, access = coverage.searcher, Access(lifts=frozenset({lift}))
    ways = searcher.ways(answer.asked, access)
    cost = ways.cost[searcher.units.row[rows]] + searcher.units.climb(answer.asked.walker)[rows]
    return [_Try(kind, None, rows, cost)]


def _with_measures(found: pd.DataFrame, answer: Answer) -> pd.DataFrame:
    """Add until when a station must stay open: the latest of those it helps arrives then."""
    cost = found["fix_cost"].where(found["fix_cost"] >= 0).astype(float)
    minutes = answer.asked.minutes(cost)
    kept = found["fix"] == "keep_open"
    latest = minutes.where(kept).groupby(found["fix_subject"].fillna("")).transform("max")
    return found.assign(
        fix_until=latest.where(kept),
        requirement=answer.asked.requirement.id,
    )
