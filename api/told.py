"""
Published answers as plain values, in the words and numbers of the command line.

The shapes are those of ``minqing cover``, ``gaps`` and ``site`` with ``--format json``
(data/schema/cover.json, gaps.json, site.json). Figures that hold for too few people are null, and
the gaps are those of buildings, not of households.
"""

import math
from typing import Any

import pandas as pd

from gis.coverage.reasons import REMEDIES
from gis.coverage.told import plain
from gis.gaps import reason_texts
from gis.plans.told import tell_rows
from gis.privacy import Published, PublishedCoverage


def tell_coverage(published: Published, district: str, by: str | None) -> dict[str, Any]:
    """Return the first coverage of a publication; ``by`` adds the rows of one grouping."""
    coverage = published.coverages[0]
    return {
        **_head(published, coverage, district),
        "unit": coverage.unit,
        "weight": coverage.weight,
        **coverage.totals,
        "reasons": coverage.reasons,
        "by": {by: _rows(coverage.by[by])} if by else {},
    }


def tell_gaps(published: Published, district: str) -> dict[str, Any]:
    """
    Return the buildings left out, in order of id, each with its first unmet requirement.

    ``buildings_hidden`` counts the buildings, covered or not, with too few households to tell.
    """
    coverage = published.coverages[0]
    told = coverage.buildings
    assert told is not None  # noqa: S101 - planner level has them
    places = published.places["buildings"]
    left_out = told[~told["covered"].fillna(value=True).astype(bool)].sort_index()
    left_out = left_out.join(places[["name", "compound"]])
    return {
        **_head(published, coverage, district),
        "unit": "building",
        "weight": coverage.weight,
        "buildings_hidden": int(told["covered"].isna().sum()),
        "gaps": [_gap(str(name), row) for name, row in left_out.iterrows()],
    }


def tell_sites(published: Published, district: str, lang: str) -> dict[str, Any]:
    """Return the first plan of a publication; ``notes`` are in ``lang``."""
    plan = published.plans[0]
    sites = plan.sites.drop(columns="rounded")
    return {
        "district": district,
        "level": published.level,
        "synthetic": published.synthetic,
        "attribution": list(published.attribution),
        "unit": plan.unit,
        "weight": plan.weight,
        "when": plan.when,
        "question": plan.question,
        "status": plan.status,
        "objective": plain(plan.objective, 3),
        "bound": _finite(plan.bound),
        "gap": _finite(plan.gap),
        "measure": plan.measure,
        "seconds": round(plan.seconds, 3),
        **{
            name: getattr(plan, name)
            for name in ("total", "covered_before", "covered_after", "share_before", "share_after")
        },
        "count": len(plan.sites),
        "sites": tell_rows(sites),
        "opened_gates": tell_rows(plan.opened_gates),
        "closed": list(plan.closed),
        "unreached": plan.unreached,
        "notes": [note[lang == "en"] for note in plan.notes],
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else plain(value, 6)


def _head(published: Published, coverage: PublishedCoverage, district: str) -> dict[str, Any]:
    return {
        "district": district,
        "level": published.level,
        "synthetic": published.synthetic,
        "attribution": list(published.attribution),
        "when": coverage.when,
        "question": coverage.question,
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    # the range over unknown gates is told for the whole district only
    return [
        {
            "id": str(name),
            "name": plain(row["name"]) or None,
            "total": plain(row["total"], 1),
            "covered": plain(row["covered"], 1),
            "share": plain(row["share"], 4),
            "share_low": None,
            "share_high": None,
        }
        for name, row in table.iterrows()
    ]


def _gap(building: str, row: pd.Series) -> dict[str, Any]:
    reason = str(row["reason"])
    chinese, english = REMEDIES[reason]
    return {
        "id": building,
        "building": building,
        "name": plain(row["name"]),
        "compound": plain(row["compound"]),
        "requirement": plain(row["requirement"]),
        "reason": reason,
        "reason_zh": reason_texts("zh")[reason],
        "reason_en": reason_texts("en")[reason],
        "station": plain(row["station"]),
        "minutes": plain(row["minutes"], 1),
        "fix_zh": chinese,
        "fix_en": english,
    }
