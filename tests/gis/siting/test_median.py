"""The p-median against enumeration, other programmes, known optima, and a clock."""

import math
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from siting_questions import as_sparse, choices, or_library, questions

from gis.errors import InputError
from gis.siting import NoPlan, p_median
from gis.siting.highs import Program, solve
from gis.siting.medians import median
from gis.siting.watch import Watch


def at(cost, special, chosen):
    """What each row costs."""
    open_ = [*special["existing"].tolist(), *map(int, chosen)]
    return cost[:, open_].min(axis=1, initial=np.inf)


def total(cost, weights, special, chosen):
    return float(sum(w * c for w, c in zip(weights, at(cost, special, chosen), strict=True) if w))


def check_refusal(refused, cost, weights, special, serves):
    """A refusal names the rows nobody can serve, else the least number of sites that would do."""
    allowed = np.setdiff1d(np.arange(cost.shape[1]), special["forbidden"])
    lost = np.isinf(cost[:, allowed].min(axis=1, initial=np.inf)) & (weights > 0)
    assert refused.unreached.tolist() == np.flatnonzero(lost).tolist()
    if not lost.any():
        every = choices(cost.shape[1], cost.shape[1], special)
        assert refused.least_count == min(len(each) for each in every if serves(each))


@given(questions(), st.booleans())
def test_median_is_the_best_of_all_choices(question, dense):
    cost, weights, count, special = question
    best = min(
        total(cost, weights, special, each) for each in choices(cost.shape[1], count, special)
    )
    given_cost = cost if dense else as_sparse(cost)
    if math.isinf(best):
        with pytest.raises(NoPlan) as refused:
            p_median(given_cost, weights, count, **special)
        check_refusal(
            refused.value,
            cost,
            weights,
            special,
            lambda each: math.isfinite(total(cost, weights, special, each)),
        )
        return
    choice = p_median(given_cost, weights, count, **special)
    assert choice.objective == pytest.approx(best, rel=1e-9, abs=1e-9)
    assert choice.status == "proved optimal"
    assert choice.bound == choice.objective
    assert choice.gap == 0
    check_choice(choice, cost, weights, count, special)
    assert choice.objective == pytest.approx(total(cost, weights, special, choice.sites))


def check_choice(choice, cost, weights, count, special):
    """Sites are allowed ones, in order of contribution, and serve as the choice says."""
    chosen = choice.sites.tolist()
    assert len(chosen) == len(set(chosen)) <= count
    assert set(special["required"].tolist()) <= set(chosen)
    assert not set(chosen) & {*special["existing"].tolist(), *special["forbidden"].tolist()}
    open_ = sorted([*special["existing"].tolist(), *chosen])
    for row, column in enumerate(choice.served.tolist()):
        if column < 0:
            assert np.isinf(cost[row, open_]).all()
        else:
            assert column == open_[int(np.argmin(cost[row, open_]))]
    assert len(choice.gains) == len(chosen)


@given(questions())
def test_gains_add_up_and_no_site_adds_less_than_the_next_could(question):
    cost, weights, count, special = question
    try:
        choice = p_median(cost, weights, count, **special)
    except NoPlan:
        return
    before = total(cost, weights, special, [])
    assert (math.isnan(choice.before) and math.isinf(before)) or choice.before == pytest.approx(
        before
    )
    for k in range(len(choice.sites)):
        one, two = (total(cost, weights, special, choice.sites[:n]) for n in (k, k + 1))
        if math.isfinite(one):
            assert choice.gains[k] == pytest.approx(one - two)
            others = [
                total(cost, weights, special, [*choice.sites[:k], s]) for s in choice.sites[k:]
            ]
            assert two == pytest.approx(min(others))
        else:
            assert math.isnan(choice.gains[k])


