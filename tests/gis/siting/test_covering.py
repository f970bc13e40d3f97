"""The fewest sites: right by trying everything, proved honestly, and whom nobody reaches named."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.spatial import cKDTree

from gis.errors import InputError
from gis.siting import NoPlan, max_coverage, set_cover
from gis.siting.highs import Program, solve
from gis.siting.watch import Watch


def on_a_plane(rows, sites, radius, *, seed=0):
    """Homes and sites at random in a square; homes that no site is near are left out."""
    rng = np.random.default_rng(seed)
    near = cKDTree(rng.random((rows, 2))).sparse_distance_matrix(
        cKDTree(rng.random((sites, 2))), radius, output_type="coo_matrix"
    )
    shape = (rows, sites)
    reach = sparse.csr_array((np.ones(near.nnz, np.int8), (near.row, near.col)), shape=shape)
    return sparse.csr_array(reach[np.diff(reach.indptr) > 0])


def scattered(rows, sites, density, *, seed=0):
    rng = np.random.default_rng(seed)
    reach = rng.random((rows, sites)) < density
    reach[np.arange(rows), rng.integers(0, sites, rows)] = True
    return reach


def by_trying(reach, enough, existing, required, forbidden):
    """Return the least number of new sites that is enough, None if no number is."""
    free = [k for k in range(reach.shape[1]) if k not in {*existing, *required, *forbidden}]
    for size in range(len(free) + 1):
        for some in itertools.combinations(free, size):
            if enough(reach[:, [*existing, *required, *some]].any(axis=1)):
                return size + len(required)
    return None


@st.composite
def small_questions(draw):
    rows, sites = draw(st.integers(0, 10)), draw(st.integers(0, 7))
    cells = st.sampled_from([True, False, draw(st.booleans())])
    reach = np.array(draw(st.lists(cells, min_size=rows * sites, max_size=rows * sites)), bool)
    kinds = draw(st.lists(st.sampled_from("nnnnnerf"), min_size=sites, max_size=sites))
    special = [[k for k in range(sites) if kinds[k] == kind] for kind in "erf"]
    return reach.reshape(rows, sites), *special


@given(small_questions())
@settings(max_examples=300, deadline=None)
def test_least_number_equals_trying_every_choice(question):
    reach, existing, required, forbidden = question
    least = by_trying(reach, np.all, existing, required, forbidden)
    special = {"existing": existing, "required": required, "forbidden": forbidden}
    if least is None:
        with pytest.raises(NoPlan) as failed:
            set_cover(reach, **special)
        may_stand = np.setdiff1d(np.arange(reach.shape[1]), forbidden)
        expected = np.flatnonzero(~reach[:, may_stand].any(axis=1))
        assert failed.value.unreached.tolist() == expected.tolist()
        return
    choice = set_cover(reach, **special)
    assert choice.objective == choice.bound == least == len(choice.sites)
    assert choice.status == "proved optimal"
    assert reach[:, [*existing, *choice.sites]].any(axis=1).all()
    assert set(required) <= set(choice.sites.tolist())
    assert not {*existing, *forbidden} & set(choice.sites.tolist())
    assert (choice.served >= 0).all()
    assert (choice.before == 0) == bool(reach[:, existing].any(axis=1).all())


@given(
    small_questions(),
    st.sampled_from([0.0, 0.25, 0.5, 0.8, 0.9]),
    st.sampled_from([st.integers(0, 9), st.floats(0, 1)]),
    st.data(),
)
@settings(max_examples=300, deadline=None)
def test_least_number_for_a_share_equals_trying_every_choice(question, share, amounts, data):
    reach, existing, required, forbidden = question
    rows = len(reach)
    weights = np.array(data.draw(st.lists(amounts, min_size=rows, max_size=rows)), dtype=float)
    aim = share * weights.sum() * (1 - 1e-9)
    least = by_trying(
        reach, lambda served: weights[served].sum() >= aim, existing, required, forbidden
    )
    special = {"existing": existing, "required": required, "forbidden": forbidden}
    if least is None:
        with pytest.raises(NoPlan):
            set_cover(reach, weights, share=share, **special)
        return
    choice = set_cover(reach, weights, share=share, **special)
    assert choice.objective == choice.bound == least
    assert choice.status == "proved optimal"
    assert weights[choice.served >= 0].sum() >= aim


def by_highs(reach):
    rows, sites = reach.shape
    return solve(
        Program(
            cost=np.ones(sites),
            matrix=sparse.csr_array(reach, dtype=float),
            row_lower=np.ones(rows),
            row_upper=np.full(rows, np.inf),
            lower=np.zeros(sites),
            upper=np.ones(sites),
            whole=np.ones(sites, bool),
        ),
        Watch(),
    )


@pytest.mark.parametrize(
    "reach",
    [
        on_a_plane(1_000, 200, 0.1),
        on_a_plane(3_000, 600, 0.05, seed=1),
        scattered(120, 60, 0.06),
    ],
)
def test_middling_instances_equal_the_plain_model_in_highs(reach):
    choice = set_cover(reach)
    assert choice.objective == pytest.approx(by_highs(reach).objective)
    assert choice.status == "proved optimal"
    assert (choice.served >= 0).all()


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_share_is_where_maximal_coverage_gets_there(share):
    reach = on_a_plane(800, 120, 0.1, seed=4)
    weights = np.random.default_rng(4).integers(1, 50, reach.shape[0]).astype(float)
    choice = set_cover(reach, weights, share=share)
    count = len(choice.sites)
    assert max_coverage(reach, weights, count).objective >= share * weights.sum()
    assert max_coverage(reach, weights, count - 1).objective < share * weights.sum()
    assert choice.gains.tolist() == sorted(choice.gains, reverse=True)


def test_rows_that_nobody_reaches_are_named():
    """Peers' spopt says "Infeasible" and no more."""
    reach = np.array([[1, 0], [0, 0], [0, 1], [0, 0]])
    with pytest.raises(NoPlan, match="1, 3") as failed:
        set_cover(reach)
    assert failed.value.unreached.tolist() == [1, 3]
    assert "rows 1, 3" in failed.value.english
    with pytest.raises(NoPlan) as failed:
        set_cover(np.eye(3), forbidden=[2])
    assert failed.value.unreached.tolist() == [2]
    assert set_cover(reach, share=0.5).objective == 2
    with pytest.raises(NoPlan, match=r"50\.0%"):
        set_cover(reach, share=0.75)


