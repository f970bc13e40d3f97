"""
Who is covered at which hour of a week, and for how many hours.

    District, Question  --168 hours, each state once-->  WeekCoverage  -->  table, units, summary

A week begins on Monday 0:00 and knows no holidays; with a date it is the seven days from that
date, with the public holidays and make-up working days of the district's country. A full hour
stands for the sixty minutes that follow it. What is open seldom changes from hour to hour: hours
at which the same stations and gates are open, for as long as anybody would walk, have one answer.
"""

import functools
import math
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.catalogue import Catalogue, Limit, load_catalogue
from gis.coverage.question import Asked, Question, build_question
from gis.coverage.searcher import Prices, Searcher
from gis.coverage.told import plain, tell_question
from gis.district import District
from gis.errors import InputError
from gis.places.calendar import country_of, day_kind
from gis.places.demand import GROUPS, Demand, build_demand
from gis.places.hours import When
from gis.places.opening import HOURS, hour_groups, week_hours, week_states
from gis.streets.network import Network, build_network

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class WeekCoverage:
    """
    Who is covered at each of 168 hours.

    ``state`` gives each hour its row of ``flags`` (states x u units); ``hours`` are the hours as
    they would be asked one by one, ``start`` the date the week begins on, if any.
    """

    district: District
    question: Question
    demand: Demand
    start: date | None
    hours: tuple[When, ...]
    state: Ints
    flags: Flags

    @property
    def unit(self) -> str:
        """``household`` or ``building``."""
        return self.demand.unit

    @property
    def weight(self) -> str:
        """What a unit counts for."""
        return self.demand.weight

    @property
    def calendar(self) -> str | None:
        """``known``, ``beyond`` (a day of a year without a calendar), or None: no holidays."""
        marks = {when.calendar(country_of(self.district.crs)) for when in self.hours}
        return "beyond" if "beyond" in marks else marks.pop()

    @cached_property
    def total(self) -> float:
        """Sum of the weight."""
        return float(self.demand.table["weight"].sum())

    @cached_property
    def covered(self) -> NDArray[np.float64]:
        """Covered weight at each of the 168 hours."""
        weight = self.demand.table["weight"].to_numpy(dtype=float)
        sums = np.array([weight[flags].sum() for flags in self.flags])
        return sums[self.state]

    @cached_property
    def table(self) -> pd.DataFrame:
        """
        One row per hour in order: ``day`` (0 is the first), ``date`` (or NA), ``weekday`` (0 is
        Monday), ``hour``, ``kind`` (workday, weekend, holiday, makeup; NA without a calendar),
        ``total``, ``covered``, ``share`` (NA when there is nobody).
        """
        days = [when.date.isoformat() if when.date else None for when in self.hours]
        known = self.calendar is not None
        kinds = [day_kind(when.date).kind if when.date and known else None for when in self.hours]
        share = self.covered / self.total if self.total else np.full(HOURS, np.nan)
        return pd.DataFrame(
            {
                "day": np.arange(HOURS) // 24,
                "date": pd.array(days, dtype="string"),
                "weekday": [when.weekday for when in self.hours],
                "hour": np.arange(HOURS) % 24,
                "kind": pd.array(kinds, dtype="string"),
                "total": self.total,
                "covered": self.covered,
                "share": share,
            }
        )

    @cached_property
    def units(self) -> pd.DataFrame:
        """One row per unit: groups, ``weight``, and ``hours``, of the week, at which covered."""
        times = np.bincount(self.state, minlength=len(self.flags))
        hours = times @ self.flags.astype(np.int64)
        return self.demand.table[["building", *GROUPS, "weight"]].assign(hours=hours)

    def at_least(self, hours: float) -> pd.Series:
        """
        Tell who is covered for at least so many hours a week: a flag per unit.

        Raises
        ------
        InputError
            ``hours`` is not between 0 and 168.
        """
        if not 0 <= hours <= HOURS:
            raise InputError(
                f"hours：现为 {hours:g}；一周有 {HOURS} 小时，应在 0 到 {HOURS} 之间",
                english=f"hours: found {hours:g}; a week has {HOURS}, so give 0 to {HOURS}",
            )
        return (self.units["hours"] >= hours).rename("covered")

    def hours_left_out(self, unit: str) -> list[When]:
        """Return the hours at which a unit is not covered; ``KeyError`` for an unknown id."""
        at = self.demand.table.index.get_loc(unit)
        return [self.hours[hour] for hour in np.flatnonzero(~self.flags[self.state, at])]

    def summary(self, by: str) -> pd.DataFrame:
        """
        Sum up every hour by ``grid``, ``community``, ``compound`` or ``street``.

        Returns
        -------
        DataFrame
            ``id, day, weekday, hour, total, covered, share``: 168 rows per group, groups in order
            of id, units of no group last under an empty id.

        Raises
        ------
        InputError
            ``by`` is none of these.
        """
        if by not in GROUPS:
            raise InputError(
                f"by：没有“{by}”；可用：{', '.join(GROUPS)}",
                english=f"by: '{by}' is unknown; known are: {', '.join(GROUPS)}",
            )
        names, total, covered = self._sums(by)
        count = len(names)
        share = np.divide(
            covered, total[:, None], out=np.full(covered.shape, np.nan), where=total[:, None] > 0
        )
        told = self.table.loc[np.tile(np.arange(HOURS), count), ["day", "weekday", "hour"]]
        return told.reset_index(drop=True).assign(
            id=pd.array(np.repeat(names, HOURS), dtype="string"),
            total=np.repeat(total, HOURS),
            covered=covered.reshape(-1),
            share=share.reshape(-1),
        )[["id", "day", "weekday", "hour", "total", "covered", "share"]]

    def _sums(self, by: str) -> tuple[NDArray[np.object_], Any, Any]:
        """Names of the groups, their weights, and their covered weights at each hour."""
        table = self.demand.table
        group = table[by].fillna("").to_numpy(dtype=object)
        names = np.array(sorted(set(group), key=lambda name: (name == "", name)), dtype=object)
        place = pd.Index(names).get_indexer(group)
        weight = table["weight"].to_numpy(dtype=float)
        sums = [
            np.bincount(place[flags], weight[flags], minlength=len(names)) for flags in self.flags
        ]
        total = np.bincount(place, weight, minlength=len(names))
        return names, total, np.array(sums).T[:, self.state]

    def to_dict(self, by: str | None = None) -> dict[str, Any]:
        """Return the answer as plain values (data/schema/week.json)."""
        rows = [{} if by is None else {by: _records(self.summary(by))}]
        return {
            "district": self.district.name,
            "unit": self.unit,
            "weight": self.weight,
            "start": None if self.start is None else self.start.isoformat(),
            "calendar": self.calendar,
            "question": tell_question(self.question),
            "total": plain(self.total, 1),
            "hours": _records(self.table.drop(columns="total")),
            "by": rows[0],
        }


