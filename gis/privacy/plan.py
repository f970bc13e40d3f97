"""
A plan as its readers may see it.

    Plan  --decide-->  which figures may be told  --publish_plans-->  PublishedPlan

Sites are places, and public. What each adds, serves, alone serves and loses are sums of people:
told only where nothing small follows from them and everything else told (``gis.privacy.regions``).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.coverage.areas import areas_of
from gis.coverage.result import Coverage
from gis.coverage.told import plain, told_calendar, told_when
from gis.places.demand import RESIDENTIAL_AREA
from gis.plans.plan import Plan
from gis.plans.told import tell_asking
from gis.privacy.counted import Counted
from gis.privacy.coverage import PublishedCoverage, is_few, publish_coverage
from gis.privacy.figures import Figures, curve_regions, decide, regions_of
from gis.privacy.places import LON_LAT
from gis.privacy.regions import EXACT, HIDDEN, rounded
from gis.tables import LIST_SEPARATOR

Allowed = Mapping[tuple[Any, ...], int]
BEYOND = 3
"""How many stations more than the plan has its curve goes on to."""
_SITE = ("name", "kind", "source", "services", "cost", "lon", "lat")
_COUNTS = ("weight", "sites")
_REGIONS = {
    "gain": "gain",
    "serves": "serves",
    "only": "only",
    "lost": "only",
    "runner_up_gain": "runner_up",
}
_FIGURES = ("gain", "serves", "only", "lost", "runner_up_gain")


@dataclass(frozen=True, eq=False)
class PublishedPlan:
    """
    One plan as its readers may see it; hidden figures are NA in tables and None elsewhere.

    ``sites`` as in ``Plan.sites``, and ``rounded``: names of figures told to the nearest 2k or
    10k, joined with ``|``; ``curve`` as ``Plan.curve`` gives it (none where it was not asked for),
    with a flag ``rounded``. ``before`` and ``after`` have one coverage a service, ``areas`` a row a
    new site and service: ``site``, ``requirement``, what it reaches by itself. ``unreached``:
    ``units``, ``weight``, ``reasons``, ``grids``.
    """

    question: dict[str, Any]
    when: str | None
    calendar: str | None
    status: str
    measure: str
    objective: float | None
    bound: float | None
    gap: float
    seconds: float
    unit: str
    weight: str
    total: float | None
    covered_before: float | None
    covered_after: float | None
    share_before: float | None
    share_after: float | None
    sites: pd.DataFrame
    opened_gates: pd.DataFrame
    closed: tuple[str, ...]
    candidates: gpd.GeoDataFrame
    before: tuple[PublishedCoverage, ...]
    after: tuple[PublishedCoverage, ...]
    areas: gpd.GeoDataFrame
    unreached: dict[str, Any]
    notes: tuple[tuple[str, str], ...]
    curve: pd.DataFrame | None


def publish_plans(
    counted: Counted, plans: Sequence[Plan], level: str, *, areas: bool, curve: bool
) -> tuple[PublishedPlan, ...]:
    """Publish plans; those that count one weight are decided about together."""
    before = [_coverages(counted, plan.coverages_before, level) for plan in plans]
    curves = [_draw(plan) if curve else None for plan in plans]
    of_weight: dict[str, list[int]] = defaultdict(list)
    for place, plan in enumerate(plans):
        of_weight[plan.weight].append(place)
    found: dict[int, PublishedPlan] = {}
    for places in of_weight.values():
        allowed = _decided(counted, plans, before, curves, places)
        for number, place in enumerate(places):
            own = {name[1:]: way for name, way in allowed.items() if name[0] == number}
            if plans[place].weight == RESIDENTIAL_AREA:
                own = defaultdict(lambda: EXACT)  # floor area is nobody's secret
            teller = _Teller(counted, plans[place], before[place], own, level)
            found[place] = teller.plan(curves[place], areas=areas)
    return tuple(found[place] for place in range(len(plans)))


def _decided(
    counted: Counted,
    plans: Sequence[Plan],
    before: Sequence[tuple[PublishedCoverage, ...]],
    curves: Sequence[pd.DataFrame | None],
    places: Sequence[int],
) -> Allowed:
    """Decide about the plans at some places, which count one weight."""
    if plans[places[0]].weight == RESIDENTIAL_AREA:
        return {}
    told = [before[place] for place in places]
    drawn = [curves[place] for place in places]
    return decide(counted, [plans[place] for place in places], told, drawn)


def _draw(plan: Plan) -> pd.DataFrame:
    """Solve each number of stations, some beyond those of the plan."""
    first = len(plan.asking.required)
    free = int((~plan.candidates["forbidden"]).sum()) + len(plan.task.action)
    last = min(max(plan.count, first) + BEYOND, free)
    return plan.curve(range(first, max(last, first) + 1))


def _coverages(
    counted: Counted, coverages: Sequence[Coverage], level: str
) -> tuple[PublishedCoverage, ...]:
    return tuple(publish_coverage(counted, each, level, areas=False) for each in coverages)


@dataclass(frozen=True, eq=False)
class _Teller:
    """One plan, and what of it may be told."""

    counted: Counted
    source: Plan
    before: tuple[PublishedCoverage, ...]
    allowed: Allowed
    level: str

    @property
    def k(self) -> int:
        return 1 if self.source.weight == RESIDENTIAL_AREA else self.counted.k

    def plan(self, curve: pd.DataFrame | None, *, areas: bool) -> PublishedPlan:
        plan = self.source
        total = None if is_few(plan.total, self.k) else plan.total
        whole = all(each.totals["covered"] is not None for each in self.before)
        after = all(self.allowed["after", each] == EXACT for each in plan.asking.services)
        covered_before = _covered(plan.coverages_before, plan.covered_before) if whole else None
        covered_after = _covered(plan.coverages_after, plan.covered_after) if after else None
        shown, sites = self._objective_told(covered_after), self._sites()
        return PublishedPlan(
            question=tell_asking(plan),
            when=told_when(plan.before.question),
            calendar=told_calendar(plan.before),
            status=plan.status,
            measure=plan.measure,
            objective=plan.objective if shown else None,
            bound=plan.bound if shown else None,
            gap=plan.gap,
            seconds=plan.seconds,
            unit=plan.unit,
            weight=plan.weight,
            total=plain(total, 1),
            covered_before=plain(covered_before, 1),
            covered_after=plain(covered_after, 1),
            share_before=_share(covered_before, total),
            share_after=_share(covered_after, total),
            sites=sites,
            opened_gates=self._gates(),
            closed=plan.closed,
            candidates=_places(plan),
            before=self.before,
            after=tuple(
                self._after(service, coverage)
                for service, coverage in zip(
                    plan.asking.services, plan.coverages_after, strict=True
                )
            ),
            areas=_areas(plan) if areas else _no_areas(),
            unreached=self._unreached(),
            notes=self._notes(sites),
            curve=None if curve is None else self._curve(curve),
        )

    def _notes(self, sites: pd.DataFrame) -> tuple[tuple[str, str], ...]:
        asking = self.source.asking
        told = tuple(zip(asking.notes("zh"), asking.notes("en"), strict=True))
        if not (sites["rounded"] != "").any():
            return told
        names = LIST_SEPARATOR.join(sites["rounded"]).split(LIST_SEPARATOR)
        listed = ", ".join(dict.fromkeys(filter(None, names)))
        fine, coarse = 2 * self.k, 10 * self.k
        zh = f"为保护隐私，站点的有些数只给到 {fine} 或 {coarse} 的倍数（{listed}）"
        en = f"for privacy some figures of sites are multiples of {fine} or {coarse} ({listed})"
        return (*told, (zh, en))

    def _objective_told(self, covered: float | None) -> bool:
        """An objective that is a count of people is told where what is covered is."""
        plan = self.source
        if plan.measure != "weight":
            return not is_few(plan.total, self.k)
        if self.k == 1:
            return True
        if plan.task.rules.backup and self.allowed["twice",] != EXACT:
            return False
        return covered is not None and not 1e-6 < abs(plan.objective - covered) < self.k

    def _sites(self) -> pd.DataFrame:
        """Sites with the figures that may be told; what is no plain sum goes with ``serves``."""
        plan = self.source
        table = plan.sites[[*_SITE, *_FIGURES, "runner_up"]].copy()
        figures = Figures(plan.asking.services, plan.before.units["weight"].to_numpy(dtype=float))
        regions = regions_of(plan, figures)
        exact = [""] * plan.count
        for name, region in _REGIONS.items():
            sums = [figures.sum(each) for each in getattr(regions, region)]
            ways = np.array([self.allowed[region, n] for n in range(plan.count)], dtype=int)
            values = plan.sites[name].to_numpy(dtype=float)
            plain_sum = np.isclose(values, sums, rtol=1e-9, atol=1e-6)
            if self.k > 1 and not (plan.measure in _COUNTS or name in ("serves", "only")):
                # minutes, say: no count of people, yet none of a few either
                served = np.array([self.allowed["serves", n] for n in range(plan.count)], dtype=int)
                ways = np.where(served == HIDDEN, HIDDEN, EXACT)
            elif self.k > 1:
                ways = np.where(plain_sum, ways, HIDDEN)
            near = pd.Series(rounded(values, ways, self.k), table.index)
            kept = near.where(np.isfinite(near))
            table[name] = kept.astype("Float64").round(1)
            exact = [
                f"{names}|{name}".strip("|") if way > EXACT else names
                for names, way in zip(exact, ways, strict=True)
            ]
        return table.assign(rounded=pd.array(exact, dtype="string"))

    def _gates(self) -> pd.DataFrame:
        """Gates are places; what is lost without one is a sum over a region nobody has checked."""
        gates = self.source.opened_gates
        lost = gates["lost"].astype("Float64").where(np.isfinite(gates["lost"]))
        return gates.assign(lost=lost if self.k == 1 else lost.where(np.zeros(len(gates), bool)))

    def _after(self, service: str, coverage: Coverage) -> PublishedCoverage:
        """Hide of the coverage with the plan what may not be told."""
        free = publish_coverage(self.counted, coverage, self.level, areas=False)
        if self.k == 1:
            return free
        yes = self.allowed["after", service] == EXACT
        parts = {"share_low": coverage.share_low, "share_high": coverage.share_high}
        totals: dict[str, float | None] = {
            "total": free.totals["total"],
            "covered": plain(coverage.covered, 1) if yes else None,
            "share": plain(coverage.share, 4) if yes else None,
        }
        for name, value in parts.items():
            column = name.removeprefix("share_")
            totals[name] = plain(value, 4) if self.allowed[column, service] else None
        reasons = {
            each: {
                reason: plain(weight, 1) if self.allowed["reason", service, reason] else None
                for reason, weight in weights.items()
            }
            for each, weights in coverage.reasons.items()
        }
        by = {name: self._group(table, service, name, coverage) for name, table in free.by.items()}
        return replace(free, totals=totals, reasons=reasons, by=by)

    def _group(
        self, table: pd.DataFrame, service: str, name: str, coverage: Coverage
    ) -> pd.DataFrame:
        """Tell what is covered in the groups that may be told, whatever ``hide_small`` says."""
        units = coverage.units
        grid = units["grid"].fillna("")
        group = grid if name == "grid" else grid.map(self.counted.community).fillna("")
        sums = units["weight"].where(units["covered"], 0.0).groupby(group).sum()
        shown = [self.allowed.get((name, service, each), HIDDEN) for each in table.index]
        covered = sums.reindex(table.index, fill_value=0.0).astype("Float64")
        covered = covered.where(np.array(shown, dtype=bool) & table["total"].notna())
        share = covered / table["total"].mask(table["total"] == 0)
        return table.assign(covered=covered, share=share)

    def _unreached(self) -> dict[str, Any]:
        table, allowed = self.source.unreached, self.allowed
        yes = allowed["unreached",]
        units = len(table.index.unique())
        sums = {
            column: table["weight"].groupby(table[column].fillna("").astype(str)).sum()
            for column in ("reason", "grid")
        }
        return {
            "units": units if yes and not is_few(units, self.k) else None,
            "weight": plain(float(table["weight"].sum()), 1) if yes else None,
            **{
                f"{column}s": {
                    str(name): plain(value, 1) if allowed["unreached", column, name] else None
                    for name, value in sums[column].items()
                }
                for column in ("reason", "grid")
            },
        }

    def _curve(self, table: pd.DataFrame) -> pd.DataFrame:
        """Hide of a curve what may not be told."""
        plan = self.source
        ways = np.array([self.allowed["curve", n] for n in range(len(table))], dtype=int)
        figures = Figures(plan.asking.services, plan.before.units["weight"].to_numpy(dtype=float))
        sums = [figures.sum(each) for each in curve_regions(plan, figures, table)]
        values = table["covered"].to_numpy(dtype=float)
        if self.k > 1:
            ways = np.where(np.isclose(values, sums, rtol=1e-9, atol=1e-6), ways, HIDDEN)
        near = pd.Series(rounded(values, ways, self.k), table.index)
        covered = near.where(np.isfinite(near)).clip(upper=plan.total).astype("Float64")
        told = table.assign(covered=covered, share=covered / plan.total if plan.total else pd.NA)
        for name in ("objective", "bound"):
            column = told[name].astype("Float64")
            told[name] = column.where(ways == EXACT) if plan.measure in _COUNTS else column
        return told.assign(rounded=ways > EXACT)


def _covered(coverages: Sequence[Coverage], value: float) -> float | None:
    """Return what is covered; None where it counts those given a place, not those covered."""
    return value if abs(value - sum(each.covered for each in coverages)) < 1e-6 else None


def _share(covered: float | None, total: float | None) -> float | None:
    return round(covered / total, 4) if covered is not None and total else None


def _places(plan: Plan) -> gpd.GeoDataFrame:
    """Return all candidates in longitude and latitude."""
    columns = ["name", "kind", "source", "services", "cost", "chosen", "required", "forbidden"]
    return plan.candidates[[*columns, "geometry"]].to_crs(LON_LAT)


def _areas(plan: Plan) -> gpd.GeoDataFrame:
    """Draw what each new site reaches by itself, for each service it would offer."""
    parts = []
    for coverage in plan.coverages_after:
        known = coverage.district.stations.index
        names = {
            f"new:{site}" if f"new:{site}" in known else str(site): str(site)
            for site in plan.sites.index
        }
        drawn = areas_of(coverage.searcher, coverage.question.asked[0], list(names))
        parts.append(drawn.assign(site=drawn["station"].map(names)))
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=plan.before.district.crs)
    return table[["site", "requirement", "geometry"]].to_crs(LON_LAT)


def _no_areas() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"site": [], "requirement": []}, geometry=[], crs=LON_LAT)
