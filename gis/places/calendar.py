"""
What kind of day a date is in China, and whose hours hold on it.

    date --day_kind--> working day | weekend | public holiday | make-up working day (调休)

The days come from the yearly notice of the State Council, as the library chinese_calendar lists
them (2004 to the year of its last release). Beyond those years only the weekday is known, and a
``DayKind`` says so. Whose hours hold is ours, from what staff mean when they write them:

- On a make-up working day the hours of a Wednesday hold, in the season of the day itself. Offices,
  canteens and schools work as on any weekday; a Wednesday is neither the rest day of museums
  (周一闭馆) nor the shortened end of a week.
- On a public holiday the text's own rule for holidays holds (``PH``, 节假日, 工作日). A text
  without one is read as on a Sunday: 周一至周五 is what people write for working days, and who
  rests on Mondays and opens on Sundays opens on holidays too.
- Without a date there is no holiday.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from chinese_calendar.constants import Holiday, holidays, workdays

Kind = Literal["workday", "weekend", "holiday", "makeup"]

KNOWN_YEARS = range(min(holidays).year, max(holidays).year + 1)
"""Years whose notice the library knows; all holidays of its last year are in it."""

CALENDAR_COUNTRY = "CN"
_SUNDAY, _WEDNESDAY = 6, 2
_NAMES = {each.value: (each.chinese, each.value) for each in Holiday}
_MAKE_UP = ("调休上班", "make-up working day")
_CHINESE_ZONES = frozenset(f"EPSG:{number}" for number in range(4534, 4555))
"""CGCS2000, 3-degree Gauss-Krüger, 75°E to 135°E; see ``gis.crs.zone``."""


@dataclass(frozen=True)
class DayKind:
    """
    What a date is.

    ``known`` is False beyond the years of the library: then ``kind`` follows the weekday alone.
    ``name_zh`` and ``name_en`` name the holiday (国庆节) or the make-up day, else they are empty.
    """

    kind: Kind
    known: bool
    name_zh: str = ""
    name_en: str = ""

    def name(self, lang: str = "zh") -> str:
        """Return the name in one language."""
        return self.name_zh if lang == "zh" else self.name_en


def day_kind(day: date) -> DayKind:
    """
    Tell what a date is in China.

    A weekend day inside the days off of a holiday counts as that holiday.
    """
    if day in workdays:
        return DayKind("makeup", True, *_MAKE_UP)
    if day in holidays:
        return DayKind("holiday", True, *_NAMES[holidays[day]])
    return DayKind("weekend" if day.weekday() >= 5 else "workday", day.year in KNOWN_YEARS)


def weekday_read(day: date, kind: DayKind) -> int:
    """Return the weekday (0 is Monday) whose hours hold where a text names no holidays."""
    return {"makeup": _WEDNESDAY, "holiday": _SUNDAY}.get(kind.kind, day.weekday())


def country_of(crs: str) -> str | None:
    """Return ``CN`` for a district measured in a Chinese zone: its calendar is the one above."""
    return CALENDAR_COUNTRY if crs in _CHINESE_ZONES else None
