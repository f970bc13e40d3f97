"""
Where to stand so that people are near on the whole: the p-median, with its proof.

    cost (n x m), weights (n), count  --p_median-->  Choice (least sum of weight x cost)

Sources: Hakimi (1964), "Optimum locations of switching centers and the absolute centers and medians
of a graph", Operations Research 12, 450-459; ReVelle & Swain (1970), "Central facilities location",
Geographical Analysis 2, 30-42. Solved by exchanges and Lagrangian branch and bound
(``bound``).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from gis.siting.choice import Choice, Floats, Ints
from gis.siting.given import (
    Sites,
    read_cost,
    read_count,
    read_limits,
    read_sites,
    read_weights,
)
from gis.siting.medians.bound import Best, prove
from gis.siting.medians.choice import build_choice, in_order
from gis.siting.medians.ground import Ground, Search, lay_ground, search_from
from gis.siting.medians.serving import enough, refuse_unreached, too_few
from gis.siting.rules import Rules
from gis.siting.watch import PROVED, Tell, Watch

_EXCHANGES = 2e7  # pairs looked at between two looks at the clock
_WANDER = 2e6


def p_median(  # noqa: PLR0913 - the interface of all location models
    cost: Any,
    weights: Any,
    count: int,
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
    Choose at most ``count`` new sites so that the sum of weight x cost to the nearest is least.

    Parameters
    ----------
    cost
        n x m, what serving a row from a site costs. Dense: inf where it cannot; sparse: not stored
        where it cannot, a stored 0 is a cost of 0.
    weights
        n numbers from 0 on; rows of weight 0 need not be served.
    count
        How many new sites at most; ``required`` ones count, ``existing`` ones do not.
    existing, required, forbidden
        Positions of columns: those that serve already, those that must be among the new ones, those
        that must not.
    rules
        Side constraints; see ``Rules``.
    time_limit, gap
        Seconds, and the relative gap to be content with.
    progress
        Called with ``Progress`` now and then.

    Returns
    -------
    Choice
        ``objective`` is the sum, ``gains`` what each site took off it (NaN until all are served),
        ``served`` the nearest open column, ties to the smaller position. Proved: where all
        weight x cost are multiples of 1, 0.1, 0.01 or 0.001, exactly; else to 1e-9.
        Of several best choices always the same one. Memory follows the pairs.

    Raises
    ------
    InputError
        A cost is NaN or negative; a weight, position, count or limit does not fit.
    NoPlan
        A row cannot be served by any site that may stand (``unreached``), or more sites are needed
        to serve all (``least_count``).
    """
    if rules:
        from gis.siting import ruled  # noqa: PLC0415 - it stands on this module's neighbours

        return ruled.p_median(
            cost,
            weights,
            count,
            rules=rules,
            existing=existing,
            required=required,
            forbidden=forbidden,
            time_limit=time_limit,
            gap=gap,
            progress=progress,
        )
    pairs = read_cost(cost)
    demand = read_weights(weights, pairs.shape[0])
    sites = read_sites(pairs.shape[1], existing=existing, required=required, forbidden=forbidden)
    count = read_count(count, sites)
    limit, near = read_limits(time_limit, gap)
    with Watch(limit, near, progress) as watch:
        refuse_unreached(pairs, demand, sites)
        chosen, bound = least_total(pairs, demand, sites, count, watch)
        return _choice(pairs, demand, sites, chosen, bound, watch)


def least_total(
    cost: sparse.csr_array,
    weights: Floats,
    sites: Sites,
    count: int,
    watch: Watch,
    *,
    start: Ints | None = None,
) -> tuple[Ints, float]:
    """
    Return the sites chosen and a proven bound on the sum.

    ``start`` are sites known to serve all rows. Raises ``NoPlan`` where count is too small.
    """
    ground = lay_ground(cost, weights, sites, count)
    if ground.settled:
        best = Best(ground.opened, math.inf, ground.step, 0.0)
        prices = ground.lists.base
    else:
        search = _first(ground, cost, weights, sites, watch, start)
        best = Best(ground.sites(search.chosen), search.cost, ground.step, watch.gap)
        prices = _prices(search)
    if best.cost < ground.fine:
        watch.tell(best.cost, 0.0)
    bound = prove(ground, best, prices, watch)
    if best.cost >= ground.fine:
        raise too_few(cost, weights, sites, count, watch)
    return best.sites, bound


def _first(
    ground: Ground,
    cost: sparse.csr_array,
    weights: Floats,
    sites: Sites,
    watch: Watch,
    start: Ints | None,
) -> Search:
    """Find a good choice that serves all rows, by exchanges."""
    given = np.empty(0, np.int64) if start is None else start
    search = search_from(ground, np.flatnonzero(np.isin(ground.names, given)))
    if search.cost >= ground.fine:
        found = enough(cost, weights, sites, ground.count + len(sites.required), watch)
        search = search_from(ground, np.flatnonzero(np.isin(ground.names, found)))
    search.exchange(_EXCHANGES, watch)
    if not watch.over:
        search.wander(_WANDER)
    return search


def _prices(search: Search) -> Floats:
    """Return first prices: between what a row costs and what it would cost without its site."""
    served = search.served
    then = np.where(served.then < search.ground.fine, served.then, 2 * served.at)
    return (served.at + np.minimum(then, 3 * served.at + 1)) / 2


def _choice(
    cost: sparse.csr_array,
    weights: Floats,
    sites: Sites,
    chosen: Ints,
    bound: float,
    watch: Watch,
) -> Choice:
    ordered = in_order(cost, weights, sites, chosen)
    objective = float(ordered.totals[-1])
    # the search adds up in another order
    bound = objective if bound >= objective * (1 - PROVED) else bound
    return build_choice(cost, sites, ordered, ordered.totals, bound, watch)
