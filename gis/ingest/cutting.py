"""
Cutting lines into pieces, all at once.

Vertices of all lines stand in one flat array; ``part`` says which line each belongs to, ``split``
where to cut.

    part, split (n) --cut--> pieces: first vertex (k), offsets (k + 1), vertices (flat)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cuts:
    """
    k pieces over n vertices.

    Parameters
    ----------
    begin
        The first vertex of each piece.
    start
        The vertices of piece i are ``vertices[start[i]:start[i + 1]]``.
    vertices
        Positions in the caller's arrays; where two pieces meet, the vertex is in both.
    """

    begin: Ids
    start: Ids
    vertices: Ids

    @property
    def owner(self) -> Ids:
        """For each vertex of ``vertices``, its piece."""
        return np.repeat(np.arange(len(self.begin)), np.diff(self.start))


def cut(part: Ids, split: NDArray[np.bool_]) -> Cuts:
    """
    Cut every part at its split vertices; its two ends are splits in any case.

    A part of one vertex gives no piece.
    """
    first = np.diff(part, prepend=part[:1] - 1).astype(np.bool_)
    last = np.diff(part, append=part[-1:] - 1).astype(np.bool_)
    stops = split | first | last
    begin = np.flatnonzero(stops & ~last)
    where = np.flatnonzero(stops)
    end = where[np.searchsorted(where, begin, side="right")]
    sizes = end - begin + 1
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    vertices = np.arange(start[-1]) + np.repeat(begin - start[:-1], sizes)
    return Cuts(begin, start, vertices)


def repeated(first: Ids, last: Ids, start: Ids, keys: Ids) -> NDArray[np.bool_]:
    """
    Tell which pieces run through the same vertices as an earlier piece, in either direction.

    Parameters
    ----------
    first, last
        Key of the first and last vertex of each piece (k).
    keys
        Key of every vertex; piece i has ``keys[start[i]:start[i + 1]]``. A key may be a row.
    """
    ends = np.sort(np.column_stack([first, last]), axis=1)
    _, pair, times = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    found = np.zeros(len(ends), dtype=np.bool_)
    seen: set[bytes] = set()
    for row in np.flatnonzero(times[pair] > 1):
        run = keys[start[row] : start[row + 1]]
        key = min(run.tobytes(), run[::-1].tobytes())
        found[row] = key in seen
        seen.add(key)
    return found
