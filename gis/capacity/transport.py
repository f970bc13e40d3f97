"""
The least total cost of going to a place, when it is settled how many are served.

    Arcs (p), people who must and who may be served, places (k)  ->  persons on each pair (p)

A transport problem with whole amounts has whole corners (its matrix is an incidence matrix, hence
totally unimodular). HiGHS solves it over a few near pairs; pairs that its prices show to be
cheaper join until there are none. The prices are whole as well, and checked in integers against
*all* pairs: the proof that no answer costs less. Columns of reduced cost 0 are where equally good
answers differ; ties are broken by further costs on these alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from gis.capacity.scarcity import Arcs, Flags, Ints, feasible_pairs, whole_sums
from gis.errors import ResultError

NEAR_PAIRS = 8
"""Pairs of each origin and each station the linear program starts with; more join as needed."""
UNBOUNDED = np.int64(2**62)


@dataclass(frozen=True, eq=False)
class System:
    """Whole amounts with ``matrix @ amount == target`` and ``0 <= amount <= upper``."""

    matrix: Any
    target: Ints
    upper: Ints


@dataclass(frozen=True, eq=False)
class Brink:
    """Units of the class that is served in part, in order of id: their origins and people."""

    origin: Ints
    people: Ints


def least_cost(
    arcs: Arcs, must: Ints, brink: Brink, places: Ints, *, scarce: bool
) -> tuple[Ints, Ints]:
    """
    Serve a part at least cost; ties go by unit, by station, then by both.

    Parameters
    ----------
    arcs
        Pairs of n origins and k stations.
    must
        People of each origin who are served in any case.
    places
        Of each station; all are taken where ``scarce``.

    Returns
    -------
    tuple
        Persons on each pair, and persons served of each unit on the brink.
    """
    pairs, units = len(arcs.origin), len(brink.origin)
    may = whole_sums(brink.origin, brink.people, len(must))
    some = np.flatnonzero(may)
    coarse = build_system(arcs, Brink(some, may[some]), places, must, scarce=scarce)
    rest = np.zeros(coarse.matrix.shape[1] - pairs, dtype=np.int64)
    start = near_pairs(arcs) | feasible_pairs(arcs, must, may, places)
    cost = np.concatenate([arcs.cost, rest])
    found, free = cheapest(coarse, cost, np.concatenate([start, rest == 0]))

    # the people of an origin were one column; now each unit is one, to tell them apart
    fine = build_system(arcs, brink, places, must, scarce=scarce)
    spare = np.arange(pairs + len(some), len(found))
    column = np.concatenate([np.arange(pairs), pairs + np.searchsorted(some, brink.origin), spare])
    found, free = found[column], free[column]
    mine = slice(pairs, pairs + units)
    found[mine] = np.where(found[mine] > 0, brink.people, 0)
    costs = [cost[free] for cost in _ranks(arcs, units, len(spare))]
    found[free] = lexicographic(face(fine, found, free), costs)
    return found[:pairs], found[mine]


def _ranks(arcs: Arcs, units: int, spare: int) -> list[Ints]:
    """Return the costs that break ties: by unit, by station, by origin and station."""
    by_unit = np.concatenate([np.zeros_like(arcs.cost), 1 + np.arange(units)])
    by_station = np.concatenate([arcs.station, np.zeros(units, dtype=np.int64)])
    by_both = np.concatenate([-arcs.origin * arcs.station, np.zeros(units, dtype=np.int64)])
    return [np.pad(cost, (0, spare)) for cost in (by_unit, by_station, by_both)]


def build_system(arcs: Arcs, brink: Brink, places: Ints, must: Ints, *, scarce: bool) -> System:
    """
    Write a part as equations: a row for each of n origins, then for each of k stations.

    Columns: persons on each pair; then persons of each row of ``brink`` who are
    served on top; then, unless ``scarce``, places left at each station.
    """
    origins = len(must)
    pairs, more = len(arcs.origin), len(brink.origin)
    spare = 0 if scarce else len(places)
    column = np.arange(pairs + more + spare)
    row = np.concatenate([arcs.origin, brink.origin, origins + np.arange(spare)])
    sign = np.concatenate([np.ones(pairs), np.full(more, -1), np.ones(spare)])
    matrix = sparse.csc_matrix(
        (
            np.concatenate([sign, np.ones(pairs)]).astype(np.int64),
            (
                np.concatenate([row, origins + arcs.station]),
                np.concatenate([column, column[:pairs]]),
            ),
        ),
        shape=(origins + len(places), len(column)),
    )
    upper = np.concatenate([np.full(pairs, UNBOUNDED), brink.people, places[:spare]])
    return System(matrix, np.concatenate([must, places]), upper)


def near_pairs(arcs: Arcs) -> Flags:
    """Mark the nearest few pairs of each origin and of each station."""
    near = np.zeros(len(arcs.origin), dtype=bool)
    for side in (arcs.origin, arcs.station):
        order = np.lexsort((arcs.cost, side))
        start = np.flatnonzero(np.diff(side[order], prepend=-1))
        place = np.arange(len(order)) - np.repeat(start, np.diff(start, append=len(order)))
        near[order[place < NEAR_PAIRS]] = True
    return near


def cheapest(system: System, cost: Ints, start: Flags) -> tuple[Ints, Flags]:
    """
    Find amounts of least total cost, proved in integers.

    Parameters
    ----------
    start
        Columns to begin with; they must allow an answer.

    Returns
    -------
    tuple
        Amounts, and the columns of reduced cost 0: any other answer as cheap differs only there.

    Raises
    ------
    ResultError
        The solver gave up, or its answer could not be proved.
    """
    active = start.copy()
    while True:
        found = linprog(
            cost[active],
            A_eq=system.matrix[:, active],
            b_eq=system.target,
            bounds=np.column_stack([np.zeros(active.sum()), _bounds(system.upper[active])]),
            method="highs-ds",
        )
        if found.status != 0:
            raise _unproved(found.message)
        price = np.rint(found.eqlin.marginals).astype(np.int64)
        reduced = cost - system.matrix.T @ price
        cheaper = ~active & (reduced < 0)
        if not cheaper.any():
            break
        active |= cheaper
    amount = np.zeros(len(cost), dtype=np.int64)
    amount[active] = np.rint(found.x)
    _prove(system, amount, reduced)
    return amount, reduced == 0


def lexicographic(system: System, costs: Sequence[Ints]) -> Ints:
    """Find the amounts cheapest by the first cost, among these by the second, and so on."""
    amount = np.zeros(system.matrix.shape[1], dtype=np.int64)
    alive = np.arange(len(amount))
    for cost in costs:
        if not len(alive):
            break
        amount[alive], free = cheapest(system, cost[alive], np.ones(len(alive), dtype=bool))
        system = face(system, amount[alive], free)
        alive = alive[free]
    return amount


def face(system: System, amount: Ints, free: Flags) -> System:
    """Keep the free columns, with the others as they are."""
    target = system.target - system.matrix[:, ~free] @ amount[~free]
    return System(system.matrix[:, free], target, system.upper[free])


def _bounds(upper: Ints) -> NDArray[np.float64]:
    return np.where(upper == UNBOUNDED, np.inf, upper)


def _prove(system: System, amount: Ints, reduced: Ints) -> None:
    """Check that amounts are allowed, and that no other can cost less (complementary slackness)."""
    allowed = (system.matrix @ amount == system.target).all()
    within = ((amount >= 0) & (amount <= system.upper)).all()
    least = (amount[reduced > 0] == 0).all() and (
        amount[reduced < 0] == system.upper[reduced < 0]
    ).all()
    if not (allowed and within and least):
        raise _unproved("rounding")


def _unproved(why: str) -> ResultError:
    return ResultError(
        f"名额分配：求解没有得到可证明的结果（{why}）；请带上输入报告此问题",
        english=f"places: the solver gave no answer that can be proved ({why}); report it",
    )
