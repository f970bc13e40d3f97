"""
A first answer that keeps the rules: take what adds most, as long as it is allowed.

    Question  --greedy-->  opened (m), or None where no plan was found that way

Moves are single columns and columns together with an action. While a floor is not met, only its
group's weight counts. Among several ways to rank moves the best plan stays.
"""

import math
from collections.abc import Callable

import numpy as np

from gis.siting.given import Floats, Ints
from gis.siting.ruled.model import MEDIAN, Question, least
from gis.siting.ruled.swaps import swap
from gis.siting.ruled.terms import Flags
from gis.siting.watch import Watch


def greedy(
    question: Question, watch: Watch, worth: Callable[[Flags], float | None]
) -> Flags | None:
    """
    Return the best of a few greedy plans, as flags of open columns (m).

    ``worth`` tells what a plan is worth, more is better, None where it is no plan. With a budget
    moves are ranked by weight, and by weight for the money.
    """
    priced = question.terms.costs.any() or question.terms.house_costs.any()
    found: list[tuple[float, Flags]] = []
    for by_price in (False, True) if priced else (False,):
        opened = _climb(question, watch, by_price=by_price)
        opened = None if opened is None else swap(question, opened, watch)
        value = None if opened is None else worth(opened)
        if opened is not None and value is not None:
            found.append((value, opened))
    return max(found, key=lambda each: each[0])[1] if found else None


def climb_along(
    question: Question, relaxed: Floats, worth: Callable[[Flags], float | None]
) -> Flags | None:
    """Open columns as far as a relaxation does, the fullest first; None where that is no plan."""
    terms = question.terms
    opened = terms.standing.copy()
    opened[terms.sites.required] = True
    if not terms.allows(opened):
        return None
    for column in np.argsort(-relaxed, kind="stable"):
        if relaxed[column] > 1e-6 and not opened[column] and terms.usable[column]:
            opened[column] = True
            opened[column] = terms.allows(opened)
    return opened if worth(opened) is not None else None


def _climb(question: Question, watch: Watch, *, by_price: bool) -> Flags | None:
    terms = question.terms
    opened = terms.standing.copy()
    opened[terms.sites.required] = True
    if not terms.allows(opened):
        return None
    state = _State(question)
    state.serve(opened)
    moves = _moves(question)
    while not watch.over:
        gains = state.gains(opened, moves)
        rank = gains / _prices(question, opened, moves) if by_price else gains
        step = _first_allowed(question, opened, moves, rank)
        if step is None:
            break
        opened[moves[step, :2]] = True
        state.serve(opened)
    return opened


def _moves(question: Question) -> Ints:
    """List columns (twice, -1), and columns with the action they need (and the server): k x 3."""
    free, ground = question.terms.sites.free, question.ground
    server = np.flatnonzero(ground.gate >= 0)
    server = server[question.terms.usable[ground.owner[server]]]
    server = server[question.terms.usable[ground.gate[server]]]
    pairs = np.stack([ground.owner[server], ground.gate[server], server], axis=1)
    return np.concatenate([np.stack([free, free, np.full(len(free), -1)], axis=1), pairs])


def _prices(question: Question, opened: Flags, moves: Ints) -> Floats:
    costs = np.where(
        opened, 0.0, question.terms.costs + question.terms.house_costs[question.terms.house]
    )
    price = costs[moves[:, 0]] + np.where(moves[:, 0] == moves[:, 1], 0.0, costs[moves[:, 1]])
    return np.maximum(price, 1e-9 * max(1.0, costs.max(initial=0.0)))


def _first_allowed(question: Question, opened: Flags, moves: Ints, rank: Floats) -> int | None:
    for step in np.argsort(-rank, kind="stable"):
        if not rank[step] > 0:
            return None
        after = opened.copy()
        after[moves[step, :2]] = True
        if question.terms.allows(after):
            return int(step)
    return None


