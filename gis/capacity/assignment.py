"""
Who gets a place, and where: an assignment of persons that respects the places of each station.

    pairs (p), units (u), places (k)  ->  unit, station, people (at most p + u rows)

In this order: as many persons of the first priority as can be, then of the second, and so on;
then the least total minutes; then, among answers still equal, persons of units with a smaller id
get a place first, places of stations with a smaller id are taken first, and smaller origins go to
smaller stations (the sum of the products of their ranks is greatest). Persons are assigned, so a
household may be split; within an origin the first priority, then the smaller unit id, gets the
nearest places. The order of the rows given changes nothing.

Minutes are compared in whole milliseconds, as the network counts them, so that sums are exact;
the answer is proved in integers (see ``gis.capacity.transport``). The cost follows the pairs of
(origin, station): all people of an origin are one amount, and where the nearest stations have
places for everybody nothing is solved at all. It is dearest where there are just as many places as
people; docs/capacity.md has times.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from gis.capacity.given import (
    NO_DEMAND,
    NO_ORIGIN,
    NUMBER,
    PAIR_COLUMNS,
    WHOLE,
    WHOLE_PLACES,
    Reach,
    known_ids,
    need_columns,
    need_unique,
    read_counts,
    read_pairs,
    refuse,
)
from gis.capacity.scarcity import (
    Arcs,
    Ints,
    Part,
    scarce_parts,
    settle_nearest,
    split,
    whole_sums,
)
from gis.capacity.transport import Brink, least_cost
from gis.errors import InputError

MILLISECONDS = 60_000
"""In a minute."""
MOST_PEOPLE = 2**31 - 1
"""scipy's maximum flow counts in 32 bits."""


@dataclass(frozen=True, eq=False)
class Assignment:
    """
    Who was given a place.

    Parameters
    ----------
    table
        One row per unit and station that serves somebody of it, in order of unit, then of
        minutes: ``unit``, ``station``, ``people``, ``minutes``.
    units
        Indexed by unit, sorted: ``origin``, ``people``, ``priority``, ``served``, ``full``
        (people who reach a station, yet have no place), ``out_of_reach`` (people who reach
        none), ``nearest`` (the station nearest to the origin, NA without any).
        served + full + out_of_reach = people; a unit with ``full > 0`` is FULL.
    stations
        Indexed by station, sorted: ``places`` (NA unlimited), ``served``, ``left`` (NA
        unlimited), ``unmet`` (full people whose nearest station it is; see ``places_to_add``).
    pairs
        As given.
    """

    table: pd.DataFrame
    units: pd.DataFrame
    stations: pd.DataFrame
    pairs: pd.DataFrame

    @cached_property
    def served(self) -> int:
        """People with a place."""
        return int(self.units["served"].sum())

    @cached_property
    def full(self) -> int:
        """People who reach a station and have no place."""
        return int(self.units["full"].sum())

    @cached_property
    def minutes(self) -> float:
        """Total minutes of those served."""
        return float((self.table["people"] * self.table["minutes"]).sum())


@dataclass(frozen=True, eq=False)
class _Question:
    """
    All in positions: origins, stations and units each in order of id.

    ``classes`` (origins x classes) sums ``people`` of the units by their ``origin`` (-1 unknown)
    and ``rank`` (0 is served first); ``places`` of unlimited stations are those of everybody.
    """

    arcs: Arcs
    places: Ints
    classes: Ints
    origin: Ints
    rank: Ints
    people: Ints


