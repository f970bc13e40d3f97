"""
No plan: who stands in the way, and what would do instead.

Nobody is named: people are counted, buildings and grids are named.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gis.places.demand import UNIT_NAMES, WEIGHT_NAMES
from gis.siting.choice import Choice, NoPlan
from gis.streets.access import Access
from gis.streets.search import nearest

if TYPE_CHECKING:
    from gis.plans.setting import Setting
    from gis.plans.task import Task

Ints = NDArray[np.int64]

_NAMED = 3


class NoSites(NoPlan):
    """
    No sites of a district fulfil what was asked.

    ``greatest_share`` of the whole weight is what all candidates together cover, ``least_limit``
    (text, such as ``23min``) the least limit at which they cover everybody who has a way at all,
    ``least_count`` how many sites that takes at the limit asked, for whoever can be reached.
    ``unreached`` are rows of ``Demand.table``. Each is None where it was not looked for.
    """

    def __init__(
        self,
        message: str,
        *,
        english: str,
        unreached: Ints | None = None,
        least_count: int | None = None,
        best: Choice | None = None,
        greatest_share: float | None = None,
        least_limit: str | None = None,
    ) -> None:
        super().__init__(
            message, english=english, unreached=unreached, least_count=least_count, best=best
        )
        self.greatest_share = greatest_share
        self.least_limit = least_limit


def not_all_reached(setting: "Setting", task: "Task", least: Choice | None) -> NoSites:
    """Return the error for a share that not even all candidates together can cover."""
    weight = setting.demand.table["weight"].to_numpy(dtype=float)
    served = np.r_[task.served_by_some, True][task.row_of].all(axis=0)
    missed = np.flatnonzero(~served & (weight > 0))
    total = float(task.weights.sum())
    share = float(task.weights[task.served_by_some].sum()) / total if total else 1.0
    limit = least_limit(setting, task)
    count = None if least is None else len(least.sites)
    units, weights = UNIT_NAMES[setting.demand.unit], WEIGHT_NAMES[setting.demand.weight]
    where = _places(setting, missed)
    told = f"{weight[missed].sum():g}", f"{len(missed)}", f"{_down(share):.1%}"
    more = (
        f"；把 limit 放宽到 {limit} 可覆盖所有有路可达者" if limit else "",
        f"; a limit of {limit} would cover all who have a way at all" if limit else "",
    )
    if count is not None:
        more = (
            f"{more[0]}；可达者全部覆盖需新增 {count} 处（share='reachable'）",
            f"{more[1]}; {count} new sites cover all who can be reached (share='reachable')",
        )
    return NoSites(
        f"没有任何候选点或现有站点能覆盖 {told[1]} {units[0]}（{weights[0]} {told[0]}）："
        f"{where[0]}；最多能覆盖 {told[2]}{more[0]}",
        english=f"no candidate and no station can cover {told[1]} {units[1]} ({weights[1]}: "
        f"{told[0]}): {where[1]}; at most {told[2]} can be covered{more[1]}",
        unreached=missed.astype(np.int64),
        least_count=count,
        greatest_share=share,
        least_limit=limit,
    )


def restated(setting: "Setting", task: "Task", error: NoPlan) -> NoSites:
    """Say what a location model found in words of the district."""
    rows = set(error.unreached.tolist())
    missed = np.flatnonzero(np.isin(task.row_of, sorted(rows)).any(axis=0))
    where = _places(setting, missed) if len(missed) else ("", "")
    count = error.least_count
    least = (
        (f"；至少需要 {count} 处", f"; at least {count} sites are needed")
        if count is not None and str(count) not in str(error)
        else ("", "")
    )
    told = (f"（{where[0]}）", f" ({where[1]})") if where[0] else ("", "")
    return NoSites(
        f"没有这样的方案：{error}{told[0]}{least[0]}",
        english=f"there is no such plan: {error.english}{told[1]}{least[1]}",
        unreached=missed.astype(np.int64),
        least_count=count,
        best=error.best,
    )


def _places(setting: "Setting", units: Ints) -> tuple[str, str]:
    """Name the first grids and buildings of some units, 中文 and English."""
    table = setting.demand.table.iloc[units]
    grids = [str(each) for each in table["grid"].dropna().unique()]
    houses = [str(each) for each in table["building"].dropna().unique()]
    listed = _listed(sorted(grids)), _listed(sorted(houses))
    unplaced = int(table["building"].isna().sum())
    chinese = [f"网格 {listed[0]}"] if grids else []
    english = [f"grids {listed[0]}"] if grids else []
    chinese += [f"楼栋 {listed[1]}"] if houses else []
    english += [f"buildings {listed[1]}"] if houses else []
    if unplaced:
        chinese.append(f"{unplaced} 户没有位置")
        english.append(f"{unplaced} without a position")
    return "，".join(chinese), ", ".join(english)


def _listed(names: list[str]) -> str:
    more = f"… ({len(names)})" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _down(share: float) -> float:
    """Round a share down to a thousandth: 99.96 % are not everybody."""
    return np.floor(share * 1000 + 1e-9) / 1000


def least_limit(setting: "Setting", task: "Task") -> str | None:
    """
    Return the least limit at which all sites together cover all who have a way to one.

    One search from all sites without a limit for each service. None where nobody has a way, or
    it would be no more than what was asked.
    """
    searcher = task.searcher
    worst = 0
    for asked, rows in zip(setting.asked, task.row_of, strict=True):
        stations, limits = searcher.open_stations(asked, Access())
        if not len(stations):
            continue
        ways, _ = nearest(searcher.priced(asked, Access()), stations, _FAR, limits=limits)
        units = searcher.units
        cost = np.r_[ways.cost, -1][units.row]
        some = (cost >= 0) & (rows >= 0) & ~units.barred(asked.walker)
        worst = max(worst, int((cost + units.climb(asked.walker))[some].max(initial=0)))
    if worst <= task.limit:
        return None
    if setting.asked[0].timed:
        return f"{np.ceil(worst / task.per_minute):g}min"
    return f"{np.ceil(worst / 1000):g}m"


_FAR = 2**35
"""A cost beyond every way."""
