"""Rules found by tags give what trying all of them in order gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.catalogue import load_catalogue
from gis.catalogue.osm import TagRule, first_match
from gis.ingest.tag_rules import RuleIndex

RULES = load_catalogue().osm
GROUPS = {
    "stations": RULES.stations,
    "barrier_lines": RULES.barrier_lines,
    "compounds": RULES.compounds,
    "platforms": RULES.platforms,
}


def words(rules):
    """Return tags that some rule asks for, and some that none does."""
    asked = [
        (key, value) for rule in rules for key, values in rule.tags.items() for value in values
    ]
    return [
        *asked,
        ("amenity", "restaurant;bank"),
        ("name", "社康中心"),
        ("name", "某处"),
        ("x", "y"),
    ]


@pytest.mark.parametrize("group", GROUPS)
@given(data=st.data())
def test_index_gives_the_first_rule_that_holds(group, data):
    rules = GROUPS[group]
    tags = dict(data.draw(st.lists(st.sampled_from(words(rules)), max_size=4)))
    assert RuleIndex(rules).first(tags) == first_match(rules, tags)


def test_value_in_a_list_counts():
    index = RuleIndex([TagRule("bank", {"amenity": frozenset({"bank"})})])
    assert index.first({"amenity": "cafe; bank"}) == "bank"
    assert index.first({"amenity": "cafe"}) is None


def test_order_of_rules_decides_not_order_of_tags():
    rules = [
        TagRule("first", {"shop": frozenset({"*"})}),
        TagRule("second", {"amenity": frozenset({"bank"})}),
    ]
    for tags in ({"amenity": "bank", "shop": "x"}, {"shop": "x", "amenity": "bank"}):
        assert RuleIndex(rules).first(tags) == "first"
