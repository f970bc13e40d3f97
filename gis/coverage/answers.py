"""
Who is inside the service circle, and who is not and why.

A home is covered when every requirement of the circle is met: at least k distinct stations of a
service within the limit (Church & ReVelle 1974, "The maximal covering location problem", Papers
of the Regional Science Association 32, 101-118, for k = 1). Buildings walk; households share the
answer of their building.

    District, Question  ->  Network  ->  Answer per requirement (b buildings)  ->  Coverage
"""

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.catalogue import Catalogue, Limit, load_catalogue
from gis.coverage.question import Asked, build_question
from gis.coverage.reasons import LIFTED, tell_reasons
from gis.coverage.result import Answer, Coverage
from gis.district import District
from gis.places.demand import build_demand
from gis.places.hours import When, open_at, parse_when
from gis.streets.access import EVERYTHING, Access, Lift, Unknown
from gis.streets.network import Network, build_network
from gis.streets.search import Priced, Ways, connected, kth_nearest, price
from gis.tables import LIST_SEPARATOR

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


def cover(  # noqa: PLR0913 - the words of the command line, one by one
    district: District,
    *,
    circle: str | None = None,
    service: str | None = None,
    limit: str | float | Limit | None = None,
    profile: str | None = None,
    when: str | When | None = None,
    weight: str | None = None,
    catalogue: Catalogue | None = None,
    network: Network | None = None,
) -> Coverage:
    """
    Tell for every home whether each requirement is met, by which station, and if not why.

    Parameters
    ----------
    circle, service
        One of the two: a circle of the catalogue, or a single service.
    limit, profile
        Override those of the circle; for a service the defaults are 15 minutes as GB 50180
        counts them (1,000 m).
    when
        ``周六 10:00`` and the like. Without it opening hours are not considered.
    weight
        What a home counts for; see ``gis.places.demand``.
    network
        The result of ``build_network(district)``, to ask several questions of one network.

    Raises
    ------
    InputError
        A name is unknown, or the weight is not to be had.
    """
    catalogue = catalogue or load_catalogue()
    hour = parse_when(when) if when is not None else None
    question = build_question(
        catalogue, circle=circle, service=service, limit=limit, profile=profile, when=hour
    )
    demand = build_demand(district, weight)
    network = network or build_network(district)
    searcher = _Searcher(district, catalogue, network, hour)
    answers = tuple(searcher.answer(asked) for asked in question.asked)
    return Coverage(district, network, question, demand, answers)


