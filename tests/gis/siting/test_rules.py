"""Rules are read strictly: what does not fit is named, in Chinese and English."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import InputError
from gis.siting import ruled
from gis.siting.rules import Floor, Rules, pairs_nearer_than

REACH = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1]])
WEIGHTS = [5, 3, 4]


def refused(rules, model=ruled.max_coverage, count=1, **options):
    matrix = np.where(REACH, 1.0, np.inf) if model is ruled.p_median else REACH
    limit = {} if model is ruled.set_cover else {"count": count}
    with pytest.raises(InputError) as caught:
        model(matrix, WEIGHTS, **limit, rules=rules, **options)
    assert str(caught.value) != caught.value.english
    return caught.value.english


@pytest.mark.parametrize(
    "rules",
    [
        Rules(),
        Rules(within=5.0),
        Rules(costs=[1, 2, 3]),
        Rules(backup=0),
        Rules(floors=(), may_close=(), apart=np.empty((0, 2))),
        Rules(actions=[1], actions_count=False),
    ],
)
def test_fields_that_only_explain_others_are_no_rule(rules):
    assert not rules


@pytest.mark.parametrize(
    "rules",
    [
        Rules(budget=0.0),
        Rules(floors=(Floor("a", [1], 0.5),)),
        Rules(backup=0.1),
        Rules(may_close=[0]),
        Rules(most_functions=1),
        Rules(cheapest=True),
        Rules(capacities=np.array([1.0])),
        Rules(apart=[(0, 1)]),
    ],
)
def test_anything_that_changes_the_answer_is_a_rule(rules):
    assert rules


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (Rules(costs=[1, math.nan, 1], budget=5), "costs number 1 (from 0) is nan"),
        (Rules(costs=[1, -2, 1], budget=5), "costs number 1 (from 0) is -2.0"),
        (Rules(costs=[1, math.inf, 1], budget=5), "costs number 1 (from 0) is inf"),
        (Rules(costs=[1, 2], budget=5), "costs has the shape (2,), (3,) is needed"),
        (Rules(costs=["a", 1, 2], budget=5), "costs holds something that is no number"),
        (Rules(budget=5), "budget needs costs"),
        (Rules(costs=[1, 1, 1], budget=-1), "budget is -1"),
        (Rules(costs=[1, 1, 1], budget=math.nan), "budget is nan"),
        (Rules(costs=[1, 1, 1], budget=True), "budget is True"),
        (Rules(venue_costs=[1, 1, 1], apart=[(0, 1)]), "venue_costs needs costs"),
        (Rules(most_functions=1), "most_functions needs venues"),
        (Rules(venues=[0, 0, 0], most_functions=0), "most_functions is 0"),
        (Rules(venues=[0, 0, 0], most_functions=1.5), "most_functions is 1.5"),
        (Rules(venues=[0, 0]), "venues has the shape (2,)"),
        (Rules(venues=[0, 0, -2]), "venues has the shape"),
        (Rules(venues=[0.5, 1, 1]), "venues has the shape"),
        (Rules(costs=[1] * 3, venues=[0, 0, 1], venue_costs=[1, 2, 3]), "venue_costs number 1"),
        (Rules(capacities=[1, -1, 1]), "capacities number 1 (from 0) is -1.0"),
        (Rules(capacities=[1, math.nan, 1]), "capacities number 1 (from 0) is nan"),
        (Rules(floors=(Floor("a", [1, 1], 0.5),)), "floors[0].weights（a） has the shape (2,)"),
        (Rules(floors=(Floor("a", [1, -1, 0], 0.5),)), "floors[0].weights（a） number 1 (from 0)"),
        (Rules(floors=(Floor("a", [1, 1, 0], 1.5),)), "floors[0].share（a） is 1.5"),
        (Rules(floors=(Floor("a", [1, 1, 0], math.nan),)), "floors[0].share（a） is nan"),
        (Rules(floors=("a",)), "floors[0] is 'a'"),
        (
            Rules(floors=(Floor("a", WEIGHTS, 0.1), Floor("a", WEIGHTS, 0.2))),
            "floors[1] has the name",
        ),
        (Rules(apart=[(0, 3)]), "apart row 0 (from 0) has the column 3"),
        (Rules(apart=[(-1, 2)]), "apart row 0 (from 0) has the column -1"),
        (Rules(apart=[(1, 1)]), "apart row 0 (from 0) holds column 1 twice"),
        (Rules(apart=[(0, 1, 2)]), "apart has the shape (1, 3)"),
        (Rules(apart=[(0.5, 1)]), "apart has the shape (1, 2) and the type float64"),
        (Rules(may_close=[1]), "may_close the positions 1 are not among existing"),
        (Rules(actions=[7], ways=[(0, 1, 2)]), "actions holds 7"),
        (Rules(actions=[2], ways=[(3, 1, 2)]), "ways row 0 (from 0) has the row 3"),
        (Rules(actions=[2], ways=[(0, 1, 3)]), "ways row 0 (from 0) has the action 3"),
        (Rules(actions=[2], ways=[(0, 2, 2)]), "ways row 0 (from 0) is [0, 2, 2]"),
        (Rules(actions=[], ways=[(0, 1, 2)]), "ways row 0 (from 0) is [0, 1, 2]"),
        (Rules(actions=[2], venues=[0, 0, 0]), "venues put action 2 into a house"),
        (Rules(within=0.0, apart=[(0, 1)]), "within means nothing in max_coverage"),
        (Rules(way_costs=[1.0], apart=[(0, 1)]), "way_costs means nothing in max_coverage"),
        (Rules(backup=1.5), "backup is 1.5"),
        (Rules(backup=-0.5), "backup is -0.5"),
        (Rules(backup=0.5, capacities=[1, 1, 1]), "backup, capacities cannot be combined"),
        (Rules(cheapest=True, costs=[1, 1, 1]), "cheapest means nothing in max_coverage"),
        (Rules(within=5.0, apart=[(0, 1)]), "within means nothing in max_coverage"),
    ],
)
def test_rules_that_do_not_fit_are_named(rules, said):
    assert said in refused(rules)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (Rules(backup=0.5), "backup means nothing in p_median"),
        (Rules(floors=(Floor("a", WEIGHTS, 0.5),)), "floors need within in p_median"),
        (Rules(actions=[2], ways=[(0, 1, 2)]), "ways need way_costs in p_median"),
        (Rules(actions=[2], ways=[(0, 1, 2)], way_costs=[-1]), "way_costs number 0 (from 0) is -1"),
        (Rules(way_costs=[1.0], apart=[(0, 1)]), "way_costs needs ways"),
        (Rules(actions=[2], ways=[(0, 1, 2)], way_costs=[1, 2]), "way_costs has the shape (2,)"),
    ],
)
def test_rules_that_mean_nothing_for_medians_are_refused(rules, said):
    assert said in refused(rules, ruled.p_median)


def test_least_number_refuses_what_is_cheapest_without_costs():
    assert "cheapest needs costs" in refused(Rules(cheapest=True), ruled.set_cover)
    assert "share is 1.1" in refused(Rules(backup=0.5), ruled.set_cover, share=1.1)


def test_a_question_without_limit_is_refused():
    assert "count is not given, nor is a budget" in refused(Rules(apart=[(0, 1)]), count=None)
    english = refused(Rules(apart=[(0, 1)]), ruled.p_median, count=None)
    assert "count is not given, nor is a budget" in english


def test_count_beyond_the_candidates_is_refused_under_rules_too():
    assert "there are only 3 candidates" in refused(Rules(apart=[(0, 1)]), count=4)
    assert "2 are required" in refused(Rules(apart=[(0, 1)]), count=1, required=[0, 2])


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=20), st.integers(0, 30))
def test_pairs_nearer_than_equal_every_pair_measured(points, metres):
    expected = [
        [one, other]
        for one in range(len(points))
        for other in range(one + 1, len(points))
        if (points[one][0] - points[other][0]) ** 2 + (points[one][1] - points[other][1]) ** 2
        < metres**2
    ]
    assert pairs_nearer_than(points, metres).tolist() == expected


def test_points_without_position_are_near_nobody():
    found = pairs_nearer_than([[0, 0], [math.nan, 0], [3, 4]], 5.1)
    assert found.tolist() == [[0, 2]]


@pytest.mark.parametrize("metres", [-1.0, math.nan, math.inf])
def test_a_distance_that_is_none_is_refused(metres):
    with pytest.raises(InputError, match="metres"):
        pairs_nearer_than([[0, 0]], metres)