class _State:
    """What is still to be had from each merged row, and of which groups too little is covered."""

    def __init__(self, question: Question) -> None:
        self.question, self.ground = question, question.merged.ground
        self.left = np.ones(len(self.ground.weights))
        self.now = np.full(len(self.left), math.inf)
        self.room = question.terms.capacities
        self.done = np.zeros(len(self.ground.owner), dtype=bool)
        self.worst = 1.0 + 2.0 * float(self.ground.links.data.max(initial=0.0))

    def serve(self, opened: Flags) -> None:
        """Take note of the servers that work now."""
        ground = self.ground
        works = ground.working(opened)
        links = works[ground.links.indices]
        if self.room is None:
            self.left[ground.row[links]] = 0.0
            np.minimum.at(self.now, ground.row[links], ground.links.data[links])
            return
        columns = ground.links.tocsc()
        for server in np.flatnonzero(works & ~self.done):
            rows = columns.indices[columns.indptr[server] : columns.indptr[server + 1]]
            self._fill(int(ground.owner[server]), rows)
        self.done |= works

    def _fill(self, owner: int, rows: Ints) -> None:
        assert self.room is not None  # noqa: S101 - called with capacities only
        weight = self.ground.weights[rows] * self.left[rows]
        before = np.cumsum(weight) - weight
        given = np.clip(self.room[owner] - before, 0.0, weight)
        room = self.room.copy()
        room[owner] -= given.sum()
        self.room = room
        full = self.ground.weights[rows]
        share = np.divide(given, full, out=self.left[rows].copy(), where=full > 0)
        self.left[rows] = np.maximum(self.left[rows] - share, 0.0)

    def gains(self, opened: Flags, moves: Ints) -> Floats:
        """Estimate what each move adds; links two moves share are counted for both."""
        ground = self.ground
        works = ground.working(opened)
        value = self._value()
        by_link = value[ground.row]
        if self.question.kind == MEDIAN and self.room is None:
            now = np.minimum(self.now, self.worst)
            saved = np.maximum(now[ground.row] - ground.links.data, 0.0)
            by_link = ground.weights[ground.row] * saved + by_link * (
                self.worst if value.any() else 0
            )
        server = np.bincount(ground.links.indices, by_link, minlength=len(works)).astype(float)
        if self.room is not None:
            server = np.minimum(server, self.room[ground.owner])
        server[works] = 0.0
        return self._of_moves(opened, moves, server)

    def _of_moves(self, opened: Flags, moves: Ints, server: Floats) -> Floats:
        """Add up the servers that start to work with each move."""
        owner, gate = self.ground.owner, self.ground.gate
        alone = np.zeros(len(opened))
        direct = gate < 0
        alone += np.bincount(owner[direct], server[direct], minlength=len(opened))
        paired = ~direct
        with_gate = paired & opened[np.where(paired, gate, 0)]
        alone += np.bincount(owner[with_gate], server[with_gate], minlength=len(opened))
        with_owner = paired & opened[owner]
        alone += np.bincount(gate[with_owner], server[with_owner], minlength=len(opened))
        alone[opened] = 0.0
        both = moves[:, 0] != moves[:, 1]
        gains = alone[moves[:, 0]] + np.where(both, alone[moves[:, 1]], 0.0)
        gains[both] += server[moves[both, 2]]
        return gains

    def _value(self) -> Floats:
        """Return the weight that counts now: of unmet groups, else of all."""
        merged, terms = self.question.merged, self.question.terms
        covered = 1.0 - self.left
        value = np.zeros(len(self.left))
        for group, shares in zip(terms.groups, merged.shares.T, strict=True):
            asked = least(group.weights, group.share, whole=False)
            if shares @ covered < asked - 1e-9 * max(1.0, asked):
                value += shares / asked
        if value.any() and (value * self.left).any():
            return value * self.left
        return self._wanted() * self.left

    def _wanted(self) -> Floats:
        question = self.question
        if question.kind == MEDIAN and self.room is None:
            return np.zeros(len(self.left))
        if question.share == 1.0:  # every row, whatever its weight
            return (
                self.ground.weights + 1e-3 + self.ground.weights.mean()
                if len(self.left)
                else self.left
            )
        asked = question.share * float(question.ground.weights.sum())
        if question.share > 0 and self.ground.weights @ (1.0 - self.left) >= asked:
            return np.zeros(len(self.left))
        return self.ground.weights
