"""
Finding the first rule that holds without trying them all.

Every rule asks one of its keys for one of some values; rules are laid out by that pair, so an
object is tried only against rules that its own tags point to. The answer is that of
``catalogue.osm.first_match``.
"""

from collections.abc import Mapping, Sequence

from gis.catalogue.osm import ANY, TagRule


class RuleIndex:
    """Rules in their order, found by the tags of an object."""

    def __init__(self, rules: Sequence[TagRule]) -> None:
        self._rules = tuple(rules)
        self._places: dict[str, dict[str, list[int]]] = {}
        for place, rule in enumerate(self._rules):
            key, values = next(iter(rule.tags.items()))
            for value in values:
                self._places.setdefault(key, {}).setdefault(value, []).append(place)

    @property
    def keys(self) -> frozenset[str]:
        """Keys one of which an object must carry for any rule to hold."""
        return frozenset(self._places)

    def first(self, tags: Mapping[str, str]) -> str | None:
        """Return the kind of the first rule that holds for these tags, or nothing."""
        places: list[int] = []
        for key, value in tags.items():
            by_value = self._places.get(key)
            if by_value is not None:
                places += self._pointed_to(by_value, value)
        if not places:
            return None
        rules = self._rules
        return next((rules[i].kind for i in sorted(places) if rules[i].matches(tags)), None)

    @staticmethod
    def _pointed_to(by_value: Mapping[str, list[int]], value: str) -> list[int]:
        found = by_value.get(value, []) + by_value.get(ANY, [])
        for part in value.split(";") if ";" in value else ():
            found += by_value.get(part.strip(), [])
        return found
