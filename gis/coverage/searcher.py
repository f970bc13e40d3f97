"""
Answers requirements on one network, and remembers what several of them share.

    Asked, Access  --Prices-->  Priced  --found-->  labels at nodes  --ways_of-->  Ways of buildings
    Ways, storeys of each unit  --within-->  flags (u units)
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.catalogue import Catalogue
from gis.coverage.question import Asked
from gis.coverage.reasons import LIFTED, tell_reasons
from gis.coverage.result import Answer, UnitAnswer
from gis.coverage.sharing import Sharing, share_places
from gis.district import District
from gis.places.calendar import country_of
from gis.places.demand import Demand
from gis.places.hours import When, open_at
from gis.places.opening import opening
from gis.streets.access import EVERYTHING, Access, Lift, Unknown, Walker, passable
from gis.streets.graph import Found
from gis.streets.network import Network
from gis.streets.search import Priced, Ways, arc_weights, connected, kth_nearest, ways_of
from gis.tables import LIST_SEPARATOR

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_MS_PER_MINUTE = 60_000
_ENDLESS = 2**35
"""A cost beyond every horizon."""


class Prices:
    """What the arcs of one network cost, kept for each walker and each state of the gates."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._weights: dict[Any, Ints] = {}
        self._priced: dict[Any, Priced] = {}

    def of(self, walker: Walker, access: Access) -> Priced:
        """Return the priced network."""
        shut = None if access.closed is None else access.closed.tobytes()
        key = (walker, access.unknown, access.lifts, shut)
        if key not in self._priced:
            allowed = passable(self.network, walker, access)
            weight = self._weight(walker, access)
            self._priced[key] = Priced(self.network, walker, weight, allowed)
        return self._priced[key]

    def _weight(self, walker: Walker, access: Access) -> Ints:
        key = (walker, Lift.STEPS in access.lifts)
        if key not in self._weights:
            self._weights[key] = arc_weights(self.network, walker, access)
        return self._weights[key]


@dataclass(frozen=True, eq=False)
class Hours:
    """
    What is open at the asked hour, or ever (``when`` missing).

    A station counts that is open when one sets out and still open when one arrives.
    """

    district: District
    gates: pd.DataFrame
    when: When | None
    ahead: int = 240

    def stations(self, services: frozenset[str]) -> tuple[Flags, Floats]:
        """Return who is known to be shut, and the minutes until the others close (inf: long)."""
        count = len(self.district.stations)
        if self.when is None:
            return np.zeros(count, dtype=bool), np.full(count, np.inf)
        told = opening(
            self.district.stations, services, self.when, country=self.country, ahead=self.ahead
        )
        return ~told.open, told.left

    @cached_property
    def gates_shut(self) -> Flags:
        """Gates known to be shut; unknown hours count as open."""
        if self.when is None:
            return np.zeros(len(self.gates), dtype=bool)
        told = open_at(self.gates["hours"], self.when, country=self.country)
        shut: Flags = (~told).fillna(value=False).to_numpy(dtype=bool)
        return shut

    @property
    def country(self) -> str | None:
        """Whose public holidays count."""
        return country_of(self.district.crs)


@dataclass(frozen=True, eq=False)
class Units:
    """Who is asked about: the building of each (row, -1 unplaced), and the storeys to climb."""

    row: Ints
    storeys: Floats

    def climb(self, walker: Walker) -> Ints:
        """Return what the storeys cost; nothing to a walker measured in metres."""
        if walker.metres_per_minute is None:
            return np.zeros(len(self.row), dtype=np.int64)
        each = walker.storey_seconds * 1000
        up, down = self.storeys * each, self.storeys * each
        both = up + down if walker.direction == "round" else up
        cost: Ints = np.rint(both).astype(np.int64)
        return cost

    def barred(self, walker: Walker) -> Flags:
        """Tell who lives too high, or too deep, for this walker."""
        if walker.max_storeys is None:
            return np.zeros(len(self.row), dtype=bool)
        barred: Flags = self.storeys > walker.max_storeys
        return barred


