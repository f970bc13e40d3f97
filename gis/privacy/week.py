"""
A week of coverage as its readers may see it: shares of the whole place, hour by hour.

    WeekCoverage  --publish_week-->  PublishedWeek (168 rows)

An hour's figure is hidden where the covered, or the rest, are fewer than k. Two figures that lie
less than k apart would tell the few who are covered at one hour and not at the other, so of such
figures only the smallest is shown, counting from the figures already published.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.coverage.told import plain, tell_question
from gis.places.calendar import day_kind
from gis.places.demand import RESIDENTIAL_AREA
from gis.week import WeekCoverage

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PublishedWeek:
    """
    One week; hidden figures are NA.

    ``hours`` has 168 rows in order: ``day`` (0 to 6), ``date`` (or NA), ``weekday`` (0 is Monday),
    ``hour``, ``kind`` (workday, weekend, holiday, makeup, or NA), ``name_zh`` and ``name_en`` of a
    holiday, ``share``. ``calendar`` is known, beyond or None (no holidays asked for).
    """

    title_zh: str
    title_en: str
    question: dict[str, Any]
    unit: str
    weight: str
    start: str | None
    calendar: str | None
    total: float | None
    hours: pd.DataFrame


def publish_week(week: WeekCoverage, k: int, told: Iterable[float] = ()) -> PublishedWeek:
    """
    Hide what is small in a week.

    Parameters
    ----------
    told
        Covered weights that are published beside it.
    """
    question = week.question
    asked = question.circle or question.asked[0].requirement
    k = 1 if week.weight == RESIDENTIAL_AREA else k
    small = 0 < week.total < k
    shown = apart(week.covered, [0.0, week.total, *told], k) & (not small)
    table = week.table
    days = [when.date for when in week.hours]
    names = [day_kind(day) if day and week.calendar else None for day in days]
    hours = table[["day", "date", "weekday", "hour", "kind"]].assign(
        name_zh=pd.array([each.name_zh if each else "" for each in names], dtype="string"),
        name_en=pd.array([each.name_en if each else "" for each in names], dtype="string"),
        share=table["share"].astype("Float64").round(4).where(shown),
    )
    return PublishedWeek(
        title_zh=asked.name_zh,
        title_en=asked.name_en,
        question=tell_question(question),
        unit=week.unit,
        weight=week.weight,
        start=week.start.isoformat() if week.start else None,
        calendar=week.calendar,
        total=None if small else plain(week.total, 1),
        hours=hours,
    )


def apart(values: Floats, told: Iterable[float], k: int) -> NDArray[np.bool_]:
    """Tell which values may be shown: equal to one that is told, or at least k from all of them."""
    shown = sorted(set(told))
    for value in np.unique(values):
        gaps = np.abs(np.array(shown) - value)
        if (gaps >= k).all():
            shown.append(float(value))
    allowed: NDArray[np.bool_] = np.isin(values, np.array(shown))
    return allowed
