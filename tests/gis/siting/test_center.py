"""The p-center, and the best median among centers, against enumeration and known optima."""

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from siting_questions import as_sparse, choices, or_library, questions

from gis.errors import InputError
from gis.siting import NoPlan, p_center


def measured(cost, weights, special, chosen):
    """Greatest cost and sum, of the rows that count."""
    open_ = [*special["existing"].tolist(), *map(int, chosen)]
    at = cost[:, open_].min(axis=1, initial=np.inf)[weights > 0]
    return float(at.max(initial=0)), float((at * weights[weights > 0]).sum())


@given(questions(), st.booleans())
def test_center_then_median_is_the_best_of_all_choices(question, dense):
    cost, weights, count, special = question
    every = list(choices(cost.shape[1], count, special))
    radius, total = min(measured(cost, weights, special, each) for each in every)
    given_cost = cost if dense else as_sparse(cost)
    if math.isinf(radius):
        check_refused(given_cost, cost, weights, count, special)
        return
    center = p_center(given_cost, count, weights=weights, **special)
    both = p_center(given_cost, count, weights=weights, then_median=True, **special)
    for choice in (center, both):
        assert choice.objective == choice.bound == radius
        assert choice.status == "proved optimal"
        assert measured(cost, weights, special, choice.sites)[0] == radius
        assert len(choice.sites) == len(choice.gains) <= count
        assert set(special["required"].tolist()) <= set(choice.sites.tolist())
        taken = {*special["existing"].tolist(), *special["forbidden"].tolist()}
        assert not taken & set(choice.sites.tolist())
    assert center.second is None
    assert both.second == pytest.approx((total, total))
    assert measured(cost, weights, special, both.sites)[1] == pytest.approx(total)


def check_refused(given_cost, cost, weights, count, special):
    with pytest.raises(NoPlan) as refused:
        p_center(given_cost, count, weights=weights, **special)
    allowed = np.setdiff1d(np.arange(cost.shape[1]), special["forbidden"])
    lost = np.isinf(cost[:, allowed].min(axis=1, initial=np.inf)) & (weights > 0)
    assert refused.value.unreached.tolist() == np.flatnonzero(lost).tolist()
    if not lost.any():
        serving = [
            len(each)
            for each in choices(cost.shape[1], cost.shape[1], special)
            if math.isfinite(measured(cost, weights, special, each)[0])
        ]
        assert refused.value.least_count == min(serving)


def test_everybody_counts_when_no_weights_are_given():
    cost = np.abs(np.subtract.outer(np.array([0.0, 1.0, 10.0]), np.arange(11.0)))
    assert p_center(cost, 1).sites.tolist() == [5]
    assert p_center(cost, 1).objective == 5
    assert p_center(cost, 1, weights=[1, 1, 0]).objective == 1
    choice = p_center(cost, 2, existing=[10])
    assert (choice.before, choice.objective) == (10, 0)
    assert choice.gains.tolist() == [9, 1]


def test_among_centers_the_best_median_is_taken():
    # one site at 0 or 1, one at 9 or 10: nobody is farther than 1 away; the heavy ones stand at 9
    people = np.array([0.0, 10.0, 9.0, 9.0])
    cost = np.abs(np.subtract.outer(people, np.arange(11.0)))
    choice = p_center(cost, 2, weights=[1, 1, 5, 5], then_median=True)
    assert choice.objective == 1
    assert choice.second == (1.0, 1.0)
    assert sorted(choice.sites.tolist()) == [0, 9]


def test_nothing_asked_is_answered():
    assert p_center(np.empty((0, 2)), 1).objective == 0
    assert p_center([[3.0]], 0, existing=[0]).objective == 3
    assert p_center([[np.inf]], 1, weights=[0]).objective == 0
    assert p_center(np.empty((0, 2)), 1, then_median=True).second == (0, 0)


def test_missing_and_bad_costs_are_named():
    with pytest.raises(NoPlan, match="数：1）"):
        p_center([[1.0, 2.0], [np.inf, np.inf]], 1)
    with pytest.raises(InputError, match="第 1 行第 0 列"):
        p_center([[1.0], [np.nan]], 1)


@pytest.mark.parametrize("limit", [0.0, 0.05, 0.3])
def test_what_is_not_proved_has_an_honest_bound(limit):
    rng = np.random.default_rng(0)
    cost = rng.random((300, 120))
    p_center(cost[:10, :5], 2)
    began = time.perf_counter()
    choice = p_center(cost, 12, time_limit=limit)
    # the swaps of a cover are not broken off: on a busy machine they take a second
    assert time.perf_counter() - began < limit + 2
    at = cost[:, choice.sites].min(axis=1).max()
    assert choice.objective == at >= choice.bound
    if choice.status == "best found":
        assert choice.gap == pytest.approx((at - choice.bound) / at)
    else:
        assert choice.status == "proved optimal"


def test_the_same_question_has_the_same_answer():
    rng = np.random.default_rng(1)
    points = rng.random((120, 2))
    cost = np.linalg.norm(points[:, None] - points, axis=2)
    one, two = (p_center(cost, 7, then_median=True) for _ in range(2))
    assert one.sites.tolist() == two.sites.tolist()
    assert one.status == "proved optimal"
    assert one.second[0] == pytest.approx(cost[:, one.sites].min(axis=1).sum())


@pytest.mark.real
@pytest.mark.parametrize(("name", "best"), [("pmed1", 127), ("pmed5", 48), ("pmed8", 55)])
def test_centers_of_the_or_library(real_data, name, best):
    # optima as in Elloumi, Labbé & Pochet (2004), INFORMS Journal on Computing 16, 84-94
    cost, count = or_library(real_data, name)
    choice = p_center(cost, count)
    assert choice.objective == best
    assert choice.status == "proved optimal"
