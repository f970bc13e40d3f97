"""
From a good choice to a proved one: prices bound what any choice can cover, and what cannot be part
of a better choice than the best known goes; then the problem is smaller, and so on.

    Task, Found  --prices, local search, sites out and in-->  a smaller Task, a better Found

Source: fixing by reduced costs from a Lagrangian dual, as for covering problems in Caprara,
Fischetti & Toth (1999), "A heuristic method for the set covering problem", Operations Research 47,
730-743. No step looks at the clock but to keep the caller's time limit: equal input, equal answer.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gis.siting.covers import dual_kernels, kernels
from gis.siting.covers.dual_kernels import IN, OUT, Dual
from gis.siting.covers.shrink import Core, narrowed, rows_of
from gis.siting.watch import PROVED, Watch

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STEPS = 50
"""Steps between two looks at the clock; fewer for matrices with millions of entries."""
_LOOK_ENTRIES = 50_000_000
"""Entries of the matrix to go through between two looks: some tenths of a second."""
_CLIMB_ENTRIES = 20_000_000
_WANDER = 40
"""Work of one wander, in times the entries, at least ``_WANDER_LEAST``."""
_WANDER_LEAST = 2_000_000
_STALLED = 3
"""Looks in a row that win nearly nothing before prices are left as they are."""
_NEARLY_NOTHING = 0.02
_SMALLER = 0.8
_TAKEN = 0.2
"""A new, smaller task is worth making when so few sites are left, or so many places taken."""


@dataclass(frozen=True, eq=False)
class Task:
    """
    Choose ``count`` sites of a core; ``taken`` are chosen already (the caller's positions) and
    cover ``sure``. Values are multiples of ``unit``, 0 where they are not whole. With ``aim`` it
    is enough to reach that value, or to show that none does.
    """

    core: Core
    count: int
    sure: float
    taken: Ints
    unit: float
    aim: float | None = None

    def better(self, value: float) -> float:
        """Return what a choice has to be worth to be better than one of this value."""
        if self.aim is not None:
            return self.aim
        if self.unit:
            return value + self.unit - min(1e-6 * max(1.0, value), self.unit / 2)
        return value * (1 + PROVED)

    def ended(self, found: "Found", watch: Watch) -> bool:
        """Whether to stop: nothing better is possible or asked for, or the time is up."""
        if self.aim is not None and found.value >= self.aim:
            return True
        near = self.aim is None and watch.near(found.value, found.bound)
        return found.bound < self.better(found.value) or near or watch.over


@dataclass(frozen=True, eq=False)
class Found:
    """The best choice so far (the caller's positions), what it covers, and the bound on any."""

    chosen: Ints
    value: float
    bound: float


def unit_of(weights: Floats) -> float:
    """Return the greatest common divisor of whole weights, 0 for others."""
    if len(weights) == 0 or weights.sum() >= 2**52 or np.any(weights != np.rint(weights)):
        return 0.0
    return float(np.gcd.reduce(weights.astype(np.int64)))


def first_found(task: Task) -> Found:
    """Choose greedily, then swap."""
    state = kernels.begin(task.core.cover, min(task.count, task.core.sites))
    kernels.fill(task.core.cover, state, math.inf)
    whole = float(task.core.cover.weight.sum())
    return _climbed(task, state, Found(task.taken, -math.inf, task.sure + whole))


def tighten(task: Task, found: Found, watch: Watch) -> tuple[Task, Dual, Found]:
    """
    Improve choice and bound and shrink the task, until it is ended or neither moves any more.

    Sites of the best choice stay in the task, so that what is left contains it.
    """
    dual, scale, stale, still, seed = _first_dual(task, found), 1.0, 0, 0, 1
    level = math.inf
    while not task.ended(found, watch):
        if task.count == 0:  # every better choice contains the best one
            return task, dual, replace(found, bound=found.value)
        before = level
        steps = max(5, min(STEPS, _LOOK_ENTRIES // max(task.core.entries, 1)))
        level, scale, stale, value, _ = priced_down(task, dual, found, level, scale, stale, steps)
        bound = max(min(found.bound, level + task.sure), found.value)
        old = found.value
        found = tried(task, dual, replace(found, bound=bound), value)
        watch.tell(found.value, found.bound)
        won = before - level > _NEARLY_NOTHING * (found.bound - found.value)
        still = 0 if won or found.value > old else still + 1
        task, dual, shrunk = _smaller(task, dual, found)
        if shrunk:
            level, scale, stale, still = math.inf, max(scale, 0.1), 0, 0
        elif still >= _STALLED and not task.ended(found, watch):
            old = found.value
            found, seed = _wandered(task, found, seed)
            if found.value == old:
                break
            scale, still = max(scale, 0.1), 0
    return task, dual, found


def priced_down(
    task: Task, dual: Dual, found: Found, level: float, scale: float, stale: int, steps: int
) -> tuple[float, float, int, float, int]:
    """Take steps of the dual; the level is the bound without what is sure."""
    target = task.better(found.value)
    goal = found.value if task.aim is None else task.aim
    told: tuple[float, float, int, float, int] = dual_kernels.descend(
        task.core.cover, dual, goal - task.sure, target - task.sure, level, scale, stale, steps
    )
    return told


def tried(task: Task, dual: Dual, found: Found, value: float) -> Found:
    """Climb from the choice that prices named, if they named any."""
    if value < 0:
        return found
    state = kernels.begin(task.core.cover, task.count)
    for place, site in enumerate(dual.top):
        kernels.put(task.core.cover, state, site, place)
    return _climbed(task, state, found)


def reduced(task: Task, dual: Dual, keep: Flags, take: Flags) -> tuple[Task, Dual]:
    """Take some sites of a task, keep some (flags), and leave out all others."""
    core = task.core
    covered = rows_of(core, np.flatnonzero(take))
    rows = np.flatnonzero(~covered)
    smaller, group = narrowed(core, rows, keep)
    held = group >= 0
    price = np.bincount(group[held], dual.best[rows[held]], minlength=smaller.rows).astype(float)
    way = np.zeros(smaller.rows)
    way[group[held]] = dual.way[rows[held]]
    count = task.count - int(take.sum())
    status, share, top = dual.status[keep], dual.share[keep], np.zeros(max(count, 0), np.int32)
    left = replace(
        task,
        core=smaller,
        count=count,
        sure=task.sure + float(core.cover.weight[covered].sum()),
        taken=np.r_[task.taken, core.columns[take]],
    )
    return left, Dual(price, way, price.copy(), status, share, top)


def _first_dual(task: Task, found: Found) -> Dual:
    """Begin with prices that are right if the choice is: 0 where rows are covered twice."""
    cover, sites = task.core.cover, task.core.sites
    state = _state(task, found)
    price = np.where(state.covers > 1, 0.0, cover.weight)
    status, share = np.zeros(sites, np.int8), np.zeros(sites)
    return Dual(price, np.zeros(task.core.rows), price.copy(), status, share, state.chosen.copy())


def _state(task: Task, found: Found) -> kernels.State:
    """Open the chosen sites of a task; free places are filled greedily."""
    state: kernels.State = kernels.begin(task.core.cover, min(task.count, task.core.sites))
    inside = np.flatnonzero(np.isin(task.core.columns, found.chosen))
    for place, site in enumerate(inside):
        kernels.put(task.core.cover, state, site, place)
    kernels.fill(task.core.cover, state, math.inf)
    return state


def _slack(task: Task) -> float:
    """Return what a swap has to win at least: more than rounding does."""
    return task.unit / 2 if task.unit else PROVED * float(task.core.cover.weight.sum())


def _climbed(task: Task, state: kernels.State, found: Found) -> Found:
    if len(state.chosen) and state.chosen.min() >= 0:
        room = np.zeros(len(state.chosen)), np.empty(len(state.chosen), np.int32)
        kernels.climb(task.core.cover, state, _slack(task), _CLIMB_ENTRIES, *room)
    return _better(task, state, found)


def _better(task: Task, state: kernels.State, found: Found) -> Found:
    value = task.sure + float(kernels.covered(task.core.cover, state))
    if value <= found.value:
        return found
    chosen = np.r_[task.taken, task.core.columns[state.chosen[state.chosen >= 0]]]
    return Found(chosen, value, max(found.bound, value))


def _wandered(task: Task, found: Found, seed: int) -> tuple[Found, int]:
    state = _state(task, found)
    if task.count == 0 or state.chosen.min() < 0:
        return found, seed
    budget = max(_WANDER_LEAST, _WANDER * task.core.entries)
    _, seed = kernels.wander(task.core.cover, state, _slack(task), budget, seed)
    return _better(task, state, found), int(seed) & (2**62 - 1)


def _smaller(task: Task, dual: Dual, found: Found) -> tuple[Task, Dual, bool]:
    """Leave out what is out, and take what is in, once that is worth the work."""
    inside = np.isin(task.core.columns, found.chosen)
    take = (dual.status == IN) & inside
    keep = ((dual.status != OUT) | inside) & ~take
    if keep.sum() > _SMALLER * task.core.sites and take.sum() <= _TAKEN * task.count:
        return task, dual, False
    return *reduced(task, dual, keep, take), True
