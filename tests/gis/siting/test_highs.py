"""Programmes solved by HiGHS: right, in time, and stopped when asked to."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from gis.siting.highs import Program, relax, solve
from gis.siting.watch import Watch


def knapsack(values, sizes, room, *, maximise=True):
    count = len(values)
    return Program(
        cost=np.array(values, float),
        matrix=sparse.csr_array(np.array([sizes], float)),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([float(room)]),
        lower=np.zeros(count),
        upper=np.ones(count),
        whole=np.ones(count, bool),
        maximise=maximise,
    )


def medians(rows, sites, count):
    """The strong form of a random p-median: hard enough to take a while."""
    rng = np.random.default_rng(0)
    homes, places = rng.random((rows, 2)), rng.random((sites, 2))
    cost = np.hypot(*(homes[:, None] - places[None]).transpose(2, 0, 1)) * 1000
    cost *= rng.integers(1, 20, (rows, 1))
    pairs = rows * sites
    each = sparse.kron(sparse.eye(rows), np.ones((1, sites)))
    open_only = sparse.vstack([-sparse.eye(sites)] * rows)
    matrix = sparse.bmat(
        [[each, None], [sparse.eye(pairs), open_only], [None, np.ones((1, sites))]], format="csc"
    )
    return Program(
        cost=np.r_[cost.ravel(), np.zeros(sites)],
        matrix=matrix,
        row_lower=np.r_[np.ones(rows), np.full(pairs, -np.inf), count],
        row_upper=np.r_[np.ones(rows), np.zeros(pairs), count],
        lower=np.zeros(pairs + sites),
        upper=np.ones(pairs + sites),
        whole=np.r_[np.zeros(pairs, bool), np.ones(sites, bool)],
    )


@given(
    values=st.lists(st.integers(0, 50), min_size=1, max_size=8),
    seed=st.integers(0, 9),
    room=st.integers(0, 40),
)
@settings(max_examples=25, deadline=None)
def test_equals_scipys_solver_on_knapsacks(values, seed, room):
    sizes = np.random.default_rng(seed).integers(1, 20, len(values))
    with Watch() as watch:
        ours = solve(knapsack(values, sizes, room), watch)
    theirs = optimize.milp(
        -np.array(values, float),
        constraints=optimize.LinearConstraint(sizes[None].astype(float), -np.inf, room),
        integrality=np.ones(len(values)),
        bounds=optimize.Bounds(0, 1),
    )
    assert ours.state == "optimal"
    assert ours.objective == pytest.approx(-theirs.fun)
    assert ours.bound == pytest.approx(ours.objective)


def test_duals_and_reduced_costs_explain_a_relaxed_programme():
    program = knapsack([6, 5, 4], [3, 2, 1], 4)
    with Watch() as watch:
        told = relax(program, watch)
    # by value per size: 4, then 2.5, then a third of the 6
    assert told.objective == pytest.approx(4 + 5 + 6 / 3)
    assert told.duals[0] == pytest.approx(2.0)
    assert told.reduced == pytest.approx(np.array([0.0, 1.0, 2.0]))


def test_what_cannot_be_is_infeasible():
    program = knapsack([1, 1], [1, 1], -1)
    with Watch() as watch:
        assert solve(program, watch).state == "infeasible"
        assert relax(program, watch).state == "infeasible"


def test_a_start_is_kept_when_time_is_up_at_once():
    program = knapsack([3, 2], [1, 1], 1)
    with Watch() as watch:
        told = solve(program, watch, start=np.array([1.0, 0.0]))
    assert told.objective == 3


@pytest.mark.parametrize("limit", [0.5, 1.5])
def test_a_time_limit_is_kept_and_the_bound_is_true(limit):
    program = medians(1000, 100, 8)
    began = time.perf_counter()
    with Watch(limit) as watch:
        told = solve(program, watch)
    # building and passing the model has no look at the clock
    assert time.perf_counter() - began < limit + 2
    assert told.state == "stopped"
    assert np.isnan(told.objective) or told.bound <= told.objective


def test_another_thread_stops_a_solve():
    program = medians(1000, 100, 8)
    with Watch() as watch:
        threading.Timer(0.5, watch.stop).start()
        began = time.perf_counter()
        told = solve(program, watch)
    assert told.state == "stopped"
    assert time.perf_counter() - began < 4


def test_a_fault_of_whoever_is_told_comes_back_to_the_caller():
    def stumble(_news):
        raise LookupError("of the caller")

    with Watch(progress=stumble) as watch, pytest.raises(LookupError, match="of the caller"):
        solve(medians(400, 60, 8), watch)


INTERRUPTED = """
import sys
sys.path.insert(0, {folder!r})
from test_highs import medians
from gis.siting.highs import solve
from gis.siting.watch import Watch
program = medians(1000, 100, 8)
print("ready", flush=True)
with Watch(60) as watch:
    print(solve(program, watch).state, watch.seconds < 30, flush=True)
try:
    print("again", flush=True)
    import time
    time.sleep(30)
except KeyboardInterrupt:
    print("usual", flush=True)
"""


def test_ctrl_c_stops_the_solve_once_and_the_programme_the_second_time():
    code = INTERRUPTED.format(folder=str(Path(__file__).parent))
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "ready\n"
        time.sleep(1)
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "stopped True\n"
        assert child.stdout.readline() == "again\n"
        time.sleep(0.2)
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "usual\n"
        assert child.wait(10) == 0