def cover_week(  # noqa: PLR0913 - the words of the command line, one by one
    district: District,
    *,
    circle: str | None = None,
    service: str | None = None,
    limit: str | float | Limit | None = None,
    profile: str | None = None,
    direction: str = "to",
    weight: str | None = None,
    date: date | str | None = None,
    catalogue: Catalogue | None = None,
    network: Network | None = None,
    prices: Prices | None = None,
) -> WeekCoverage:
    """
    Answer all 168 hours of a week; each equals ``cover`` asked ``when`` that hour.

    Parameters
    ----------
    date
        The week is the seven days from this date, holidays counted; without it a week as any
        other, from Monday.

    The other parameters, and errors, as for ``cover``. Places of stations (its ``capacity``) are
    not shared out: a week says who reaches what is open.
    """
    catalogue = catalogue or load_catalogue()
    question = build_question(
        catalogue,
        circle=circle,
        service=service,
        limit=limit,
        profile=profile,
        direction=direction,
    )
    start = _read_date(date)
    demand = build_demand(district, weight, catalogue=catalogue)
    network = network or build_network(district)
    prices = prices or Prices(network)
    hours = week_hours(start)

    @functools.cache
    def searcher(at: int) -> Searcher:
        return Searcher(district, catalogue, network, demand, when=hours[at], prices=prices)

    parts = []
    for asked in question.asked:
        group, first = hour_groups(_states(district, network, asked, start))
        parts.append((group, np.array([searcher(at).covered(asked) for at in first.tolist()])))
    state, first = hour_groups([np.array([group for group, _ in parts])])
    flags = [
        np.logical_and.reduce([answers[group[at]] for group, answers in parts]) for at in first
    ]
    return WeekCoverage(district, question, demand, start, hours, state, np.array(flags))


def _states(
    district: District, network: Network, asked: Asked, start: date | None
) -> list[NDArray[Any]]:
    """Return what the answer depends on: stations open, how long within the limit, gates."""
    country = country_of(district.crs)
    limit = math.ceil(asked.minutes(float(asked.limit_cost))) if asked.timed else 0
    services = frozenset(asked.requirement.services)
    stations = week_states(district.stations, services, start, country=country, ahead=limit)
    gates = week_states(network.gates[["hours"]], (), start, country=country)
    return [stations.open, *([stations.left] if asked.timed else []), gates.open]


def _read_date(day: date | str | None) -> date | None:
    if not isinstance(day, str):
        return day
    try:
        return date.fromisoformat(day.strip())
    except ValueError:
        raise InputError(
            f"date：现为“{day}”；请写成 2026-10-01",
            english=f"date: found '{day}'; write it as 2026-10-01",
        ) from None


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    rounded = {"share": 4, "covered": 1, "total": 1}
    return [
        {name: plain(value, rounded.get(name, 4)) for name, value in row.items()}
        for row in table.to_dict("records")
    ]