def plain_highs(cost, weights, count):
    """The strong form, one variable a pair: the second method."""
    rows, sites = cost.shape
    pair = np.arange(rows * sites)
    serve = sparse.coo_array(
        (np.ones(len(pair)), (pair // sites, sites + pair)), shape=(rows, sites + len(pair))
    )
    link = sparse.coo_array(
        (
            np.r_[np.ones(len(pair)), -np.ones(len(pair))],
            (np.r_[pair, pair], np.r_[sites + pair, pair % sites]),
        ),
        shape=(len(pair), sites + len(pair)),
    )
    some = sparse.coo_array(np.r_[np.ones(sites), np.zeros(len(pair))][None])
    size = sites + len(pair)
    program = Program(
        np.r_[np.zeros(sites), (weights[:, None] * cost).ravel()],
        sparse.vstack([serve, link, some]),
        np.r_[np.ones(rows), np.full(len(pair) + 1, -np.inf)],
        np.r_[np.ones(rows), np.zeros(len(pair)), count],
        np.zeros(size),
        np.ones(size),
        np.arange(size) < sites,
    )
    with Watch() as watch:
        return solve(program, watch).objective


@pytest.mark.parametrize("count", [3, 9, 25])
@pytest.mark.parametrize("whole", [True, False])
def test_median_equals_plain_highs(count, whole):
    rng = np.random.default_rng(count)
    people, stands = rng.random((80, 2)) * 100, rng.random((40, 2)) * 100
    cost = np.linalg.norm(people[:, None] - stands, axis=2)
    cost, weights = (np.rint(cost) if whole else cost), rng.integers(1, 9, 80).astype(float)
    choice = p_median(cost, weights, count)
    assert choice.status == "proved optimal"
    assert choice.objective == pytest.approx(plain_highs(cost, weights, count), rel=1e-7)


def test_alike_rows_are_one_and_rows_without_weight_need_nobody():
    cost = np.array([[1.0, 5.0], [1.0, 5.0], [9.0, 2.0], [np.inf, np.inf]])
    choice = p_median(cost, [1.0, 1.0, 1.0, 0.0], 1)
    assert choice.sites.tolist() == [0]
    assert choice.objective == 11
    assert choice.served.tolist() == [0, 0, 0, -1]
    assert np.isnan(choice.gains).all()


def test_a_stored_zero_is_a_cost_of_zero():
    cost = sparse.csr_array(([0.0, 3.0], [0, 1], [0, 1, 2]), shape=(2, 2))
    with pytest.raises(NoPlan) as refused:
        p_median(cost, [1, 1], 1)
    assert refused.value.least_count == 2
    assert p_median(cost, [1, 1], 2).objective == 3


def test_nothing_asked_is_answered():
    nobody = p_median(np.empty((0, 3)), [], 2)
    assert nobody.objective == 0
    assert nobody.sites.tolist() == []
    assert nobody.status == "proved optimal"
    standing = p_median([[4.0, 1.0]], [2], 0, existing=[0])
    assert (standing.objective, standing.before) == (8, 8)
    assert standing.served.tolist() == [0]
    with pytest.raises(NoPlan) as refused:
        p_median([[4.0]], [2], 0)
    assert refused.value.least_count == 1


def test_existing_sites_do_not_eat_the_count():
    cost = np.abs(np.subtract.outer(np.arange(10.0), np.arange(10.0)))
    choice = p_median(cost, np.ones(10), 1, existing=[0, 1])
    assert choice.sites.tolist() == [6]
    assert choice.objective == min(
        np.minimum(cost[:, :2].min(axis=1), cost[:, site]).sum() for site in range(10)
    )
    assert choice.before == 36
    assert choice.gains.tolist() == [36 - choice.objective]


def test_missing_costs_are_missing_and_nan_is_refused():
    cost = np.array([[np.inf, 2.0], [1.0, np.inf], [3.0, 4.0]])
    assert p_median(cost, [1, 1, 1], 2).objective == 6
    cost[2] = np.inf
    with pytest.raises(NoPlan) as refused:
        p_median(cost, [1, 1, 1], 2)
    assert refused.value.unreached.tolist() == [2]
    assert "2" in str(refused.value)
    cost[0, 0] = np.nan
    with pytest.raises(InputError, match=r"第 0 行第 0 列"):
        p_median(cost, [1, 1, 1], 2)


@pytest.fixture(scope="module")
def case_of_peers():
    """400 people x 60 sites as another package calls an answer 3.1 times too dear optimal."""
    rng = np.random.default_rng(8)
    people, stands = rng.random((400, 2)) * 1000, rng.random((60, 2)) * 1000
    return np.linalg.norm(people[:, None] - stands, axis=2), rng.integers(1, 30, 400).astype(float)


def test_what_is_not_proved_is_not_called_optimal(case_of_peers):
    cost, weights = case_of_peers
    best = p_median(cost, weights, 8)
    assert best.status == "proved optimal"
    for limit in (0.0, 0.001, 0.01, 0.05):
        choice = p_median(cost, weights, 8, time_limit=limit)
        assert choice.bound <= best.objective * (1 + 1e-9)
        assert choice.objective >= best.objective * (1 - 1e-9)
        if choice.status == "proved optimal":
            assert choice.objective == pytest.approx(best.objective)
        else:
            assert choice.status == "best found"
            assert choice.gap == pytest.approx((choice.objective - choice.bound) / choice.objective)


def test_the_gap_asked_for_is_enough(case_of_peers):
    cost, weights = case_of_peers
    best = p_median(cost, weights, 8)
    choice = p_median(cost, weights, 8, gap=0.1)
    assert choice.status in {"within gap", "proved optimal"}
    assert choice.bound <= best.objective <= choice.objective
    assert choice.gap <= 0.1


def test_a_time_limit_is_kept():
    rng = np.random.default_rng(9)
    cost = rng.random((1500, 150)) * 1000  # no geometry: bounds stay far away
    p_median(cost[:20, :5], np.ones(20), 2)  # compiled before the clock runs
    began = time.perf_counter()
    choice = p_median(cost, np.ones(1500), 12, time_limit=3)
    assert time.perf_counter() - began < 3.6
    assert choice.bound <= choice.objective
    assert choice.status in {"best found", "proved optimal"}


def test_the_same_question_has_the_same_answer(case_of_peers):
    cost, weights = case_of_peers
    one, two = (p_median(cost, weights, 12) for _ in range(2))
    assert one.sites.tolist() == two.sites.tolist()
    three = p_median(as_sparse(cost), weights, 12)
    assert one.sites.tolist() == three.sites.tolist()
    assert one.objective == three.objective


def test_news_come_while_it_works_and_whoever_hears_them_may_stop_it():
    rng = np.random.default_rng(3)
    cost, told = rng.random((800, 200)), []
    p_median(cost[:20, :5], np.ones(20), 2)
    choice = p_median(cost, np.ones(800), 15, time_limit=1.0, progress=told.append)
    assert told
    assert all(each.bound <= choice.objective for each in told)
    assert told[-1].objective >= choice.objective


def test_another_thread_can_stop_it(monkeypatch):
    watches = []

    class Kept(Watch):
        def __enter__(self):
            watches.append(self)
            return super().__enter__()

    monkeypatch.setattr(median, "Watch", Kept)
    rng = np.random.default_rng(3)
    cost = rng.random((800, 200))
    p_median(cost[:20, :5], np.ones(20), 2)
    watches.clear()

    def stop():
        watches[0].stop()

    threading.Timer(0.3, stop).start()
    began = time.perf_counter()
    choice = p_median(cost, np.ones(800), 15)
    assert time.perf_counter() - began < 2
    assert choice.status == "best found"
    assert 0 <= choice.bound < choice.objective


@pytest.mark.real
@pytest.mark.parametrize(("name", "best"), [("pmed1", 5819), ("pmed5", 1355), ("pmed8", 4445)])
def test_optima_of_the_or_library(real_data, name, best):
    cost, count = or_library(real_data, name)
    choice = p_median(cost, np.ones(len(cost)), count)
    assert choice.objective == best
    assert choice.status == "proved optimal"
