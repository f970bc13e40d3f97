"""
Where plan metres lie on the ground, how the plan is turned there, and how high it is.

Two shears bend the ruled plan so that streets curve as grown streets do:

    x' = x + f(y)          f has the period of the frame's height
    y' = y + g(x)          g has the period of the frame's width

Shears keep areas, and with whole waves per frame one frame fits the next without a seam, so a
city is the street laid side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

LONGEST_CHORD = 20.0
"""Metres: lines are cut to this before bending; the bend departs from the chord by < 0.1 m."""


@dataclass(frozen=True)
class Ground:
    """The bent plane of one sample place; see the module."""

    origin: tuple[float, float]
    frame: tuple[float, float, float, float]
    bend_x: Sequence[tuple[float, int]]
    bend_y: Sequence[tuple[float, int]]
    hill: dict[str, Any]

    @property
    def width(self) -> float:
        """Width of one tile in metres."""
        return self.frame[2] - self.frame[0]

    @property
    def depth(self) -> float:
        """Height of one tile on the plan in metres."""
        return self.frame[3] - self.frame[1]

    def place(self, points: np.ndarray) -> np.ndarray:
        """Plan points (n, 2) -> points of the district's frame (n, 2)."""
        x, y = points[:, 0], points[:, 1]
        east = x + _waves(y, self.bend_x, self.depth)
        # the second shear works on bent x, so that both keep areas exactly
        north = y + _waves(east, self.bend_y, self.width)
        return np.column_stack([east + self.origin[0], north + self.origin[1]])

    def place_shapes(self, shapes: Any) -> np.ndarray:
        """Bend whole geometries, vertices added where the bend needs them."""
        fine = shapely.segmentize(np.asarray(shapes, dtype=object), LONGEST_CHORD)
        return np.asarray(shapely.transform(fine, self.place))

    def turn(self, points: np.ndarray) -> np.ndarray:
        """Radians by which the plan's x axis is turned at each plan point."""
        metre = np.array([1.0, 0.0])
        ahead = self.place(points + metre) - self.place(points - metre)
        return np.asarray(np.arctan2(ahead[:, 1], ahead[:, 0]))

    def height(self, points: np.ndarray) -> np.ndarray:
        """Metres above the plain at each plan point: one smooth hill."""
        if not self.hill:
            return np.zeros(len(points))
        away = (points - np.array(self.hill["at"])) / np.array(self.hill["wide"])
        return float(self.hill["high"]) * np.exp(-np.square(away).sum(axis=1))


def _waves(at: np.ndarray, bends: Sequence[tuple[float, int]], period: float) -> np.ndarray:
    total = np.zeros(len(at))
    for metres, count in bends:
        total += metres * np.sin(2 * np.pi * count * at / period)
    return total
