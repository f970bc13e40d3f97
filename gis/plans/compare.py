"""
Plans side by side: what each reaches, grid by grid, and who gains or loses from one to another.

    plans (by name)  --compare-->  Compared (table, by grid, units between two of them)
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gis.coverage.result import Coverage
from gis.errors import InputError
from gis.plans.plan import Plan
from gis.tables import LIST_SEPARATOR

_SAID = ("status", "objective", "bound", "gap", "measure", "total", "covered_before")


@dataclass(frozen=True, eq=False)
class ComparedPlans:
    """Some plans of one district, weight and list of services, by name."""

    plans: Mapping[str, Plan]

    @property
    def table(self) -> pd.DataFrame:
        """
        One row a plan, by name: ``sites`` (ids joined with ``|``), ``count``, ``opened_gates``,
        ``closed``, ``cost`` (NaN where one is unknown), ``status``, ``objective``, ``bound``,
        ``gap``, ``measure``, ``total``, ``covered_before``, ``covered_after``, ``share_after``.
        """
        rows = [
            {
                "sites": LIST_SEPARATOR.join(plan.sites.index),
                "count": plan.count,
                "opened_gates": LIST_SEPARATOR.join(plan.opened_gates.index),
                "closed": LIST_SEPARATOR.join(plan.closed),
                "cost": float(plan.sites["cost"].sum(skipna=False)),
                **{name: getattr(plan, name) for name in _SAID},
                "covered_after": plan.covered_after,
                "share_after": plan.share_after,
            }
            for plan in self.plans.values()
        ]
        return pd.DataFrame(rows, index=pd.Index(self.plans, name="plan"))

    def by(self, group: str = "grid") -> pd.DataFrame:
        """
        Return the share covered in each group (as in ``Coverage.summary``), a column a plan.

        Rows are the groups of the first plan: ``name``, ``total``, ``before`` and one column a
        plan, all sums over the services asked for.
        """
        first = next(iter(self.plans.values()))
        sums = {name: _summed(plan.coverages_after, group) for name, plan in self.plans.items()}
        before = _summed(first.coverages_before, group)
        told = before[["name", "total"]].assign(before=before["share"])
        return told.assign(**{name: each["share"] for name, each in sums.items()})

    def units(self, one: str, other: str) -> pd.DataFrame:
        """
        List the units with some weight that are covered by one of two plans only.

        Returns
        -------
        DataFrame
            By unit id (personal, where units are households): ``service``, ``grid``, ``weight``,
            ``outcome``: ``gained`` (by ``other`` alone) or ``lost`` (by ``one`` alone).
        """
        parts = []
        first, second = self._named(one), self._named(other)
        for service, a, b in zip(
            first.asking.services, first.coverages_after, second.coverages_after, strict=True
        ):
            was, now = a.units["covered"].to_numpy(), b.units["covered"].to_numpy()
            differ = (was != now) & (a.units["weight"].to_numpy() > 0)
            told = a.units.loc[differ, ["grid", "weight"]]
            outcome = np.where(now[differ], "gained", "lost")
            parts.append(told.assign(service=service, outcome=outcome))
        table = pd.concat(parts)[["service", "grid", "weight", "outcome"]]
        return table.astype({"service": "string", "outcome": "string"})

    def _named(self, name: str) -> Plan:
        if name not in self.plans:
            listed = ", ".join(self.plans)
            raise InputError(
                f"没有方案“{name}”；有：{listed}", english=f"no plan '{name}'; there is: {listed}"
            )
        return self.plans[name]


def compare(plans: Mapping[str, Plan]) -> ComparedPlans:
    """
    Put plans side by side.

    Raises
    ------
    InputError
        There are none, or they are about different units, weights or services.
    """
    if not plans:
        raise InputError("没有可比较的方案", english="there are no plans to compare")
    first = next(iter(plans.values()))
    for name, plan in plans.items():
        alike = (
            plan.weight == first.weight
            and plan.asking.services == first.asking.services
            and plan.before.demand.table.index.equals(first.before.demand.table.index)
        )
        if not alike:
            raise InputError(
                f"方案“{name}”的人群、权重或服务与第一个不同，不能比较",
                english=f"plan '{name}' is about other units, weights or services than the first",
            )
    return ComparedPlans(dict(plans))


def _summed(coverages: tuple[Coverage, ...], group: str) -> pd.DataFrame:
    """Add up the summaries of several services."""
    tables = [each.summary(group) for each in coverages]
    whole = tables[0].copy()
    for table in tables[1:]:
        whole[["total", "covered"]] += table[["total", "covered"]].reindex(whole.index)
    return whole.assign(share=whole["covered"] / whole["total"].where(whole["total"] > 0))
