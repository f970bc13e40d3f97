"""
A week in the terminal: who is inside at each hour, seven lines of 24 figures.

    district, Asked, first day ─▶ WeekCoverage ─▶ text | JSON | CSV
"""

from pathlib import Path
from typing import Any

from api.cli.options import Asked
from api.cli.show import aligned, cell, frame_text, put, put_frame, put_json, say
from api.cli.words import WRITTEN, Words
from api.cli.work import measuring

_HEAD = Words("{place} · {asked} · 按{unit}计", "{place} · {asked} · counting {unit}")
_PLAIN = Words("一般的一周，不计节假日", "a week as any other, without holidays")
_DATED = Words(
    "{start} 起七天，计法定节假日与调休", "seven days from {start}, with holidays and make-up days"
)
_NO_CALENDAR = Words("{start} 起七天，不计节假日", "seven days from {start}, without holidays")
_BEYOND = Words(
    "{start} 起七天；有的年份节假日安排未知，按星期计",
    "seven days from {start}; the holidays of a year are unknown, so weekdays decide",
)
_FIGURES = Words("各小时圈内 %（· 为 0）", "inside at each hour, % (· is 0)")
_DAY = Words("日", "day")
_HOURS = Words(
    "每周圈内至少 {hours} 小时: {covered} / {total}，{share}",
    "inside at least {hours} hours a week: {covered} of {total}, {share}",
)
_STEPS = (1, 10, 20, 40)
_NOT_BOTH = Words(
    "--at 问一个时刻，--week 问一周，二者取一",
    "--at asks for an hour, --week for a week: give one of them",
)
_NO_PLACES = Words(
    "--week 不计名额，不能与 --capacity 同用；请对单个时刻问 --capacity",
    "--week does not share out places: ask --capacity for one hour",
)


def week_answered(district: Any, asked: Asked, start: str | None, lang: str) -> Any:
    """Measure a whole week; its type is ``gis.WeekCoverage``."""
    for given, words in ((asked.at is not None, _NOT_BOTH), (asked.capacity, _NO_PLACES)):
        if given:
            from gis.errors import InputError

            raise InputError(words.zh, english=words.en)
    with measuring(lang):
        import gis

        return gis.cover_week(district, **asked.words("at", "capacity", "priority"), date=start)


def put_week(week: Any, by: str | None, detail: Path | None, form: str, lang: str) -> None:
    """Answer with a week; ``detail`` gets a row per unit with its hours."""
    if detail is not None:
        with detail.open("w", encoding="utf-8", newline="") as file:
            week.units.to_csv(file, index_label="id", lineterminator="\n")
        say(WRITTEN, lang, path=detail)
    if form == "json":
        put_json(week.to_dict(by))
    elif form == "csv":
        put_frame(week.summary(by) if by else week.table, form)
    else:
        put(week_text(week, by, lang))


def week_text(week: Any, by: str | None, lang: str) -> str:
    """Write a week for people: what was asked, the hours, who is inside for how long."""
    from api.cli.summary import unit

    asked = week.question.circle or week.question.asked[0].requirement
    counted = unit(week.weight, lang)
    head = _HEAD.of(lang).format(place=week.district.name, asked=asked.name(lang), unit=counted)
    blocks = [f"{head}\n{_note(week, lang)}", _grid(week, lang), _hours(week, lang)]
    if by:
        blocks.append(frame_text(_by(week, by), lang))
    return "\n\n".join(blocks)


def _note(week: Any, lang: str) -> str:
    if week.start is None:
        return _PLAIN.of(lang)
    words = {"known": _DATED, "beyond": _BEYOND}.get(week.calendar or "", _NO_CALENDAR)
    return words.of(lang).format(start=week.start)


def _grid(week: Any, lang: str) -> str:
    from gis.places.calendar import country_of

    country = country_of(week.district.crs)
    share = week.table["share"].fillna(0.0).to_numpy().reshape(7, 24)
    rows = []
    for day, figures in enumerate(share):
        # the label of midnight, without its clock
        label = week.hours[24 * day].label(lang, country=country).replace(" 00:00", "")
        rows.append([label, *(f"{100 * each:.0f}" if each else "·" for each in figures)])
    return f"{_FIGURES.of(lang)}\n" + aligned([_DAY.of(lang), *map(str, range(24))], rows)


def _hours(week: Any, lang: str) -> str:
    weight = week.units["weight"]
    lines = []
    for hours in _STEPS:
        covered = float(weight[week.at_least(hours)].sum())
        told = {"hours": hours, "covered": cell(round(covered)), "total": cell(round(week.total))}
        share = cell(covered / week.total if week.total else None, "share")
        lines.append(_HOURS.of(lang).format(**told, share=share))
    return "\n".join(lines)


def _by(week: Any, by: str) -> Any:
    """Sum a week up by group: the best hour, and how many hours a week a head is inside."""
    hours = week.summary(by)
    hours = hours.assign(hours=hours["covered"] / hours["total"].where(hours["total"] > 0))
    groups = hours.groupby("id", sort=False)
    return groups.agg(
        total=("total", "first"), share=("share", "max"), hours=("hours", "sum")
    ).reset_index()
