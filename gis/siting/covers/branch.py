"""
The best choice of sites, proved: a site is tried in and out, and each case bounded by prices.

    Task  --first_found, tighten-->  a small Task  --branch-->  Found (value = bound)

Branch and bound (Land & Doig 1960, Econometrica 28, 497-520) on the Lagrangian of
``dual_kernels``: each case begins with its parent's prices, so a few steps bound it, and each is a
task of its own that has shrunk again. The case with the highest bound comes next, so that the
bound on all falls; where too much lies open, one case is finished before the next is begun.
"""

import heapq
import math
from dataclasses import dataclass, replace

import numpy as np

from gis.siting.covers.dual_kernels import FREE, IN, Dual
from gis.siting.covers.lagrange import (
    Found,
    Task,
    first_found,
    priced_down,
    reduced,
    tighten,
    tried,
)
from gis.siting.watch import Watch

_STEPS = 30
_LOOKS = 4
_SCALE = 0.3
_GONE = 0.1
"""A case is written anew, smaller, once so many of its sites are decided."""
_CLIMB_FROM = 0.998
"""Only choices so near the best are worth climbing from."""
_OPEN_ENTRIES = 20_000_000
"""Entries that may lie in open cases (16 bytes each) before one is finished first."""


@dataclass(frozen=True, eq=False)
class _Case:
    task: Task
    dual: Dual
    bound: float


def solve(task: Task, watch: Watch) -> Found:
    """
    Find the best choice and the bound that proves it, as far as the watch lets it.

    With fewer sites than places all are chosen. Cost: for streets of a town, where sites reach far
    less than the whole, near the entries times some hundred steps; at worst exponential in
    ``count``.
    """
    found = first_found(task)
    if task.core.sites <= task.count or task.count == 0:
        return _everything(task)
    task, dual, found = tighten(task, found, watch)
    if not task.ended(found, watch):
        found = _branch(_Case(task, dual, found.bound), found, watch)
    # no choice is worth anything between the best and the next better
    return replace(found, bound=found.value) if found.bound < task.better(found.value) else found


def _everything(task: Task) -> Found:
    """Choose all sites, or none where there is no place."""
    if task.count == 0:
        return Found(task.taken, task.sure, task.sure)
    value = task.sure + float(task.core.cover.weight.sum())
    return Found(np.r_[task.taken, task.core.columns], value, value)


def _branch(root: _Case, found: Found, watch: Watch) -> Found:
    """Go through all cases, the most promising first."""
    waiting, number, lying = [(-root.bound, 0, root)], 0, root.task.core.entries
    deep: list[_Case] = []
    while waiting or deep:
        above = max([-waiting[0][0]] if waiting else [], default=-math.inf)
        above = max([above, *(case.bound for case in deep)])
        found = replace(found, bound=max(found.value, min(found.bound, above)))
        watch.tell(found.value, found.bound)
        if root.task.ended(found, watch):
            return found
        if deep:
            case = deep.pop()
        else:
            case = heapq.heappop(waiting)[2]
            lying -= case.task.core.entries
        if case.bound < case.task.better(found.value):
            continue
        children, found = _opened(case, found, watch)
        for child in children:
            if deep or lying > _OPEN_ENTRIES:
                deep.append(child)
            else:
                number += 1
                lying += child.task.core.entries
                heapq.heappush(waiting, (-child.bound, number, child))
    return replace(found, bound=found.value)


def _opened(case: _Case, found: Found, watch: Watch) -> tuple[list[_Case], Found]:
    """Bound a case; return the two it falls into, or none where it holds nothing better."""
    task, dual, bound = case.task, case.dual, case.bound
    level, scale, stale = math.inf, _SCALE, 0
    for _ in range(_LOOKS):
        if watch.over:
            return [_Case(task, dual, bound)], found
        if task.count <= 0 or task.core.sites <= task.count:
            return [], _ended(task, found)
        level, scale, stale, value, _ = priced_down(task, dual, found, level, scale, stale, _STEPS)
        if value + task.sure > _CLIMB_FROM * found.value:
            found = tried(task, dual, found, value)
        bound = min(bound, level + task.sure)
        if bound < task.better(found.value):
            return [], found
        decided = dual.status != FREE
        if decided.sum() > _GONE * len(decided):
            task, dual = reduced(task, dual, ~decided, dual.status == IN)
            level, stale = math.inf, 0
    return _two(_Case(task, dual, bound)), found


def _ended(task: Task, found: Found) -> Found:
    """Look at the only choice that is left of a case."""
    if task.count < 0:  # more sites have to be in than there are places: nothing better
        return found
    last = _everything(task)
    if last.value <= found.value:
        return found
    return replace(last, bound=max(found.bound, last.value))


def _two(case: _Case) -> list[_Case]:
    """Decide the site that prices are most in doubt about: out, and in."""
    task, dual, bound = case.task, case.dual, case.bound
    keep, take = dual.status == FREE, dual.status == IN
    if not keep.any():
        return [_Case(*reduced(task, dual, keep, take), bound)]
    doubt = np.where(keep, np.abs(dual.share - 0.5), math.inf)
    site = np.arange(len(doubt)) == np.argmin(doubt)
    keep &= ~site
    return [
        _Case(*reduced(task, dual, keep, take), bound),
        _Case(*reduced(task, dual, keep, take | site), bound),
    ]
