"""
Who can serve whom, with actions: columns, and columns that need an action, side by side.

    reach or cost (n x m), ways (row, column, action)  -->  Ground: servers (n x s), merged rows

A *server* is a column by itself, or a column together with an action that lets it reach more rows.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gis.siting.given import Floats, Ints
from gis.siting.ruled.terms import Flags, Terms


@dataclass(frozen=True, eq=False)
class Ground:
    """
    ``links`` (n x s) stores the cost of each row at each server (0 in coverage), nothing where it
    is not served. ``owner`` (s) is the column, ``gate`` (s) the action it needs, -1 for none.
    """

    links: sparse.csr_array
    weights: Floats
    owner: Ints
    gate: Ints

    def working(self, opened: Flags) -> Flags:
        """Tell which servers (s) work when these columns (m) are open."""
        return opened[self.owner] & ((self.gate < 0) | opened[self.gate])

    @cached_property
    def row(self) -> Ints:
        """The row of each stored link."""
        return np.repeat(np.arange(self.links.shape[0]), np.diff(self.links.indptr))

    def only(self, servers: Flags) -> "Ground":
        """Return the ground with no links but those of some servers; all rows stay."""
        return Ground(kept(self.links, servers[self.links.indices]), self.weights, *self._who)

    @property
    def _who(self) -> tuple[Ints, Ints]:
        return self.owner, self.gate


@dataclass(frozen=True, eq=False)
class Merged:
    """
    Rows that every plan treats alike, as one: ``ground`` of r rows, ``shares`` (r x groups) the
    weight of each floor's group in it, ``of`` (n) the merged row of each row, -1 for none.
    """

    ground: Ground
    shares: Floats
    of: Ints


def kept(matrix: sparse.csr_array, flags: Flags) -> sparse.csr_array:
    """Return a matrix with some of its stored entries; stored zeros stay stored."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))[flags]
    start = np.r_[0, np.cumsum(np.bincount(row, minlength=matrix.shape[0]))]
    return sparse.csr_array((matrix.data[flags], matrix.indices[flags], start), shape=matrix.shape)


def lay_ground(direct: sparse.csr_array, weights: Floats, terms: Terms) -> Ground:
    """
    Join what columns reach by themselves with what they reach through actions.

    ``direct`` is n x m with costs (zeros in coverage). A way that costs no less than the column by
    itself is left out, of two ways by one action the cheaper stays. Cost: links and ways, sorted.
    """
    rows, columns = direct.shape
    pairs, pair = np.unique(terms.ways[:, 1:], axis=0, return_inverse=True)
    row = np.repeat(np.arange(rows), np.diff(direct.indptr))
    place, asked = row * columns + direct.indices, terms.ways[:, 0] * columns + terms.ways[:, 1]
    at = np.searchsorted(place, asked)
    there = np.r_[place, -1][at] == asked
    by_itself = np.where(there, np.r_[direct.data, np.inf][at], np.inf)
    use = terms.way_costs < by_itself
    row = np.r_[row, terms.ways[use, 0]]
    server = np.r_[direct.indices, columns + pair.ravel()[use]]
    links = _cheapest(
        row, server, np.r_[direct.data, terms.way_costs[use]], (rows, columns + len(pairs))
    )
    nothing = np.full(columns, -1, dtype=np.int64)
    return Ground(
        links, weights, np.r_[np.arange(columns), pairs[:, 0]], np.r_[nothing, pairs[:, 1]]
    )


def _cheapest(row: Ints, server: Ints, cost: Floats, shape: tuple[int, int]) -> sparse.csr_array:
    """Return a matrix of costs, the least where a place is named twice."""
    order = np.lexsort((cost, server, row))
    row, server, cost = row[order], server[order], cost[order]
    first = np.r_[True, (np.diff(row) != 0) | (np.diff(server) != 0)][: len(row)]
    start = np.r_[0, np.cumsum(np.bincount(row[first], minlength=shape[0]))]
    return sparse.csr_array((cost[first], server[first], start), shape=shape)


def merge(ground: Ground, terms: Terms, *, split: bool, without: Flags | bool = False) -> Merged:
    """
    Make one of rows with the same links; leave out rows without any, and those of ``without``.

    ``split`` tells that rows are served in parts (capacities): rows then are alike only where
    every floor's group has the same share of their weight. Exact: keys are compared byte by byte.
    """
    links = ground.links
    parts = np.stack([each.weights for each in terms.groups], axis=1) if terms.groups else None
    if parts is None:
        parts = np.zeros((links.shape[0], 0))
    tag = _proportions(parts, ground.weights) if split else np.zeros((links.shape[0], 1))
    first: dict[tuple[bytes, bytes, bytes], int] = {}
    of = np.full(links.shape[0], -1, dtype=np.int64)
    for row in np.flatnonzero((np.diff(links.indptr) > 0) & ~np.asarray(without)):
        here = slice(links.indptr[row], links.indptr[row + 1])
        key = (links.indices[here].tobytes(), links.data[here].tobytes(), tag[row].tobytes())
        of[row] = first.setdefault(key, len(first))
    one = np.unique(of[of >= 0], return_index=True)[1]
    rows = np.flatnonzero(of >= 0)[one]
    gather = sparse.csr_array(
        (np.ones((of >= 0).sum()), (of[of >= 0], np.flatnonzero(of >= 0))),
        shape=(len(rows), len(of)),
    )
    small = Ground(links[rows], gather @ ground.weights, ground.owner, ground.gate)
    return Merged(small, gather @ parts, of)


def _proportions(parts: Floats, weights: Floats) -> Floats:
    """Tell rows apart by the proportion of their weight and each group's (any scale)."""
    both = np.c_[weights, parts]
    most = both.max(axis=1, keepdims=True)
    return np.divide(both, most, out=np.zeros_like(both), where=most > 0)


def spread(merged: Merged, values: NDArray[Any], nothing: Any) -> NDArray[Any]:
    """Give each row (n) the value of its merged row, ``nothing`` where it has none."""
    return np.r_[values, np.array([nothing], dtype=values.dtype)][merged.of]
