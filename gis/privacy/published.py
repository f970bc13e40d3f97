"""
From results to what a reader of one level may see.

    counts by grid  --hide_small-->  tables with NA      buildings  --at least k-->  answers or NA
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.coverage.result import Coverage
from gis.coverage.told import plain, tell_question, told_calendar, told_when
from gis.district import District
from gis.errors import InputError
from gis.places.demand import RESIDENTIAL_AREA, building_groups
from gis.privacy.places import LON_LAT, publish_places
from gis.privacy.suppress import Hidden, K, hide_small
from gis.privacy.week import PublishedWeek, publish_week
from gis.tables import LIST_SEPARATOR
from gis.week import WeekCoverage

Level = Literal["public", "planner"]
LEVELS: tuple[Level, ...] = ("public", "planner")
_WHOLES = ("households", "people")
_PARTS = ("elders_60", "elders_80", "children_0_12", "low_income", "dual_earner_children")


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


def publish(
    district: District,
    *results: Coverage | WeekCoverage,
    level: str = "public",
    k: int = K,
    title: str | None = None,
    date: str | None = None,
    areas: bool = True,
) -> Published:
    """
    Keep of a district and its results what the readers of one level may see.

    Parameters
    ----------
    results
        Coverages and weeks, in any order; each kind keeps its own.
    k
        Counts from 1 to k - 1 are hidden, and as many others as arithmetic asks for.
    title, date
        What the page is called, and the day its data stands for; else those of the district.
    areas
        Whether to draw the reached areas, by far the slowest part; answers in figures need none.

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
    counted = _Counted(district, k)
    coverages = [each for each in results if isinstance(each, Coverage)]
    facts = district.facts
    return Published(
        level="planner" if level == "planner" else "public",
        title=title or facts.get("title") or district.name,
        date=date or facts.get("data_date"),
        attribution=tuple(filter(None, facts.get("attribution", "").split(LIST_SEPARATOR))),
        synthetic=facts.get("synthetic") == "yes",
        k=k,
        places=publish_places(district),
        coverages=tuple(_publish_coverage(counted, each, level, areas=areas) for each in coverages),
        counts=counted.counts(),
        needs=counted.needs(),
        weeks=_publish_weeks(results, coverages, k),
    )


def _publish_weeks(
    results: Sequence[Coverage | WeekCoverage], coverages: Sequence[Coverage], k: int
) -> tuple[PublishedWeek, ...]:
    """Publish weeks beside coverages: figures of one weight are kept apart from one another."""
    told: dict[str, list[float]] = {}
    for one in coverages:
        if not (_small(one.covered, k) or _small(one.total - one.covered, k)):
            told.setdefault(one.weight, []).append(one.covered)
    weeks = []
    for week in results:
        if isinstance(week, WeekCoverage):
            known = told.setdefault(week.weight, [])
            weeks.append(publish_week(week, k, known))
            known += list(week.covered[weeks[-1].hours["share"].notna()])
    return tuple(weeks)


class _Counted:
    """Counts of a district by grid, and what of each must be hidden; each is decided once."""

    def __init__(self, district: District, k: int) -> None:
        self.district, self.k = district, k
        self.units = _units(district)
        grids = district.grids
        names = grids["name"].to_dict() | {"": ""}
        present = pd.Index(grids.index.union(self.units["grid"].unique()), name="id")
        self.grids = pd.DataFrame({"name": present.map(names)}, index=present)
        of_unit = self.units.groupby("grid")["community"].first()
        self.community = grids["community"].reindex(present).fillna(of_unit).fillna("")
        self._hidden: dict[str, Hidden] = {}

    def values(self, weight: str) -> pd.Series:
        """Return the count of each grid."""
        if weight not in self.units.columns:
            return pd.Series(0.0, index=self.grids.index)
        sums = self.units.groupby("grid")[weight].sum()
        return sums.reindex(self.grids.index, fill_value=0.0).astype(float)

    def hidden(self, weight: str) -> Hidden:
        """Decide what of one count is hidden; parts are bounded by their published whole."""
        if weight not in self._hidden:
            self._hidden[weight] = hide_small(
                self.values(weight), self._bounds(weight), self.community, self.k
            )
        return self._hidden[weight]

    def _bounds(self, weight: str) -> pd.Series:
        whole = "households" if weight.startswith("need:") else "people"
        if weight in _WHOLES or whole not in self.units.columns:
            return pd.Series(np.inf, index=self.grids.index)
        return self.values(whole).mask(self.hidden(whole).grids, np.inf)

    def shown(self, weight: str) -> pd.Series:
        """Return the count of each grid, NA where hidden."""
        return self.values(weight).astype("Float64").mask(self.hidden(weight).grids)

    def counts(self) -> pd.DataFrame:
        """Counts of people by grid."""
        known = [name for name in (*_WHOLES, *_PARTS) if name in self.units.columns]
        return self.grids.assign(**{name: self.shown(name) for name in known})

    def needs(self) -> pd.DataFrame:
        """Households with each need, by grid."""
        known = [name for name in self.units.columns if name.startswith("need:")]
        return self.grids.assign(**{name[5:]: self.shown(name) for name in known})


def _units(district: District) -> pd.DataFrame:
    """Return one row per household (else per building): its grid, community and counts."""
    households = district.households
    source = households if len(households) else district.buildings
    groups = building_groups(district)
    if len(households):
        home = groups.reindex(households["building"]).set_axis(households.index)
        units = households[["grid", "community"]].fillna(home[["grid", "community"]])
        units["households"] = 1.0
    else:
        units = groups[["grid", "community"]].copy()
    for name in (*_WHOLES, *_PARTS):
        if name in source.columns and source[name].notna().any():
            units[name] = source[name].astype("Float64").fillna(0).astype(float)
    if len(households):
        _add_needs(units, households["needs"])
    return units.fillna({"grid": "", "community": ""})


def _add_needs(units: pd.DataFrame, needs: pd.Series) -> None:
    listed = needs.dropna().str.split(LIST_SEPARATOR).explode()
    for need in sorted(set(listed) - {""}):
        units[f"need:{need}"] = 0.0
        units.loc[listed.index[listed == need], f"need:{need}"] = 1.0


def _publish_coverage(
    counted: _Counted, coverage: Coverage, level: str, *, areas: bool
) -> PublishedCoverage:
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


def _groups(counted: _Counted, coverage: Coverage) -> dict[str, pd.DataFrame]:
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
        if _small(part, k) or _small(total - part, k) or _small(abs(part - covered), k):
            parts[f"share_{name}"] = None
    if _small(covered, k) or _small(total - covered, k) or _small(total, k):
        parts = dict.fromkeys(parts)
    return {"total": None if _small(total, k) else plain(total, 1), **_rounded(parts)}


def _rounded(parts: dict[str, Any]) -> dict[str, float | None]:
    return {name: plain(value, 1 if name == "covered" else 4) for name, value in parts.items()}


def _small(count: float, k: int) -> bool:
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


def _buildings(counted: _Counted, coverage: Coverage) -> pd.DataFrame:
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
