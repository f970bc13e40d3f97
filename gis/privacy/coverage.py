"""
One coverage as its readers may see it.

    counts by grid  --hide_small-->  tables with NA      buildings  --at least k-->  answers or NA
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.coverage.result import Coverage
from gis.coverage.told import plain, tell_question, told_calendar, told_when
from gis.district import District
from gis.places.demand import RESIDENTIAL_AREA
from gis.privacy.counted import Counted
from gis.privacy.places import LON_LAT
from gis.privacy.suppress import hide_small


@dataclass(frozen=True, eq=False)
class PublishedCoverage:
    """
    One coverage as its readers may see it; hidden figures are NA (None in dicts).

    ``calendar`` is ``beyond`` where the holidays of the date asked for are not known.
    ``by`` has a table per grouping (grid, community): name, total, covered, share. ``buildings``
    (planner only) has covered, reason, minutes, station per building of at least k households.
    """

    title_zh: str
    title_en: str
    question: dict[str, Any]
    when: str | None
    unit: str
    weight: str
    totals: dict[str, float | None]
    reasons: dict[str, dict[str, float | None]]
    by: Mapping[str, pd.DataFrame]
    buildings: pd.DataFrame | None
    areas: gpd.GeoDataFrame
    calendar: str | None = None


def publish_coverage(
    counted: Counted, coverage: Coverage, level: str, *, areas: bool
) -> PublishedCoverage:
    """Keep of a coverage what the readers of a level may see."""
    question = coverage.question
    first = question.asked[0].requirement
    circle = question.circle
    personal = coverage.weight != RESIDENTIAL_AREA
    k = counted.k if personal else 1
    return PublishedCoverage(
        title_zh=circle.name_zh if circle else first.name_zh,
        title_en=circle.name_en if circle else first.name_en,
        question=tell_question(question),
        when=told_when(question),
        calendar=told_calendar(coverage),
        unit=coverage.unit,
        weight=coverage.weight,
        totals=_totals(coverage, k),
        reasons=_reasons(coverage, k),
        by=_groups(counted, coverage) if personal else _plain_groups(coverage),
        buildings=_buildings(counted, coverage) if level == "planner" else None,
        areas=coverage.areas.to_crs(LON_LAT) if areas else _no_areas(),
    )


def _no_areas() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"requirement": []}, geometry=[], crs=LON_LAT)


def _groups(counted: Counted, coverage: Coverage) -> dict[str, pd.DataFrame]:
    """Tables by grid and community with small counts hidden."""
    units = coverage.units
    grid = units["grid"].fillna("")
    part = units["weight"].where(units["covered"], 0.0).groupby(grid).sum()
    covered = part.reindex(counted.grids.index, fill_value=0.0)
    whole = counted.hidden(coverage.weight)
    bounds = counted.values(coverage.weight).mask(whole.grids, np.inf)
    hidden = hide_small(covered, bounds, counted.community, counted.k)
    totals = counted.values(coverage.weight)
    by_grid = _table(counted.grids["name"], totals, covered, whole.grids, hidden.grids)
    names = counted.district.communities["name"]
    sums = [each.groupby(counted.community).sum() for each in (totals, covered)]
    # without any community the mapped column would be of numbers
    named = sums[0].index.to_series().map(names.to_dict()).astype("object").fillna("")
    by_community = _table(named, sums[0], sums[1], whole.communities, hidden.communities)
    return {"grid": by_grid, "community": by_community}


def _table(
    name: pd.Series, total: pd.Series, covered: pd.Series, no_total: pd.Series, no_part: pd.Series
) -> pd.DataFrame:
    shown_total = total.astype("Float64").mask(no_total)
    shown = covered.astype("Float64").mask(no_part | no_total)
    share = shown / shown_total.mask(shown_total == 0)
    return pd.DataFrame({"name": name, "total": shown_total, "covered": shown, "share": share})


def _plain_groups(coverage: Coverage) -> dict[str, pd.DataFrame]:
    """Tables of floor area: nobody's personal figure, so nothing is hidden."""
    columns = ["name", "total", "covered", "share"]
    return {by: coverage.summary(by)[columns] for by in ("grid", "community")}


