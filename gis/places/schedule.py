"""
What a text of hours says about one day.

    text --osm_hours--> OSM syntax --spans_on(date)--> (start, end, open or unknown), minutes
         --states_at(minutes)--> open, shut or unknown, and minutes left

The spans of a day are those that *begin* on it; one past midnight ends beyond 1440, so that the
night belongs to the day before. The library opening-hours-py evaluates the syntax. Before that
the text is rewritten for the one day asked, so that any calendar can be used:

- weekdays are turned so that the day is read as another (see ``gis.places.calendar``), which
  keeps its season and leaves rules for a fixed date alone: for a Saturday read as a Wednesday,
  ``Mo-Fr`` becomes ``Th-Mo``;
- ``PH`` becomes the name of the day on a holiday; elsewhere it never holds;
- a span past midnight is cut at 24:00, and what it does after that is asked separately, since
  the library lets the rules of the next day cut it off (``Th 22:00-02:00; Fr off``).
"""

import functools
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray
from opening_hours import OpeningHours, State, validate

from gis.places.calendar import CALENDAR_COUNTRY, day_kind, weekday_read
from gis.places.chinese_hours import OSM_DAYS, from_chinese

DAY = 24 * 60
SHUT, OPEN, UNKNOWN = 0, 1, -1

Span = tuple[int, int, bool | None]
"""Start and end in minutes from midnight of the day; True is open, None is unknown."""

_ENGLISH_DAY = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun)(?:s|r|rs|day|sday|nesday|rsday|urday)?\b\.?", re.IGNORECASE
)
_DASH = re.compile(r"\s*[–—―~]+\s*")
_WEEKDAY = re.compile(rf"\b({'|'.join(OSM_DAYS)})\b")
_HOLIDAY = re.compile(r"\bPH\b")
_SPAN = re.compile(r"\b(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})(?!\d|\s*\+)")
_COMMENT = re.compile(r'"[^"]*"')
_NO_NIGHT = "23:58-23:59"
"""Stands for a span that ends before midnight, where only nights are asked for."""


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


@functools.lru_cache(maxsize=65_536)
def spans_on(text: str, day: date, country: str | None) -> tuple[Span, ...] | None:
    """
    Return the spans that begin on a day, in order; nothing if the text cannot be read.

    Parameters
    ----------
    country
        ISO code; ``CN`` reads the day by ``gis.places.calendar``, any other by the library's own
        list of public holidays; None knows no holidays.

    Returns
    -------
    tuple
        A text with sunrise, an open end or the like is cut at
        midnight as the library does it; a place that knows no coordinates has the sun up from
        7:00 to 19:00.
    """
    syntax = osm_hours(text)
    if syntax is None:
        return None
    lists_holidays = country if country != CALENDAR_COUNTRY else None
    if country == CALENDAR_COUNTRY:
        syntax, lists_holidays = _read_for(syntax, day)
    evening, night = _halves(syntax)
    spans = list(_evaluated(evening, day, lists_holidays))
    if night is not None:
        after = [(a, b, known) for a, b, known in _evaluated(night, day, lists_holidays) if a == 0]
        spans += [(DAY, DAY + (DAY if b >= DAY - 2 else b), known) for _, b, known in after]
    return tuple(spans)


