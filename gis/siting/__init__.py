"""
Where to stand: location models on matrices, each answer with its proof.

    reach or cost (n demand x m sites), weights (n)  -->  Choice (sites, objective, bound, gap)
"""

from gis.siting.center import p_center
from gis.siting.choice import Choice, NoPlan
from gis.siting.coverage import max_coverage
from gis.siting.covering import set_cover
from gis.siting.median import p_median

__all__ = ["Choice", "NoPlan", "max_coverage", "p_center", "p_median", "set_cover"]
