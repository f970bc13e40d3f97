"""
Where the next stations belong: the question put, solved, counted once more, and explained.

    District + words  -->  Setting  -->  Task (matrices)  -->  Choice  -->  recount  -->  Plan

Models and their sources stand in ``gis.siting``; what a candidate is, in ``gis.plans.candidates``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.catalogue import Catalogue, Limit, load_catalogue
from gis.coverage import Coverage
from gis.coverage.question import build_question
from gis.coverage.searcher import station_services
from gis.district import District
from gis.errors import InputError
from gis.places.demand import build_demand
from gis.places.hours import When, parse_when
from gis.plans.asking import read_asking
from gis.plans.candidates import list_candidates
from gis.plans.explain import Chosen, explain_sites, lon_lat
from gis.plans.lacking import not_all_reached, restated
from gis.plans.matrices import build_task
from gis.plans.plan import Plan
from gis.plans.recount import (
    agree,
    count_before,
    fault_of_ours,
    recount,
    weight_covered,
    worth,
)
from gis.plans.setting import Setting
from gis.plans.solve import solve
from gis.plans.standing import Standing
from gis.plans.task import Task
from gis.siting.choice import BEST_FOUND, OPTIMAL, WITHIN_GAP, Choice, NoPlan
from gis.siting.watch import PROVED, Tell, gap_between
from gis.streets.network import Network, build_network

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def choose_sites(  # noqa: PLR0913 - the words of the command line, one by one
    district: District,
    *,
    service: str | Sequence[str],
    count: int | None = None,
    budget: float | None = None,
    share: float | str | None = None,
    goal: str = "coverage",
    candidates: str | Sequence[str] = "table",
    required: str | Sequence[str] = (),
    forbidden: str | Sequence[str] = (),
    may_close: str | Sequence[str] = (),
    floors: Mapping[str, float] | None = None,
    apart: float | None = None,
    open_gates: bool | float = False,
    backup: float = 0.0,
    limit: str | float | Limit | None = None,
    profile: str | None = None,
    when: str | When | None = None,
    direction: str = "to",
    capacity: bool = False,
    weight: str | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    progress: Tell | None = None,
    catalogue: Catalogue | None = None,
    network: Network | None = None,
) -> Plan:
    """
    Tell where new stations belong, how good that is, and why.

    Parameters
    ----------
    service
        What the stations are to offer. Of several a site offers all it can, each counts by itself,
        and what is covered is summed over them.
    count, budget, share
        How many new sites at most; or what they may cost (the unit of the candidates' ``cost``), or
        both; or, for the least number, the share of the whole weight to be covered (0 to 1, or
        ``reachable``: all whom some candidate or station can reach).
    goal
        ``coverage``: most weight within the limit; ``minutes``: least sum of weight x minutes;
        ``farthest``: the farthest as near as can be, then least minutes; ``backup``: most weight
        within the limit of two stations. Minutes and farthest look at whom some site can reach
        within three limits, and serve all of them; who is beyond is in ``Plan.unreached``.
    candidates
        ``table`` (``district.candidates``), ``venues`` (stations in use that could add the
        service), ``gates`` (of compounds, on the street), ``streets:200`` (about every 200 m), or
        several of them.
    required, forbidden
        Ids of candidates: of the table, of the station, ``gate:…``, ``street:…``.
    may_close
        Ids of stations that may be closed; each frees a place for one more new site.
    floors
        What share has to be covered in every ``grid`` (``community``, ``compound``, ``street``), or
        of a group: ``{"grid": 0.8, "elders_80": 0.95}``.
    apart
        Metres in a straight line that new sites keep from each other and from stations.
    open_gates
        Opening a gate to everybody may take the place of a new site (each counts as one), or costs
        so much where a number is given. Ways through one newly opened gate are modelled; where two
        together do more, the bound holds for that too, and the recount counts it.
    backup
        0 to 1: how much being covered twice counts beside being covered once.
    limit, profile, when, direction, weight, network, catalogue
        As in ``gis.cover``. Candidates are taken as open at that hour, as are stations whose hours
        nobody knows.
    capacity
        Stations have only the places their table says; new ones are taken to have enough. The
        objective is then the weight that has a place.
    time_limit, gap
        Seconds for solving, and the relative gap to be content with.
    progress
        Called with ``gis.siting.watch.Progress`` a few times a second while solving.

    Returns
    -------
    Plan
        With its proof, and recounted by ``gis.cover`` on the district as the plan would have it.
        Time: growing the network follows the candidates, searching follows the pairs of sites and
        buildings within the limit, solving is the models' own; two answers of ``gis.cover``. For
        224,000 households in 13,184 buildings (``gis.sample(scale=4)``), 4,825 points on the
        streets and 20 sites on two busy cores: 3 s to grow, 1 s to search, 0.2 s to solve, 7 s to
        count before and after, 25 s and 0.9 GB in all.

    Raises
    ------
    InputError
        A name, id or number is wrong, words do not go together, or there are no candidates.
    NoPlan
        No choice of sites does (``gis.plans.NoSites``: with what would do).
    """
    catalogue = catalogue or load_catalogue()
    asking = read_asking(
        catalogue,
        {
            "service": service,
            "count": count,
            "budget": budget,
            "share": share,
            "goal": goal,
            "candidates": candidates,
            "required": required,
            "forbidden": forbidden,
            "may_close": may_close,
            "floors": floors,
            "apart": apart,
            "open_gates": open_gates,
            "backup": backup,
            "capacity": capacity,
            "when": when,
            "time_limit": time_limit,
            "gap": gap,
        },
    )
    told = {"limit": limit, "profile": profile, "direction": direction}
    asked = tuple(
        build_question(catalogue, service=each, **told).asked[0]  # type: ignore[arg-type]
        for each in asking.services
    )
    network = network or build_network(district)
    setting = Setting(
        asking=asking,
        asked=asked,
        district=district,
        network=network,
        catalogue=catalogue,
        demand=build_demand(district, weight, catalogue=catalogue),
        when=parse_when(when) if when is not None else None,
        listed=list_candidates(
            district,
            network,
            asking.candidates,
            asking.services,
            station_services(district, catalogue),
        ),
    )
    return make_plan(setting, progress)


def make_plan(setting: Setting, progress: Tell | None = None) -> Plan:
    """Search, solve, count again and explain; see ``choose_sites``."""
    before = count_before(setting)
    task = build_task(setting)
    _check_count(task)
    choice = _solved(setting, task, progress)
    chosen = _chosen(task, choice)
    opened = chosen.opened(task)
    after = recount(
        setting,
        chosen.sites - len(task.existing),
        [str(each) for each in task.ids[chosen.actions]],
        [str(each) for each in task.ids[chosen.closed]],
    )
    standing = Standing(task, opened)
    agree(task, standing, opened, after)
    return Plan(
        **_proof(setting, task, choice, after, progress),
        measure=_measure(setting),
        seconds=choice.seconds,
        total=float(sum(each.total for each in after)),
        covered_before=weight_covered(setting, before),
        covered_after=weight_covered(setting, after),
        sites=explain_sites(setting, task, chosen),
        opened_gates=_gates(setting, task, standing, opened, chosen.actions),
        closed=tuple(str(each) for each in task.ids[chosen.closed]),
        coverages_before=before,
        coverages_after=after,
        candidates=_told_candidates(setting, task, chosen.sites),
        unreached=_unreached(setting, task, after),
        choice=choice,
        asking=setting.asking,
        task=task,
    )


def _check_count(task: Task) -> None:
    """Refuse more new sites than there are candidates, and fewer than are required."""
    count = task.asking.count
    if count is None:
        return
    free = len(task.candidate) + len(task.action)
    if count > free:
        raise InputError(
            f"count：要选 {count} 处，可选的只有 {free} 处；请减少数目或增加候选",
            english=f"count: {count} are asked for, and there are only {free} to choose from; ask "
            "for fewer, or give more candidates",
        )
    if count < len(task.required):
        raise InputError(
            f"count：要选 {count} 处，required 就有 {len(task.required)} 处；请增加数目",
            english=f"count: {count} are asked for, and {len(task.required)} are required; ask "
            "for more",
        )


def _solved(setting: Setting, task: Task, progress: Tell | None) -> Choice:
    """Solve the question as asked; a failure is told in words of the district."""
    asking = setting.asking
    limits: dict[str, Any] = {"time_limit": asking.time_limit, "progress": progress}
    everybody = asking.share == 1.0
    missed = everybody and bool((task.weights[~task.served_by_some] > 0).any())
    try:
        choice = solve(task, count=asking.count, share=asking.share, **limits)
    except NoPlan as error:
        raise restated(setting, task, error) from error
    if missed:
        raise not_all_reached(setting, task, choice)
    return choice


def _chosen(task: Task, choice: Choice) -> Chosen:
    action = np.isin(choice.sites, task.action)
    return Chosen(choice.sites[~action], choice.sites[action], choice.closed)


def _measure(setting: Setting) -> str:
    goal, timed = setting.asking.goal, setting.asked[0].timed
    if goal == "minutes":
        return "weight_minutes" if timed else "weight_metres"
    if goal == "farthest":
        return "minutes" if timed else "metres"
    return "weight" if setting.asking.share is None else "sites"


def _proof(
    setting: Setting, task: Task, choice: Choice, after: Sequence[Coverage], progress: Tell | None
) -> dict[str, Any]:
    """
    Return objective, bound, gap and status; the objective as recounted.

    What the model found and what the recount says have to be one number. Only where two newly
    opened gates do more together than the model counts, the recount may be better; the bound is
    then that of a model in which a way through several needs only one of them.
    """
    unit = task.per_minute if setting.timed else 1.0
    objective, bound = choice.objective / unit, choice.bound / unit
    again = worth(task, after) if setting.asking.share is None else objective
    if task.wide_ways is None:
        if abs(again - objective) > 1e-6 * max(1.0, abs(objective)):
            raise fault_of_ours(abs(again - objective), objective)
        told = {"gap": choice.gap, "status": choice.status}
        return {"objective": objective, "bound": bound, **told}
    bound = _solved(setting, _widened(task, *task.wide_ways), progress).bound / unit
    gap = gap_between(again, bound)
    proved = gap <= PROVED
    near = WITHIN_GAP if gap <= setting.asking.gap else BEST_FOUND
    status = OPTIMAL if proved else near
    return {"objective": again, "bound": bound, "gap": 0.0 if proved else gap, "status": status}


def _widened(task: Task, ways: Ints, costs: Floats) -> Task:
    """Return the task where a way through several gates needs only one: no plan does better."""
    needed = None if task.rules.way_costs is None else costs
    rules = replace(task.rules, ways=ways, way_costs=needed)
    return replace(task, ways=ways, way_costs=costs, rules=rules)


def _gates(
    setting: Setting, task: Task, standing: Standing, opened: Flags, actions: Ints
) -> pd.DataFrame:
    """Tell about each gate to open; ``lost`` is what the plan is worse by without it."""
    gates = setting.network.gates.loc[task.ids[actions]]
    points = gpd.GeoSeries(
        gpd.points_from_xy(gates["x"], gates["y"]), index=gates.index, crs=setting.district.crs
    )
    lost = []
    for action in actions:
        others = opened.copy()
        others[action] = False
        lost.append(standing.value(opened) - Standing(task, others).value(others))
    table = pd.concat([gates[["compound"]].astype("string"), lon_lat(points)], axis=1)
    return table.assign(lost=np.array(lost, dtype=float))


def _told_candidates(setting: Setting, task: Task, sites: Ints) -> gpd.GeoDataFrame:
    table, asking = setting.listed.drop(columns="station"), setting.asking
    return table.assign(
        chosen=table.index.isin(task.ids[sites]),
        required=table.index.isin(asking.required),
        forbidden=table.index.isin(asking.forbidden),
    )


def _unreached(setting: Setting, task: Task, after: Sequence[Coverage]) -> pd.DataFrame:
    """List whom no site can serve, with the reason the recount tells."""
    units = setting.demand.table
    weight = units["weight"].to_numpy(dtype=float)
    parts = []
    for asked, rows, coverage in zip(setting.asked, task.row_of, after, strict=True):
        missed = (rows >= 0) & (weight > 0) & ~task.served_by_some[rows]
        told = units.loc[missed, ["grid", "weight"]]
        reason = coverage.answers[0].units.reason[missed]
        parts.append(told.assign(service=asked.requirement.id, reason=reason))
    table = pd.concat(parts)[["grid", "service", "weight", "reason"]]
    return table.astype({"service": "string", "reason": "string"})
