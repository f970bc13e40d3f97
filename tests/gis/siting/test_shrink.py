"""Shrinking loses nothing: the best value before is the best value after."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from gis.siting.covers import kernels, matrix_kernels
from gis.siting.covers.shrink import build_core, parts, settled_core


@st.composite
def matrices(draw):
    rows, columns = draw(st.integers(1, 12)), draw(st.integers(1, 7))
    cells = draw(st.lists(st.booleans(), min_size=rows * columns, max_size=rows * columns))
    return np.array(cells).reshape(rows, columns)


def core_of(reach, weights):
    rows, columns = reach.shape
    matrix = sparse.csr_array(reach.astype(np.int8))
    return build_core(matrix, weights, np.arange(rows), np.arange(columns))


def dense(core):
    shape = (core.rows, core.sites)
    entries = np.ones(core.entries, dtype=bool), core.cover.site, core.cover.start
    return sparse.csr_array(entries, shape=shape).toarray()


def most(reach, weights, count):
    choices = itertools.combinations(range(reach.shape[1]), min(count, reach.shape[1]))
    return max(weights[reach[:, list(some)].any(axis=1)].sum() for some in choices)


@given(matrices(), st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_what_can_be_covered_stays_the_same(reach, count):
    weights = np.arange(1.0, len(reach) + 1)
    core = core_of(reach, weights)
    assert most(dense(core), core.cover.weight, count) == most(reach, weights, count)
    assert core.cover.weight.sum() == weights[reach.any(axis=1)].sum()
    assert len(np.unique(dense(core), axis=0)) == core.rows


@given(matrices())
@settings(max_examples=200, deadline=None)
def test_both_directions_tell_the_same(reach):
    core = core_of(reach, np.ones(len(reach)))
    back = np.zeros((core.rows, core.sites), dtype=bool)
    for site in range(core.sites):
        back[core.cover.row[core.cover.first[site] : core.cover.first[site + 1]], site] = True
    assert (back == dense(core)).all()
    assert (reach[:, core.columns].any(axis=1) == reach.any(axis=1)).all()


@given(matrices())
@settings(max_examples=200, deadline=None)
def test_no_site_lies_inside_another_and_the_first_of_equals_stays(reach):
    core = core_of(reach, np.ones(len(reach)))
    left = dense(core)
    for one, other in itertools.permutations(range(core.sites), 2):
        assert (left[:, one] & ~left[:, other]).any()
    for column in set(range(reach.shape[1])) - set(core.columns.tolist()):
        held = [k for k in core.columns if not (reach[:, column] & ~reach[:, k]).any()]
        assert held or not reach[:, column].any()
        equal = [k for k in held if (reach[:, k] == reach[:, column]).all()]
        assert all(k < column for k in equal)


@given(matrices())
@settings(max_examples=200, deadline=None)
def test_the_fewest_sites_stay_as_many(reach):
    reach = reach[reach.any(axis=1)]
    core, taken = settled_core(core_of(reach, np.ones(len(reach))))
    left = dense(core)

    def fewest(matrix):
        return next(
            size
            for size in range(matrix.shape[1] + 1)
            for some in itertools.combinations(range(matrix.shape[1]), size)
            if matrix[:, list(some)].any(axis=1).all()
        )

    assert len(taken) + fewest(left) == fewest(reach)
    split = parts(core)
    assert sum(part.rows for part in split) == core.rows
    assert sum(fewest(dense(part)) for part in split) == fewest(left)


@given(matrices())
@settings(max_examples=100, deadline=None)
def test_rows_are_the_same_exactly_where_their_columns_are(reach):
    matrix = sparse.csr_array(reach.astype(np.int8))
    group, leader = matrix_kernels.same_rows(matrix.indptr.astype(np.int64), matrix.indices)
    assert (group[leader] == np.arange(len(leader))).all()
    for one, other in itertools.combinations(range(len(reach)), 2):
        same = (reach[one] == reach[other]).all()
        assert (group[one] == group[other]) == same
    assert ((group == -1) == ~reach.any(axis=1)).all()


@given(matrices(), st.integers(1, 4), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_sums_of_a_state_are_what_they_say(reach, count, random):
    weights = np.arange(1.0, len(reach) + 1)
    core = core_of(reach, weights)
    count = min(count, core.sites)
    state = kernels.begin(core.cover, count)
    for place, site in enumerate(random.sample(range(core.sites), count)):
        kernels.put(core.cover, state, site, place)
    if count:
        kernels.take(core.cover, state, random.randrange(count))
    left, chosen = dense(core), state.chosen[state.chosen >= 0]
    covers = left[:, chosen].sum(axis=1)
    assert (state.covers == covers).all()
    assert (state.gain == (left * (core.cover.weight * (covers == 0))[:, None]).sum(axis=0)).all()
    assert (state.once == (left * (core.cover.weight * (covers == 1))[:, None]).sum(axis=0)).all()
    assert kernels.covered(core.cover, state) == core.cover.weight[covers > 0].sum()
