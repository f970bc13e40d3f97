"""The compiled search against a method of three lines: all shortest ways by Floyd and Warshall."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.streets.graph import NEVER, NONE, build_graph


def random_graph(seed):
    """Sparse, so that there are trees, chains and rings; parallel, one-way and barred arcs."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 50))
    count = int(rng.integers(0, int(2.4 * size) + 1))
    tail, head = rng.integers(0, size, (2, count))
    if rng.random() < 0.7:
        tail, head = np.r_[tail, head], np.r_[head, tail]
    weight = rng.integers(0, int(rng.choice([3, 50])), len(tail))
    return size, tail, head, weight, rng.random(len(tail)) < rng.choice([0.7, 1.0]), rng


def all_ways(size, tail, head, weight, allowed):
    """Every shortest way, node to node; inf where there is none."""
    ways = np.full((size, size), np.inf)
    np.fill_diagonal(ways, 0)
    for a, b, w in zip(tail[allowed], head[allowed], weight[allowed], strict=True):
        ways[a, b] = min(ways[a, b], w)
    for over in range(size):
        ways = np.minimum(ways, ways[:, over, None] + ways[over])
    return ways


def within(ways, limit):
    return np.where(ways <= limit, ways, NEVER)


seeds = st.integers(0, 10**6)


@given(seeds)
@settings(deadline=None)
def test_nearest_equals_all_shortest_ways_and_ties_go_to_the_earlier_source(seed):
    size, *arcs, rng = random_graph(seed)
    sources, limit = rng.integers(0, size, int(rng.integers(1, 5))), int(rng.integers(0, 120))
    graph = build_graph(*arcs[:3], size=size, allowed=arcs[3])
    ways = all_ways(size, *arcs)[sources]
    found = graph.nearest(sources, limit)
    assert (found.weight == within(ways.min(axis=0), limit)).all()
    first = np.where(ways.min(axis=0) <= limit, ways.argmin(axis=0), NONE)
    assert (found.owner == first).all()


@given(seeds)
@settings(deadline=None)
def test_rank_settles_ties_instead_of_position(seed):
    size, *arcs, rng = random_graph(seed)
    sources, rank = rng.integers(0, size, 4), rng.permutation(4)
    graph = build_graph(*arcs[:3], size=size, allowed=arcs[3])
    named = graph.nearest(sources, 60, rank=rank).owner
    sorted_first = graph.nearest(sources[np.argsort(rank)], 60).owner
    assert (named == np.where(sorted_first < 0, NONE, np.argsort(rank)[sorted_first])).all()


@given(seeds)
@settings(deadline=None)
def test_reach_lists_each_pair_once_whatever_the_threads(seed):
    size, *arcs, rng = random_graph(seed)
    origins, limit = rng.integers(0, size, 70), int(rng.integers(0, 120))
    graph = build_graph(*arcs[:3], size=size, allowed=arcs[3])
    pairs = graph.reach(origins, limit, threads=2)
    ways = np.full((len(origins), size), NEVER)
    ways[pairs.origin, pairs.node] = pairs.weight
    assert (ways == within(all_ways(size, *arcs)[origins], limit)).all()
    assert len(pairs.node) == (ways < NEVER).sum()
    alone = graph.reach(origins, limit, threads=1)
    assert (alone.node == pairs.node).all()
    assert (alone.start == pairs.start).all()


@given(seeds)
@settings(deadline=None)
def test_bettered_labels_equal_a_search_from_all_at_once(seed):
    size, *arcs, rng = random_graph(seed)
    sources, limit = rng.integers(0, size, 4), int(rng.integers(0, 120))
    graph = build_graph(*arcs[:3], size=size, allowed=arcs[3])
    whole = graph.nearest(sources, limit)
    before = graph.nearest(sources[:2], limit)
    after, changed = graph.better(before, sources[2:], limit, owners=np.array([2, 3]))
    assert (after.weight == whole.weight).all()
    assert (after.owner == whole.owner).all()
    differs = (before.weight != after.weight) | (before.owner != after.owner)
    assert set(changed) == set(np.flatnonzero(differs))


@given(seeds, st.integers(1, 3))
@settings(deadline=None)
def test_kth_nearest_equals_the_sorted_ways(seed, k):
    size, *arcs, rng = random_graph(seed)
    sources, limit = rng.integers(0, size, 3), int(rng.integers(0, 120))
    graph = build_graph(*arcs[:3], size=size, allowed=arcs[3])
    ways = all_ways(size, *arcs)[sources]
    weight, owner = graph.kth_nearest(sources, limit, k)
    kth = np.sort(ways, axis=0)[k - 1]
    assert (weight == within(kth, limit)).all()
    who = np.argsort(ways, axis=0, kind="stable")[k - 1]
    assert (owner == np.where(kth <= limit, who, NONE)).all()


def test_marks_note_the_last_gate_and_add_up():
    """0 -(gate 7)-> 1 -> 2 -(adds one)-> 3; nodes at marked arcs are no chain."""
    graph = build_graph(
        np.array([0, 1, 2]),
        np.array([1, 2, 3]),
        np.array([1, 1, 1]),
        size=4,
        mark=np.array([14, 0, 1]),
    )
    assert graph.nearest(np.array([0]), 9).mark.tolist() == [0, 14, 14, 15]


def test_graph_without_arcs_or_sources():
    graph = build_graph(*np.empty((3, 0), dtype=np.int64), size=2)
    assert graph.nearest(np.array([1]), 5).weight.tolist() == [NEVER, 0]
    assert (graph.nearest(np.empty(0, dtype=np.int64), 5).weight == NEVER).all()
    assert len(graph.reach(np.empty(0, dtype=np.int64), 5).node) == 0


@pytest.mark.parametrize("limit", [0, 1, 2**40])
def test_ring_without_crossings_is_searched_too(limit):
    ring = np.arange(6), np.roll(np.arange(6), -1)
    graph = build_graph(*ring, np.ones(6, dtype=np.int64), size=6)
    reached = graph.nearest(np.array([2]), limit).weight < NEVER
    assert reached.sum() == min(limit + 1, 6)