class Searcher:
    """Answers requirements of one district at one hour; prices and labels are kept."""

    def __init__(
        self,
        district: District,
        catalogue: Catalogue,
        network: Network,
        demand: Demand,
        *,
        when: When | None = None,
        hours: Hours | None = None,
        prices: Prices | None = None,
        sharing: Sharing | None = None,
    ) -> None:
        self.district, self.network, self.demand = district, network, demand
        self.sharing = sharing
        self.hours = hours or Hours(district, network.gates, when)
        self.prices = prices or Prices(network)
        self.offers = station_services(district, catalogue)
        self.found: dict[Any, Found] = {}
        """Labels by what they depend on: see ``labels``."""
        self._kept: dict[Any, Ways] = {}
        self._chosen: dict[frozenset[str], Ints] = {}

    def answer(self, asked: Asked) -> Answer:
        """Answer one requirement, for every building and every unit."""
        stations = self.stations(asked)
        line = self._line_metres(asked, stations)
        doors = self._answers(asked, self.doors, line)
        units = self._answers(asked, self.units, line)
        ways, assignment = self.ways(asked, Access()), None
        if self.sharing is not None:
            units, assignment = share_places(self, self.sharing, asked, units)
        return Answer(
            asked=asked,
            ways=ways,
            covered=doors.covered,
            low=doors.low,
            high=doors.high,
            reason=doors.reason,
            line_metres=line,
            found=self.labels(asked, Access()),
            stations=stations,
            units=units,
            assignment=assignment,
        )

    def covered(self, asked: Asked) -> Flags:
        """Tell which units one requirement covers, and nothing else: for many hours."""
        if asked.requirement.measure == "line":
            line = self._line_metres(asked, self.stations(asked))
            within: Flags = np.r_[line, np.inf][self.units.row] <= asked.limit_metres
            return within
        return self.within(asked, Access(), self.units)

    @cached_property
    def units(self) -> Units:
        """The units of the demand."""
        table = self.demand.table
        return Units(table["row"].to_numpy(), table["storeys"].to_numpy(dtype=float))

    @cached_property
    def doors(self) -> Units:
        """The buildings; at their doors where households answer for themselves."""
        storeys = np.zeros(len(self.network.building))
        if self.demand.unit == "building":
            storeys[self.units.row] = self.units.storeys
        return Units(np.arange(len(storeys)), storeys)

    def stations(self, asked: Asked) -> Ints:
        """Rows of stations that are open for business and offer what is asked, sorted by id."""
        wanted = frozenset(asked.requirement.services)
        if wanted in self._chosen:
            return self._chosen[wanted]
        offers = np.array([bool(wanted & offered) for offered in self.offers], dtype=bool)
        running = (self.district.stations["state"] == "open").to_numpy(dtype=bool)
        rows = np.flatnonzero(offers & running)
        order = np.argsort(self.district.stations.index.to_numpy(dtype=object)[rows])
        self._chosen[wanted] = rows[order]
        return self._chosen[wanted]

    def open_stations(self, asked: Asked, access: Access) -> tuple[Ints, Ints | None]:
        """Rows of stations that count, and for each the cost after which it is closed."""
        stations = self.stations(asked)
        if Lift.HOURS in access.lifts or self.hours.when is None:
            return stations, None
        shut, left = self.hours.stations(frozenset(asked.requirement.services))
        stations = stations[~shut[stations]]
        cost = np.minimum(left[stations] * _MS_PER_MINUTE * asked.trips, _ENDLESS)
        return stations, cost.astype(np.int64) if asked.timed else None

    def priced(self, asked: Asked, access: Access) -> Priced:
        """Return the network priced for a walker, gates shut that are shut at this hour."""
        shut = self.hours.gates_shut
        told = replace(access, closed=shut) if shut.any() else access
        return self.prices.of(asked.walker, told)

    def labels(self, asked: Asked, access: Access) -> Found:
        """Labels at every node of (the k-th of) the stations asked for."""
        key = self.key(asked, access)
        if key not in self.found:
            self._search(key, asked, access)
        return self.found[key]

    @staticmethod
    def key(asked: Asked, access: Access) -> Any:
        """Return what labels depend on, besides district and hour."""
        requirement = asked.requirement
        services = frozenset(requirement.services)
        search = (asked.walker, asked.horizon_cost, services, requirement.at_least)
        return (*search, access.unknown, access.lifts)

    def ways(self, asked: Asked, access: Access) -> Ways:
        """Return the way between every building and its station."""
        key = self.key(asked, access)
        if key not in self._kept:
            self._kept[key] = ways_of(self.network, self.labels(asked, access))
        return self._kept[key]

    def _search(self, key: Any, asked: Asked, access: Access) -> None:
        stations, limits = self.open_stations(asked, access)
        self._kept[key], self.found[key] = kth_nearest(
            self.priced(asked, access),
            stations,
            asked.horizon_cost,
            asked.requirement.at_least,
            limits=limits,
        )

    def within(self, asked: Asked, access: Access, units: Units, *, lifted: bool = False) -> Flags:
        """Tell who reaches a station in time; ``lifted`` thinks the storeys away."""
        ways = self.ways(asked, access)
        cost = np.r_[ways.cost, -1][units.row]
        climb = 0 if lifted else units.climb(asked.walker)
        inside: Flags = (cost >= 0) & (cost + climb <= asked.limit_cost)
        return inside if lifted else inside & ~units.barred(asked.walker)

    def _answers(self, asked: Asked, units: Units, line: Floats) -> UnitAnswer:
        ways = self.ways(asked, Access())
        cost = np.r_[ways.cost, -1][units.row]
        if asked.requirement.measure == "line":
            covered = low = high = np.r_[line, np.inf][units.row] <= asked.limit_metres
        else:
            covered = self.within(asked, Access(), units)
            low = self.within(asked, Access(Unknown.CLOSED), units)
            high = self.within(asked, Access(Unknown.OPEN), units)
            able = (cost >= 0) & ~units.barred(asked.walker)
            cost = np.where(able, cost + units.climb(asked.walker), -1)
        return UnitAnswer(cost, covered, low, high, self._reasons(asked, units, covered))

    def _reasons(self, asked: Asked, units: Units, covered: Flags) -> NDArray[np.object_]:
        facts = {name: np.r_[flags, False][units.row] for name, flags in self.facts(asked).items()}
        return tell_reasons(
            covered,
            {"BAD_POSITION": units.row < 0, **facts},
            lambda lift: self._would(asked, units, lift),
            self._lifts(asked, units),
        )

    def _would(self, asked: Asked, units: Units, lift: Lift | None) -> Flags:
        """Tell whom one lift alone would cover; None stands for storeys."""
        if lift is None:
            return self.within(asked, Access(), units, lifted=True)
        return self.within(asked, Access(lifts=frozenset({lift})), units)

    def facts(self, asked: Asked) -> dict[str, Flags]:
        """Return the reasons that hold by themselves, a flag per building."""
        stations, k = self.stations(asked), asked.requirement.at_least
        everywhere = np.ones(len(self.network.building), dtype=bool)
        few = len(stations) < k
        facts = {
            "OUTSIDE": self.outside,
            "NO_STATION": everywhere & few,
            "OFF_STREET": self.network.off_street,
        }
        if few:
            return facts
        held = connected(self.network, self.parts(asked), stations, k)
        return {**facts, "UNCONNECTED": ~held}

    def parts(self, asked: Asked) -> Ints:
        """Return which connected part each node lies on, with everything thought away."""
        return self.priced(asked, Access(Unknown.OPEN, EVERYTHING)).parts

    def _lifts(self, asked: Asked, units: Units) -> dict[str, Lift | None]:
        """Only hindrances that can stand in this walker's way."""
        if asked.requirement.measure == "line":
            return {}
        walker = asked.walker
        climbs = units.climb(walker).any() or units.barred(walker).any()
        idle = {
            "STEPS": walker.steps_factor == 1.0 or not _has_steps(self.network),
            "SLOPE": walker.max_grade is None,
            "FLOOR": not climbs,
            "CLOSED": self.hours.when is None,
        }
        return {name: lift for name, lift in LIFTED.items() if not idle.get(name, False)}

    @cached_property
    def outside(self) -> Flags:
        """Tell which buildings lie in none of the communities; none do where there are none."""
        communities = self.district.communities.geometry.to_numpy()
        outside = np.zeros(len(self.network.building), dtype=bool)
        if len(communities):
            tree = shapely.STRtree(communities)
            inside, _ = tree.query(self.network.joins.buildings, "intersects")
            outside[:] = True
            outside[inside] = False
        return outside

    def _line_metres(self, asked: Asked, stations: Ints) -> Floats:
        shut, _ = self.hours.stations(frozenset(asked.requirement.services))
        shapes = self.district.stations.geometry.to_numpy()[stations[~shut[stations]]]
        return line_metres(self.network.joins.buildings, shapes, asked.requirement.at_least)


def _has_steps(network: Network) -> bool:
    return bool(network.steps.any() or (network.gates["step_free"] == False).any())  # noqa: E712


def station_services(district: District, catalogue: Catalogue) -> list[frozenset[str]]:
    """Return what each station offers: its own services, else those of its kind."""
    of_kind = catalogue.facilities["services"].to_dict()
    stations = district.stations
    own = stations["services"].fillna(stations["kind"].map(of_kind)).fillna("")
    return [frozenset(text.split(LIST_SEPARATOR)) for text in own]


def line_metres(homes: NDArray[np.object_], stations: NDArray[np.object_], k: int) -> Floats:
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
