"""
Better first answers: swap one open column for one that is not, as long as it helps.

    Question, opened (m)  --swap-->  opened (m), no worse

The interchange of Teitz & Bart (1968), Operations Research 16, 955-961, for weight covered under
floors: what a floor lacks weighs more than all that could be covered.
"""

import numpy as np
from scipy import sparse

from gis.siting.given import Floats, Ints
from gis.siting.ruled.model import COVER, Question, least
from gis.siting.ruled.terms import Flags
from gis.siting.watch import Watch

_STEPS = 60
_TRIED = 40
"""Best swaps of a column that are tried for the other rules, before the next column's turn."""


def swap(question: Question, opened: Flags, watch: Watch) -> Flags:
    """
    Improve a plan by swaps; for coverage without actions, backup and shares, others stay.

    Cost: a step looks at each open column once, at the cost of all links and groups.
    """
    plain = question.kind == COVER and not len(question.terms.ways) and not question.twice
    if not plain or question.share > 0:
        return opened
    task = _Task(question)
    here = opened.copy()
    for _ in range(_STEPS):
        better = task.step(here, watch)
        if better is None:
            break
        here = better
    return here


class _Task:
    """Merged rows by column, and what floors ask."""

    def __init__(self, question: Question) -> None:
        merged, self.terms = question.merged, question.terms
        links = merged.ground.links[:, : question.terms.sites.size]
        ones = sparse.csr_array(
            (np.ones(links.nnz), links.indices, links.indptr), shape=links.shape
        )
        self.columns = sparse.csr_array(ones.T)
        self.weights = merged.ground.weights
        self.parts = np.c_[self.weights, merged.shares]
        self.asked = np.array(
            [least(each.weights, each.share, whole=True) for each in question.terms.groups]
        )
        self.heavy = 10.0 * float(self.weights.sum()) + 1.0

    def step(self, opened: Flags, watch: Watch) -> Flags | None:
        """Return the first plan that a swap makes better, None where none does."""
        times = self.columns.T @ opened.astype(float)
        now = self._worth(self.parts[times > 0].sum(axis=0)[None])[0]
        slack = 1e-9 * max(1.0, abs(now))
        for column in self._leaving(opened, times):
            if watch.over:
                return None
            without = times - self._of(column)
            bare = without <= 0
            gained = self.columns @ (self.parts * bare[:, None])
            worth = self._worth(self.parts[~bare].sum(axis=0) + gained)
            worth[opened | ~self.terms.usable] = -np.inf
            for other in np.argsort(-worth, kind="stable")[:_TRIED]:
                if worth[other] <= now + slack:
                    break
                after = opened.copy()
                after[column], after[other] = False, True
                if self.terms.allows(after):
                    return after
        return None

    def _leaving(self, opened: Flags, times: Floats) -> Ints:
        """New columns that may go, those first that alone cover least."""
        may = opened & ~self.terms.standing
        may[self.terms.sites.required] = False
        alone = self.columns @ (self.weights * (times == 1))
        columns = np.flatnonzero(may)
        order: Ints = columns[np.argsort(alone[columns], kind="stable")]
        return order

    def _of(self, column: int) -> Floats:
        rows = np.zeros(len(self.weights))
        rows[
            self.columns.indices[self.columns.indptr[column] : self.columns.indptr[column + 1]]
        ] = 1
        return rows

    def _worth(self, covered: Floats) -> Floats:
        """Return the weight covered less what floors lack, for rows of (weight, groups)."""
        if not len(self.asked):
            return covered[:, 0]
        lacking = np.maximum(self.asked - covered[:, 1:], 0.0) / np.maximum(self.asked, 1e-12)
        worth: Floats = covered[:, 0] - self.heavy * lacking.sum(axis=1)
        return worth
