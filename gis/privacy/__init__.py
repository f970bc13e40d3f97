"""
What may leave the house: every page and every answer is made of ``Published`` only.

    District, Coverage, WeekCoverage, Plan  --publish(level)-->  Published

``public`` carries figures by grid and community with small counts hidden; ``planner`` adds what
holds for buildings of at least k households. Neither carries a household. Fields not on the
white-list of ``gis.privacy.places`` are left out, whatever a table holds.
"""

from gis.privacy.coverage import PublishedCoverage
from gis.privacy.plan import PublishedPlan
from gis.privacy.published import Published, publish
from gis.privacy.suppress import K
from gis.privacy.week import PublishedWeek

__all__ = ["K", "Published", "PublishedCoverage", "PublishedPlan", "PublishedWeek", "publish"]