def assign_places(
    pairs: pd.DataFrame,
    demand: pd.DataFrame | pd.Series,
    supply: pd.Series,
    *,
    priority: pd.Series | None = None,
) -> Assignment:
    """
    Give persons places, as many and as near as can be.

    Parameters
    ----------
    pairs
        ``origin``, ``station``, ``minutes`` of all pairs within the limit, each once. Origins
        where no unit lives are of no account.
    demand
        Indexed by unit (household or building): ``origin`` (its building; NA or without pairs:
        out of reach) and ``people`` (whole persons, 0 or more; floor area and other fractions
        are refused, as nobody can be assigned in part). A Series stands for units that are their
        own origins.
    supply
        Places by station: whole, 0 or more, NA for no limit.
    priority
        A number for each unit, the smaller served first; all alike without it.

    Raises
    ------
    InputError
        A cell cannot be used; it is named.
    """
    units = _units(demand, priority)
    need_unique(supply.index, "supply")
    stations = supply.sort_index()
    limit = read_counts(
        stations.astype("object").fillna(MOST_PEOPLE), "supply", _name(supply), WHOLE_PLACES
    )
    need_columns(pairs, PAIR_COLUMNS, "pairs")
    refuse(pairs["origin"], pairs["origin"].isna().to_numpy(), "pairs", "origin", NO_ORIGIN)
    origins = known_ids(pairs["origin"])
    reach = read_pairs(pairs, origins, stations.index)
    asked = _question(units, origins, reach, limit)
    amount, served = _solve(asked)
    told = _told_units(asked, served, units, stations.index)
    return Assignment(
        _table(asked, amount, served, units.index, stations.index),
        told,
        _told_stations(asked, amount, told, stations),
        pairs,
    )


def _name(column: pd.Series) -> str:
    return str(column.name or "places")


def _units(demand: pd.DataFrame | pd.Series, priority: pd.Series | None) -> pd.DataFrame:
    """Check the units and sort them by id: ``origin``, ``people``, ``priority``."""
    if isinstance(demand, pd.Series):
        demand = pd.DataFrame({"origin": demand.index, "people": demand}, index=demand.index)
    need_columns(demand, ["origin", "people"], "demand")
    need_unique(demand.index, "demand")
    units = demand[["origin", "people"]].sort_index()
    units["people"] = read_counts(units["people"], "demand", "people", WHOLE)
    if units["people"].sum() >= MOST_PEOPLE:
        raise InputError(
            f"demand：共 {units['people'].sum()} 人；请分片计算，每次少于 {MOST_PEOPLE} 人",
            english=f"demand: found {units['people'].sum()} people; ask for parts of the place, "
            f"fewer than {MOST_PEOPLE} each",
        )
    units["priority"] = 1
    if priority is not None:
        need_unique(priority.index, "priority")
        stranger = ~priority.index.isin(units.index)
        refuse(priority.index.to_series(), stranger, "priority", "unit", NO_DEMAND)
        given = pd.to_numeric(priority, errors="coerce").reindex(units.index)
        refuse(given, given.isna().to_numpy(), "priority", "priority", NUMBER)
        units["priority"] = given
    return units


def _question(units: pd.DataFrame, origins: pd.Index, reach: Reach, limit: Ints) -> _Question:
    order = np.lexsort((reach.station, reach.origin))
    cost = np.rint(reach.minutes[order] * MILLISECONDS).astype(np.int64)
    arcs = Arcs(reach.origin[order], reach.station[order], cost)
    people = units["people"].to_numpy()
    origin = origins.get_indexer(pd.Index(units["origin"])).astype(np.int64)
    known, rank = np.unique(units["priority"].to_numpy(), return_inverse=True)
    placed = origin >= 0
    shape = len(origins), max(len(known), 1)
    cell = origin[placed] * shape[1] + rank[placed]
    classes = whole_sums(cell, people[placed], shape[0] * shape[1]).reshape(shape)
    return _Question(arcs, np.minimum(limit, people.sum()), classes, origin, rank, people)


def _solve(asked: _Question) -> tuple[Ints, Ints]:
    """Return persons on each pair and persons served of each unit."""
    everybody = asked.classes.sum(axis=1)
    amount, settled = settle_nearest(asked.arcs, everybody, asked.places)
    crowd = np.zeros(len(everybody), dtype=bool)
    crowd[asked.arcs.origin[~settled]] = True
    live = (everybody[asked.arcs.origin] > 0) & (asked.places[asked.arcs.station] > 0)
    rows = np.flatnonzero(~settled & live)
    arcs = asked.arcs.take(rows)
    parts, short = scarce_parts(arcs, asked.classes * crowd[:, None], asked.places)
    # units of no origin have the extra last entry: they are of no class that is served
    whole = asked.rank < np.append(short, 0)[asked.origin]
    served = np.where(whole, asked.people, 0)
    for part in (each for whole in parts for each in split(whole, arcs, asked.places)):
        amount[rows[part.rows]], units, persons = _solve_part(asked, arcs, part, short)
        served[units] = persons
    return amount, served


