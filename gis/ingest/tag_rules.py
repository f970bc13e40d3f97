"""
Finding the first rule that holds without trying them all.

Every rule asks one of its keys for one of some values; rules are laid out by that pair, so an
object is tried only against rules that its own tags point to. The answer is that of
``catalogue.osm.first_match``.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from gis.catalogue.osm import ANY, TagRule


class RuleIndex:
    """Rules in their order, found by the tags of an object."""

    def __init__(self, rules: Sequence[TagRule]) -> None:
        self._rules = tuple(rules)
        self._places: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for place, rule in enumerate(self._rules):
            key, values = next(iter(rule.tags.items()))
            for value in values:
                self._places[key][value].append(place)

    @property
    def keys(self) -> frozenset[str]:
        """Keys one of which an object must carry for any rule to hold."""
        return frozenset(self._places)

    def first(self, tags: Mapping[str, str]) -> str | None:
        """Return the kind of the first rule that holds for these tags, or nothing."""
        places: list[int] = []
        for key in self._places.keys() & tags.keys():
            by_value = self._places[key]
            for value in (tags[key], ANY, *_parts(tags[key])):
                places += by_value.get(value, ())
        rules = self._rules
        return next((rules[i].kind for i in sorted(places) if rules[i].matches(tags)), None)


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(";")] if ";" in value else []
