"""Small questions of costs, all answers to them, and instances whose answer is known."""

import itertools

import numpy as np
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import shortest_path


@st.composite
def questions(draw):
    """Draw a small question: costs (some missing), weights, special sites, a count."""
    rows, sites = draw(st.integers(0, 7)), draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    cost = rng.integers(0, 12, (rows, sites)).astype(float)
    if draw(st.booleans()):
        cost += rng.random((rows, sites))
    cost[rng.random((rows, sites)) < draw(st.sampled_from([0.0, 0.2, 0.6]))] = np.inf
    weights = rng.integers(0, 4, rows).astype(float)
    if draw(st.booleans()):
        weights *= rng.random(rows)
    kinds = rng.choice(4, sites, p=[0.7, 0.1, 0.1, 0.1])
    special = {
        name: np.flatnonzero(kinds == kind)
        for kind, name in enumerate(("existing", "required", "forbidden"), start=1)
    }
    free = np.flatnonzero((kinds == 0) | (kinds == 2))
    count = draw(st.integers(len(special["required"]), len(free)))
    return cost, weights, count, special


def as_sparse(cost):
    rows, columns = np.nonzero(np.isfinite(cost))
    return sparse.coo_array((cost[rows, columns], (rows, columns)), shape=cost.shape).tocsr()


def choices(sites, count, special):
    """Every set of new sites there may be."""
    free = np.setdiff1d(np.arange(sites), np.r_[special["existing"], special["forbidden"]])
    for size in range(count + 1):
        for chosen in itertools.combinations(free.tolist(), size):
            if set(special["required"].tolist()) <= set(chosen):
                yield chosen


def or_library(folder, name):
    """Return costs and count of one of J. E. Beasley's p-medians; of an edge listed twice the last counts."""
    words = (folder / "orlib" / f"{name}.txt").read_text("ascii").split()
    size, edges, count = map(int, words[:3])
    listed = np.array(words[3:], int).reshape(edges, 3)
    length = {(min(a, b), max(a, b)): each for a, b, each in listed.tolist()}
    ends = np.array(list(length)) - 1
    graph = sparse.coo_array((list(length.values()), ends.T), shape=(size, size)).tocsr()
    return shortest_path(graph, directed=False), count
