"""
The figures of plans as sums over regions, and which of them may be told together.

    plans, what is published of their coverages before  --decide-->  which figures may be told

Figures come in the order of what matters most: who is covered with the plan, what each site adds,
whom it serves, then groups, reasons and whom nobody can reach.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.coverage.result import Coverage
from gis.plans.plan import Plan
from gis.plans.standing import Standing
from gis.privacy.counted import Counted
from gis.privacy.coverage import PublishedCoverage, is_few
from gis.privacy.regions import tellable
from gis.tables import LIST_SEPARATOR

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

SITE_FIGURES = ("gain", "serves", "only", "runner_up")
_ROUNDABLE = (*SITE_FIGURES, "curve")


@dataclass(eq=False)
class Figures:
    """Figures by name: the region each sums up, whether it is told already, what bounds it."""

    services: tuple[str, ...]
    weights: Floats
    names: list[tuple[Any, ...]] = field(default_factory=list)
    regions: list[Flags] = field(default_factory=list)
    told: list[bool] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    wholes: list[Flags] = field(default_factory=list)

    def add(
        self,
        name: tuple[Any, ...],
        region: Flags,
        *,
        told: bool = False,
        most: float = np.inf,
        whole: Flags | None = None,
    ) -> None:
        """Add a figure over services x units; one told already comes with ``told``."""
        self.names.append(name)
        self.regions.append(region)
        self.told.append(told)
        self.most.append(most)
        self.wholes.append(np.ones_like(region) if whole is None else whole)

    def of_service(self, service: str, units: Flags) -> Flags:
        """Return the region of some units in one service."""
        region = np.zeros((len(self.services), len(self.weights)), dtype=bool)
        region[self.services.index(service)] = units
        return region.ravel()

    def sum(self, region: Flags) -> float:
        """Return the weight of a region."""
        return float(np.tile(self.weights, len(self.services))[region].sum())

    def decide(self, k: int) -> dict[tuple[Any, ...], int]:
        """Tell of each name how its figure may be told (``gis.privacy.regions``)."""
        ways = tellable(
            np.array(self.regions),
            np.tile(self.weights, len(self.services)),
            np.array(self.told),
            k,
            most=np.array(self.most),
            roundable=np.array([name[1] in _ROUNDABLE for name in self.names]),
            never=self._small(k),
        )
        return dict(zip(self.names, ways.tolist(), strict=True))

    def _small(self, k: int) -> Flags:
        """Tell which figures, or what they leave of their whole, lie between 1 and k - 1."""
        weights = np.tile(self.weights, len(self.services))
        sums = np.array(self.regions) @ weights
        rest = np.array([weights[each].sum() for each in self.wholes]) - sums
        small: Flags = ((sums > 0) & (sums < k)) | ((rest > 0) & (rest < k))
        return small


@dataclass(frozen=True, eq=False)
class Regions:
    """The regions of one plan over services x units, sites in order."""

    gain: list[Flags]
    serves: list[Flags]
    only: list[Flags]
    runner_up: list[Flags]
    twice: Flags


def regions_of(plan: Plan, figures: Figures) -> Regions:
    """
    Return whom each site adds to those before it, serves, alone serves, and whom its runner-up
    would serve of those nobody else does; ``twice`` are those whom two reach. The stations that
    stay come first, gates opened.
    """
    first = len(plan.task.existing)
    opened = _opened(plan, [], [str(gate) for gate in plan.opened_gates.index])
    standing = Standing(plan.task, opened)
    columns = plan.candidates.index.get_indexer(plan.sites.index) + first
    covered, gain = standing.hits(opened) > 0, []
    for column in columns:
        opened[column] = True
        more = standing.hits(opened) > 0
        gain.append(more & ~covered)
        covered = more
    hits = standing.hits(opened)
    reached = [_column(standing, column) for column in columns]
    only = [flags & (hits == 1) for flags in reached]
    runners = plan.candidates.index.get_indexer(plan.sites["runner_up"])
    others = [(hits == 0) | mine for mine in only]
    spare = [
        _column(standing, runner + first) & free if runner >= 0 else np.zeros_like(free)
        for runner, free in zip(runners, others, strict=True)
    ]

    def spread(rows: Iterable[Flags]) -> list[Flags]:
        return [_of_units(plan, figures, each) for each in rows]

    return Regions(spread(gain), spread(reached), spread(only), spread(spare), *spread([hits >= 2]))


def _opened(plan: Plan, sites: Sequence[str], gates: Sequence[str]) -> Flags:
    """Tell which columns are open: stations that stay, these sites, these gates."""
    task = plan.task
    opened = np.zeros(len(task.ids), dtype=bool)
    opened[task.existing] = ~np.isin(task.ids[task.existing].astype(str), list(plan.closed))
    opened[task.candidate] = np.isin(task.ids[task.candidate].astype(str), list(sites))
    opened[task.action] = np.isin(task.ids[task.action].astype(str), list(gates))
    return opened


def curve_regions(plan: Plan, figures: Figures, curve: pd.DataFrame) -> list[Flags]:
    """Return whom each point of a curve covers."""
    found = []
    for names in curve["sites"]:
        chosen = str(names).split(LIST_SEPARATOR)
        opened = _opened(plan, chosen, chosen)
        rows = Standing(plan.task, opened).hits(opened) > 0
        found.append(_of_units(plan, figures, rows))
    return found


def _column(standing: Standing, column: int) -> Flags:
    reached: Flags = standing.reach[:, [int(column)]].toarray().ravel() > 0
    return reached


def _of_units(plan: Plan, figures: Figures, rows: Flags) -> Flags:
    """Turn flags of the task's rows into a region."""
    region = np.zeros(len(figures.services) * len(figures.weights), dtype=bool)
    for service, row_of in zip(plan.asking.services, plan.task.row_of, strict=True):
        region |= figures.of_service(service, (row_of >= 0) & rows[row_of])
    return region


