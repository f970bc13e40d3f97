"""
The plan as plain values: what the command line and the service print (data/schema/site.json).

Weights are rounded to one place, shares to four, degrees to six: once, here.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd

from gis.coverage.told import plain, told_when
from gis.tables import LIST_SEPARATOR

if TYPE_CHECKING:
    from gis.plans.plan import Plan

_PLACES = {"lon": 6, "lat": 6}


def tell_plan(plan: "Plan", lang: str = "zh") -> dict[str, Any]:
    """Return the plan under the published schema; nobody is named, units are only counted."""
    return {
        "district": plan.before.district.name,
        "unit": plan.unit,
        "weight": plan.weight,
        "when": told_when(plan.before.question),
        "question": tell_asking(plan),
        "status": plan.status,
        "objective": _finite(plan.objective, 3),
        "bound": _finite(plan.bound, 3),
        "gap": _finite(plan.gap, 6),
        "measure": plan.measure,
        "seconds": round(plan.seconds, 3),
        "total": plain(plan.total, 1),
        "covered_before": plain(plan.covered_before, 1),
        "covered_after": plain(plan.covered_after, 1),
        "share_before": plain(plan.share_before, 4),
        "share_after": plain(plan.share_after, 4),
        "count": plan.count,
        "sites": tell_rows(plan.sites),
        "opened_gates": tell_rows(plan.opened_gates),
        "closed": list(plan.closed),
        "unreached": _unreached(plan.unreached),
        "notes": list(plan.asking.notes(lang)),
    }


def tell_asking(plan: "Plan") -> dict[str, Any]:
    """Return what was asked."""
    asking, asked = plan.asking, plan.before.question.asked[0]
    return {
        "services": list(asking.services),
        "goal": asking.goal,
        "count": asking.count,
        "budget": plain(asking.budget),
        "share": asking.share,
        "candidates": list(asking.candidates),
        "limit": str(asked.requirement.limit),
        "profile": asked.profile.id,
        "direction": plan.before.question.direction.value,
        "capacity": asking.capacity,
    }


def tell_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values, id first; texts of several codes become lists."""
    rows = []
    for name, row in table.iterrows():
        told: dict[str, Any] = {"id": str(name)}
        told |= {column: _finite(value, _PLACES.get(column, 1)) for column, value in row.items()}
        if "services" in told:
            told["services"] = str(row["services"]).split(LIST_SEPARATOR)
        rows.append(told)
    return rows


def _finite(value: Any, places: int) -> Any:
    """Return a value JSON knows; what is endless or empty is null."""
    told = plain(value, places)
    return None if told in ("", float("inf"), float("-inf")) else told


def _unreached(table: pd.DataFrame) -> dict[str, Any]:
    """Sum up whom nothing can serve: by reason and by grid, nobody by name."""
    return {
        "units": len(table),
        "weight": plain(float(table["weight"].sum()), 1),
        "reasons": _sums(table, "reason"),
        "grids": _sums(table, "grid"),
    }


def _sums(table: pd.DataFrame, column: str) -> dict[str, Any]:
    sums = table["weight"].groupby(table[column].fillna("").astype(str)).sum()
    return {str(name): plain(float(value), 1) for name, value in sums.items()}
