"""
Hiding small counts so that no arithmetic brings them back.

A count is small when it, or what is left of its whole, lies between 1 and k - 1. Hiding it alone
is not enough: totals are published, so others are hidden with it until every hidden count could
still have at least k different values.

    values, wholes by grid and community  ->  which grids, communities, and whether the total hide

The published facts are sums (grids to community, communities to district) and bounds
(0 <= count <= whole), so the interval of a hidden count x_i among hidden set T with sum C is

    max(0, C - sum of the others' bounds)  <=  x_i  <=  min(bound_i, C)
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

K = 5
"""Counts from 1 to k - 1 are hidden; 5 as statistical offices use it (DOMAIN 5)."""

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Hidden:
    """What may not be shown: flags by grid and by community, and one for the total."""

    grids: pd.Series
    communities: pd.Series
    total: bool


def hide_small(values: pd.Series, bounds: pd.Series, community: pd.Series, k: int = K) -> Hidden:
    """
    Choose what to hide of one count.

    Parameters
    ----------
    values
        The count in each grid.
    bounds
        What each count cannot exceed as far as the reader knows: the published whole, else inf.
    community
        The community of each grid, in the order of ``values``.

    Returns
    -------
    Hidden
        Where a community is hidden all its grids are. Choices are the smallest values first, then
        by id, so the same input hides the same cells.
    """
    sums = values.groupby(community).sum()
    limits = bounds.groupby(community).sum()
    hidden, possible = _hide(sums.to_numpy(float), limits.to_numpy(float), k)
    grids = pd.Series(data=False, index=values.index)
    communities = pd.Series(hidden, index=sums.index)
    for name in sums.index:
        mine = (community == name).to_numpy()
        inner, inner_possible = _hide(values.to_numpy(float)[mine], bounds.to_numpy(float)[mine], k)
        if not inner_possible:
            communities[name] = True
        grids[mine] = inner
    if communities.any():
        communities, possible = _widen(sums, limits, communities, k)
        grids |= community.map(communities).to_numpy(dtype=bool)
    if not possible:
        communities[:] = True
        grids[:] = True
    return Hidden(grids, communities, not possible)


def _widen(
    sums: pd.Series, limits: pd.Series, communities: pd.Series, k: int
) -> tuple[pd.Series, bool]:
    hidden, possible = _hide(
        sums.to_numpy(float), limits.to_numpy(float), k, communities.to_numpy(dtype=bool)
    )
    return pd.Series(hidden, index=sums.index), possible


def is_small(values: Floats, bounds: Floats, k: int) -> Flags:
    """Tell which counts, or what is left of their bounds, lie between 1 and k - 1."""
    rest = np.where(np.isfinite(bounds), bounds - values, np.inf)
    small: Flags = ((values > 0) & (values < k)) | ((rest > 0) & (rest < k))
    return small


def _hide(values: Floats, bounds: Floats, k: int, also: Flags | None = None) -> tuple[Flags, bool]:
    """Hide small cells of one sum, and more until all hidden ones are wide; False if impossible."""
    hidden = is_small(values, bounds, k)
    if also is not None:
        hidden |= also
    empty = bounds == 0  # nothing to hide where nobody is
    hidden &= ~empty
    order = np.argsort(values, kind="stable")
    while hidden.any() and (_widths(values, bounds, hidden) < k).any():
        rest = order[~hidden[order] & ~empty[order]]
        if not len(rest):
            return hidden, False
        hidden[rest[0]] = True
    return hidden, True


def _widths(values: Floats, bounds: Floats, hidden: Flags) -> Floats:
    """Return how far each hidden count could lie from lowest to highest."""
    whole = values[hidden].sum()
    bound = np.minimum(bounds[hidden], whole)
    others = bound.sum() - bound
    widths: Floats = np.minimum(bound, whole) - np.maximum(0.0, whole - others)
    return widths