def decide(
    counted: Counted,
    plans: Sequence[Plan],
    before: Sequence[Sequence[PublishedCoverage]],
    curves: Sequence[pd.DataFrame | None],
) -> dict[tuple[Any, ...], int]:
    """
    Decide about all figures of plans that count one weight, together.

    Parameters
    ----------
    before
        For each plan what is published of its coverages without it; these figures are told.
    curves
        For each plan its curve, if that is to be published.

    Returns
    -------
    dict
        HIDDEN, EXACT or ROUNDED by ``(place of the plan, …)``: ``("after", service)``,
        ``("gain", n)``, ``("serves", n)``, ``("curve", n)``,
        ``("only", n)``, ``("runner_up", n)``, ``("community" or "grid", service, id)``,
        ``("reason", service, name)``, ``("unreached",)`` and its reasons and grids.
    """
    services = tuple(dict.fromkeys(each for plan in plans for each in plan.asking.services))
    units = plans[0].before.units
    figures = Figures(services, units["weight"].to_numpy(dtype=float))
    _add_wholes(figures, counted, plans[0].before)
    for place, (plan, told) in enumerate(zip(plans, before, strict=True)):
        for coverage, published in zip(plan.coverages_before, told, strict=True):
            _add_told(figures, counted, place, coverage, published)
    for place, plan in enumerate(plans):
        _add_sites(figures, place, plan)
    for place, (plan, curve) in enumerate(zip(plans, curves, strict=True)):
        if curve is not None:
            for number, region in enumerate(curve_regions(plan, figures, curve)):
                figures.add((place, "curve", number), region)
    for place, plan in enumerate(plans):
        for service, coverage in zip(plan.asking.services, plan.coverages_after, strict=True):
            _add_groups(figures, counted, place, service, coverage)
        _add_unreached(figures, place, plan)
    return figures.decide(counted.k)


def _groups_of(counted: Counted, coverage: Coverage) -> dict[str, pd.Series]:
    grid = coverage.units["grid"].fillna("")
    return {"grid": grid, "community": grid.map(counted.community).fillna("")}


