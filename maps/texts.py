"""
What a page says about a result: headline, question, reasons, tables. Pairs ``(zh, en)`` only.

    PublishedCoverage ──▶ dict of texts and numbers ──JSON──▶ panel of the page
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gis.coverage.reasons import NAMES
from gis.privacy import Published
from maps.naming import Names
from maps.words import PAGE, UNITS, Both, both

NO_HOURS: Both = ("未计时段", "opening hours not considered")
BEYOND: Both = (
    "（该年节假日安排未知，按星期）",
    " (holidays of that year unknown, by weekday)",
)
BY_BUILDING: Both = (
    "没有住户台账，以楼栋代替，按层数×占地面积加权",
    "No household ledger: buildings stand in, weighted by floors × footprint",
)


ASKED = "asked"
"""The source of a requirement that is a question of the moment, not a standard."""


def percent(share: float | None) -> str:
    """Write a share as a percentage with at most one decimal; a dash when there is none."""
    if share is None or pd.isna(share):
        return "–"
    text = f"{100 * float(share):.1f}".removesuffix(".0")
    return f"{text}%"


def number(value: float | None, hidden: str) -> str:
    """Write a count with thousands apart, or the words for a hidden one."""
    return hidden if value is None or pd.isna(value) else f"{round(float(value)):,}"


def suppressed(k: int) -> Both:
    """Return what stands in place of a count that may not be shown."""
    return (f"<{k} 或已隐藏", f"<{k} or suppressed")


def headline(totals: Mapping[str, Any]) -> Both:
    """
    Say the share, and both ends where unknown compounds make a difference.

    >>> headline({"share": 0.78, "share_low": 0.71, "share_high": 0.83})[0]
    '覆盖 78%（若未知小区不对外开放 71%，开放 83%）'
    """
    share, low, high = (totals.get(key) for key in ("share", "share_low", "share_high"))
    zh, en = f"覆盖 {percent(share)}", f"{percent(share)} covered"
    if percent(low) == percent(high) or low is None or high is None:
        return zh, en
    closed, opened = percent(low), percent(high)
    return (
        f"{zh}（若未知小区不对外开放 {closed}，开放 {opened}）",
        f"{en} ({closed} if unknown compounds are closed to outsiders, {opened} if open)",
    )


def count_line(totals: Mapping[str, Any], weight: str, k: int) -> Both:
    """Say how many of how many."""
    zh_unit, en_unit = both(UNITS, weight)
    zh_hidden, en_hidden = suppressed(k)
    total, inside = totals.get("total"), totals.get("covered")
    zh_total, zh_inside = number(total, zh_hidden), number(inside, zh_hidden)
    en_total, en_inside = number(total, en_hidden), number(inside, en_hidden)
    return (
        f"{zh_total} {zh_unit}中，{zh_inside} {_measure_word(zh_unit)}在服务圈内",
        f"{en_inside} of {en_total} {en_unit} inside",
    )


def _measure_word(unit: str) -> str:
    return "平方米" if unit.startswith("平方米") else unit[:1]


def question_lines(question: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    """Say each requirement in one line, with what is pending about it."""
    return [_requirement(row, names) for row in question.get("requirements", ())]


def _requirement(row: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "name": requirement_name(row),
        "text": _terms(row, names.profiles),
        "pending": bool(row.get("pending")) or _walks_pending(row, names),
        "source": _evidence(row),
    }


def _evidence(row: Mapping[str, Any]) -> str:
    """Say where a figure comes from; one that was asked for comes from whoever asked."""
    if row.get("source") == ASKED:
        return ""
    return " · ".join(str(row[key]) for key in ("source", "clause", "note") if row.get(key))


def requirement_name(row: Mapping[str, Any]) -> Both:
    """Return the pair of names of a requirement; its id where it has none."""
    zh = row.get("name_zh") or row["id"]
    return str(zh), str(row.get("name_en") or zh)


def _walks_pending(row: Mapping[str, Any], names: Names) -> bool:
    return row.get("measure") != "line" and row.get("profile") in names.pending


def _terms(row: Mapping[str, Any], profiles: Mapping[str, Both]) -> Both:
    least = int(row.get("at_least") or 1)
    zh_limit, en_limit = limit_words(row.get("limit"))
    straight = row.get("measure") == "line"
    profile = str(row.get("profile") or "")
    zh_pace, en_pace = ("", "") if straight else both(profiles, profile)
    zh_how, en_how = ("直线", "in a straight line") if straight else ("步行", "on foot")
    return (
        f"{zh_how} {zh_limit}内至少 {least} 处{_after(zh_pace)}",
        f"at least {least} within {en_limit} {en_how}{_after(en_pace)}",
    )


def _after(pace: str) -> str:
    return f"，{pace}" if pace and not pace.isascii() else f", {pace}" if pace else ""


def limit_words(limit: Any) -> Both:
    """
    Write a limit such as ``15min`` or ``500m`` in words.

    >>> limit_words("15min")
    ('15 分钟', '15 min')
    """
    text = str(limit or "").replace(" ", "")
    for unit, zh in (("min", "分钟"), ("m", "米")):
        if text.endswith(unit):
            figure = text.removesuffix(unit).removesuffix(".0")
            return f"{figure} {zh}", f"{figure} {unit}"
    return text, text


def when_line(when: str | None, calendar: str | None = None) -> Both:
    """Say the hour that was asked, or that none was, and whether its holidays are unknown."""
    if not when:
        return NO_HOURS
    zh, en = BEYOND if calendar == "beyond" else ("", "")
    return f"时段：{when}{zh}", f"At {when}{en}"


def reason_tables(
    reasons: Mapping[str, Mapping[str, Any]], names: Mapping[str, Both]
) -> list[dict[str, Any]]:
    """List the reasons of each requirement, COVERED first, then by the order of the words."""
    order = list(NAMES)
    return [
        {
            "name": names.get(requirement, (requirement, requirement)),
            "rows": [
                {"code": code, "name": both(NAMES, code), "count": _count(counts[code])}
                for code in sorted(counts, key=_place(order))
                if counts[code] is None or pd.isna(counts[code]) or counts[code] > 0
            ],
        }
        for requirement, counts in reasons.items()
    ]


def _place(order: Sequence[str]) -> Any:
    return lambda code: (order.index(code) if code in order else len(order), code)


def _count(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else round(float(value))


def area_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn a summary into rows, least covered first; hidden figures are null."""
    rows = [
        {
            "id": str(row.Index),
            "name": _name(row),
            "total": _figure(row, "total"),
            "covered": _figure(row, "covered"),
            "share": _figure(row, "share"),
        }
        for row in table.itertuples()
    ]
    return sorted(rows, key=lambda row: (row["share"] is None, row["share"] or 0, row["name"]))


def _name(row: Any) -> str:
    name = getattr(row, "name", None)
    known = name is not None and not pd.isna(name) and str(name) != ""
    return str(name) if known else str(row.Index)


def _figure(row: Any, column: str) -> float | None:
    value = getattr(row, column, None)
    return None if value is None or pd.isna(value) else float(value)


def privacy_line(level: str, k: int) -> Both:
    """Say what is held back at this level."""
    if level == "public":
        return (
            f"只含汇总数；少于 {k} 的数，以及能据以推算出它的数，都已隐藏",
            f"Aggregates only; counts below {k}, and counts that would reveal them, are suppressed",
        )
    return (
        f"楼栋结果只在不少于 {k} 户时给出；请勿外传",
        f"Results per building only from {k} households up; do not pass on",
    )


def page_facts(published: Published, title: str | None, lang: str) -> dict[str, Any]:
    """Return what every page says about itself."""
    name = title or published.title
    return {
        "title": name,
        "lang": lang,
        "level": published.level,
        "level_name": PAGE[published.level],
        "synthetic": published.synthetic,
        "date": published.date,
        "attribution": list(published.attribution),
        "privacy": privacy_line(published.level, published.k),
        "suppressed": suppressed(published.k),
    }