def _totals(coverage: Coverage, k: int) -> dict[str, float | None]:
    """Figures of the whole; the covered ones are left out when they or the rest are small."""
    total, covered = coverage.total, coverage.covered
    parts = {"covered": covered, "share": coverage.share}
    parts |= {"share_low": coverage.share_low, "share_high": coverage.share_high}
    for name in ("low", "high"):
        part = float(coverage.units["weight"][coverage.units[name]].sum())
        if is_few(part, k) or is_few(total - part, k) or is_few(abs(part - covered), k):
            parts[f"share_{name}"] = None
    if is_few(covered, k) or is_few(total - covered, k) or is_few(total, k):
        parts = dict.fromkeys(parts)
    return {"total": None if is_few(total, k) else plain(total, 1), **_rounded(parts)}


def _rounded(parts: dict[str, Any]) -> dict[str, float | None]:
    return {name: plain(value, 1 if name == "covered" else 4) for name, value in parts.items()}


def is_few(count: float, k: int) -> bool:
    """Tell whether a count lies between 1 and k - 1."""
    return 0 < count < k


def _reasons(coverage: Coverage, k: int) -> dict[str, dict[str, float | None]]:
    """Weights by reason; they add up to the total, so one small one hides a second."""
    told: dict[str, dict[str, float | None]] = {}
    for requirement, weights in coverage.reasons.items():
        values = pd.Series(weights, dtype=float)
        free = pd.Series(np.inf, index=values.index)
        one = pd.Series("", index=values.index)
        hidden = hide_small(values, free, one, k).grids
        told[requirement] = {
            reason: None if hidden[reason] else plain(weight, 1)
            for reason, weight in values.items()
        }
    return told


def _buildings(counted: Counted, coverage: Coverage) -> pd.DataFrame:
    """Answers of buildings where at least k households live; the rest are NA."""
    district = coverage.district
    index = district.buildings.index
    enough = _enough(district, counted.k)
    first = np.stack([answer.covered for answer in coverage.answers])
    covered = first.all(axis=0)
    unmet = np.argmin(first, axis=0)
    rows = np.arange(len(index))
    answers = coverage.answers
    cost = np.stack([answer.ways.cost for answer in answers])[unmet, rows].astype(float)
    reached = np.where(cost >= 0, cost, np.nan)
    minutes = np.stack([each.asked.minutes(reached) for each in answers])[unmet, rows]
    reason = np.stack([answer.reason for answer in answers])[unmet, rows]
    station = np.stack([answer.ways.station for answer in answers])[unmet, rows]
    names = np.r_[district.stations["name"].to_numpy(dtype=object), np.array([None], dtype=object)]
    needed = np.array([answer.asked.requirement.id for answer in answers], dtype=object)[unmet]
    table = pd.DataFrame(
        {
            "covered": pd.array(covered, dtype="boolean"),
            "reason": pd.Series(reason, index=index, dtype="string"),
            "requirement": pd.Series(needed, index=index, dtype="string"),
            "minutes": pd.Series(minutes, index=index, dtype="Float64").round(1),
            "station": pd.Series(names[station], index=index, dtype="string"),
        },
        index=index,
    )
    return table.mask(~enough)


def _enough(district: District, k: int) -> pd.Series:
    """Tell which buildings hold at least k households; all do where nobody is known."""
    buildings = district.buildings
    if len(district.households):
        count = district.households["building"].value_counts()
        return count.reindex(buildings.index, fill_value=0) >= k
    for name in ("households", "people"):
        if buildings[name].notna().any():
            return (buildings[name] >= k).fillna(value=False).astype(bool)
    return pd.Series(data=True, index=buildings.index)
