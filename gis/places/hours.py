"""
What is open at a given time.

Opening hours are kept as they were written: in the syntax of OpenStreetMap (``Mo-Fr
09:00-17:00``), or as staff write them (周一至周五 9:00-17:00).

    hours (n texts) --schedule--> spans of a day --When--> open (n booleans, NA where nobody knows)

A ``When`` without a date is evaluated in one fixed week (Monday 2 to Sunday 8 March 2026): no
public holiday holds there, and seasonal hours are those of early March. Public holidays and
make-up working days count only with a date *and* a country (``gis.places.calendar``).
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from opening_hours import (  # type: ignore[attr-defined]  # its stubs lack the error
    OpeningHours,
    UnknownCountryError,
)

from gis.errors import InputError
from gis.places.calendar import CALENDAR_COUNTRY, day_kind
from gis.places.chinese_hours import CHINESE_DAYS, OSM_DAYS, read_clock
from gis.places.schedule import OPEN, UNKNOWN, osm_hours, states_at

__all__ = [
    "REFERENCE_MONDAY",
    "When",
    "check_country",
    "open_at",
    "osm_hours",
    "parse_when",
    "readable",
]

REFERENCE_MONDAY = date(2026, 3, 2)
"""The week in which a time without a date is evaluated."""

Day = date
_LABELS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_BEYOND = {"zh": "该年节假日安排未知，按星期", "en": "holidays of that year unknown, by weekday"}
_BRACKETS = {"zh": ("（", "）"), "en": (" (", ")")}


@dataclass(frozen=True)
class When:
    """
    A time somebody asks about.

    Parameters
    ----------
    weekday
        0 is Monday.
    minute
        Minutes since midnight, 0 to 1439.
    date
        Missing where only a weekday was given.
    text
        As it was asked.
    """

    weekday: int
    minute: int
    date: date | None
    text: str

    def moment(self) -> datetime:
        """Return the local time at which hours are evaluated."""
        return datetime.combine(self.day, time(self.minute // 60, self.minute % 60))

    @property
    def day(self) -> Day:
        """The date whose rules hold: its own, else the weekday of the reference week."""
        return self.date or REFERENCE_MONDAY + timedelta(days=self.weekday)

    def calendar(self, country: str | None) -> Literal["known", "beyond"] | None:
        """
        Say whether the holidays of the day were known.

        ``beyond`` is a date of a year the calendar does not reach: the weekday alone decided.
        None where no calendar counts: no date, or a country without one of ours.
        """
        if self.date is None or country != CALENDAR_COUNTRY:
            return None
        return "known" if day_kind(self.date).known else "beyond"

    def label(self, lang: Literal["zh", "en"] = "zh", *, country: str | None = None) -> str:
        """Write it for people: 周六 10:00, or with a country 2026-10-01 周四 10:00（国庆节）."""
        clock = f"{_LABELS[lang][self.weekday]} {self.minute // 60:02d}:{self.minute % 60:02d}"
        if self.date is None:
            return clock
        known = self.calendar(country)
        note = _BEYOND[lang] if known == "beyond" else ""
        if known == "known":
            note = day_kind(self.date).name(lang)
        opening, closing = _BRACKETS[lang]
        return f"{self.date.isoformat()} {clock}" + (f"{opening}{note}{closing}" if note else "")


def parse_when(when: str | datetime | When) -> When:
    """
    Read ``周六 10:00``, ``星期六上午10点``, ``Sat 10:00``, ``2026-03-07 10:00`` or a datetime.

    Raises
    ------
    InputError
        Day or time is missing or does not exist, or the time carries a time zone.
    """
    if isinstance(when, When):
        return when
    if isinstance(when, datetime):
        if when.tzinfo is not None:
            raise InputError(
                f"at：现为 {when.isoformat()}；请给当地时间，不带时区",
                english=f"at: found {when.isoformat()}; give the local time without a zone",
            )
        minute = when.hour * 60 + when.minute
        return When(when.weekday(), minute, when.date(), f"{when:%Y-%m-%d %H:%M}")
    plain = unicodedata.normalize("NFKC", when).strip()
    day, rest = _read_day(plain)
    clock = read_clock(rest)
    if day is None or clock is None:
        raise InputError(
            f"at：现为“{when}”；请写日子和时刻，如 周六 10:00 或 2026-03-07 10:00",
            english=f"at: found '{when}'; write a day and a time, as Sat 10:00 or 2026-03-07 10:00",
        )
    if isinstance(day, date):
        return When(day.weekday(), clock, day, when.strip())
    return When(day, clock, None, when.strip())


def open_at(hours: pd.Series, when: When, *, country: str | None = None) -> pd.Series:
    """
    Tell what is open at a time.

    Parameters
    ----------
    hours
        n texts, in OSM syntax or as staff write them; NA where not known.
    country
        ISO code; then the public holidays of that country count on a date, for ``CN`` with all
        days off and the make-up working days.

    Returns
    -------
    pandas.Series
        n booleans on the same index; NA where hours are missing, cannot be read, or say
        themselves that they are unknown.

    Raises
    ------
    InputError
        No such country.
    """
    check_country(country)
    holidays = country if when.date else None
    minute = np.array([when.minute])
    return _by_text(hours, lambda text: _told(states_at(text, when.day, minute, holidays)[0][0]))


def check_country(country: str | None) -> None:
    """
    Raise where the library knows no such country.

    Raises
    ------
    InputError
        ``country`` is no ISO code.
    """
    try:
        OpeningHours("24/7", country=country)
    except UnknownCountryError:
        raise InputError(
            f"country：现为“{country}”；请写 ISO 代码，如 CN",
            english=f"country: found '{country}'; write an ISO code such as CN",
        ) from None


def readable(hours: pd.Series) -> pd.Series:
    """Tell which hours can be read; NA where there are none."""
    return _by_text(hours, lambda text: osm_hours(text) is not None)


def _told(state: int) -> bool | None:
    return None if state == UNKNOWN else state == OPEN


def _by_text(hours: pd.Series, answer: Callable[[str], bool | None]) -> pd.Series:
    # a city has few different texts: each is answered once
    answers = {text: answer(str(text)) for text in hours.dropna().unique()}
    values = [
        answers.get(text) if known else None
        for text, known in zip(hours, hours.notna(), strict=True)
    ]
    return pd.Series(pd.array(values, dtype="boolean"), index=hours.index, name="open")


_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?[T\s,]*")
_DAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])[\s,]*")
_DAY_EN = re.compile(r"(mo|tu|we|th|fr|sa|su)[a-z]*\.?[\s,]+", re.IGNORECASE)


def _read_day(text: str) -> tuple[date | int | None, str]:
    """Read a date or a weekday at the start; return it with what follows."""
    if found := _DATE.match(text):
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            return None, text
        # a weekday after the date is allowed if it is the right one
        named, rest = _read_day(text[found.end() :])
        return (day if named in {None, day.weekday()} else None), rest
    if found := _DAY.match(text):
        return CHINESE_DAYS[found[1]], text[found.end() :]
    if found := _DAY_EN.match(text):
        return [day.lower() for day in OSM_DAYS].index(found[1].lower()), text[found.end() :]
    return None, text
