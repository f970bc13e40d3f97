"""
Location models with side constraints: one programme holds every rule, each answer is recounted.

    reach or cost (n x m), weights (n), Rules  --max_coverage, set_cover, p_median-->  Choice
"""

from gis.siting.ruled.questions import max_coverage, p_median, set_cover

__all__ = ["max_coverage", "p_median", "set_cover"]
