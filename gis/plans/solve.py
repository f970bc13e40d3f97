"""
A task answered by the location models: which model, and on which rows.

    Task  --solve-->  Choice (positions of sites; objective in weight, or weight x cost)
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.plans.asking import REACHABLE
from gis.plans.task import Task
from gis.siting.choice import Choice, NoPlan
from gis.siting.covers import max_coverage
from gis.siting.covers.covering import set_cover
from gis.siting.medians import p_center, p_median
from gis.siting.rules import Floor, Rules
from gis.siting.watch import PROVED, Tell

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def rows_counted(task: Task) -> Ints:
    """Rows the model is asked about: all, or (where each must be served) those some site serves."""
    asking = task.asking
    every = asking.goal in ("minutes", "farthest") or asking.share in (1.0, REACHABLE)
    wanted = task.weights > 0
    for floor in task.rules.floors:
        wanted |= np.asarray(floor.weights) > 0
    if every:
        wanted &= task.served_by_some
    rows: Ints = np.flatnonzero(wanted)
    return rows


def solve(
    task: Task,
    *,
    count: int | None = None,
    share: float | str | None = None,
    time_limit: float | None = None,
    progress: Tell | None = None,
    **sites: Ints,
) -> Choice:
    """
    Ask the location model of the goal; ``sites`` are other ``existing``, ``required`` or
    ``forbidden`` positions than those of the task.

    Raises
    ------
    NoPlan
        No choice of sites does; in positions.
    """
    told = task.options(time_limit=time_limit, progress=progress, **sites)
    rows = rows_counted(task)
    try:
        return _asked(task, rows, count, share, told)
    except NoPlan as error:
        error.unreached = rows[error.unreached]
        raise


def _asked(
    task: Task, rows: Ints, count: int | None, share: float | str | None, told: dict[str, Any]
) -> Choice:
    weights, kept, goal = task.weights[rows], _of_rows(task, rows), task.asking.goal
    if goal == "farthest":
        return p_center(task.cost[rows], count or 0, weights=weights, then_median=True, **told)
    if goal == "minutes":
        return _median(task.cost[rows], weights, count, rules=kept, **told)
    if share is None:
        return max_coverage(task.reach[rows], weights, count, rules=kept, **told)
    part = 1.0 if isinstance(share, str) else share
    if part == 1.0 and kept.floors:
        # every row would be all those of the floors' groups too, whom nobody asked to cover
        kept, part = replace(kept, floors=(*kept.floors, Floor("share", weights, 1.0))), 0.0
    return set_cover(task.reach[rows], weights, share=part, rules=kept, **told)


_median: Callable[..., Choice] = p_median  # whose count may be None under a budget


def _of_rows(task: Task, rows: Ints) -> Rules:
    """Return the rules, about some of the rows."""
    rules = task.rules
    if not rules:
        return rules
    at = np.full(len(task.weights), -1, dtype=np.int64)
    at[rows] = np.arange(len(rows))
    changed: dict[str, Any] = {"floors": tuple(_of_group(each, rows) for each in rules.floors)}
    if rules.ways is not None:
        ways = np.asarray(rules.ways)
        some = at[ways[:, 0]] >= 0
        changed["ways"] = np.column_stack([at[ways[some, 0]], ways[some, 1:]])
        if rules.way_costs is not None:
            changed["way_costs"] = np.asarray(rules.way_costs)[some]
    return replace(rules, **changed)


def _of_group(floor: Floor, rows: Ints) -> Floor:
    """Return a floor about some of the rows: still a share of the whole group."""
    weights = np.asarray(floor.weights, dtype=float)
    whole, kept = float(weights.sum()), float(weights[rows].sum())
    if floor.share * whole > kept * (1 + PROVED):
        most = kept / whole
        raise NoPlan(
            f"底线“{floor.name}”{floor.share:.2%}：最多只能达到 {most:.2%}；"
            "请降低底线、增加候选或放宽时限",
            english=f"the floor '{floor.name}' of {floor.share:.2%} is out of reach: at most "
            f"{most:.2%}; lower it, add candidates or allow longer ways",
        )
    share = min(1.0, floor.share * whole / kept) if kept else 0.0
    return replace(floor, weights=weights[rows], share=share)
