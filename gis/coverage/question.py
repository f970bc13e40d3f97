"""
What is asked: which requirements, for whom, at what hour.

    circle or service, limit, profile, when  +  catalogue  ->  Question
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

from gis.catalogue import Catalogue, Circle, Limit, Profile, Requirement, parse_limit
from gis.errors import InputError
from gis.places.hours import When
from gis.streets.search import trips
from gis.streets.walker import Direction, Walker, walker_of

DEFAULT_LIMIT = Limit(15.0, "min")
DEFAULT_PROFILE = "gb50180"
"""The standard's own distances (DOMAIN 1.1): 15 minutes are 1,000 m, not 1,200."""
HORIZON = 3
"""Searches run to this many limits, so that a gap can name its nearest station."""
_MS_PER_MINUTE = 60_000


@dataclass(frozen=True)
class Asked:
    """One requirement with its walker, its limit as a cost, and whether the cost is time."""

    requirement: Requirement
    profile: Profile
    walker: Walker
    limit_cost: int
    limit_metres: float
    timed: bool

    @property
    def horizon_cost(self) -> int:
        """How far the search runs."""
        return HORIZON * self.limit_cost

    @property
    def trips(self) -> int:
        """How many times the way counts: twice there and back."""
        return trips(self.walker)

    def minutes(self, cost: Any) -> Any:
        """Turn a cost (array) into minutes one way; NaN where the profile has no speed."""
        if self.timed:
            return cost / _MS_PER_MINUTE / self.trips
        speed = self.profile.metres_per_minute
        return cost * float("nan") if speed is None else cost / 1000 / speed


@dataclass(frozen=True)
class Question:
    """
    Everything asked; ``circle`` is missing when a single service was asked for.

    ``capacity``: places count, and units with some of ``priority`` get theirs first.
    """

    asked: tuple[Asked, ...]
    circle: Circle | None
    when: When | None
    direction: Direction = Direction.TO
    capacity: bool = False
    priority: str | None = None


def build_question(
    catalogue: Catalogue,
    *,
    circle: str | None = None,
    service: str | None = None,
    limit: str | float | Limit | None = None,
    profile: str | None = None,
    when: When | None = None,
    direction: str = "to",
) -> Question:
    """
    Find the requirements asked for; ``limit`` and ``profile`` override those of a circle.

    Raises
    ------
    InputError
        Neither or both of circle and service are given, or a name is unknown.
    """
    turn = Direction(_known({each.value: each.value for each in Direction}, direction, "direction"))
    if (circle is None) == (service is None):
        raise InputError(
            "请给出 circle(生活圈)或 service(服务)之一，二者取一",
            english="give either a circle or a service, not both and not neither",
        )
    chosen = None if circle is None else _known(catalogue.circles, circle, "circle")
    if chosen is None:
        requirements: tuple[Requirement, ...] = (_single(catalogue, str(service)),)
    else:
        requirements = chosen.requirements
    asked = tuple(ask(catalogue, each, limit, profile, turn) for each in requirements)
    return Question(asked, chosen, when, turn)


def _known(table: Any, name: str, word: str) -> Any:
    if name not in table:
        listed = ", ".join(map(str, table))
        raise InputError(
            f"{word}：没有“{name}”；可用：{listed}",
            english=f"{word}: '{name}' is unknown; known are: {listed}",
        )
    return table[name]


def _single(catalogue: Catalogue, service: str) -> Requirement:
    row = _known(catalogue.services.to_dict("index"), service, "service")
    return Requirement(
        id=service,
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        services=(service,),
        at_least=1,
        limit=DEFAULT_LIMIT,
        measure="walk",
        profile=DEFAULT_PROFILE,
        source="asked",
        clause="",
        confidence="D",
    )


def ask(
    catalogue: Catalogue,
    requirement: Requirement,
    limit: Any,
    profile: str | None,
    direction: Direction,
) -> Asked:
    """Ask one requirement; ``limit`` and ``profile`` go before its own where given."""
    """Settle one requirement: its limit and profile, changed if told, and who walks."""
    changed = dataclasses.replace(
        requirement,
        limit=requirement.limit if limit is None else parse_limit(limit),
        profile=profile or requirement.profile,
    )
    walks: Profile = _known(catalogue.profiles, changed.profile, "profile")
    metres = walks.metres_within(changed.limit)
    timed = changed.limit.unit == "min" and walks.metres_per_minute is not None
    cost = changed.limit.value * _MS_PER_MINUTE if timed else metres * 1000
    walker = walker_of(walks, timed=timed, direction=direction)
    return Asked(changed, walks, walker, round(cost) * trips(walker), metres, timed)
