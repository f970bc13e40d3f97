"""
A programme for HiGHS built from blocks: columns first, then rows over them, then a goal.

    Blocks.columns, Blocks.rows, Blocks.limit  -->  Blocks.program(goal)  -->  Program
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from gis.siting.given import Floats, Ints
from gis.siting.highs import Program


@dataclass(frozen=True, eq=False)
class Line:
    """A linear expression: ``by @ x[at] + plus``; a column may occur several times."""

    at: Ints
    by: Floats
    plus: float = 0.0


def line(*parts: tuple[Ints, ArrayLike], plus: float = 0.0) -> Line:
    """Add up parts (columns, factors); a single factor holds for all of its columns."""
    at = [np.asarray(columns, dtype=np.int64) for columns, _ in parts]
    by = [np.broadcast_to(np.asarray(factor, dtype=float), (len(each),)) for each, (_, factor) in
          zip(at, parts, strict=True)]  # fmt: skip
    nothing = np.empty(0)
    return Line(
        np.concatenate([*at, nothing.astype(np.int64)]), np.concatenate([*by, nothing]), plus
    )


@dataclass(eq=False)
class Blocks:
    """A programme that grows; positions handed out stay valid."""

    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    row_lower: list[Floats] = field(default_factory=list)
    row_upper: list[Floats] = field(default_factory=list)
    size: int = 0
    height: int = 0

    def columns(
        self, size: int, *, lower: ArrayLike = 0.0, upper: ArrayLike = 1.0, whole: bool = False
    ) -> Ints:
        """Add columns and return their positions."""
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=float), (size,)))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), (size,)))
        self.whole.extend([whole] * size)
        self.size += size
        return np.arange(self.size - size, self.size)

    def rows(
        self,
        size: int,
        *parts: tuple[Ints, Ints, ArrayLike],
        lower: ArrayLike = -math.inf,
        upper: ArrayLike = math.inf,
    ) -> None:
        """
        Add ``size`` rows.

        Each part gives row (0 to size - 1), column and factor of its entries; entries at the same
        place add up.
        """
        for row, column, factor in parts:
            by = np.broadcast_to(np.asarray(factor, dtype=float), (len(column),))
            self.entries.append((row + self.height, column, by))
        self.row_lower.append(np.broadcast_to(np.asarray(lower, dtype=float), (size,)))
        self.row_upper.append(np.broadcast_to(np.asarray(upper, dtype=float), (size,)))
        self.height += size

    def limit(self, what: Line, *, least: float = -math.inf, most: float = math.inf) -> None:
        """
        Keep an expression between two numbers.

        HiGHS keeps rows to 1e-6 whatever their unit, so that small factors are scaled up.
        """
        sizes = np.abs(what.by[what.by != 0])
        scale = max(1.0, 1.0 / sizes.min()) if len(sizes) else 1.0
        scale = min(scale, 1e6 / sizes.max()) if len(sizes) and scale > 1 else scale
        row = np.zeros(len(what.at), dtype=np.int64)
        bounds = (least - what.plus) * scale, (most - what.plus) * scale
        self.rows(1, (row, what.at, what.by * scale), lower=bounds[0], upper=bounds[1])

    def program(self, goal: Line, *, maximise: bool) -> Program:
        """Return what HiGHS solves."""
        cost = np.bincount(goal.at, goal.by, minlength=self.size).astype(float)
        row = np.concatenate([np.empty(0, np.int64), *(each for each, _, _ in self.entries)])
        column = np.concatenate([np.empty(0, np.int64), *(each for _, each, _ in self.entries)])
        by = np.concatenate([np.empty(0), *(each for _, _, each in self.entries)])
        matrix = sparse.csc_array((by, (row, column)), shape=(self.height, self.size))
        nothing = np.empty(0)
        return Program(
            cost,
            matrix,
            np.concatenate([nothing, *self.row_lower]),
            np.concatenate([nothing, *self.row_upper]),
            np.concatenate([nothing, *self.lower]),
            np.concatenate([nothing, *self.upper]),
            np.array(self.whole, dtype=bool),
            maximise,
            goal.plus,
        )
