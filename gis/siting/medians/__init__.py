"""
Where people are near: on the whole (p-median), and the farthest of them (p-center).

    cost (n x m), weights (n), count  --p_median, p_center-->  Choice
"""

from gis.siting.medians.center import p_center
from gis.siting.medians.median import p_median

__all__ = ["p_center", "p_median"]
