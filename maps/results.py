"""What a page is told about one coverage: texts, numbers and tables, ready for its panel."""

from collections.abc import Mapping
from typing import Any

from gis.privacy import PublishedCoverage
from maps.naming import Names
from maps.texts import (
    BY_BUILDING,
    area_rows,
    count_line,
    headline,
    question_lines,
    reason_tables,
    when_line,
)


def services_asked(question: Mapping[str, Any]) -> frozenset[str]:
    """Return the codes of all services a question asks for."""
    rows = question.get("requirements", ())
    return frozenset(code for row in rows for code in row.get("services", ()))


def result_model(result: PublishedCoverage, k: int, names: Names) -> dict[str, Any]:
    """Return the panel's part for one coverage; ``k`` is the least count that is shown."""
    lines = question_lines(result.question, names)
    return {
        "title": (result.title_zh, result.title_en),
        "headline": headline(result.totals),
        "shares": [result.totals.get(key) for key in ("share", "share_low", "share_high")],
        "count": count_line(result.totals, result.weight, k),
        "note": BY_BUILDING if result.unit == "building" else None,
        "when": when_line(result.when, result.calendar),
        "no_hours": result.when is None,
        "question": lines,
        "reasons": reason_tables(result.reasons, {line["id"]: line["name"] for line in lines}),
        "by": {name: area_rows(table) for name, table in result.by.items()},
    }
