"""
Why these sites: what each adds, whom it serves, what is lost without it, and who came second.

    Setting, Task, chosen columns  --explain_sites-->  one row a site, in order of contribution
"""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.plans.setting import Setting
from gis.plans.solve import solve
from gis.plans.standing import Standing
from gis.plans.task import Task
from gis.siting.choice import NoPlan

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LONLAT = "EPSG:4326"
_PLACES = 6


@dataclass(frozen=True, eq=False)
class Chosen:
    """The columns a plan opens and closes: new sites in their order, actions, stations closed."""

    sites: Ints
    actions: Ints
    closed: Ints

    def opened(self, task: Task) -> Flags:
        """Tell which of all columns are open."""
        opened = np.zeros(len(task.ids), dtype=bool)
        opened[task.existing] = True
        opened[self.closed] = False
        opened[self.sites] = True
        opened[self.actions] = True
        return opened


def explain_sites(setting: Setting, task: Task, chosen: Chosen) -> pd.DataFrame:
    """
    Tell about each site; see ``Plan.sites``.

    Cost: for each site two or three passes over all pairs (farthest: also one over the rows for
    each candidate that serves the farthest; places shared out: three small programmes).
    """
    opened = chosen.opened(task)
    standing = Standing(task, opened)
    rows = [_about(task, standing, opened, site) for site in chosen.sites]
    table = pd.DataFrame(rows, columns=["serves", "only", "lost", "runner_up", "runner_up_gain"])
    table.insert(0, "gain", _gains(standing, opened, chosen.sites))
    table.index = pd.Index(task.ids[chosen.sites], name="id", dtype="object")
    rows_of = chosen.sites - len(task.existing)
    about = setting.candidates.iloc[rows_of][["name", "kind", "source", "services", "cost"]]
    places = lon_lat(gpd.GeoSeries(setting.candidates.geometry.iloc[rows_of]))
    told = pd.concat([about, places, table], axis=1)
    return told.astype({"runner_up": "string"})


def lon_lat(points: gpd.GeoSeries) -> pd.DataFrame:
    """Return longitude and latitude of points, in degrees to a tenth of a metre."""
    degrees = points.to_crs(_LONLAT)
    told = {"lon": degrees.x.round(_PLACES), "lat": degrees.y.round(_PLACES)}
    return pd.DataFrame(told, index=points.index)


def _gains(standing: Standing, opened: Flags, sites: Ints) -> Floats:
    """What each site adds to those before it; NaN where those before serve not everybody."""
    step = opened.copy()
    step[sites] = False
    values = [standing.value(step)]
    for site in sites:
        step[site] = True
        values.append(standing.value(step))
    told = np.array(values)
    with np.errstate(invalid="ignore"):
        gains = np.diff(told)
    return np.where(np.isfinite(gains), gains, np.nan)


def _about(
    task: Task, standing: Standing, opened: Flags, site: int
) -> tuple[float, float, float, str, float]:
    others = opened.copy()
    others[site] = False
    columns = standing.columns
    some = slice(*columns.indptr[site : site + 2])
    mine = np.zeros(len(task.weights), dtype=bool)
    mine[columns.indices[some]] = columns.data[some] <= task.limit
    serves = float(task.weights[mine].sum())
    only = float(task.weights[mine & (standing.hits(others) == 0)].sum())
    lost = standing.value(opened) - standing.value(others)
    name, gain = _runner_up(task, standing, others, site)
    return serves, only, lost, name, gain


def _runner_up(task: Task, standing: Standing, others: Flags, site: int) -> tuple[str, float]:
    """Find the candidate that adds most in a site's place, the others fixed; ties go first."""
    if task.asking.capacity:
        return _next_with_places(task, standing, others, site)
    free = allowed(task, others)
    free = free[free != site]
    if not len(free):
        return "", 0.0
    if task.asking.goal == "farthest":
        added = _farthest_nearer(standing, others, free)
    else:
        added = standing.added(others)[free]
    for best in np.argsort(-added, kind="stable"):
        if added[best] <= 0:
            break
        step = others.copy()
        step[free[best]] = True
        if standing.keeps_floors(step):
            gain = standing.value(step) - standing.value(others)
            return str(task.ids[free[best]]), gain if np.isfinite(gain) else float("inf")
    return "", 0.0


def _next_with_places(
    task: Task, standing: Standing, others: Flags, site: int
) -> tuple[str, float]:
    """Let the model choose one more: what it adds depends on who has which place."""
    new = others.copy()
    new[task.existing] = False
    shut = np.r_[task.existing[~others[task.existing]], site]
    fixed = {
        "existing": task.existing[others[task.existing]],
        "required": np.flatnonzero(new),
        "forbidden": np.r_[shut, task.action[~others[task.action]]],
    }
    alone = replace(task, rules=replace(task.rules, may_close=()))
    if not len(np.setdiff1d(task.candidate, np.r_[np.flatnonzero(others), site])):
        return "", 0.0
    try:
        choice = solve(alone, count=int(new.sum()) + 1, **fixed)
    except NoPlan:
        return "", 0.0
    added = np.setdiff1d(choice.sites, fixed["required"])
    if not len(added):
        return "", 0.0
    return str(task.ids[added[0]]), choice.objective - standing.value(others)


def _farthest_nearer(standing: Standing, others: Flags, free: Ints) -> Floats:
    """By how much each of some columns, opened too, brings the farthest nearer (inf: from inf)."""
    best = np.where(standing.counted, standing.best_cost(others), 0.0)
    before, columns = best.max(initial=0.0), standing.columns
    added = np.zeros(len(free))
    for number in np.flatnonzero(_serving(standing, int(np.argmax(best)))[free]):
        some = slice(*columns.indptr[free[number] : free[number] + 2])
        step = best.copy()
        rows = columns.indices[some]
        step[rows] = np.minimum(step[rows], columns.data[some])
        after = step.max(initial=0.0)
        added[number] = (
            0.0 if np.isinf(after) else _FAR - after if np.isinf(before) else before - after
        )
    return added


_FAR = 1e18
"""Farther than any way: who served somebody that nobody did before comes first."""


def _serving(standing: Standing, row: int) -> Flags:
    """Tell which columns serve a row: only they can do something for it."""
    serving = np.zeros(standing.cost.shape[1], dtype=bool)
    start, stop = standing.cost.indptr[row : row + 2]
    serving[standing.cost.indices[start:stop]] = True
    return serving


def allowed(task: Task, opened: Flags) -> Ints:
    """Candidates that may be opened beside these: affordable, far enough away."""
    free = np.zeros(len(task.ids), dtype=bool)
    free[task.candidate] = True
    free &= ~opened
    rules = task.rules
    if rules.budget is not None:
        costs = np.asarray(rules.costs, dtype=float)
        new = opened.copy()
        new[task.existing] = False
        free &= costs <= rules.budget - costs[new].sum() + 1e-9
    if rules.apart is not None:
        for one, two in np.asarray(rules.apart, dtype=np.int64).reshape(-1, 2):
            free[two] &= not opened[one]
            free[one] &= not opened[two]
    found: Ints = np.flatnonzero(free)
    return found
