"""
Where to stand so that nobody is far: the p-center, exactly, and the best median among centers.

    cost (n x m), count  --p_center-->  Choice (least greatest cost)

The answer is one of the costs; whether ``count`` sites serve all at such a radius is a question of
covering (Minieka 1970, "The m-center problem", SIAM Review 12, 138-139; bounds before exact
answers: Elloumi, Labbé & Pochet 2004, INFORMS Journal on Computing 16, 84-94). Source of the
question: Hakimi (1964), Operations Research 12, 450-459.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from gis.siting.choice import OPTIMAL, Choice, Floats, Ints, settled
from gis.siting.given import Sites, read_cost, read_count, read_limits, read_sites, read_weights
from gis.siting.medians.choice import build_choice, in_order
from gis.siting.medians.ground import nearest_of
from gis.siting.medians.median import least_total
from gis.siting.medians.serving import covering, enough, refuse_unreached
from gis.siting.watch import Tell, Watch


@dataclass(frozen=True, eq=False)
class _Center:
    """Sites that serve all within ``radius``, and the least radius not ruled out."""

    sites: Ints
    radius: float
    bound: float


def p_center(  # noqa: PLR0913 - the interface of all location models
    cost: Any,
    count: int,
    *,
    weights: Any = None,
    existing: Sequence[int] | Ints = (),
    required: Sequence[int] | Ints = (),
    forbidden: Sequence[int] | Ints = (),
    then_median: bool = False,
    time_limit: float | None = None,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Choice:
    """
    Choose at most ``count`` new sites so that the greatest cost of any row is least.

    Parameters
    ----------
    cost
        n x m, what serving a row from a site costs. Dense: inf where it cannot; sparse: not stored
        where it cannot, a stored 0 is a cost of 0.
    count
        How many new sites at most; ``required`` ones count, ``existing`` ones do not.
    weights
        n numbers from 0 on: rows of weight 0 are left out, of the others only ``then_median``
        asks how much they weigh; None: 1 each.
    existing, required, forbidden
        Positions of columns: those that serve already, those that must be among the new ones, those
        that must not.
    then_median
        Among all choices with the least greatest cost, take one with the least sum of weight x
        cost; ``Choice.second`` is that sum and its bound.
    time_limit, gap
        Seconds for both together, and the relative gap to be content with.
    progress
        Called with ``Progress`` now and then.

    Returns
    -------
    Choice
        ``objective`` is the greatest cost (0 without rows), ``gains`` what each site took off it
        (NaN until all are served; a site may take nothing off alone), ``served`` the nearest open
        column, ties to the smaller position. With ``then_median`` it is proved optimal only when
        both are. Costs are compared as they are, without rounding.

    Raises
    ------
    InputError
        A cost is NaN or negative; a weight, position, count or limit does not fit.
    NoPlan
        A row cannot be served by any site that may stand (``unreached``), or more sites are needed
        to serve all (``least_count``).
    """
    pairs = read_cost(cost)
    rows = pairs.shape[0]
    demand = np.ones(rows) if weights is None else read_weights(weights, rows)
    sites = read_sites(pairs.shape[1], existing=existing, required=required, forbidden=forbidden)
    count = read_count(count, sites)
    limit, near = read_limits(time_limit, gap)
    with Watch(limit, near, progress) as watch:
        refuse_unreached(pairs, demand, sites)
        found = _least_radius(pairs, demand, sites, count, watch)
        if not then_median:
            return _choice(pairs, demand, sites, found, watch)
        return _then_median(pairs, demand, sites, count, found, watch)


def _least_radius(
    cost: sparse.csr_array, weights: Floats, sites: Sites, count: int, watch: Watch
) -> _Center:
    """Halve the radii that are left: first with quick covers, then with exact ones."""
    radii = _radii(cost, weights, sites)
    chosen = enough(cost, weights, sites, count, watch)
    low, high = 0, _place(radii, cost, weights, sites, chosen)
    quick_low = low
    while quick_low < high and not watch.over:
        middle = (quick_low + high) // 2
        found = covering(cost, weights, sites, count, watch, radii[middle], quick=True)
        if found is None:
            quick_low = middle + 1
        else:
            chosen, high = found, _place(radii, cost, weights, sites, found)
    while low < high and not watch.near(radii[high], radii[low]):
        middle = (low + high) // 2
        found = covering(cost, weights, sites, count, watch, radii[middle])
        if found is not None:
            chosen, high = found, _place(radii, cost, weights, sites, found)
        elif watch.over:
            break
        else:
            low = middle + 1
        watch.tell(radii[high], radii[low])
    return _Center(chosen, float(radii[high]), float(radii[low]))


def _radii(cost: sparse.csr_array, weights: Floats, sites: Sites) -> Floats:
    """Return the costs that the greatest can be, rising: none below any row's least."""
    counting = cost[np.flatnonzero(weights > 0)]
    least = nearest_of(counting, np.r_[sites.existing, sites.free]).max(initial=0.0)
    return np.unique(np.r_[least, counting.data[counting.data > least]])


def _place(
    radii: Floats, cost: sparse.csr_array, weights: Floats, sites: Sites, chosen: Ints
) -> int:
    """Return the place of the radius that these sites have."""
    at = nearest_of(cost, np.r_[sites.existing, chosen])[weights > 0]
    return int(np.searchsorted(radii, at.max(initial=0.0)))


def _then_median(
    cost: sparse.csr_array,
    weights: Floats,
    sites: Sites,
    count: int,
    found: _Center,
    watch: Watch,
) -> Choice:
    near = cost.data <= found.radius
    start = np.r_[0, np.cumsum(near)][cost.indptr]
    within = sparse.csr_array((cost.data[near], cost.indices[near], start), shape=cost.shape)
    chosen, bound = least_total(within, weights, sites, count, watch, start=found.sites)
    choice = _choice(cost, weights, sites, replace(found, sites=chosen), watch)
    at = nearest_of(cost, np.r_[sites.existing, choice.sites])
    counting = weights > 0
    total = float((weights[counting] * at[counting]).sum())
    bound, _, second = settled(total, bound, watch, whole=False)
    # a bound on the sum holds for this radius only
    status = choice.status if second == OPTIMAL or choice.status != OPTIMAL else second
    return replace(choice, second=(total, bound), status=status)


def _choice(
    cost: sparse.csr_array, weights: Floats, sites: Sites, found: _Center, watch: Watch
) -> Choice:
    ordered = in_order(cost, weights, sites, found.sites)
    return build_choice(cost, sites, ordered, ordered.greatest, found.bound, watch)
