"""
A task answered by the location models: which model, on which rows, and what its answer means.

    Task  --solve-->  Choice (positions)      Choice  --measured-->  objective as people count it
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.plans.asking import REACHABLE
from gis.plans.task import Task
from gis.siting.center import p_center
from gis.siting.choice import Choice
from gis.siting.coverage import max_coverage
from gis.siting.median import p_median
from gis.siting.ruled import set_cover
from gis.siting.rules import Rules
from gis.siting.watch import Tell

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
    weights = task.weights[rows]
    kept = _of_rows(task, rows)
    goal = task.asking.goal
    if goal == "farthest":
        return p_center(task.cost[rows], count or 0, weights=weights, then_median=True, **told)
    if goal == "minutes":
        return _median(task.cost[rows], weights, count, rules=kept, **told)
    if share is None:
        return max_coverage(task.reach[rows], weights, count, rules=kept, **told)
    return set_cover(task.reach[rows], weights, share=_share(share), rules=kept, **told)


_median: Callable[..., Choice] = p_median  # whose count may be None under a budget


def _share(share: float | str) -> float:
    """Of those some site can reach, all; else as told."""
    return 1.0 if isinstance(share, str) else share


def _of_rows(task: Task, rows: Ints) -> Rules:
    """Return the rules, about some of the rows."""
    rules = task.rules
    if not rules:
        return rules
    at = np.full(len(task.weights), -1, dtype=np.int64)
    at[rows] = np.arange(len(rows))
    changed: dict[str, Any] = {
        "floors": tuple(
            replace(each, weights=np.asarray(each.weights)[rows]) for each in rules.floors
        )
    }
    if rules.ways is not None:
        ways = np.asarray(rules.ways)
        some = at[ways[:, 0]] >= 0
        changed["ways"] = np.column_stack([at[ways[some, 0]], ways[some, 1:]])
        if rules.way_costs is not None:
            changed["way_costs"] = np.asarray(rules.way_costs)[some]
    return replace(rules, **changed)
