"""Maximal coverage: right by trying everything, proved honestly, kept to its limits."""

import itertools
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.spatial import cKDTree

from gis.errors import InputError
from gis.siting import max_coverage
from gis.siting.highs import Program, solve
from gis.siting.watch import Watch


def on_a_plane(rows, sites, radius, *, seed=0):
    """Homes and sites at random in a square; a site reaches what is near."""
    rng = np.random.default_rng(seed)
    near = cKDTree(rng.random((rows, 2))).sparse_distance_matrix(
        cKDTree(rng.random((sites, 2))), radius, output_type="coo_matrix"
    )
    shape = (rows, sites)
    reach = sparse.csr_array((np.ones(near.nnz, np.int8), (near.row, near.col)), shape=shape)
    return reach, rng.integers(1, 100, rows).astype(float)


def scattered(rows, sites, density, *, seed=0):
    """No geography at all: far harder than streets."""
    rng = np.random.default_rng(seed)
    reach = sparse.csr_array((rng.random((rows, sites)) < density).astype(np.int8))
    return reach, rng.integers(1, 100, rows).astype(float)


def weight_covered(reach, weights, chosen):
    dense = np.asarray(reach.todense() if sparse.issparse(reach) else reach, dtype=bool)
    return float(weights[dense[:, list(chosen)].any(axis=1)].sum())


def by_trying(reach, weights, count, existing=(), required=(), forbidden=()):
    free = [k for k in range(reach.shape[1]) if k not in {*existing, *required, *forbidden}]
    return max(
        weight_covered(reach, weights, [*existing, *required, *some])
        for size in range(count - len(required) + 1)
        for some in itertools.combinations(free, size)
    )


def by_highs(reach, weights, count):
    rows, sites = reach.shape
    links = sparse.hstack([reach.astype(float), -sparse.eye_array(rows)])
    places = sparse.hstack([np.ones((1, sites)), sparse.csr_array((1, rows))])
    return solve(
        Program(
            cost=np.r_[np.zeros(sites), weights],
            matrix=sparse.vstack([links, places]),
            row_lower=np.r_[np.zeros(rows), -np.inf],
            row_upper=np.r_[np.full(rows, np.inf), count],
            lower=np.zeros(sites + rows),
            upper=np.ones(sites + rows),
            whole=np.arange(sites + rows) < sites,
            maximise=True,
        ),
        Watch(),
    )


@st.composite
def small_questions(draw):
    rows, sites = draw(st.integers(0, 12)), draw(st.integers(0, 7))
    reach = np.array(draw(st.lists(st.booleans(), min_size=rows * sites, max_size=rows * sites)))
    amounts = draw(
        st.sampled_from(
            [st.integers(0, 9), st.integers(0, 3).map(lambda n: 10 * n), st.floats(0, 1)]
        )
    )
    weights = np.array(draw(st.lists(amounts, min_size=rows, max_size=rows)), dtype=float)
    kinds = draw(st.lists(st.sampled_from("nnnnerf"), min_size=sites, max_size=sites))
    special = [[k for k in range(sites) if kinds[k] == kind] for kind in "erf"]
    count = draw(st.integers(len(special[1]), len(special[1]) + kinds.count("n")))
    return reach.reshape(rows, sites), weights, count, *special


@given(small_questions())
@settings(max_examples=300, deadline=None)
def test_coverage_equals_trying_every_choice(question):
    reach, weights, count, existing, required, forbidden = question
    choice = max_coverage(
        reach, weights, count, existing=existing, required=required, forbidden=forbidden
    )
    best = by_trying(*question)
    assert choice.objective == pytest.approx(best, rel=1e-9, abs=1e-12)
    assert choice.status == "proved optimal"
    assert choice.bound == choice.objective
    assert choice.gap == 0
    assert len(choice.sites) <= count
    assert set(required) <= set(choice.sites.tolist())
    assert not {*existing, *forbidden} & set(choice.sites.tolist())
    assert choice.before == pytest.approx(weight_covered(reach, weights, existing))
    assert choice.before + choice.gains.sum() == pytest.approx(choice.objective)
    together = [*existing, *choice.sites]
    assert choice.objective == pytest.approx(weight_covered(reach, weights, together))
    for row, site in enumerate(choice.served):
        assert (
            (site in together and reach[row, site]) if site >= 0 else not reach[row, together].any()
        )


