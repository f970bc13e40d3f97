"""
Who is within reach: most covered by a number of sites, and the fewest sites for a share.

    reach (n x m), weights (n)  --max_coverage, set_cover-->  Choice
"""

from gis.siting.covers.coverage import max_coverage
from gis.siting.covers.covering import set_cover

__all__ = ["max_coverage", "set_cover"]
