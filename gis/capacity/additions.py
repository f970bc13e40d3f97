"""
How many places to add at one station so that all who reach it are served.

    Assignment, station  ->  Addition (places to add, the assignment with them)

A new place need not go to a neighbour: somebody of a higher priority may take it, or somebody
whose own place then goes on to another. So people are assigned anew. A place more is filled along
one cheapest path from an unserved person, so it takes a place from nobody, and serves one person
more while anybody is left whom it can help: trying fewer and more places by halves ends at the
least number.
"""

from dataclasses import dataclass

from gis.capacity.assignment import Assignment, assign_places
from gis.errors import InputError


@dataclass(frozen=True, eq=False)
class Addition:
    """
    Places added at one station.

    ``places`` (0 where nobody who reaches the station lacks one) serve as many people more;
    ``after`` is the assignment of everybody with them.
    """

    station: str
    places: int
    after: Assignment


def places_to_add(assignment: Assignment, station: str) -> Addition:
    """
    Find the least number of places that leaves nobody FULL who reaches this station.

    Assigns anew, mostly once: as many places as there are people left out who reach the station.
    Only where some of these places go to people who do not reach it themselves, up to log2 of all
    people left out more times.

    Raises
    ------
    InputError
        There is no such station.
    """
    if station not in assignment.stations.index:
        known = ", ".join(map(str, assignment.stations.index[:20])) or "—"
        raise InputError(
            f"station：没有“{station}”；现有：{known}",
            english=f"station: '{station}' is unknown; known are: {known}",
        )
    few = _left_out(assignment, station)
    found = Addition(station, few, _with_places(assignment, station, few) if few else assignment)
    low, high = few, few
    while _left_out(found.after, station):
        low, high = high + 1, min(2 * high, assignment.full)
        found = Addition(station, high, _with_places(assignment, station, high))
    while low < high:
        middle = (low + high) // 2
        after = _with_places(assignment, station, middle)
        if _left_out(after, station):
            low = middle + 1
        else:
            high, found = middle, Addition(station, middle, after)
    return found


def _left_out(assignment: Assignment, station: str) -> int:
    """Count the people who reach the station and have no place."""
    pairs = assignment.pairs
    near = assignment.units["origin"].isin(pairs["origin"][pairs["station"] == station])
    return int(assignment.units["full"][near].sum())


def _with_places(assignment: Assignment, station: str, more: int) -> Assignment:
    places = assignment.stations["places"].copy()
    places[station] += more
    units = assignment.units
    return assign_places(assignment.pairs, units, places, priority=units["priority"])
