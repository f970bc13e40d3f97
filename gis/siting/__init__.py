"""
Where to stand: location models on matrices, each answer with its proof.

    reach or cost (n demand x m sites), weights (n)  -->  Choice (sites, objective, bound, gap)
"""

from gis.siting.choice import Choice, NoPlan
from gis.siting.covers import max_coverage, set_cover
from gis.siting.medians import p_center, p_median
from gis.siting.rules import Floor, Rules
from gis.siting.warming import warm

__all__ = [
    "Choice",
    "Floor",
    "NoPlan",
    "Rules",
    "max_coverage",
    "p_center",
    "p_median",
    "set_cover",
    "warm",
]