class _Searcher:
    """Answers requirements on one network; prices each way of walking once."""

    def __init__(
        self, district: District, catalogue: Catalogue, network: Network, when: When | None
    ) -> None:
        self._district, self._network = district, network
        self._offers = station_services(district, catalogue)
        stations, gates = district.stations, network.gates
        self._shut = _shut(stations["hours"], when)
        self._gates_shut = _shut(gates["hours"], when)
        self._outside = _outside(district, network)
        self._priced: dict[Any, Priced] = {}
        self._timed = when is not None

    def answer(self, asked: Asked) -> Answer:
        """Answer one requirement for every building."""
        stations = self._stations(asked)
        ways, weight = self._ways(asked, Access())
        line = self._line_metres(asked, stations)
        if asked.requirement.measure == "line":
            covered = low = high = line <= asked.limit_metres
        else:
            covered = _within(ways, asked)
            low = _within(self._ways(asked, Access(Unknown.CLOSED))[0], asked)
            high = _within(self._ways(asked, Access(Unknown.OPEN))[0], asked)
        reason = tell_reasons(
            covered,
            self._facts(asked, stations),
            lambda lift: _within(self._ways(asked, Access(lifts=frozenset({lift})))[0], asked),
            self._lifts(asked),
        )
        return Answer(asked, ways, covered, low, high, reason, line, weight, stations)

    def _stations(self, asked: Asked) -> Ints:
        """Rows of stations that are open for business and offer what is asked, sorted by id."""
        wanted = set(asked.requirement.services)
        offers = np.array([bool(wanted & offered) for offered in self._offers], dtype=bool)
        running = (self._district.stations["state"] == "open").to_numpy(dtype=bool)
        rows = np.flatnonzero(offers & running)
        order = np.argsort(self._district.stations.index.to_numpy(dtype=object)[rows])
        sorted_rows: Ints = rows[order]
        return sorted_rows

    def _ways(self, asked: Asked, access: Access) -> tuple[Ways, NDArray[np.float64]]:
        stations = self._stations(asked)
        if not (access.lifts & {Lift.HOURS}):
            stations = stations[~self._shut[stations]]
        priced = self._price(asked, access)
        return kth_nearest(priced, stations, asked.horizon_cost, asked.requirement.at_least)

    def _price(self, asked: Asked, access: Access) -> Priced:
        key = (asked.walker, access.unknown, access.lifts)
        if key not in self._priced:
            told = Access(access.unknown, access.lifts, self._gates_shut)
            self._priced[key] = price(self._network, asked.walker, told)
        return self._priced[key]

    def _facts(self, asked: Asked, stations: Ints) -> dict[str, Flags]:
        k = asked.requirement.at_least
        everywhere = np.ones(len(self._network.building), dtype=bool)
        freed = self._price(asked, Access(Unknown.OPEN, EVERYTHING))
        few = len(stations) < k
        return {
            "OUTSIDE": self._outside,
            "NO_STATION": everywhere & few,
            "OFF_STREET": self._network.off_street,
            "UNCONNECTED": ~connected(freed, stations, k) if not few else ~everywhere,
        }

    def _lifts(self, asked: Asked) -> dict[str, Lift]:
        """Only hindrances that can stand in this walker's way."""
        if asked.requirement.measure == "line":
            return {}
        idle = {
            "STEPS": asked.walker.steps_factor == 1.0 or not self._network.steps.any(),
            "SLOPE": asked.walker.max_grade is None,
            "CLOSED": not self._timed,
        }
        return {name: lift for name, lift in LIFTED.items() if not idle.get(name, False)}

    def _line_metres(self, asked: Asked, stations: Ints) -> NDArray[np.float64]:
        shapes = self._district.stations.geometry.to_numpy()[stations[~self._shut[stations]]]
        return line_metres(self._network.joins.buildings, shapes, asked.requirement.at_least)


def station_services(district: District, catalogue: Catalogue) -> list[frozenset[str]]:
    """Return what each station offers: its own services, else those of its kind."""
    of_kind = catalogue.facilities["services"].to_dict()
    stations = district.stations
    own = stations["services"].fillna(stations["kind"].map(of_kind)).fillna("")
    return [frozenset(text.split(LIST_SEPARATOR)) for text in own]


def _shut(hours: pd.Series, when: When | None) -> Flags:
    """Tell who is known to be shut; unknown hours count as open."""
    if when is None:
        return np.zeros(len(hours), dtype=bool)
    shut: Flags = (~open_at(hours, when)).fillna(value=False).to_numpy(dtype=bool)
    return shut


def _outside(district: District, network: Network) -> Flags:
    """Tell which buildings lie in none of the communities; none do where there are none."""
    communities = district.communities.geometry.to_numpy()
    outside = np.zeros(len(network.building), dtype=bool)
    if len(communities):
        inside, _ = shapely.STRtree(communities).query(network.joins.buildings, "intersects")
        outside[:] = True
        outside[inside] = False
    return outside


def _within(ways: Ways, asked: Asked) -> Flags:
    covered: Flags = (ways.cost >= 0) & (ways.cost <= asked.limit_cost)
    return covered


def line_metres(
    homes: NDArray[np.object_], stations: NDArray[np.object_], k: int
) -> NDArray[np.float64]:
    """Return the straight distance to the k-th nearest station; inf where there are fewer."""
    metres = np.full(len(homes), np.inf)
    if len(stations) < k or not len(homes):
        return metres
    if k == 1:
        (home, _), away = shapely.STRtree(stations).query_nearest(
            homes, return_distance=True, all_matches=False
        )
        metres[home] = away
        return metres
    for start in range(0, len(homes), 10_000):
        some = slice(start, start + 10_000)
        away = shapely.distance(homes[some, None], stations[None, :])
        metres[some] = np.partition(away, k - 1, axis=1)[:, k - 1]
    return metres
