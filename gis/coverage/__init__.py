"""
Coverage: the question, the search for every requirement, the reasons, and the answer.

    District  --cover(circle)-->  Coverage
"""

from gis.coverage.answers import cover
from gis.coverage.areas import service_areas
from gis.coverage.reaching import reach
from gis.coverage.reasons import NAMES, REASONS
from gis.coverage.result import Answer, Coverage

__all__ = ["NAMES", "REASONS", "Answer", "Coverage", "cover", "reach", "service_areas"]
