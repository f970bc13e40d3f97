"""
Where to stand: location models on matrices, each answer with its proof.

    reach or cost (n demand x m sites), weights (n)  -->  Choice (sites, objective, bound, gap)
"""

from gis.siting.choice import Choice, NoPlan
from gis.siting.coverage import max_coverage

__all__ = ["Choice", "NoPlan", "max_coverage"]
