"""What is proved and what is only found; sites in order of contribution."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from gis.siting.choice import BEST_FOUND, OPTIMAL, WITHIN_GAP, order_of_cover, settled
from gis.siting.watch import Progress, Watch, gap_between


@pytest.mark.parametrize(
    ("objective", "bound", "gap", "whole", "told"),
    [
        (100, 100, 0.0, True, (100, 0.0, OPTIMAL)),
        (100, 100.7, 0.0, True, (100, 0.0, OPTIMAL)),
        (100, 99.2, 0.0, True, (100, 0.0, OPTIMAL)),
        (100, 101.0, 0.0, True, (101, 0.01, BEST_FOUND)),
        (100, 101.9, 0.0, True, (101, 0.01, BEST_FOUND)),
        (100, 98.2, 0.0, True, (99, 0.01, BEST_FOUND)),
        (100, 100.7, 0.0, False, (100.7, 0.007, BEST_FOUND)),
        (100, 100.7, 0.01, False, (100.7, 0.007, WITHIN_GAP)),
        (100, 105, 0.01, False, (105, 0.05, BEST_FOUND)),
        (0.0, 0.0, 0.0, False, (0.0, 0.0, OPTIMAL)),
        # so large that a bound is not sure of halves
        (10**9, 10**9 + 0.7, 0.1, True, (10**9 + 1, 1e-9, WITHIN_GAP)),
    ],
)
def test_a_bound_proves_or_it_does_not(objective, bound, gap, whole, told):
    bound, away, status = settled(objective, bound, Watch(gap=gap), whole=whole)
    assert (pytest.approx(bound), pytest.approx(away), status) == told


@given(
    objective=st.integers(0, 10**6),
    away=st.floats(1.0, 1e6),
    side=st.sampled_from([-1, 1]),
)
def test_a_whole_step_away_is_never_called_optimal(objective, away, side):
    _, _, status = settled(objective, objective + side * away, Watch(), whole=True)
    assert status == BEST_FOUND


def test_without_a_bound_nothing_is_proved():
    for bound in (math.inf, -math.inf):
        told, gap, status = settled(5.0, bound, Watch(gap=0.5), whole=False)
        assert (told, gap, status) == (bound, math.inf, BEST_FOUND)


def test_each_site_adds_most_to_those_before_and_ties_go_to_the_smaller():
    # three rows; site 0 and 2 reach the first two, site 1 the last
    reach = sparse.csr_array(np.array([[1, 0, 1, 0], [1, 0, 1, 0], [0, 1, 0, 0]]))
    order, gains = order_of_cover(reach, np.array([2.0, 3.0, 4.0]), np.array([2, 1, 0]), [])
    assert order.tolist() == [0, 1, 2]
    assert gains.tolist() == [5.0, 4.0, 0.0]
    order, gains = order_of_cover(reach, np.array([2.0, 3.0, 4.0]), np.array([2, 1]), [0])
    assert order.tolist() == [1, 2]
    assert gains.tolist() == [4.0, 0.0]


def test_the_gap_is_relative_to_the_objective():
    assert gap_between(200, 210) == pytest.approx(0.05)
    assert gap_between(0, 0) == 0
    assert math.isnan(gap_between(math.nan, 3))


def test_news_come_with_objective_bound_and_gap_and_not_too_often():
    told = []
    watch = Watch(progress=told.append)
    for bound in range(1000):
        watch.tell(1000.0, 2000.0 - bound)
    assert len(told) <= 2
    assert told[0] == Progress(told[0].seconds, 1000.0, 2000.0, 1.0)
