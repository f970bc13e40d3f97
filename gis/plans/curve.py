"""
What each number of stations can do: stations -> share covered, each number proved by itself.

    Plan, counts  --draw_curve-->  one row a number
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gis.plans.explain import Chosen
from gis.plans.solve import solve
from gis.plans.standing import Standing
from gis.siting.choice import Choice, NoPlan
from gis.tables import LIST_SEPARATOR

if TYPE_CHECKING:
    from gis.plans.plan import Plan
    from gis.plans.task import Task

_COLUMNS = ("covered", "share", "objective", "bound", "gap", "status", "sites")
NO_PLAN = "none"


def draw_curve(
    plan: "Plan", counts: Iterable[int] | None = None, time_limit: float | None = None
) -> pd.DataFrame:
    """Solve for each number of sites; see ``Plan.curve``."""
    task = _by_number(plan.task)
    last = max(plan.count, len(task.required))
    numbers = sorted(set(range(len(task.required), last + 1) if counts is None else counts))
    limit = plan.asking.time_limit if time_limit is None else time_limit
    rows = [_row(plan, task, number, limit) for number in numbers]
    index = pd.Index(numbers, name="stations", dtype="int64")
    return pd.DataFrame(rows, columns=list(_COLUMNS), index=index)


def _by_number(task: "Task") -> "Task":
    """Ask the same for a number of sites: without budget, share and floors."""
    rules = replace(task.rules, budget=None, costs=None, floors=(), within=None)
    return replace(task, asking=replace(task.asking, budget=None, share=None), rules=rules)


def _row(plan: "Plan", task: "Task", number: int, time_limit: float | None) -> tuple[Any, ...]:
    try:
        choice = solve(task, count=number, time_limit=time_limit)
    except NoPlan:
        return (*[np.nan] * 5, NO_PLAN, "")
    unit = task.per_minute if task.asking.goal in ("minutes", "farthest") else 1.0
    covered = _covered(task, choice)
    names = LIST_SEPARATOR.join(str(each) for each in task.ids[choice.sites])
    share = covered / plan.total if plan.total else np.nan
    told = choice.objective / unit, choice.bound / unit, choice.gap, choice.status
    return (covered, share, *told, names)


def _covered(task: "Task", choice: Choice) -> float:
    """Sum up the weight covered; with places shared out that is the objective itself."""
    if task.asking.capacity:
        return choice.objective
    action = np.isin(choice.sites, task.action)
    opened = Chosen(choice.sites[~action], choice.sites[action], choice.closed).opened(task)
    standing = Standing(task, opened)
    return float(task.weights[standing.hits(opened) > 0].sum())
