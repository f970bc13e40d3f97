"""
A plan: which sites, how good that is and what is proved, counted once more, and explained.

    sites, gates opened, stations closed  +  proof  +  coverage before and after  ->  Plan
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from gis.coverage.result import Coverage
from gis.siting.choice import Choice

if TYPE_CHECKING:
    from gis.plans.asking import Asking
    from gis.plans.task import Task

GOALS = ("coverage", "minutes", "farthest", "backup")
GOAL_NAMES = {
    "coverage": ("覆盖最多", "most covered"),
    "minutes": ("总路程最短", "least minutes in all"),
    "farthest": ("最远者最近", "nearest for the farthest"),
    "backup": ("双重覆盖最多", "most covered twice"),
}
"""What people call each goal: (中文, English)."""
MEASURE_NAMES = {
    "weight": ("覆盖量", "weight covered"),
    "sites": ("新增处数", "new sites"),
    "weight_minutes": ("人次·分钟", "weight x minutes"),
    "weight_metres": ("人次·米", "weight x metres"),
    "minutes": ("分钟", "minutes"),
    "metres": ("米", "metres"),
}
"""What an objective is counted in: (中文, English)."""
KINDS = ("table", "venues", "gates", "streets")
KIND_NAMES = {
    "table": ("候选用房", "premises"),
    "venues": ("现有站点增设", "added to a station"),
    "gates": ("小区出入口旁", "at a compound gate"),
    "streets": ("街边", "on the street"),
}
"""Where candidates come from: (中文, English)."""


@dataclass(frozen=True, eq=False)
class Plan:
    """
    New sites for a district, with proof, recount and reasons; made by ``gis.choose_sites``.

    Every weight is summed over the services asked for: whoever lacks one of two counts half.

    Parameters
    ----------
    status
        ``proved optimal``, ``within gap`` or ``best found``.
    objective, bound, gap
        What was found, in units of ``measure``; no plan is better than ``bound``; the distance of
        the two relative to the objective, 0.0 where proved.
    measure
        ``weight`` covered (for ``backup`` the mix of once and twice), number of new ``sites``,
        ``weight_minutes`` or ``weight_metres`` (sum over those counted), ``minutes`` or
        ``metres`` of the farthest. Metres where the profile has no speed.
    seconds
        What solving took.
    total, covered_before, covered_after
        Weight of all, and of those covered without and with the plan, as ``gis.cover`` counts;
        where places are shared out (``capacity``), the weight that has a place.
    sites
        One row a new site, by id, in order of contribution: ``name``, ``kind`` (table, venues,
        gates, streets), ``source`` (of the premises, NA elsewhere), ``services`` it would offer
        of those asked, ``cost`` (NA unknown), ``lon``, ``lat``, ``gain`` (what it adds to the
        objective in this order), ``serves`` (weight within its reach), ``only`` (weight that no
        other open site reaches), ``lost`` (by how much the objective is worse without it; inf
        where then somebody could not be served at all), ``runner_up`` (the candidate
        that does best in its place, the others fixed; ``""`` for none) and ``runner_up_gain``
        (what of ``lost`` that one makes good).
    opened_gates
        Gates to open to everybody, by id: ``compound``, ``lon``, ``lat``, ``lost``.
    closed
        Stations to close, by id.
    coverages_before, coverages_after
        One for each service. Those after are the independent recount: the changed district,
        answered by ``gis.cover``.
    candidates
        All sites that were asked about, by id, in the district's frame: ``name``, ``kind``,
        ``source``, ``services``, ``cost``, ``chosen``, ``forbidden``, ``required``.
    unreached
        Units with some weight that no candidate and no station can serve, by id: ``grid``,
        ``service``, ``weight``, ``reason``. Household ids are personal.
    choice
        The answer of the location model, in positions.
    asking
        What was asked.
    """

    status: str
    objective: float
    bound: float
    gap: float
    measure: str
    seconds: float
    total: float
    covered_before: float
    covered_after: float
    sites: pd.DataFrame
    opened_gates: pd.DataFrame
    closed: tuple[str, ...]
    coverages_before: tuple[Coverage, ...]
    coverages_after: tuple[Coverage, ...]
    candidates: gpd.GeoDataFrame
    unreached: pd.DataFrame
    choice: Choice
    asking: "Asking"
    task: "Task" = field(repr=False)

    @property
    def before(self) -> Coverage:
        """Coverage of the (first) service without the plan."""
        return self.coverages_before[0]

    @property
    def after(self) -> Coverage:
        """Coverage of the (first) service with the plan."""
        return self.coverages_after[0]

    @property
    def goal(self) -> str:
        """``coverage``, ``minutes``, ``farthest`` or ``backup``."""
        return self.asking.goal

    @property
    def weight(self) -> str:
        """What a unit counts for."""
        return self.before.weight

    @property
    def unit(self) -> str:
        """``household`` or ``building``."""
        return self.before.unit

    @property
    def count(self) -> int:
        """How many new sites there are."""
        return len(self.sites)

    @property
    def share_before(self) -> float | None:
        """Share covered without the plan, None when there is nobody."""
        return self.covered_before / self.total if self.total else None

    @property
    def share_after(self) -> float | None:
        """Share covered with the plan, None when there is nobody."""
        return self.covered_after / self.total if self.total else None

    def curve(
        self, counts: Iterable[int] | None = None, *, time_limit: float | None = None
    ) -> pd.DataFrame:
        """
        Tell what each number of stations can cover, each number solved and proved by itself.

        Parameters
        ----------
        counts
            Numbers of new sites; from what is required (or 0) to those of the plan if not given.
        time_limit
            Seconds for each; that of the plan if not given.

        Returns
        -------
        DataFrame
            By ``stations``: ``covered`` and ``share`` (of the whole weight), ``objective``,
            ``bound``, ``gap``, ``status``, ``sites`` (ids joined with ``|``). A number that no
            plan is possible with has status ``none`` and NaN. Budget, share and floors are left
            out: it tells what numbers do by themselves. Cost: one solve a number.
        """
        from gis.plans.curve import draw_curve  # noqa: PLC0415 - the curve needs the plan's task

        return draw_curve(self, counts, time_limit)

    def to_dict(self, *, lang: str = "zh") -> dict[str, Any]:
        """Return the plan as plain values (data/schema/site.json)."""
        from gis.plans.told import tell_plan  # noqa: PLC0415 - telling needs the plan's type

        return tell_plan(self, lang)
