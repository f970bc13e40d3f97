"""
What a plan keeps to besides its number: money, places, fairness, distance, gates.

    Setting  --unit_weights-->  weights (u), groups with a floor  --build_rules-->  Rules (n x m)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.district import building_points
from gis.errors import InputError
from gis.places.demand import GROUPS, build_demand
from gis.plans.setting import Setting
from gis.plans.task import Task
from gis.siting.rules import Floor, Rules, pairs_nearer_than

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Group:
    """People of whom a share has to be covered: the weight of each unit (u) in this group."""

    name: str
    weight: Floats
    share: float


def unit_weights(setting: Setting) -> tuple[Floats, list[Group]]:
    """Return what each unit counts for, and the weights of each floor's group."""
    weight = setting.demand.table["weight"].to_numpy(dtype=float)
    if setting.asking.capacity:
        weight = np.rint(weight)  # places are for whole people, as in gis.coverage.sharing
    floors = [
        floor
        for name, share in setting.asking.floors
        for floor in _floors(setting, weight, name, share)
    ]
    return weight, floors


def _floors(setting: Setting, weight: Floats, name: str, share: float) -> list[Group]:
    table = setting.demand.table
    if name in GROUPS:
        code, groups = pd.factorize(table[name], sort=True)
        return [
            Group(str(group), np.where(code == number, weight, 0.0), share)
            for number, group in enumerate(groups)
        ]
    try:
        other = build_demand(setting.district, name, catalogue=setting.catalogue)
    except InputError as error:
        listed = ", ".join(GROUPS)
        raise InputError(
            f"floors：{listed}，或一种人群；{error}",
            english=f"floors: name {listed}, or a group of people; {error.english}",
        ) from None
    theirs = other.table["weight"].reindex(table.index).fillna(0.0).to_numpy(dtype=float)
    return [Group(name, theirs, share)]


def build_rules(setting: Setting, task: Task, floors: Sequence[Group]) -> Rules:
    """Write down everything besides the number."""
    asking = setting.asking
    told: dict[str, Any] = {}
    if asking.budget is not None:
        told |= {"budget": asking.budget, "costs": _costs(setting, task)}
    if asking.capacity:
        told["capacities"] = _capacities(setting, task)
    if asking.apart:
        told["apart"] = _too_near(setting, asking.apart)
    if len(task.action):
        told |= {"actions": task.action, "ways": task.ways}
        told |= {"way_costs": task.way_costs} if setting.timed else {}
    backup = (asking.backup or 1.0) if asking.goal == "backup" else asking.backup
    rows = task.cost.shape[0]
    return Rules(
        may_close=task.may_close,
        floors=tuple(
            Floor(each.name, by_row(each.weight, task.row_of, rows), each.share) for each in floors
        ),
        within=task.limit if floors and setting.timed else None,
        backup=backup,
        **told,
    )


def _costs(setting: Setting, task: Task) -> Floats:
    """Return what each column costs; stations that close give nothing back."""
    table = setting.candidates
    unknown = table.index[table["cost"].isna()]
    if len(unknown):
        listed = ", ".join(map(str, unknown[:5])) + ("…" if len(unknown) > 5 else "")
        raise InputError(
            f"budget：{len(unknown)} 个候选点没有费用：{listed}；请在候选表填写 cost，"
            "或用 forbidden 排除",
            english=f"budget: {len(unknown)} candidates have no cost: {listed}; fill in cost in "
            "the table of candidates, or leave them out by forbidden",
        )
    gates = np.full(len(task.action), setting.asking.gate_cost)
    return np.concatenate([np.zeros(len(task.existing)), table["cost"].fillna(0.0), gates])


def _capacities(setting: Setting, task: Task) -> Floats:
    """Places of each column: those of its station; enough for new ones and unknown ones."""
    places = setting.district.stations["capacity"].astype("Float64").fillna(np.inf).to_numpy(float)
    station = setting.candidates["station"].to_numpy()
    own = np.where(station >= 0, np.r_[places, np.inf][station], np.inf)
    return np.concatenate([places[setting.standing], own, np.full(len(task.action), np.inf)])


def _too_near(setting: Setting, metres: float) -> Ints:
    """Pairs of columns in two houses nearer to each other than that."""
    stations = building_points(setting.district.stations.iloc[setting.standing]).to_numpy()
    shapes = np.concatenate([stations, setting.candidates.geometry.to_numpy()])
    house = np.concatenate([setting.standing, setting.candidates["station"].to_numpy()])
    points = np.array([[shape.x, shape.y] for shape in shapes]).reshape(-1, 2)
    near = pairs_nearer_than(points, metres)
    one, two = house[near[:, 0]], house[near[:, 1]]
    kept: Ints = near[(one != two) | (one < 0)]
    return kept


def by_row(weight: Floats, row_of: Ints, rows: int) -> Floats:
    """Sum up unit weights by row, over all services."""
    total = np.zeros(rows)
    for each in row_of:
        some = each >= 0
        total += np.bincount(each[some], weight[some], minlength=rows)
    return total
