"""
What a page is told about one week: a share for each of 168 hours, and the words around them.

    PublishedWeek --week_model--> shares in thousandths, days, texts --JSON--> 7 x 24 cells
"""

from typing import Any

import pandas as pd

from gis.privacy import PublishedWeek
from maps.texts import percent
from maps.words import WEEKDAYS, Both

_MARKS = {"holiday": ("休", "off"), "makeup": ("班", "on")}
_PLAIN: Both = ("一般的一周，不计节假日", "A week as any other, without holidays")
_DATED: Both = (
    "{start} 起七天，计法定节假日与调休",
    "Seven days from {start}, with public holidays and make-up working days",
)
_BEYOND: Both = (
    "{start} 起七天；有的年份节假日安排未知，按星期计",
    "Seven days from {start}; the holidays of a year are unknown, so weekdays decide",
)
_BEST: Both = (
    "最高 {share}：{hour}；{none} 小时无人在圈内",
    "At most {share}: {hour}; nobody inside at {none} hours",
)

_NEVER: Both = ("没有一个小时有人在圈内", "Nobody is inside at any hour")
_ALL: Both = (
    "；各项要求须在同一小时满足",
    "; all requirements must be met at one and the same hour",
)


def week_model(week: PublishedWeek) -> dict[str, Any]:
    """Return the page's part for one week; a hidden share is null."""
    hours = week.hours
    thousandths = (hours["share"] * 1000).round()
    return {
        "title": (week.title_zh, week.title_en),
        "note": _with_all(week, _note(week)),
        "best": _best(hours),
        "days": [_day(row) for row in hours[hours["hour"] == 0].itertuples()],
        "shares": [None if pd.isna(share) else int(share) for share in thousandths],
    }


def _note(week: PublishedWeek) -> Both:
    if week.calendar is None:
        if week.start is None:
            return _PLAIN
        # a place whose holidays we do not know: the dates count, holidays do not
        return f"{week.start} 起七天，不计节假日", f"Seven days from {week.start}, without holidays"
    zh, en = _DATED if week.calendar == "known" else _BEYOND
    return zh.format(start=week.start), en.format(start=week.start)


def _with_all(week: PublishedWeek, note: Both) -> Both:
    if len(week.question.get("requirements", ())) < 2:
        return note
    return note[0] + _ALL[0], note[1] + _ALL[1]


def _day(row: Any) -> dict[str, Any]:
    """Say a day shortly for its row, and in full for each of its hours."""
    zh, en = WEEKDAYS[row.weekday]
    if pd.isna(row.date):
        return {"short": (zh, en), "full": (zh, en)}
    mark_zh, mark_en = _MARKS.get("" if pd.isna(row.kind) else row.kind, ("", ""))
    month, day = row.date[5:].split("-")
    name_zh = f"（{row.name_zh}）" if row.name_zh else ""
    name_en = f" ({row.name_en})" if row.name_en else ""
    return {
        "short": (f"{int(month)}/{int(day)} {mark_zh or zh}", f"{month}-{day} {mark_en or en}"),
        "full": (f"{row.date} {zh}{name_zh}", f"{row.date} {en}{name_en}"),
    }


def _best(hours: pd.DataFrame) -> Both | None:
    """Say the first of the best hours, and at how many nobody is covered."""
    known = hours["share"].dropna().astype(float)
    if not len(known):
        return None
    if known.max() == 0:
        return _NEVER if len(known) == len(hours) else None
    row = hours.loc[known.idxmax()]
    none = int((known == 0).sum())
    texts = []
    for place, words in enumerate(_BEST):
        day = WEEKDAYS[row["weekday"]][place] if pd.isna(row["date"]) else row["date"]
        hour = f"{day} {row['hour']:02d}:00"
        texts.append(words.format(share=percent(known.max()), hour=hour, none=none))
    return texts[0], texts[1]