def test_rows_without_weight_are_covered_when_everybody_is():
    assert set_cover(np.eye(3), [1, 0, 0]).objective == 3
    assert set_cover(np.eye(3), [1, 0, 0], share=0.99).sites.tolist() == [0]


def test_existing_sites_are_not_counted():
    choice = set_cover(np.eye(3), existing=[0, 2])
    assert choice.sites.tolist() == [1]
    assert np.isnan(choice.before)
    none = set_cover(np.eye(3), existing=[0, 1, 2])
    assert none.objective == none.before == 0


@pytest.mark.parametrize("shape", [(0, 0), (0, 3)])
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_nobody_to_cover_needs_no_site(shape, share):
    choice = set_cover(np.zeros(shape), share=share)
    assert choice.objective == choice.bound == 0
    assert choice.status == "proved optimal"


@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan, "half"])
def test_a_share_is_between_0_and_1(share):
    with pytest.raises(InputError, match="share"):
        set_cover(np.eye(2), share=share)


@pytest.mark.parametrize("share", [0.9, 1.0])
def test_time_limit_is_kept_and_the_bound_is_honest(share):
    reach = scattered(500, 250, 0.02, seed=1)
    weights = np.random.default_rng(1).integers(1, 100, 500).astype(float)
    set_cover(reach[:20], weights[:20], share=share)  # compile
    began = time.perf_counter()
    choice = set_cover(reach, weights, share=share, time_limit=1)
    assert time.perf_counter() - began < 2
    assert choice.status == "best found"
    assert choice.bound < choice.objective == len(choice.sites)
    assert choice.gap == pytest.approx((choice.objective - choice.bound) / choice.objective)
    assert weights[reach[:, choice.sites].any(axis=1)].sum() >= share * weights.sum()


def test_equal_input_gives_equal_answer_and_progress_is_told():
    reach, told = scattered(150, 80, 0.05), []
    one = set_cover(reach, progress=told.append)
    assert one.sites.tolist() == set_cover(reach).sites.tolist()
    assert told
    assert all(news.bound <= news.objective for news in told if not np.isnan(news.objective))


def test_a_search_for_few_sites_ends_when_time_is_up():
    rng = np.random.default_rng(5)
    reach = rng.random((4000, 900)) < 0.01
    reach[np.arange(4000), rng.integers(0, 900, 4000)] = True
    began = time.perf_counter()
    hurried = set_cover(reach, time_limit=0.2)
    assert time.perf_counter() - began < 2
    assert hurried.status == "best found"
    assert reach[:, hurried.sites].any(axis=1).all()
    assert hurried.bound <= hurried.objective