def states_at(
    text: str, first: date, minutes: NDArray[np.int64], country: str | None, *, ahead: int = 0
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """
    Tell whether hours are open at given minutes, and for how many minutes more.

    Parameters
    ----------
    first
        The day from whose midnight the n minutes count; they may reach over many days.

    Returns
    -------
    tuple
        n states (``OPEN``, ``SHUT``, ``UNKNOWN``), and n minutes until it closes: 0 where it is
        shut; inf where it is open for more than ``ahead`` minutes, or nobody knows.
    """
    state = np.full(len(minutes), SHUT, dtype=np.int8)
    left = np.zeros(len(minutes))
    spans = timeline(text, first, int(minutes.max(initial=0) + ahead) // DAY + 1, country)
    if spans is None:
        return np.full_like(state, UNKNOWN), np.full_like(left, np.inf)
    for start, end, known in spans:
        inside = (start <= minutes) & (minutes < end)
        state[inside] = UNKNOWN if known is None else OPEN
        left[inside] = np.inf if known is None else end - minutes[inside]
    left[left > ahead] = np.inf
    return state, left


@functools.lru_cache(maxsize=16_384)
def timeline(text: str, first: date, days: int, country: str | None) -> tuple[Span, ...] | None:
    """
    Put the spans of some days in a row, in minutes from the first midnight.

    The night before the first day and the one after the last are in it. Spans do not overlap:
    where one says open and another unknown, it is open.
    """
    if osm_hours(text) is None:
        return None
    spans = [
        (start + at * DAY, end + at * DAY, known)
        for at in range(-1, days)
        for start, end, known in spans_on(text, first + timedelta(days=at), country) or ()
    ]
    is_open = list(_joined([each for each in spans if each[2]]))
    doubtful = list(_joined([each for each in spans if not each[2]]))
    return tuple(sorted([*is_open, *_without(doubtful, is_open)], key=lambda each: each[:2]))


def _without(spans: list[Span], taken: list[Span]) -> Iterator[Span]:
    """Cut out of spans what others take; both are sorted and free of overlaps."""
    for start, end, known in spans:
        here = start
        for low, high, _ in taken:
            if low < end and high > here:
                if low > here:
                    yield here, low, known
                here = max(here, high)
        if here < end:
            yield here, end, known


def _read_for(syntax: str, day: date) -> tuple[str, str | None]:
    """Rewrite a text for one day of the Chinese calendar; second, whose holidays still count."""
    kind, own = day_kind(day), day.weekday()
    if kind.kind == "holiday" and _HOLIDAY.search(syntax):
        named = _HOLIDAY.sub(OSM_DAYS[own], syntax)
        # "PH Mo-Fr" or "PH +1 day" cannot be said of a weekday: the library's short list decides
        return (named, None) if validate(named) else (syntax, CALENDAR_COUNTRY)
    turn = own - weekday_read(day, kind)
    if not turn:
        return syntax, None
    return _WEEKDAY.sub(lambda at: OSM_DAYS[(OSM_DAYS.index(at[1]) + turn) % 7], syntax), None


@functools.lru_cache(maxsize=4096)
def _halves(syntax: str) -> tuple[str, str | None]:
    """Split a text into what holds before midnight and what goes on after it, if anything does."""
    syntax = _COMMENT.sub('" "', syntax)
    if not any(_end_of(found) > DAY for found in _SPAN.finditer(syntax)):
        return syntax, None
    evening = _SPAN.sub(lambda at: _between(_start_of(at), min(_end_of(at), DAY)), syntax)
    night = _SPAN.sub(
        lambda at: _between(0, _end_of(at) - DAY) if _end_of(at) > DAY else _NO_NIGHT, syntax
    )
    return evening, night


def _start_of(found: re.Match[str]) -> int:
    return int(found[1]) * 60 + int(found[2])


def _end_of(found: re.Match[str]) -> int:
    end = int(found[3]) * 60 + int(found[4])
    return end if end > _start_of(found) else end + DAY


def _between(start: int, end: int) -> str:
    return f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"


def _evaluated(syntax: str, day: date, holidays: str | None) -> Iterator[Span]:
    midnight = datetime.combine(day, time())
    hours = OpeningHours(syntax, country=holidays)
    for start, end, state, _ in hours.intervals(midnight, midnight + timedelta(days=1)):
        if state != State.CLOSED:
            minutes = [int((each - midnight).total_seconds()) // 60 for each in (start, end)]
            yield minutes[0], minutes[1], True if state == State.OPEN else None


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Join spans of one kind that touch or overlap."""
    last: Span | None = None
    for span in sorted(spans, key=lambda each: each[:2]):
        if last is not None and span[0] <= last[1]:
            last = (last[0], max(span[1], last[1]), last[2])
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
