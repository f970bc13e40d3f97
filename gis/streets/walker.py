"""
Who walks: what slopes, steps, crossings and storeys cost one kind of person.

    Profile of the catalogue  --walker_of-->  Walker  (what prices a network, see gis.streets.pace)
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from gis.catalogue.standards import Profile, SlopeTable


class Direction(StrEnum):
    """Which way the minutes count; ``ROUND`` is there and back the same way, its limit halved."""

    TO = "to"
    BACK = "back"
    ROUND = "round"


@dataclass(frozen=True)
class Walker:
    """
    How one kind of person walks.

    Parameters
    ----------
    metres_per_minute
        On level ground; None means the way is measured in metres and nothing below adds to it.
    steps_factor
        Multiplies the time on steps; None means steps cannot be walked.
    max_grade
        Rise over run that can still be walked, up or down.
    slope
        ``tobler``, a table, or None where slopes take no longer; see ``gis.streets.pace``.
    crossing_seconds
        Added for each mapped crossing of a carriageway.
    storey_seconds
        Added for each storey without a lift.
    max_storeys
        Storeys without a lift that can be climbed; None for any number.
    direction
        From home to the station, back, or both.
    """

    metres_per_minute: float | None = None
    steps_factor: float | None = 1.0
    max_grade: float | None = None
    slope: SlopeTable | Literal["tobler"] | None = None
    crossing_seconds: float = 0.0
    storey_seconds: float = 0.0
    max_storeys: int | None = None
    direction: Direction = Direction.TO


def walker_of(
    profile: Profile, *, timed: bool = True, direction: Direction = Direction.TO
) -> Walker:
    """Return the walker of a profile; without ``timed``, or a speed, its way counts in metres."""
    speed = profile.metres_per_minute if timed else None
    return Walker(
        metres_per_minute=speed,
        steps_factor=profile.steps_factor,
        max_grade=profile.max_grade,
        slope=profile.slope,
        crossing_seconds=profile.crossing_seconds,
        storey_seconds=profile.storey_seconds,
        max_storeys=profile.max_storeys,
        direction=direction,
    )