def _solve_part(asked: _Question, arcs: Arcs, part: Part, short: Ints) -> tuple[Ints, Ints, Ints]:
    """Return persons on the part's pairs; the units on the brink, and persons served of these."""
    mine = arcs.take(part.rows)
    origins, origin = np.unique(mine.origin, return_inverse=True)
    stations, station = np.unique(mine.station, return_inverse=True)
    brink = np.isin(asked.origin, origins[part.may[origins] > 0])
    units = np.flatnonzero(brink & (asked.rank == np.append(short, 0)[asked.origin]))
    amount, persons = least_cost(
        Arcs(origin, station, mine.cost),
        part.must[origins],
        Brink(np.searchsorted(origins, asked.origin[units]), asked.people[units]),
        asked.places[stations],
        scarce=part.scarce,
    )
    return amount, units, persons


def _told_units(
    asked: _Question, served: Ints, units: pd.DataFrame, names: pd.Index
) -> pd.DataFrame:
    nearest = np.append(_nearest(asked), -1)[asked.origin]
    unserved = asked.people - served
    kind = "Int64" if pd.api.types.is_integer_dtype(names) else "string"
    ids = np.append(names.to_numpy(dtype=object), [None])[nearest]
    return units.assign(
        served=served,
        full=np.where(nearest >= 0, unserved, 0),
        out_of_reach=np.where(nearest >= 0, 0, unserved),
        nearest=pd.array(ids, dtype=kind),
    )


def _told_stations(
    asked: _Question, amount: Ints, units: pd.DataFrame, supply: pd.Series
) -> pd.DataFrame:
    places = supply.astype("Int64")
    load = whole_sums(asked.arcs.station, amount, len(places))
    unmet = units.groupby("nearest")["full"].sum().reindex(places.index, fill_value=0)
    return pd.DataFrame(
        {"places": places, "served": load, "left": places - load, "unmet": unmet.astype("int64")},
        index=places.index,
    )


def _nearest(asked: _Question) -> Ints:
    """Return each origin's nearest station, -1 without any; ties go to the earlier."""
    arcs = asked.arcs
    order = np.lexsort((arcs.station, arcs.cost, arcs.origin))
    first = order[np.diff(arcs.origin[order], prepend=-1) > 0]
    nearest = np.full(len(asked.classes), -1, dtype=np.int64)
    nearest[arcs.origin[first]] = arcs.station[first]
    return nearest


def _table(
    asked: _Question, amount: Ints, served: Ints, units: pd.Index, stations: pd.Index
) -> pd.DataFrame:
    """
    Share out the places of each origin: first priority, smaller unit id, to the nearest.

    Units and pairs, each in this order, are laid side by side on one line of all persons served;
    every piece between two ends on the line is a row.
    """
    arcs = asked.arcs
    unit = np.lexsort((asked.rank, asked.origin))
    unit = unit[served[unit] > 0]
    pair = np.lexsort((arcs.station, arcs.cost, arcs.origin))
    pair = pair[amount[pair] > 0]
    unit_end, pair_end = np.cumsum(served[unit]), np.cumsum(amount[pair])
    end = np.union1d(unit_end, pair_end)
    unit = unit[np.searchsorted(unit_end, end)]
    pair = pair[np.searchsorted(pair_end, end)]
    people = np.diff(end, prepend=0)
    order = np.lexsort((arcs.station[pair], arcs.cost[pair], unit))
    unit, pair = unit[order], pair[order]
    return pd.DataFrame(
        {
            "unit": units[unit],
            "station": stations[arcs.station[pair]],
            "people": people[order],
            "minutes": arcs.cost[pair] / MILLISECONDS,
        }
    )
