"""
The answer as plain values: what the command line and the service print (data/schema/cover.json).

Numbers are rounded once, here: shares to four places, weights to one, so that every door says
the same.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd

from gis.catalogue import requirement_dict
from gis.coverage.question import Question
from gis.places.calendar import country_of

if TYPE_CHECKING:
    from gis.coverage.result import Coverage


def tell(coverage: "Coverage", by: str | None = None) -> dict[str, Any]:
    """Return the answer under the published schema; ``by`` adds the rows of one grouping."""
    groups = {by: tell_summary(coverage.summary(by))} if by else {}
    return {
        "district": coverage.district.name,
        "unit": coverage.unit,
        "weight": coverage.weight,
        "when": told_when(coverage.question),
        "calendar": told_calendar(coverage),
        "question": tell_question(coverage.question),
        "total": plain(coverage.total, 1),
        "covered": plain(coverage.covered, 1),
        "share": plain(coverage.share, 4),
        "share_low": plain(coverage.share_low, 4),
        "share_high": plain(coverage.share_high, 4),
        "reasons": {
            requirement: {reason: plain(weight, 1) for reason, weight in told.items()}
            for requirement, told in coverage.reasons.items()
        },
        "measures": {
            requirement: {name: plain(value, 2) for name, value in told.items()}
            for requirement, told in coverage.measures.items()
        },
        "by": groups,
    }


def told_when(question: Question) -> str | None:
    """Return the hour as asked, or None: hours were not considered."""
    return None if question.when is None else question.when.text


def told_calendar(coverage: "Coverage") -> str | None:
    """
    Return whether the holidays of the date asked for were known (``known``, ``beyond``).

    None where holidays do not count: no date, or a place outside China.
    """
    when = coverage.question.when
    return None if when is None else when.calendar(country_of(coverage.district.crs))


def tell_question(question: Question) -> dict[str, Any]:
    """Return what was asked, requirement by requirement."""
    requirements = [asked.requirement for asked in question.asked]
    single = question.circle is None
    return {
        "circle": None if single else question.circle.id if question.circle else None,
        "service": requirements[0].id if single else None,
        "requirements": [
            requirement_dict(each.requirement, each.profile) for each in question.asked
        ],
        "when": told_when(question),
        "direction": question.direction.value,
        "capacity": question.capacity,
        "priority": question.priority,
    }


def tell_summary(summary: pd.DataFrame) -> list[dict[str, Any]]:
    """Return summary rows as plain values, ids beside names."""
    rows = []
    for name, row in summary.iterrows():
        told = {"id": str(name), "name": plain(row["name"]) or None}
        told |= {column: plain(row[column], 1) for column in ("total", "covered")}
        told |= {column: plain(row[column], 4) for column in ("share", "share_low", "share_high")}
        if "stations_inside" in row:
            told["stations_inside"] = plain(row["stations_inside"])
        rows.append(told)
    return rows


def plain(value: Any, places: int | None = None) -> Any:
    """Return a value JSON knows: NA as None, numpy numbers as Python's, floats rounded."""
    if value is None or pd.isna(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        value = round(value, places) if places is not None else value
        return int(value) if value.is_integer() else value
    return value
