"""
Rows that make a programme tighter, added only where its relaxation breaks them.

A row served by a site needs that site whole: part <= open. As sums over a site's rows this holds in
whole numbers but says little before; link by link it says most, at one row a link. So relax, add
what is broken, and again; most of these rows are never needed.
"""

import math

import numpy as np

from gis.siting.given import Floats
from gis.siting.highs import relax
from gis.siting.ruled.blocks import Line
from gis.siting.ruled.model import Model
from gis.siting.watch import Watch

_ROUNDS = 20
_BROKEN = 1e-4
_STALLED = 1e-6


def tighten(
    model: Model, goal: Line, watch: Watch, *, maximise: bool
) -> tuple[float, Floats | None]:
    """
    Add rows part <= open to a model as long as they move its relaxation.

    Returns the objective of the last relaxation, which bounds every plan (NaN: none was solved in
    time), and how far it opens each column (m). Cost: one relaxation a round, at most 20. Does
    nothing for models without parts.
    """
    added = np.zeros(len(model.parts), dtype=bool)
    before, opened = math.nan, None
    for _ in range(_ROUNDS if len(model.parts) else 0):
        if watch.over:
            break
        found = relax(model.blocks.program(goal, maximise=maximise), watch)
        if found.state != "optimal":
            break
        broken = found.values[model.parts] - found.values[model.needs] > _BROKEN
        more = np.flatnonzero(broken & ~added)
        stalled = abs(found.objective - before) <= _STALLED * max(1.0, abs(before))
        before, opened = found.objective, found.values[model.sites]
        if not len(more) or stalled:
            break
        added[more] = True
        row = np.arange(len(more))
        model.blocks.rows(
            len(more), (row, model.parts[more], 1.0), (row, model.needs[more], -1.0), upper=0.0
        )
    return before, opened
