"""
How OpenStreetMap tags are read: which ways people walk on, what stops them, what a place is.

The rules stand in ``data/osm``; here is their shape and the one way of matching.

    tags of one object  --first_match(rules)-->  kind, or nothing
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ANY = "*"


@dataclass(frozen=True)
class TagRule:
    """
    Tags that make a kind: each key of ``tags`` has one of its values, none of ``unless``.

    ``*`` stands for any value; a value in a list ``a;b`` counts as each of its parts.
    ``name_has``, where given, asks that the name holds one of the words.
    """

    kind: str
    tags: Mapping[str, frozenset[str]]
    unless: Mapping[str, frozenset[str]] = field(default_factory=dict)
    name_has: tuple[str, ...] = ()

    def matches(self, tags: Mapping[str, str]) -> bool:
        """Tell whether an object with these tags is of this kind."""
        if not all(_has(tags, key, values) for key, values in self.tags.items()):
            return False
        if any(_has(tags, key, values) for key, values in self.unless.items()):
            return False
        if not self.name_has:
            return True
        names = " ".join(value for key, value in tags.items() if key.startswith("name")).lower()
        return any(word.lower() in names for word in self.name_has)


def _has(tags: Mapping[str, str], key: str, values: frozenset[str]) -> bool:
    found = tags.get(key)
    if found is None:
        return False
    if ANY in values or found in values:
        return True
    return ";" in found and not values.isdisjoint(part.strip() for part in found.split(";"))


def first_match(rules: Iterable[TagRule], tags: Mapping[str, str]) -> str | None:
    """Return the kind of the first rule that holds, in the order of the file."""
    return next((rule.kind for rule in rules if rule.matches(tags)), None)


@dataclass(frozen=True)
class OsmRules:
    """
    What OSM tags mean to somebody on foot.

    Parameters
    ----------
    walkable
        ``highway`` values people walk on unless told otherwise.
    walkable_with_foot
        ``highway`` values people walk on only where ``foot`` says yes (bridleways, motorways).
    sidewalk_needed
        Of ``walkable``: people walk there only where a ``sidewalk`` tag has one of the values
        ``sidewalk_yes``, or ``foot`` says yes.
    motor_only
        Tags that close a way of any class to walkers (``motorroad=yes``), unless foot says yes.
    steps
        ``highway`` values that are steps.
    areas
        ``highway`` values that, closed and with ``area=yes`` (or as a multipolygon), are squares.
    crossings
        Rules (kind ``crossing``) for ways over a carriageway.
    platforms
        Rules (kind ``platform``) for platforms walked without a ``highway`` tag.
    foot_yes, foot_no, foot_private
        Values of ``foot``, which beats ``access``.
    access_no, access_private
        Values of ``access`` (and ``service``-roads' own): closed to all, open to residents.
        Values named nowhere count as open.
    open_streets
        ``highway`` values that, crossing a compound, show that its inside is public.
    open_streets_if_named
        The same, where the street has a name.
    barrier_lines
        Rules: which lines and rings stop a walker off the streets, and their kind here.
    gates
        ``barrier`` values of nodes that are gates.
    passable
        ``barrier`` values of nodes anybody walks past: bollards, blocks, kerbs.
    gate_hours
        Keys that carry opening hours of a gate, in order.
    gate_closed, gate_residents, gate_everyone
        Values of ``foot`` or ``access`` on a gate; ``gate_locked`` values of ``locked``.
    compounds
        Rules for residential compounds; ``compound_gated`` rules that tell one is gated.
    building_residential, building_other, building_none
        Values of ``building``: lived in, not lived in, no building; others are unknown.
    entrances
        ``entrance`` values people may come in by.
    stations
        Rules in order; the kind is a code of the facility catalogue.
    """

    walkable: frozenset[str]
    walkable_with_foot: frozenset[str]
    sidewalk_needed: frozenset[str]
    sidewalk_yes: frozenset[str]
    motor_only: tuple[TagRule, ...]
    steps: frozenset[str]
    areas: frozenset[str]
    crossings: tuple[TagRule, ...]
    platforms: tuple[TagRule, ...]
    foot_yes: frozenset[str]
    foot_no: frozenset[str]
    foot_private: frozenset[str]
    access_no: frozenset[str]
    access_private: frozenset[str]
    open_streets: frozenset[str]
    open_streets_if_named: frozenset[str]
    barrier_lines: tuple[TagRule, ...]
    gates: frozenset[str]
    passable: frozenset[str]
    gate_hours: tuple[str, ...]
    gate_closed: frozenset[str]
    gate_residents: frozenset[str]
    gate_everyone: frozenset[str]
    gate_locked: frozenset[str]
    compounds: tuple[TagRule, ...]
    compound_gated: tuple[TagRule, ...]
    building_residential: frozenset[str]
    building_other: frozenset[str]
    building_none: frozenset[str]
    entrances: frozenset[str]
    stations: tuple[TagRule, ...]

    def station_kind(self, tags: Mapping[str, str]) -> str | None:
        """Return the catalogue code of a place with these tags, or nothing."""
        return first_match(self.stations, tags)

    def building_use(self, tags: Mapping[str, str]) -> str | None:
        """Return ``residential``, ``other``, or nothing where ``building=yes`` tells too little."""
        value = tags.get("building", "")
        if value in self.building_residential:
            return "residential"
        return "other" if value in self.building_other else None
