"""
Which arcs a walker may take: gates, walls, steps and slopes, as one mask over the network.

Gates whose users nobody knows are answered three ways (DESIGN words):

    closed     strangers may not enter: neither pass through nor visit a station inside
    assumed    strangers may go to a station inside, but not pass through
    open       anybody may pass

``lifts`` think one hindrance away, to find out whether it is the reason.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gis.streets.layout import BARE, ENTER, LINK, PASS, STREET, VISIT
from gis.streets.network import Network
from gis.streets.pace import steep
from gis.streets.walker import Walker

__all__ = ["EVERYTHING", "Access", "Lift", "Unknown", "Walker", "passable"]

Flags = NDArray[np.bool_]


class Unknown(StrEnum):
    """How gates of unknown users are taken."""

    CLOSED = "closed"
    ASSUMED = "assumed"
    OPEN = "open"


class Lift(StrEnum):
    """A hindrance that can be thought away."""

    GATES = "gates"
    WALLS = "walls"
    STEPS = "steps"
    SLOPE = "slope"
    HOURS = "hours"


EVERYTHING = frozenset(Lift)


@dataclass(frozen=True, eq=False)
class Access:
    """What is open, and what is thought away; ``closed`` flags gates shut at the asked hour."""

    unknown: Unknown = Unknown.ASSUMED
    lifts: frozenset[Lift] = frozenset()
    closed: Flags | None = field(default=None)


def passable(network: Network, walker: Walker, access: Access) -> Flags:
    """Tell for each arc of the network whether the walker may take it."""
    kind = network.arcs["kind"].to_numpy()
    allowed = (kind != BARE) | (Lift.WALLS in access.lifts)
    allowed &= _street_allowed(network, walker, access)
    link = kind == LINK
    role = network.arcs["role"].to_numpy()[link]
    gate = network.arcs["gate"].to_numpy()[link]
    opened = _gates_open(network, access)
    opened[:, stepped_gates(network, walker, access)] = False
    allowed[link] = opened[role, gate]
    return allowed


def stepped_gates(network: Network, walker: Walker, access: Access) -> Flags:
    """Flag the gates that are known to have steps, for walkers who take none."""
    if walker.steps_factor is not None or Lift.STEPS in access.lifts:
        return np.zeros(len(network.gates), dtype=bool)
    stepped: Flags = (~network.gates["step_free"]).fillna(value=False).to_numpy(dtype=bool)
    return stepped


def _street_allowed(network: Network, walker: Walker, access: Access) -> Flags:
    allowed = np.ones(len(network.arcs), dtype=bool)
    street = network.arcs["street"].to_numpy()
    on_street = network.arcs["kind"].to_numpy() == STREET
    if walker.steps_factor is None and Lift.STEPS not in access.lifts:
        allowed[on_street] &= ~network.steps[street[on_street]]
    if walker.max_grade is not None and Lift.SLOPE not in access.lifts:
        allowed[on_street] &= ~steep(network.slopes, walker)[street[on_street]]
    return allowed


def _gates_open(network: Network, access: Access) -> Flags:
    """Openness of each gate for each role: an array roles x gates."""
    users = network.gates["users"].to_numpy(dtype=object)
    kind = network.gates["kind"].to_numpy(dtype=object)
    everyone, unknown = users == "everyone", users == "unknown"
    street = kind == "street"
    visitors = unknown & (access.unknown != Unknown.CLOSED)
    passing = unknown & ((access.unknown == Unknown.OPEN) | (street & visitors))
    opened = np.zeros((3, len(users)), dtype=bool)
    opened[PASS] = everyone | passing
    opened[ENTER] = everyone | unknown | (users == "residents")
    opened[VISIT] = everyone | visitors
    if access.closed is not None and not {Lift.HOURS, Lift.GATES} & access.lifts:
        opened[:, access.closed] = False
    if Lift.GATES in access.lifts:
        opened[:, kind != "wall"] = True
    if Lift.WALLS in access.lifts:
        opened[:, (kind == "wall") | (kind == "ring")] = True
    return opened
