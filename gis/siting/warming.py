"""Compiling ahead of the first question, so that setting up takes that time and not the user."""

import numpy as np

from gis.siting.covers import max_coverage, set_cover
from gis.siting.medians import p_center, p_median

_ROWS, _SITES, _NEAR = 60, 20, 0.25


def warm() -> None:
    """
    Compile every kernel of the location models by asking each about an invented place.

    Some forty seconds the first time, tenths of a second once compiled code lies there.
    """
    rng = np.random.default_rng(0)
    homes, sites = rng.random((_ROWS, 1, 2)), rng.random((1, _SITES, 2))
    cost = np.hypot(*np.moveaxis(homes - sites, 2, 0))
    weights = rng.integers(1, 50, _ROWS).astype(float)
    reach = cost < _NEAR
    max_coverage(reach, weights, 4)
    set_cover(reach[reach.any(axis=1)])
    set_cover(reach, weights, share=0.5)
    p_median(cost, weights, 4)
    p_center(cost, 4, then_median=True)
