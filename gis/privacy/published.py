"""
From results to what a reader of one level may see.

    District, Coverage, WeekCoverage, Plan  --publish(level)-->  Published
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import pandas as pd

from gis.coverage.result import Coverage
from gis.district import District
from gis.errors import InputError
from gis.plans.plan import Plan
from gis.privacy.counted import Counted
from gis.privacy.coverage import PublishedCoverage, is_few, publish_coverage
from gis.privacy.places import publish_places
from gis.privacy.plan import PublishedPlan, publish_plans
from gis.privacy.suppress import K
from gis.privacy.week import PublishedWeek, publish_week
from gis.tables import LIST_SEPARATOR
from gis.week import WeekCoverage

Level = Literal["public", "planner"]
LEVELS: tuple[Level, ...] = ("public", "planner")


@dataclass(frozen=True, eq=False)
class Published:
    """Everything a page or an answer may be made of; geometries in longitude and latitude."""

    level: Level
    title: str
    date: str | None
    attribution: tuple[str, ...]
    synthetic: bool
    k: int
    places: Mapping[str, gpd.GeoDataFrame]
    coverages: tuple[PublishedCoverage, ...]
    counts: pd.DataFrame
    needs: pd.DataFrame
    weeks: tuple[PublishedWeek, ...] = ()
    plans: tuple[PublishedPlan, ...] = ()


def publish(
    district: District,
    *results: Coverage | WeekCoverage | Plan,
    level: str = "public",
    k: int = K,
    title: str | None = None,
    date: str | None = None,
    areas: bool = True,
    curve: bool = True,
) -> Published:
    """
    Keep of a district and its results what the readers of one level may see.

    Parameters
    ----------
    results
        Coverages, weeks and plans, in any order; each kind keeps its own.
    k
        Counts from 1 to k - 1 are hidden, and as many others as arithmetic asks for.
    title, date
        What the page is called, and the day its data stands for; else those of the district.
    areas
        Whether to draw the reached areas, by far the slowest part; answers in figures need none.
    curve
        Whether plans come with their curve "stations -> share covered", one solve a number.

    Raises
    ------
    InputError
        The level is unknown, or k is below 2.
    """
    if level not in LEVELS:
        raise InputError(
            f"level：没有“{level}”；可用：{', '.join(LEVELS)}",
            english=f"level: '{level}' is unknown; known are: {', '.join(LEVELS)}",
        )
    if k < 2:
        raise InputError(f"k：{k} 太小，至少为 2", english=f"k: {k} is too small, at least 2")
    counted = Counted(district, k)
    coverages = [each for each in results if isinstance(each, Coverage)]
    plans = [each for each in results if isinstance(each, Plan)]
    facts = district.facts
    return Published(
        level="planner" if level == "planner" else "public",
        title=title or facts.get("title") or district.name,
        date=date or facts.get("data_date"),
        attribution=tuple(filter(None, facts.get("attribution", "").split(LIST_SEPARATOR))),
        synthetic=facts.get("synthetic") == "yes",
        k=k,
        places=publish_places(district),
        coverages=tuple(publish_coverage(counted, each, level, areas=areas) for each in coverages),
        counts=counted.counts(),
        needs=counted.needs(),
        weeks=_publish_weeks(results, coverages, k),
        plans=publish_plans(counted, plans, level, areas=areas, curve=curve),
    )


def _publish_weeks(
    results: Sequence[Coverage | WeekCoverage | Plan], coverages: Sequence[Coverage], k: int
) -> tuple[PublishedWeek, ...]:
    """Publish weeks beside coverages: figures of one weight are kept apart from one another."""
    told: dict[str, list[float]] = {}
    for one in coverages:
        if not (is_few(one.covered, k) or is_few(one.total - one.covered, k)):
            told.setdefault(one.weight, []).append(one.covered)
    weeks = []
    for week in results:
        if isinstance(week, WeekCoverage):
            known = told.setdefault(week.weight, [])
            weeks.append(publish_week(week, k, known))
            known += list(week.covered[weeks[-1].hours["share"].notna()])
    return tuple(weeks)