@given(
    seed=st.integers(0, 10_000),
    density=st.sampled_from([0.1, 0.2, 0.4]),
    count=st.integers(2, 5),
    whole=st.booleans(),
)
@example(seed=0, density=0.2, count=4, whole=False)
@settings(max_examples=60, deadline=None)
def test_choices_without_geography_equal_trying_every_choice(seed, density, count, whole):
    reach, weights = scattered(60, 14, density, seed=seed)
    weights = weights if whole else weights / 7
    choice = max_coverage(reach, weights, count)
    assert choice.objective == pytest.approx(by_trying(reach, weights, count), rel=1e-9)
    assert choice.status == "proved optimal"


@pytest.mark.parametrize(
    ("instance", "count"),
    [
        (on_a_plane(2_000, 200, 0.08), 12),
        (on_a_plane(1_500, 150, 0.12, seed=1), 10),
        (scattered(200, 50, 0.1), 6),
        (scattered(300, 40, 0.03, seed=2), 12),
    ],
)
def test_middling_instances_equal_the_plain_model_in_highs(instance, count):
    choice = max_coverage(*instance, count)
    plain = by_highs(*instance, count)
    assert plain.state == "optimal"
    assert choice.objective == pytest.approx(plain.objective)
    assert choice.status == "proved optimal"
    assert choice.objective == weight_covered(*instance, choice.sites)


def test_town_counted_by_hand_orders_sites_by_what_they_add():
    """Site 0 reaches rows 0-1, site 1 rows 1-3, site 2 row 3, site 3 row 4; row 5 nobody."""
    reach = np.zeros((6, 4), bool)
    reach[[0, 1], 0] = reach[[1, 2, 3], 1] = reach[3, 2] = reach[4, 3] = True
    choice = max_coverage(reach, [5, 1, 1, 1, 2, 9], 3)
    assert choice.sites.tolist() == [0, 1, 3]  # 6, then 2, then 2: the tie to the smaller
    assert choice.gains.tolist() == [6, 2, 2]
    assert choice.served.tolist() == [0, 0, 1, 1, 3, -1]
    assert choice.objective == 10
    assert choice.before == 0


def test_existing_sites_do_not_eat_the_budget():
    """Peers' spopt opens only what stands already when p equals the number of it."""
    reach = np.eye(5, dtype=bool)
    choice = max_coverage(reach, [1, 1, 7, 8, 9], 2, existing=[0, 1])
    assert choice.sites.tolist() == [4, 3]
    assert choice.objective == 19
    assert choice.before == 2
    one = max_coverage(reach, [1, 1, 7, 8, 9], 1, existing=[0, 1])
    assert one.sites.tolist() == [4]


def test_unreachable_rows_count_as_not_covered():
    reach = sparse.csr_array(np.array([[1, 0], [0, 0], [0, 1]]))
    choice = max_coverage(reach, [1, 100, 2], 2)
    assert choice.objective == 3
    assert choice.served.tolist() == [0, -1, 1]
    assert choice.status == "proved optimal"


def test_sites_that_add_nothing_are_left_out_unless_required():
    reach = np.array([[1, 1, 1]])
    assert max_coverage(reach, [1], 3).sites.tolist() == [0]
    assert max_coverage(reach, [1], 3, required=[2]).sites.tolist() == [2]
    assert max_coverage(reach, [1], 2, existing=[0], required=[2]).sites.tolist() == [2]


@pytest.mark.parametrize(
    ("reach", "weights", "count"),
    [
        (np.zeros((0, 0)), [], 0),
        (np.zeros((3, 0)), [1, 2, 3], 0),
        (np.zeros((0, 3)), [], 2),
        (np.zeros((2, 3)), [1, 2], 2),
        (np.ones((2, 3)), [0, 0], 2),
        (np.ones((2, 3)), [1, 1], 0),
    ],
)
def test_nothing_to_cover_or_to_choose_is_an_answer(reach, weights, count):
    choice = max_coverage(reach, weights, count)
    assert choice.objective == 0
    assert choice.status == "proved optimal"
    assert len(choice.sites) == 0
    assert choice.served.shape == (len(reach),)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"reach": np.array([[1.0, np.inf]])}, "reach"),
        ({"reach": np.array([[1.0, np.nan]])}, "reach"),
        ({"weights": [-1]}, "weights"),
        ({"weights": [np.nan]}, "weights"),
        ({"weights": [1, 2]}, "weights"),
        ({"count": 3}, "count"),
        ({"count": None}, "count"),
        ({"existing": [2]}, "existing"),
        ({"existing": [0], "required": [0]}, "required"),
        ({"time_limit": -1}, "time_limit"),
        ({"gap": np.nan}, "gap"),
    ],
)
def test_bad_input_is_named(change, named):
    question = {"reach": np.array([[1, 1]]), "weights": [1], "count": 1} | change
    with pytest.raises(InputError, match=named):
        max_coverage(**question)


