"""
Which parts of the streets are reached: from labels at nodes to stretches cut at the budget.

A node's label is what it cost to come there, the limit that holds and whose way it is. From a
labelled node every passable stretch is followed as far as the rest of the budget goes, exactly:
to the last millimetre whose cost, with slopes and waits, is still within the limit. Where two
owners meet on a stretch, it is cut where both cost the same.

    Priced  --build_stretches-->  Stretches (t)
    Stretches, Labels (g groups)  --reached_parts-->  parts: group, owner, street, from_mm, to_mm
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.compiled import compiled
from gis.streets.graph import NEVER
from gis.streets.layout import STREET
from gis.streets.pace import along_cost
from gis.streets.search import Priced, cost_of_weight, trips
from gis.streets.walker import Direction

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

_NONE = -1


@dataclass(frozen=True, eq=False)
class Labels:
    """
    What is known at the nodes of g groups: group k has ``node[start[k]:start[k + 1]]``.

    ``cost`` to come there, the ``limit`` of the whole way (>= cost), and its ``owner``, a number.
    Of two labels the cheaper counts, of equal ones that of the smaller owner.
    """

    start: Ints
    node: Ints
    cost: Ints
    limit: Ints
    owner: Ints


@dataclass(frozen=True, eq=False)
class Stretches:
    """
    Street stretches between neighbouring stops, each once, whatever sides it is laid out on.

    ``table`` has ``street``, ``zone``, ``low``, ``high`` (mm from the street's start), ``up`` and
    ``down`` (what the whole costs from either end; NEVER where that is barred). Node n is left by
    the arcs ``first[n]:first[n + 1]``: their ``stretch``, and whether that is its low end
    (``upward``).
    """

    priced: Priced
    table: pd.DataFrame
    first: Ints
    stretch: Ints
    upward: Flags


def build_stretches(priced: Priced) -> Stretches:
    """Gather the street arcs that may be taken; in the order of streets and offsets."""
    arcs = priced.network.arcs
    here = np.flatnonzero((arcs["kind"] == STREET).to_numpy() & priced.allowed)
    some = arcs.iloc[here]
    start, stop = some["from_mm"].to_numpy(), some["to_mm"].to_numpy()
    ends = pd.DataFrame(
        {
            "street": some["street"].to_numpy(),
            "low": np.minimum(start, stop),
            "high": np.maximum(start, stop),
            "zone": some["zone"].to_numpy(),
        }
    )
    number = ends.groupby(list(ends), sort=True).ngroup().to_numpy(dtype=np.int64)
    _, one = np.unique(number, return_index=True)
    table = ends.iloc[one].reset_index(drop=True)
    cost, upward = cost_of_weight(priced.weight[here]), start <= stop
    for name, way in (("up", upward), ("down", ~upward)):
        each = np.full(len(table), NEVER, dtype=np.int64)
        each[number[way]] = cost[way]
        table[name] = each
    tail = some["tail"].to_numpy()
    order = np.argsort(tail, kind="stable")
    first = np.searchsorted(tail[order], np.arange(priced.network.size + 1))
    return Stretches(priced, table, first, number[order], upward[order])


def reached_parts(stretches: Stretches, labels: Labels) -> pd.DataFrame:
    """
    Find the street parts within each label's limit.

    Returns
    -------
    DataFrame
        ``group``, ``owner``, ``street``, ``zone``, ``from_mm``, ``to_mm``, by group. Parts of one
        group do not overlap, but touch. Cost follows the labels.
    """
    room = int(np.diff(stretches.first)[labels.node].sum())
    group, stretch, low, high = best_labels(
        labels.start,
        labels.node,
        labels.cost,
        labels.owner,
        stretches.first,
        stretches.stretch,
        stretches.upward,
        len(stretches.table),
        room,
    )
    table = stretches.table.iloc[stretch].reset_index(drop=True)
    cut = _cut(stretches.priced, table, labels, low, high)
    parts = [
        pd.DataFrame(
            {
                "group": group[some],
                "owner": labels.owner[label[some]],
                "street": table["street"].to_numpy()[some],
                "zone": table["zone"].to_numpy()[some],
                "from_mm": start[some],
                "to_mm": stop[some],
            }
        )
        for some, label, start, stop in cut
    ]
    whole = pd.concat(parts, ignore_index=True)
    return whole.iloc[np.argsort(whole["group"].to_numpy(), kind="stable")].reset_index(drop=True)


@compiled
def best_labels(  # noqa: PLR0913, PLR0917 - a kernel takes arrays, by place
    start: Ints,
    node: Ints,
    cost: Ints,
    owner: Ints,
    first: Ints,
    stretch: Ints,
    upward: Flags,
    stretches: int,
    room: int,
) -> tuple[Ints, Ints, Ints, Ints]:
    """
    Find for each stretch that a group touches the best label at its low and at its high end.

    Returns group, stretch, and the positions of the two labels (-1 for none); ``room`` is how
    many there can be at most.
    """
    seen, place = np.full(stretches, _NONE), np.empty(stretches, np.int64)
    groups, which = np.empty(room, np.int64), np.empty(room, np.int64)
    ends = np.empty((2, room), np.int64)
    count = 0
    for g in range(len(start) - 1):
        for p in range(start[g], start[g + 1]):
            for a in range(first[node[p]], first[node[p] + 1]):
                s = stretch[a]
                if seen[s] != g:
                    seen[s], place[s] = g, count
                    groups[count], which[count] = g, s
                    ends[0, count] = ends[1, count] = _NONE
                    count += 1
                end = 0 if upward[a] else 1
                q = ends[end, place[s]]
                better = q < 0 or cost[p] < cost[q] or (cost[p] == cost[q] and owner[p] < owner[q])
                if better:
                    ends[end, place[s]] = p
    return groups[:count], which[:count], ends[0, :count], ends[1, :count]


_Part = tuple[Flags, Ints, Ints, Ints]


def _cut(
    priced: Priced, table: pd.DataFrame, labels: Labels, low: Ints, high: Ints
) -> tuple[_Part, _Part]:
    """Cut stretches where budgets end and where owners meet: what is reached from either end."""
    bottom, top = table["low"].to_numpy(), table["high"].to_numpy()
    street = table["street"].to_numpy()
    upper = bottom + _furthest(priced, street, bottom, top, _left(labels, low), table["up"])
    lower = top - _furthest(priced, street, top, bottom, _left(labels, high), table["down"])
    crossed = (low >= 0) & (high >= 0) & (upper >= lower)
    same = crossed & (labels.owner[low] == labels.owner[high])
    upper = np.where(same, top, upper)
    two = np.flatnonzero(crossed & ~same)
    meet = _meeting(priced, table.iloc[two], labels, low[two], high[two])
    upper[two], lower[two] = np.minimum(upper[two], meet), np.maximum(lower[two], meet)
    return ((low >= 0), low, bottom, upper), ((high >= 0) & ~same, high, lower, top)


def _left(labels: Labels, label: Ints) -> Ints:
    """Return the rest of the budget at each label; -1 where there is none."""
    left: Ints = np.where(label >= 0, labels.limit[label] - labels.cost[label], _NONE)
    return left


def _furthest(
    priced: Priced, street: Ints, start: Ints, stop: Ints, left: Ints, cost: pd.Series
) -> Ints:
    """Return how many mm towards ``stop`` the rest of the budget goes; 0 where there is none."""
    far = np.abs(stop - start)
    partly = np.flatnonzero((left >= 0) & (left < cost.to_numpy()))
    one, two = start[partly], np.sign(stop - start)[partly]

    def within(mm: Ints) -> Flags:
        found: Flags = street_cost(priced, street[partly], one, one + two * mm) <= left[partly]
        return found

    far[left < 0] = 0
    far[partly] = _last(within, far[partly])
    return far


def _meeting(priced: Priced, table: pd.DataFrame, labels: Labels, low: Ints, high: Ints) -> Ints:
    """Return the last offset that is cheaper from the low end; ties go to the smaller owner."""
    bottom, top = table["low"].to_numpy(), table["high"].to_numpy()
    street = table["street"].to_numpy()
    favour = (labels.owner[low] < labels.owner[high]).astype(np.int64)

    def nearer(mm: Ints) -> Flags:
        at = bottom + mm
        upward = labels.cost[low] + street_cost(priced, street, bottom, at)
        downward = labels.cost[high] + street_cost(priced, street, top, at)
        found: Flags = upward < downward + favour
        return found

    return bottom + _last(nearer, top - bottom)


def _last(holds: Callable[[Ints], Flags], most: Ints) -> Ints:
    """Return the last of 0 … most at which what holds from 0 on still holds, by halving."""
    low, high = np.zeros_like(most), most.copy()
    while (low < high).any():
        middle = (low + high + 1) // 2
        fine = holds(middle)
        low, high = np.where(fine, middle, low), np.where(fine, high, middle - 1)
    return low


def street_cost(priced: Priced, street: Ints, start: Ints, stop: Ints) -> Ints:
    """
    Return what each way along a street costs, from ``start`` to ``stop`` mm, as arcs count it.

    Ways point from the station to the home; who walks to the station walks against them.
    """
    walker, slopes = priced.walker, priced.network.slopes
    both = trips(walker) == 2
    total = np.zeros(len(street), dtype=np.int64)
    for back in (False, True) if both else (walker.direction == Direction.BACK,):
        towards_u = (start > stop) if back else (start < stop)
        for backwards in (False, True):
            some = towards_u == backwards
            ends = [
                along_cost(slopes, walker, street[some], mm[some], backwards=backwards)
                for mm in (start, stop)
            ]
            total[some] += np.abs(ends[1] - ends[0])
    return total
