"""
Where a given number of sites covers most: the maximal covering location problem, proved.

    reach (n x m), weights (n), count  -->  Choice (sites, weight covered, bound)

Church & ReVelle (1974), "The maximal covering location problem", Papers of the Regional Science
Association 32, 101-118. Steps: ``shrink`` (rows merged, needless sites dropped), ``kernels`` (a
greedy choice and swaps), ``lagrange`` (bound, and sites that are out or in), ``branch`` (what is
left).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gis.siting.choice import Choice, order_of_cover, settled, whole_numbers
from gis.siting.covers.branch import solve
from gis.siting.covers.lagrange import Found, Task, unit_of
from gis.siting.covers.shrink import build_core
from gis.siting.given import (
    Sites,
    read_count,
    read_limits,
    read_reach,
    read_sites,
    read_weights,
)
from gis.siting.rules import Rules
from gis.siting.watch import Tell, Watch

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def max_coverage(  # noqa: PLR0913 - the parameters all location models share
    reach: Any,
    weights: Any,
    count: int | None = None,
    *,
    existing: Sequence[int] | Ints = (),
    required: Sequence[int] | Ints = (),
    forbidden: Sequence[int] | Ints = (),
    rules: Rules | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Choice:
    """
    Choose at most ``count`` new sites so that the weight covered is greatest.

    Parameters
    ----------
    reach
        n x m, dense or sparse, 0/1 or booleans: site (column) reaches demand (row). Rows that no
        site reaches are never covered; they are no error here.
    weights
        n numbers >= 0.
    count
        How many new sites at most; existing ones do not count. None only with a budget in
        ``rules``.
    existing, required, forbidden
        Positions of columns: stand already and cover; have to be among the new; may not be.
    rules
        What else a plan keeps to; see ``Rules``.
    time_limit
        Seconds; then the best found is returned with what is proved by then. Kept to within some
        tenths of a second, more for matrices with tens of millions of entries.
    gap
        Relative gap to stop at. With 0 the optimum is proved: exactly for whole weights, for
        others to a relative 1e-9.
    progress
        Told of objective and bound some times a second.

    Returns
    -------
    Choice
        ``objective`` and ``bound`` are weights covered by existing and new sites together. New
        sites that would add nothing are left out unless required. ``served`` names for each row
        the first existing site that reaches it, else the first in order of contribution, else -1.
        Equal input, equal answer, unless the time limit cuts in. No rows, no columns and a count
        of 0 are answered as well.

    Raises
    ------
    InputError
        Bad reach, weights, count, positions or limits; the argument and position are named.
    """
    if rules:
        from gis.siting import ruled  # noqa: PLC0415 - the general model builds on this one

        return ruled.max_coverage(
            reach,
            weights,
            count,
            existing=existing,
            required=required,
            forbidden=forbidden,
            rules=rules,
            time_limit=time_limit,
            gap=gap,
            progress=progress,
        )
    limit, gap = read_limits(time_limit, gap)
    with Watch(limit, gap, progress) as watch:
        matrix = read_reach(reach)
        worth = read_weights(weights, matrix.shape[0])
        sites = read_sites(
            matrix.shape[1], existing=existing, required=required, forbidden=forbidden
        )
        task = cover_task(matrix, worth, sites, read_count(count, sites))
        found = solve(task, watch)
        return _answer(matrix, worth, sites, found, watch)


def cover_task(
    reach: sparse.csr_array, weights: Floats, sites: Sites, count: int, aim: float | None = None
) -> Task:
    """State the task that is left once existing and required sites stand."""
    standing = np.concatenate([sites.existing, sites.required])
    covered = covered_by(reach, standing)
    rows = np.flatnonzero(~covered & (weights > 0))
    core = build_core(reach, weights, rows, np.setdiff1d(sites.free, sites.required))
    sure = float(weights[covered].sum())
    left = count - len(sites.required)
    return Task(core, left, sure, sites.required, unit_of(weights[rows]), aim)


def covered_by(reach: sparse.csr_array, chosen: Ints) -> Flags:
    """Flag the rows that some of the columns reach."""
    if len(chosen) == 0:
        return np.zeros(reach.shape[0], dtype=bool)
    open_now = np.zeros(reach.shape[1], dtype=np.int64)
    open_now[chosen] = 1
    flags: Flags = reach.astype(np.int64) @ open_now > 0
    return flags


def in_order(
    reach: sparse.csr_array, weights: Floats, sites: Sites, chosen: Ints
) -> tuple[Ints, Floats]:
    """Order new sites by contribution; leave out those that add nothing, unless required."""
    looked_at = np.union1d(chosen, sites.existing)
    part = sparse.csr_array(reach[:, looked_at])
    order, gains = order_of_cover(
        part,
        weights,
        np.searchsorted(looked_at, chosen),
        np.searchsorted(looked_at, sites.existing),
    )
    order = looked_at[order].astype(np.int64)
    useful = (gains > 0) | np.isin(order, sites.required)
    return order[useful], gains[useful]


def served_by(reach: sparse.csr_array, chosen: Ints) -> Ints:
    """Name for each row the first of the columns, in their order, that reaches it; else -1."""
    place = np.full(reach.shape[1], len(chosen), dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    first = np.full(reach.shape[0], len(chosen), dtype=np.int64)
    held = np.flatnonzero(np.diff(reach.indptr))
    if len(held):
        first[held] = np.minimum.reduceat(place[reach.indices], reach.indptr[held])
    return np.r_[chosen, -1].astype(np.int64)[first]


def _answer(
    reach: sparse.csr_array, weights: Floats, sites: Sites, found: Found, watch: Watch
) -> Choice:
    """Recount the choice found on the caller's matrix and say what is proved."""
    order, gains = in_order(reach, weights, sites, found.chosen)
    served = served_by(reach, np.concatenate([sites.existing, order]))
    objective = float(weights[served >= 0].sum())
    bound, gap, status = settled(
        objective, max(found.bound, objective), watch, whole=whole_numbers(weights)
    )
    return Choice(
        sites=order,
        objective=objective,
        bound=bound,
        gap=gap,
        status=status,
        seconds=watch.seconds,
        gains=gains,
        before=float(weights[covered_by(reach, sites.existing)].sum()),
        served=served,
        existing=sites.existing,
        closed=np.empty(0, dtype=np.int64),
    )
