"""
Whether so many sites can serve all rows at all, and which do: what median and center both ask.

    cost (n x m), weights (n), sites, count  --enough-->  sites, or NoPlan with the least count
"""

import math

import numpy as np
from scipy import sparse

from gis.siting.choice import Floats, Ints, NoPlan
from gis.siting.covers.covering import fewest_for_all
from gis.siting.given import Sites, read_sites
from gis.siting.medians.ground import nearest_of
from gis.siting.watch import Watch

_NAMED = 5


def refuse_unreached(cost: sparse.csr_array, weights: Floats, sites: Sites) -> None:
    """Raise ``NoPlan`` where a row that counts can be served by no site that may stand."""
    allowed = np.r_[sites.existing, sites.free]
    rows = np.flatnonzero(np.isinf(nearest_of(cost, allowed)) & (weights > 0))
    if not len(rows):
        return
    named = ", ".join(map(str, rows[:_NAMED])) + ("…" if len(rows) > _NAMED else "")
    raise NoPlan(
        f"cost：{len(rows)} 个需求行没有任何可用站点能服务（行号从 0 数：{named}）；"
        "请增加候选站点、放宽限值，或把这些行的权重设为 0",
        english=f"cost: {len(rows)} row(s) of demand can be served by no site that may stand "
        f"(rows from 0: {named}); add candidates, allow more, or give these rows the weight 0",
        unreached=rows,
    )


class _Deciding(Watch):
    """Part of another watch: ends as soon as it is known whether ``count`` sites are enough."""

    def __init__(self, watch: Watch, count: float) -> None:
        super().__init__(None if watch.left == math.inf else watch.left)
        self._whole, self._count = watch, count

    @property
    def stopped(self) -> bool:
        """Whether either was stopped."""
        return self._whole.stopped or super().stopped

    def tell(self, objective: float, bound: float) -> None:
        """Stop where the question is decided."""
        if objective <= self._count or bound > self._count + 1e-6:
            self.stop()


def enough(cost: sparse.csr_array, weights: Floats, sites: Sites, count: int, watch: Watch) -> Ints:
    """Return at most ``count`` new sites that serve all rows that count; else ``NoPlan``."""
    found = covering(cost, weights, sites, count, watch)
    if found is None:
        raise too_few(cost, weights, sites, count, watch)
    return found


def covering(
    cost: sparse.csr_array,
    weights: Floats,
    sites: Sites,
    count: int,
    watch: Watch,
    radius: float = math.inf,
    *,
    quick: bool = False,
) -> Ints | None:
    """
    Return at most ``count`` new sites that serve every row that counts at ``radius`` or less.

    None: there are no such, or none were found in time (``watch.over``), or at once (``quick``).
    """
    reach = _lacking(cost, weights, sites, radius)
    left = count - len(sites.required)
    if not np.diff(reach.indptr).all():
        return None
    chosen = _greedy(reach)
    if len(chosen) > left and not (quick or watch.over):
        chosen = _decided(reach, left, watch)
    if len(chosen) > left:
        return None
    free = np.setdiff1d(sites.free, sites.required)
    return np.sort(np.r_[sites.required, free[chosen]])


def _decided(reach: sparse.csr_array, count: int, watch: Watch) -> Ints:
    """Return the fewest sites, or any ``count``; more only where fewer are not found in time."""
    everywhere = read_sites(reach.shape[1])
    found = fewest_for_all(reach, everywhere, _Deciding(watch, count))
    if len(found.chosen) > count >= found.bound and not watch.over:
        # what was told of a part alone may have stopped it too early
        found = fewest_for_all(reach, everywhere, watch)
    return found.chosen


def _greedy(reach: sparse.csr_array) -> Ints:
    """Take the site that serves most rows not yet served, until all are; ties: smaller position."""
    columns = sparse.csc_array(reach)
    open_ = np.ones(reach.shape[0], np.bool_)
    left = np.bincount(reach.indices, minlength=reach.shape[1])
    chosen = []
    while open_.any():
        site = int(np.argmax(left))
        rows = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
        rows = rows[open_[rows]]
        open_[rows] = False
        left -= np.bincount(reach[rows].indices, minlength=reach.shape[1])
        chosen.append(site)
    return np.sort(np.array(chosen, np.int64))


def too_few(
    cost: sparse.csr_array, weights: Floats, sites: Sites, count: int, watch: Watch
) -> NoPlan:
    """Return what to raise where ``count`` new sites cannot serve all rows."""
    reach = _lacking(cost, weights, sites, math.inf)
    found = fewest_for_all(reach, read_sites(reach.shape[1]), watch)
    least = len(sites.required) + len(found.chosen)
    if found.bound < len(found.chosen) or least <= count:
        return NoPlan(
            f"count：限时内没有找到用 {count} 个新站点服务全部需求的方案；"
            "请延长 time_limit 或增加 count",
            english=f"count: in the time given, no {count} new sites were found that serve all "
            "rows; raise time_limit or count",
        )
    return NoPlan(
        f"count：{count} 个新站点不能服务全部需求，至少要 {least} 个；请增加 count，"
        "或用 max_coverage 求能覆盖多少",
        english=f"count: {count} new sites cannot serve all rows, {least} are needed at least; "
        "raise count, or ask max_coverage how much can be covered",
        least_count=least,
    )


def _lacking(
    cost: sparse.csr_array, weights: Floats, sites: Sites, radius: float
) -> sparse.csr_array:
    """Return which free sites (columns) serve the rows nothing else serves, alike rows once."""
    at = nearest_of(cost, np.r_[sites.existing, sites.required])
    served = (at <= radius) & np.isfinite(at)
    among = cost[np.flatnonzero((weights > 0) & ~served)]
    near = sparse.csr_array(
        ((among.data <= radius).astype(np.int8), among.indices, among.indptr), shape=among.shape
    )
    near.eliminate_zeros()
    free = near[:, np.setdiff1d(sites.free, sites.required)]
    free.sort_indices()
    kinds: dict[bytes, int] = {}
    for row in range(free.shape[0]):
        part = free.indices[free.indptr[row] : free.indptr[row + 1]]
        kinds.setdefault(part.tobytes(), row)
    return free[np.fromiter(kinds.values(), np.int64, len(kinds))]
