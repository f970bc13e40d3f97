"""
Who is open for what is asked, and for how long still: stations by service, gates by their hours.

    stations, services, When  --opening-->  open, minutes left, known   (n each)
    stations, services, week  --week_states-->  the same for 168 hours  (n x 168 each)
    states of a week          --hour_groups-->  hours that are alike, each state once

A service with hours of its own (``service_hours``, 错时利用) follows those, any other the ``hours``
of its station. A station that offers several of the services asked for is open while one of them
is. Hours that nobody knows, or nobody can read, count as open, without an end.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.places.hours import REFERENCE_MONDAY, When, check_country
from gis.places.schedule import DAY, OPEN, UNKNOWN, states_at
from gis.tables import LIST_SEPARATOR, split_service_hours

HOURS = 7 * 24

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Opening:
    """
    What is open; arrays of n places, or n places x m times.

    ``left`` is the minutes until it closes: 0 where it is shut, inf where that lies further off
    than was asked, or nobody knows. ``known`` is False where hours are missing, cannot be read,
    or say themselves that they are unknown: such a place counts as open.
    """

    open: Flags
    left: Floats
    known: Flags


def opening(
    places: pd.DataFrame,
    services: Collection[str],
    when: When | None,
    *,
    country: str | None = None,
    ahead: int = DAY,
) -> Opening:
    """
    Tell which of n places are open at a time, and for how many minutes more.

    Parameters
    ----------
    places
        Stations, gates, or any table with ``hours``; for stations also ``services`` and
        ``service_hours`` count.
    services
        Codes of the services asked for; none for gates.
    when
        None asks for no time: everything is open, and known to be.
    country
        ISO code; the calendar of that country counts on a date.
    ahead
        How many minutes to look ahead for the closing.

    Raises
    ------
    InputError
        No such country.
    """
    count = len(places)
    if when is None:
        return Opening(np.ones(count, bool), np.full(count, np.inf), np.ones(count, bool))
    country = country if when.date else None
    states = _states(places, services, when.day, np.array([when.minute]), country, ahead)
    return Opening(states.open[:, 0], states.left[:, 0], states.known[:, 0])


def week_states(
    places: pd.DataFrame,
    services: Collection[str],
    start: date | None = None,
    *,
    country: str | None = None,
    ahead: int = DAY,
) -> Opening:
    """
    Tell the same for the 168 full hours of a week: arrays of n places x 168.

    The week begins on Monday without holidays, or on the date given, with those of the country.
    """
    first, country = (start, country) if start else (REFERENCE_MONDAY, None)
    return _states(places, services, first, np.arange(HOURS) * 60, country, ahead)


def week_hours(start: date | None = None) -> tuple[When, ...]:
    """Return the 168 hours of the week that ``week_states`` answers, in order."""
    hours = []
    for at in range(HOURS):
        day, minute = (start or REFERENCE_MONDAY) + timedelta(days=at // 24), at % 24 * 60
        asked = When(day.weekday(), minute, day if start else None, "")
        hours.append(When(asked.weekday, minute, asked.date, asked.label()))
    return tuple(hours)


def hour_groups(states: Sequence[NDArray[Any]]) -> tuple[Ints, Ints]:
    """
    Find the hours at which everything stands alike.

    Parameters
    ----------
    states
        Arrays of (any number) x m times.

    Returns
    -------
    tuple
        The group of each of the m times, numbered in order of time; and the first time of each
        group.
    """
    times = states[0].shape[1] if states else HOURS
    seen: dict[bytes, int] = {}
    group = np.zeros(times, dtype=np.int64)
    # one text of bytes a time: comparing columns one number after another takes longer
    columns = [np.ascontiguousarray(each.T) for each in states]
    for at in range(times):
        key = b"".join(each[at].tobytes() for each in columns)
        group[at] = seen.setdefault(key, len(seen))
    first = np.searchsorted(np.maximum.accumulate(group), np.arange(len(seen)))
    return group, first.astype(np.int64)


def _states(
    places: pd.DataFrame,
    services: Collection[str],
    first: date,
    minutes: Ints,
    country: str | None,
    ahead: int,
) -> Opening:
    check_country(country)
    texts, row = _distinct(places, frozenset(services))
    shape = (len(texts), len(minutes))
    states = Opening(np.zeros(shape, bool), np.zeros(shape), np.ones(shape, bool))
    for at, alternatives in enumerate(texts):
        for text in alternatives:
            # what is not written is as unknown as what cannot be read
            state, left = states_at(text or "", first, minutes, country, ahead=ahead)
            states.open[at] |= (state == OPEN) | (state == UNKNOWN)
            states.left[at] = np.maximum(states.left[at], left)
            states.known[at] &= state != UNKNOWN
    return Opening(states.open[row], states.left[row], states.known[row])


def _distinct(
    places: pd.DataFrame, services: frozenset[str]
) -> tuple[list[tuple[str | None, ...]], Ints]:
    """Return the distinct ways of being open, as texts of which one must say so, and who is how."""
    columns = [name for name in ("hours", "service_hours", "services") if name in places.columns]
    if not services:
        columns = ["hours"]
    cells = list(zip(*[_plain(places[name]) for name in columns], strict=True))
    known = {cell: at for at, cell in enumerate(dict.fromkeys(cells))}
    texts = [_texts(dict(zip(columns, cell, strict=True)), services) for cell in known]
    return texts, np.array([known[cell] for cell in cells], dtype=np.int64)


def _plain(column: pd.Series) -> list[str | None]:
    values, known = column.to_numpy(dtype=object), column.notna().to_numpy()
    return [value if there else None for value, there in zip(values, known, strict=True)]


def _texts(cell: dict[str, str | None], services: frozenset[str]) -> tuple[str | None, ...]:
    own = split_service_hours(cell.get("service_hours") or "")
    offered = (cell.get("services") or "").split(LIST_SEPARATOR)
    # a station may offer by its kind what its services do not name: then all asked count
    asked = (services & {*offered, *own}) or services
    return tuple(dict.fromkeys(own.get(each, cell["hours"]) for each in sorted(asked))) or (
        cell["hours"],
    )
