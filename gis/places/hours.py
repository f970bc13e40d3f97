"""
What is open at a given time.

Opening hours are kept as they were written: in the syntax of OpenStreetMap (``Mo-Fr
09:00-17:00``, read by the library opening-hours-py), or as staff write them (周一至周五
9:00-17:00), which is put into that syntax here.

    hours (n texts) --osm_hours--> OSM syntax --When--> open (n booleans, NA where nobody knows)

A ``When`` without a date is evaluated in one fixed week (Monday 2 to Sunday 8 March 2026): no
public holiday holds there, and seasonal hours are those of early March. Public holidays count
only with a date *and* a country.
"""

import functools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

import pandas as pd
from opening_hours import (  # type: ignore[attr-defined]  # its stubs lack the error
    OpeningHours,
    UnknownCountryError,
    validate,
)

from gis.errors import InputError
from gis.places.chinese_hours import CHINESE_DAYS, OSM_DAYS, from_chinese, read_clock

_REFERENCE_MONDAY = date(2026, 3, 2)
_LABELS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_ENGLISH_DAY = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun)(?:s|r|rs|day|sday|nesday|rsday|urday)?\b\.?", re.IGNORECASE
)

_DASH = re.compile(r"\s*[–—―~]+\s*")


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
        day = self.date or _REFERENCE_MONDAY + timedelta(days=self.weekday)
        return datetime.combine(day, time(self.minute // 60, self.minute % 60))

    def label(self, lang: Literal["zh", "en"] = "zh") -> str:
        """Write it for people: 周六 10:00, or 2026-03-07 周六 10:00."""
        clock = f"{_LABELS[lang][self.weekday]} {self.minute // 60:02d}:{self.minute % 60:02d}"
        return f"{self.date.isoformat()} {clock}" if self.date else clock


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
        ISO code such as ``CN``; then the public holidays of that country count on a date.

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
    moment, holidays = when.moment(), country if when.date else None
    try:
        OpeningHours("24/7", country=holidays)
    except UnknownCountryError:
        raise InputError(
            f"country：现为“{country}”；请写 ISO 代码，如 CN",
            english=f"country: found '{country}'; write an ISO code such as CN",
        ) from None
    return _by_text(hours, lambda text: _is_open(text, moment, holidays))


def readable(hours: pd.Series) -> pd.Series:
    """Tell which hours can be read; NA where there are none."""
    return _by_text(hours, lambda text: osm_hours(text) is not None)


@functools.lru_cache(maxsize=4096)
def osm_hours(text: str) -> str | None:
    """Return hours in OSM syntax, translating what staff write; nothing if it cannot be read."""
    plain = _DASH.sub("-", unicodedata.normalize("NFKC", text)).strip()
    english = _ENGLISH_DAY.sub(lambda found: found[1][:2].title(), plain)
    candidates = [plain, english, from_chinese(plain)]
    if not text.isascii():
        # 9:00-12:00；14:00-17:00 adds up in Chinese; in OSM syntax a later rule overrides
        candidates.insert(0, candidates.pop())
    return next((each for each in candidates if each and validate(each)), None)


def _by_text(hours: pd.Series, answer: Callable[[str], bool | None]) -> pd.Series:
    # a city has few different texts: each is answered once
    answers = {text: answer(str(text)) for text in hours.dropna().unique()}
    values = [
        answers.get(text) if known else None
        for text, known in zip(hours, hours.notna(), strict=True)
    ]
    return pd.Series(pd.array(values, dtype="boolean"), index=hours.index, name="open")


def _is_open(text: str, moment: datetime, country: str | None) -> bool | None:
    syntax = osm_hours(text)
    if syntax is None:
        return None
    hours = OpeningHours(syntax, country=country)
    return None if hours.is_unknown(moment) else bool(hours.is_open(moment))


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
