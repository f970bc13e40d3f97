"""
The fewest sites that cover everybody, or a share of the weight, proved.

    reach (n x m) [, weights (n), share]  -->  Choice (sites, their number, bound)

Everybody: the set covering problem of Toregas, Swain, ReVelle & Bergman (1971), "The location of
emergency service facilities", Operations Research 19, 1363-1373. It is shrunk until nothing moves
(``shrink.settled_core``) and split into independent parts; each part gets a choice by weighted
swaps and a proof by HiGHS, after columns that the linear relaxation rules out are gone. A share:
the least count at which maximal coverage (``coverage``) reaches the weight asked for.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gis.siting.choice import Choice, NoPlan, order_of_cover, settled
from gis.siting.covers import kernels
from gis.siting.covers.branch import solve as solve_cover
from gis.siting.covers.coverage import cover_task, covered_by, in_order, served_by
from gis.siting.covers.lagrange import Task
from gis.siting.covers.shrink import Core, build_core, narrowed, parts, settled_core
from gis.siting.given import (
    Sites,
    read_limits,
    read_reach,
    read_share,
    read_sites,
    read_weights,
)
from gis.siting.highs import Program, relax, solve
from gis.siting.rules import Rules
from gis.siting.watch import PROVED, Tell, Watch

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_SWAP_STEPS = 200
_FEWEST_STEPS, _MOST_STEPS = 1_000, 50_000
"""Weighted swaps of a part: so many for each row, within bounds."""
_LOOK_WORK = 20_000_000
"""Rows and sites gone through between two looks at the clock: some hundredths of a second."""
_SOLVER_ENTRIES = 5_000
"""Parts this small go to the solver without a relaxation first."""
_NAMED = 5


@dataclass(frozen=True, eq=False)
class _Fewest:
    """New sites (the caller's positions) and the least number there can be."""

    chosen: Ints
    bound: float


def set_cover(  # noqa: PLR0913 - the parameters all location models share
    reach: Any,
    weights: Any = None,
    *,
    share: float = 1.0,
    existing: Sequence[int] | Ints = (),
    required: Sequence[int] | Ints = (),
    forbidden: Sequence[int] | Ints = (),
    rules: Rules | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Choice:
    """
    Choose the fewest new sites that cover every row, or a share of the weight.

    Parameters
    ----------
    reach
        n x m, dense or sparse, 0/1 or booleans: site (column) reaches demand (row).
    weights
        n numbers >= 0; by default 1 each. With a share of 1 every row has to be covered, those
        without weight too, and weights only decide the order of the sites.
    share
        0 to 1: how much of the whole weight (rows that nobody reaches included) to cover.
    existing, required, forbidden
        Positions of columns: stand already and cover; have to be among the new (and are counted);
        may not be.
    rules, time_limit, gap, progress
        As for ``max_coverage``; objective, bound and gap are numbers of new sites.

    Returns
    -------
    Choice
        ``objective``: how many new sites; ``before``: 0 if existing sites do, else NaN; ``gains``:
        the weight each site added.

    Raises
    ------
    NoPlan
        Rows that no site may serve (``unreached`` names them), so that what is asked is out of
        reach.
    InputError
        Bad reach, weights, share, positions or limits; the argument and position are named.
    """
    if rules:
        from gis.siting import ruled  # noqa: PLC0415 - the general model builds on this one

        return ruled.set_cover(
            reach,
            weights,
            share=share,
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
        rows, columns = matrix.shape
        worth = read_weights(np.ones(rows) if weights is None else weights, rows)
        sites = read_sites(columns, existing=existing, required=required, forbidden=forbidden)
        part = read_share(share)
        aim = _check_reached(matrix, worth, sites, part)
        if part == 1:
            fewest = fewest_for_all(matrix, sites, watch)
        else:
            fewest = _for_share(cover_task(matrix, worth, sites, columns, aim), aim, watch)
        return _answer(matrix, worth, sites, fewest, watch, aim if part < 1 else None)


def _check_reached(reach: sparse.csr_array, weights: Floats, sites: Sites, share: float) -> float:
    """Return the weight to cover, a little less where weights are not whole."""
    may_stand = np.concatenate([sites.existing, sites.free])
    served = covered_by(reach, may_stand)
    unreached = np.flatnonzero(~served)
    whole = float(weights.sum())
    aim = share * whole
    aim = math.ceil(aim - PROVED * aim) - 1e-6 if _whole(weights) else aim * (1 - PROVED)
    if share == 1 and len(unreached):
        raise _no_plan(unreached, "每一行都要覆盖", "every row has to be covered")
    if float(weights[served].sum()) < aim:
        most = math.floor(1000 * float(weights[served].sum()) / whole) / 10
        raise _no_plan(
            unreached,
            f"要覆盖权重的 {share:.1%}，最多只能覆盖 {most}%",
            f"{share:.1%} of the weight are asked for, {most} % can be had",
        )
    return aim


def _whole(weights: Floats) -> bool:
    return bool(np.all(weights == np.rint(weights)))


def _no_plan(unreached: Ints, asked: str, english: str) -> NoPlan:
    named = ", ".join(str(row) for row in unreached[:_NAMED])
    more = "…" if len(unreached) > _NAMED else ""
    return NoPlan(
        f"{asked}，而第 {named}{more} 行（从 0 数，共 {len(unreached)} 行）没有任何可用站点能到达；"
        "请增加候选、放宽距离，或降低 share",
        english=f"{english}, and no site that may stand reaches the rows {named}{more} "
        f"(from 0; {len(unreached)} in all); add candidates, widen the limit, or ask for a smaller "
        "share",
        unreached=unreached,
    )


# --- everybody -------------------------------------------------------------------------------


def fewest_for_all(reach: sparse.csr_array, sites: Sites, watch: Watch) -> _Fewest:
    """Cover every row: shrink, split, and solve part by part."""
    standing = np.concatenate([sites.existing, sites.required])
    rows = np.flatnonzero(~covered_by(reach, standing))
    free = np.setdiff1d(sites.free, sites.required)
    core, taken = settled_core(build_core(reach, np.ones(reach.shape[0]), rows, free))
    sure = np.concatenate([sites.required, taken])
    split = parts(core)
    known = [_Fewest(_few(part, watch), 1.0) for part in split]
    for place, part in enumerate(split):
        others = sum(len(each.chosen) for each in known) - len(known[place].chosen) + len(sure)
        floor = sum(each.bound for each in known) - known[place].bound + len(sure)
        watch.tell(others + len(known[place].chosen), floor + known[place].bound)
        if not watch.over:
            known[place] = _solved_part(part, known[place], watch)
    return _Fewest(
        np.concatenate([sure, *(each.chosen for each in known)]),
        len(sure) + sum(each.bound for each in known),
    )


def _few(core: Core, watch: Watch) -> Ints:
    """Find few sites that cover a part: greedily, then by weighted swaps."""
    cover = core.cover._replace(weight=np.ones(core.rows))
    state = kernels.begin(cover, core.sites)
    kernels.fill(cover, state, math.inf)
    best, moved, seed = state.chosen[state.chosen >= 0], np.zeros(core.sites, np.int64), 1
    steps = min(max(_SWAP_STEPS * core.rows, _FEWEST_STEPS), _MOST_STEPS)
    some, ended, step = max(1, _LOOK_WORK // (core.rows + core.sites)), False, 1
    while step <= steps and not (ended or watch.over):
        last = min(step + some - 1, steps)
        best, seed, ended = kernels.fewer(cover, state, best, moved, step, last, seed)
        step = last + 1
    chosen: Ints = core.columns[np.sort(best)]
    return chosen


def _solved_part(core: Core, known: _Fewest, watch: Watch) -> _Fewest:
    """Prove a part, or find fewer sites for it."""
    bound = known.bound
    if core.entries > _SOLVER_ENTRIES:
        relaxed = relax(_program(core), watch)
        if relaxed.state != "optimal":
            return known
        bound = max(bound, math.ceil(relaxed.objective - 1e-6))
        if bound >= len(known.chosen):
            return replace(known, bound=float(bound))
        # with such a site at least as many are needed as are known already
        least = relaxed.objective + np.where(relaxed.reduced > 0, relaxed.reduced, 0.0)
        inside = np.isin(core.columns, known.chosen)
        keep = (least <= len(known.chosen) - 1 + 1e-6) | inside
        core = narrowed(core, np.arange(core.rows), keep)[0]
    start = np.isin(core.columns, known.chosen).astype(float)
    found = solve(_program(core), watch, start=start)
    bound = max(bound, min(_rounded_up(found.bound), len(known.chosen)))
    if found.values is None or found.values.sum() > len(known.chosen) - 0.5:
        return replace(known, bound=float(bound))
    return _Fewest(core.columns[found.values > 0.5], float(bound))


def _rounded_up(bound: float) -> float:
    return math.ceil(bound - 1e-6) if math.isfinite(bound) else bound


def _program(core: Core) -> Program:
    cover, rows, sites = core.cover, core.rows, core.sites
    matrix = sparse.csr_array((np.ones(core.entries), cover.site, cover.start), shape=(rows, sites))
    return Program(
        cost=np.ones(sites),
        matrix=matrix,
        row_lower=np.ones(rows),
        row_upper=np.full(rows, np.inf),
        lower=np.zeros(sites),
        upper=np.ones(sites),
        whole=np.ones(sites, dtype=bool),
    )


# --- a share ---------------------------------------------------------------------------------


def _for_share(task: Task, aim: float, watch: Watch) -> _Fewest:
    """Look for the least count that reaches the aim, between what surely does and does not."""
    before = len(task.taken)
    chosen = np.concatenate([task.taken, _greedy(task, aim)])
    low, high = before + _least_count(task, aim), len(chosen)
    while low < high and not (watch.over or watch.near(high, low)):
        watch.tell(high, low)
        middle = (low + high) // 2
        found = solve_cover(replace(task, count=middle - before), watch)
        if found.value >= aim:
            chosen = found.chosen
            high = len(chosen)
        elif found.bound < aim:
            low = middle + 1
    return _Fewest(chosen, float(min(low, high)))


def _greedy(task: Task, aim: float) -> Ints:
    cover = task.core.cover
    state = kernels.begin(cover, task.core.sites)
    kernels.fill(cover, state, aim - task.sure)
    chosen: Ints = task.core.columns[state.chosen[state.chosen >= 0]]
    return chosen


def _least_count(task: Task, aim: float) -> int:
    """Count how many sites it takes at least, as if no two covered the same row."""
    most = np.sort(kernels.begin(task.core.cover, 0).gain)[::-1]
    covered = task.sure + np.concatenate([[0.0], np.cumsum(most)])
    enough = covered * (1 + PROVED) >= aim
    return int(np.argmax(enough)) if enough.any() else len(most)


def _answer(
    reach: sparse.csr_array,
    weights: Floats,
    sites: Sites,
    fewest: _Fewest,
    watch: Watch,
    aim: float | None,
) -> Choice:
    if aim is None:
        order, gains = order_of_cover(reach, weights, fewest.chosen, sites.existing)
    else:
        order, gains = in_order(reach, weights, sites, fewest.chosen)
    bound, gap, status = settled(
        float(len(order)), min(fewest.bound, len(order)), watch, whole=True
    )
    enough = covered_by(reach, sites.existing)
    done = enough.all() if aim is None else weights[enough].sum() >= aim
    return Choice(
        sites=order,
        objective=float(len(order)),
        bound=bound,
        gap=gap,
        status=status,
        seconds=watch.seconds,
        gains=gains,
        before=0.0 if done else math.nan,
        served=served_by(reach, np.concatenate([sites.existing, order])),
        existing=sites.existing,
        closed=np.empty(0, dtype=np.int64),
    )
