"""
A plan counted once more, from the beginning: the district with the sites built, asked by cover.

    Setting, chosen sites, gates, closed stations  --recount-->  Coverage for each service
    Coverage, what the model says                  --agree---->  nothing, or an error of ours
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gis.coverage import Coverage, cover
from gis.district import District
from gis.plans.candidates import with_sites
from gis.plans.gates import with_gates_open
from gis.plans.setting import Setting
from gis.plans.standing import Standing
from gis.plans.task import Task
from gis.streets.access import Access
from gis.streets.network import Network

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def count_before(setting: Setting) -> tuple[Coverage, ...]:
    """Answer each service in the district as it is."""
    return _covers(setting, setting.district, setting.network)


def recount(
    setting: Setting, sites: Ints, gates: Sequence[str], closed: Sequence[str]
) -> tuple[Coverage, ...]:
    """
    Answer each service in the district as the plan would have it.

    Only the chosen ``sites`` (rows of the candidates) are built, on the network as it was; none of
    what was searched for the plan is used again. Two walks of ``gis.cover`` a service, before and
    after.
    """
    opened = with_gates_open(setting.district, setting.network, gates, setting.catalogue)
    chosen = setting.candidates.iloc[sites]
    district, network, _ = with_sites(*opened, chosen, setting.offers)
    state = district.stations["state"].where(~district.stations.index.isin(list(closed)), "closed")
    district = district.replace(stations=district.stations.assign(state=state))
    return _covers(setting, district, network)


def _covers(setting: Setting, district: District, network: Network) -> tuple[Coverage, ...]:
    return tuple(
        cover(
            district,
            service=asked.requirement.id,
            limit=asked.requirement.limit,
            profile=asked.profile.id,
            when=setting.when,
            direction=asked.walker.direction.value,
            capacity=setting.asking.capacity,
            weight=setting.demand.weight,
            catalogue=setting.catalogue,
            network=network,
        )
        for asked in setting.asked
    )


def weight_covered(setting: Setting, coverages: Sequence[Coverage]) -> float:
    """Sum up over services the weight covered, or that has a place where these are shared out."""
    if not setting.asking.capacity:
        return float(sum(each.covered for each in coverages))
    return float(sum(_served(each) for each in coverages))


def _served(coverage: Coverage) -> int:
    """Return how many were given a place."""
    assignment = coverage.answers[0].assignment
    return 0 if assignment is None else assignment.served


def agree(task: Task, standing: Standing, opened: Flags, after: Sequence[Coverage]) -> int:
    """
    Compare the recount with the plan's own sums, unit by unit and service by service.

    Returns
    -------
    int
        How many more units the recount covers, or serves nearer: only possible where ways lead
        through two newly opened gates.

    Raises
    ------
    RuntimeError
        They differ in any other way: the fault is ours.
    """
    if task.asking.capacity:
        return 0  # who of several gets a place is not told by sums; the totals are compared
    covers = task.asking.goal in ("coverage", "backup")
    best = np.minimum(standing.hits(opened), 2) if covers else -standing.best_cost(opened)
    better = 0
    for rows, coverage in zip(task.row_of, after, strict=True):
        counted = rows >= 0
        mine = best[rows[counted]]
        theirs = (_times(coverage, task) if covers else -_cost(coverage))[counted]
        if covers and not standing.backup:
            mine = np.minimum(mine, 1)
        less, more = int((theirs < mine).sum()), int((theirs > mine).sum())
        if less or (more and task.wide_ways is None):
            raise fault_of_ours(less + more, int(counted.sum()))
        better += more
    return better


def _times(coverage: Coverage, task: Task) -> Ints:
    """Return how often each unit is covered: 0, 1, and 2 where that is asked for."""
    times = coverage.answers[0].units.covered.astype(np.int64)
    if task.rules.backup:
        asked = coverage.question.asked[0]
        twice = replace(asked, requirement=replace(asked.requirement, at_least=2))
        searcher = coverage.searcher
        times += searcher.within(twice, Access(), searcher.units)
    return times


def _cost(coverage: Coverage) -> Floats:
    """Return the cost of each unit to its station, inf for none."""
    cost = coverage.answers[0].units.cost
    return np.where(cost >= 0, cost, np.inf)


def worth(task: Task, after: Sequence[Coverage]) -> float:
    """Return the objective as the recount has it: weight, or (weight x) minutes or metres."""
    goal, backup = task.asking.goal, task.rules.backup
    if task.asking.capacity:
        return float(sum(_served(each) for each in after))
    total, farthest = 0.0, 0.0
    for rows, coverage in zip(task.row_of, after, strict=True):
        weight = coverage.demand.table["weight"].to_numpy(dtype=float)
        if goal in ("coverage", "backup"):
            times = _times(coverage, task)
            total += float(weight @ ((1 - backup) * (times >= 1) + backup * (times >= 2)))
            continue
        some = (rows >= 0) & (weight > 0) & task.served_by_some[rows]
        told = _cost(coverage)[some] / task.per_minute
        total += float(weight[some] @ told)
        farthest = max(farthest, float(told.max(initial=0.0)))
    return farthest if goal == "farthest" else total


def fault_of_ours(differing: float, counted: float) -> RuntimeError:
    """Return the error that says the recount does not bear the plan out."""
    return RuntimeError(
        f"方案复核不一致：{counted:g} 中有 {differing:g} 不同；这是本程序的错误，请报告。 "
        f"The recount of the plan differs for {differing:g} of {counted:g}: this is a fault of the "
        "program, not of your data; please report it."
    )