def _add_wholes(figures: Figures, counted: Counted, coverage: Coverage) -> None:
    """Add the whole weight: of the place, of communities and grids, as the counts tell it."""
    weight = coverage.weight
    hidden, bounds = counted.hidden(weight), counted.bounds(weight)
    groups = _groups_of(counted, coverage)
    everybody = np.ones(len(figures.weights), dtype=bool)
    small = is_few(float(figures.weights.sum()), counted.k)
    for service in figures.services:
        whole = figures.of_service(service, everybody)
        figures.add(("whole", service), whole, told=not (hidden.total or small))
        for name, of_unit in groups.items():
            flags = hidden.grids if name == "grid" else hidden.communities
            for group in flags.index:
                region = figures.of_service(service, (of_unit == group).to_numpy())
                most = float(bounds[group]) if name == "grid" else np.inf
                figures.add(
                    ("whole", service, name, group), region, told=not flags[group], most=most
                )


def _add_told(
    figures: Figures,
    counted: Counted,
    place: int,
    coverage: Coverage,
    published: PublishedCoverage,
) -> None:
    """Add what is published of a coverage before."""
    service = coverage.question.asked[0].requirement.id
    units = coverage.units
    for name, column in (("share", "covered"), ("share_low", "low"), ("share_high", "high")):
        region = figures.of_service(service, units[column].to_numpy())
        figures.add(
            (place, "before", service, name), region, told=published.totals[name] is not None
        )
    covered = units["covered"].to_numpy()
    for name, of_unit in _groups_of(counted, coverage).items():
        table = published.by[name]
        for group, shown in table["covered"].notna().items():
            region = figures.of_service(service, (of_unit == group).to_numpy() & covered)
            figures.add((place, "before", service, name, group), region, told=bool(shown))
    for reason, value in published.reasons[service].items():
        region = figures.of_service(service, (units["reason"] == reason).to_numpy())
        figures.add((place, "before", service, "reason", reason), region, told=value is not None)


def _add_sites(figures: Figures, place: int, plan: Plan) -> None:
    for service, coverage in zip(plan.asking.services, plan.coverages_after, strict=True):
        region = figures.of_service(service, coverage.units["covered"].to_numpy())
        figures.add((place, "after", service), region)
    regions = regions_of(plan, figures)
    if plan.task.rules.backup:
        figures.add((place, "twice"), regions.twice)
    for name in SITE_FIGURES:
        for number, region in enumerate(getattr(regions, name)):
            figures.add((place, name, number), region)


def _add_groups(
    figures: Figures, counted: Counted, place: int, service: str, coverage: Coverage
) -> None:
    units = coverage.units
    covered = units["covered"].to_numpy()
    groups = _groups_of(counted, coverage)
    for name in ("community", "grid"):
        of_unit = groups[name]
        for group in sorted(set(of_unit)):
            whole = figures.of_service(service, (of_unit == group).to_numpy())
            region = figures.of_service(service, (of_unit == group).to_numpy() & covered)
            figures.add((place, name, service, group), region, whole=whole)
    for column in ("low", "high"):
        figures.add((place, column, service), figures.of_service(service, units[column].to_numpy()))
    for reason in sorted(set(units["reason"])):
        region = figures.of_service(service, (units["reason"] == reason).to_numpy())
        figures.add((place, "reason", service, reason), region)


def _add_unreached(figures: Figures, place: int, plan: Plan) -> None:
    units = plan.before.units.index
    table = plan.unreached

    def region(rows: pd.DataFrame) -> Flags:
        whole = np.zeros(len(figures.services) * len(units), dtype=bool)
        for service, part in rows.groupby("service"):
            whole |= figures.of_service(str(service), units.isin(part.index))
        return whole

    figures.add((place, "unreached"), region(table))
    for column in ("reason", "grid"):
        for name, rows in table.groupby(table[column].fillna("").astype(str)):
            figures.add((place, "unreached", column, str(name)), region(rows))