HARD = scattered(600, 200, 0.04)
"""Weeks of branching: where nothing lies near anything, bounds stay far from what is found."""


@pytest.mark.parametrize("limit", [0, 0.3, 1.5])
def test_time_limit_is_kept_and_the_gap_is_honest(limit):
    max_coverage(*scattered(30, 12, 0.2), 3)  # compile
    began = time.perf_counter()
    choice = max_coverage(*HARD, 25, time_limit=limit)
    assert time.perf_counter() - began < limit + 0.5
    assert choice.status == "best found"
    assert choice.objective == weight_covered(*HARD, choice.sites)
    assert choice.bound > choice.objective
    assert choice.gap == pytest.approx((choice.bound - choice.objective) / choice.objective)


def test_bound_of_a_stopped_run_holds_for_the_optimum():
    instance = scattered(400, 60, 0.08, seed=3)
    stopped = max_coverage(*instance, 8, time_limit=0.05)
    proved = max_coverage(*instance, 8)
    assert proved.status == "proved optimal"
    assert stopped.objective <= proved.objective <= stopped.bound


def test_asked_gap_ends_the_search_and_says_so():
    choice = max_coverage(*HARD, 25, gap=0.2)
    assert choice.status == "within gap"
    assert 0 < choice.gap <= 0.2


def test_equal_input_gives_equal_answer():
    reach, weights = scattered(300, 60, 0.06, seed=5)
    one, other = (max_coverage(reach, weights, 7) for _ in range(2))
    assert one.sites.tolist() == other.sites.tolist()
    assert one.bound == other.bound


def test_rows_and_columns_may_come_in_any_order():
    reach, weights = on_a_plane(400, 60, 0.12)
    rng = np.random.default_rng(1)
    rows, columns = rng.permutation(400), rng.permutation(60)
    mixed = max_coverage(sparse.csr_array(reach[rows][:, columns]), weights[rows], 6)
    assert mixed.objective == max_coverage(reach, weights, 6).objective


def test_one_more_site_never_covers_less():
    reach, weights = on_a_plane(300, 40, 0.15)
    covered = [max_coverage(reach, weights, count).objective for count in range(12)]
    assert covered == sorted(covered)


def test_progress_is_told_with_a_falling_bound():
    told = []
    max_coverage(*HARD, 25, time_limit=1, progress=told.append)
    assert len(told) >= 2
    bounds = [news.bound for news in told]
    assert bounds == sorted(bounds, reverse=True)
    assert all(news.objective <= news.bound for news in told)


def test_another_thread_may_stop_it(monkeypatch):
    watches = []
    enter = Watch.__enter__
    monkeypatch.setattr(Watch, "__enter__", lambda self: watches.append(self) or enter(self))
    timer = threading.Timer(0.4, lambda: [each.stop() for each in watches])
    timer.start()
    began = time.perf_counter()
    choice = max_coverage(*HARD, 25)
    assert time.perf_counter() - began < 3
    assert choice.status == "best found"


def test_interrupt_returns_the_best_found():
    program = """
import sys, numpy as np
from gis.siting import max_coverage
reach = (np.random.default_rng(0).random((600, 200)) < 0.04).astype(np.int8)
weights = np.ones(600)
max_coverage(reach[:30, :12], weights[:30], 3)
print("ready", flush=True)
choice = max_coverage(reach, weights, 25, time_limit=60)
print(choice.status, choice.objective < choice.bound, choice.seconds < 30)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline() == "ready\n"
        time.sleep(1)
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "best found True True\n"
