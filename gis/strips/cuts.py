"""
Parts of lines as straight segments.

    lines  --build_lines-->  Lines  --cut_lines(line, start, stop)-->  Segments (s)
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.strips.kernels import count_pieces, fill_pieces

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Lines:
    """Corners of n lines: ``xy`` (c x 2), ``metres`` along their line (c), ``first`` (n + 1)."""

    xy: Floats
    metres: Floats
    first: Ints


@dataclass(frozen=True, eq=False)
class Segments:
    """Straight segments ``xy`` (s x 4: x, y, x, y), each of one ``group`` (s, from 0)."""

    xy: Floats
    group: Ints

    def of(self, chosen: NDArray[np.bool_]) -> "Segments":
        """Return the chosen ones."""
        return Segments(self.xy[chosen], self.group[chosen])


def build_lines(lines: Shapes) -> Lines:
    """Take lines of at least two corners apart, in their order; metres as shapely counts them."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    first = np.searchsorted(line, np.arange(len(lines) + 1))
    step = np.hypot(*np.diff(xy, axis=0).T)
    along = np.r_[0.0, np.cumsum(step)][: len(xy)]
    metres = along - along[first[line]]
    return Lines(np.ascontiguousarray(xy), metres, first)


def cut_lines(lines: Lines, line: Ints, start: Floats, stop: Floats, group: Ints) -> Segments:
    """
    Cut parts out of lines, from ``start`` to ``stop`` metres along line number ``line``.

    ``start`` is at most ``stop``; both are held within the line. A part of no length stays, as a
    segment of no length. Segments come in the order of the parts (p), and along each.
    """
    begin = count_pieces(lines.metres, lines.first, line, start, stop)
    xy = fill_pieces(lines.xy, lines.metres, lines.first, line, start, stop, begin)
    return Segments(xy, np.repeat(group, np.diff(begin)))


def straight_segments(start: Floats, stop: Floats, group: Ints) -> Segments:
    """Join points (s x 2 each) by straight segments."""
    return Segments(np.hstack([start, stop]).reshape(-1, 4), group)
