"""
The second way: what a set of open columns is worth, counted without the programme that chose it.

    Question, opened (m)  --judge-->  Verdict (objective, who serves whom, whether all is kept)

Coverage and medians are counted on the rows as given, unmerged; with capacities a transport problem
over the open columns alone is solved.
"""

import math
from dataclasses import dataclass

import numpy as np

from gis.siting.given import Floats, Ints
from gis.siting.highs import relax
from gis.siting.ruled.blocks import Blocks, line
from gis.siting.ruled.ground import Ground, spread
from gis.siting.ruled.model import COVER, MEDIAN, Question, least
from gis.siting.ruled.terms import Flags
from gis.siting.watch import Watch

_LOOSE = 1e-6
"""HiGHS keeps rows to 1e-6; so near a floor or a budget counts as kept."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """
    What open columns are worth: weight covered, covered twice, cost of serving what is
    served, share of each row (n) covered, the column that serves it (n, -1 none), and the weight
    each column (m) serves that way.

    ``misses`` names the rules about coverage that are not kept: ``share``, ``floor:<name>``.
    """

    covered: float
    twice: float
    cost: float
    parts: Floats
    served: Ints
    loads: Floats
    misses: tuple[str, ...]


def judge(question: Question, opened: Flags) -> Verdict:
    """Count what open columns (m) are worth; rules about columns alone are ``Terms.allows``."""
    if question.kind == COVER:
        return _reached(question, opened)
    if question.terms.capacities is None:
        return _nearest(question, opened)
    return _shared_out(question, opened)


def _reached(question: Question, opened: Flags) -> Verdict:
    ground = question.ground
    open_links = ground.working(opened)[ground.links.indices]
    row, owner = ground.row[open_links], ground.owner[ground.links.indices[open_links]]
    # a column reaches a row once, by however many ways
    pair = np.unique(row * len(opened) + owner)
    times = np.bincount(pair // len(opened), minlength=len(ground.weights))
    served = np.full(len(times), -1, dtype=np.int64)
    first = np.unique(pair // len(opened), return_index=True)[1]
    served[pair[first] // len(opened)] = pair[first] % len(opened)
    parts = (times > 0).astype(float)
    covered = float(ground.weights[times > 0].sum())
    twice = float(ground.weights[times > 1].sum())
    return Verdict(
        covered,
        twice,
        0.0,
        parts,
        served,
        _loads(question, served),
        _misses(question, parts, parts, covered),
    )


def serving(question: Question, opened: Flags, rank: Ints) -> Ints:
    """Return the open column of least rank (m) that reaches each row: -1 for none."""
    ground = question.ground
    open_links = ground.working(opened)[ground.links.indices]
    row, owner = ground.row[open_links], ground.owner[ground.links.indices[open_links]]
    order = np.lexsort((rank[owner], row))
    first = order[np.unique(row[order], return_index=True)[1]]
    served = np.full(len(ground.weights), -1, dtype=np.int64)
    served[row[first]] = owner[first]
    return served


def _loads(question: Question, served: Ints) -> Floats:
    weights, some = question.ground.weights, served >= 0
    loads = np.bincount(served[some], weights[some], minlength=question.terms.sites.size)
    return loads.astype(np.float64)


def _nearest(question: Question, opened: Flags) -> Verdict:
    ground = question.ground
    nearest, served = cheapest(ground, opened)
    parts = (served >= 0).astype(float)
    cost = float(ground.weights[served >= 0] @ nearest[served >= 0])
    near = (nearest <= question.terms.within) & (served >= 0)
    covered = float(ground.weights[served >= 0].sum())
    misses = _misses(question, parts, near.astype(float), covered)
    return Verdict(covered, 0.0, cost, parts, served, _loads(question, served), misses)


def cheapest(ground: Ground, opened: Flags) -> tuple[Floats, Ints]:
    """Return cost and column of the cheapest open server of each row: inf and -1 for none."""
    open_links = ground.working(opened)[ground.links.indices]
    row, cost = ground.row[open_links], ground.links.data[open_links]
    owner = ground.owner[ground.links.indices[open_links]]
    order = np.lexsort((owner, cost, row))
    first = order[np.unique(row[order], return_index=True)[1]]
    nearest = np.full(len(ground.weights), math.inf)
    served = np.full(len(ground.weights), -1, dtype=np.int64)
    nearest[row[first]], served[row[first]] = cost[first], owner[first]
    return nearest, served


def _misses(question: Question, parts: Floats, near: Floats, covered: float) -> tuple[str, ...]:
    """Name what is not kept; ``near`` is the share of each row that counts for the floors."""
    found = []
    whole = question.terms.capacities is None
    if question.share == 1.0 and ((parts < 1 - _LOOSE) & ~np.asarray(question.excused)).any():
        found.append("share")
    asked = least(question.ground.weights, question.share, whole=whole)
    if 0 < question.share < 1 and covered < asked - _LOOSE * max(1.0, asked):
        found.append("share")
    for group in question.terms.groups:
        asked = least(group.weights, group.share, whole=whole)
        if group.weights @ near < asked - _LOOSE * min(1.0, asked):
            found.append(f"floor:{group.name}")
    return tuple(found)


def _shared_out(question: Question, opened: Flags) -> Verdict:
    """Serve rows from open columns: first whatever is asked for, else as much as there is room."""
    strict = _transport(question, opened, strict=True)
    some = strict if strict is not None else _transport(question, opened, strict=False)
    assert some is not None  # noqa: S101 - serving nobody is always allowed
    return some


def _transport(question: Question, opened: Flags, *, strict: bool) -> Verdict | None:
    """
    Solve the transport problem over open columns.

    ``strict`` keeps share and floors and asks for the best; without it as much weight as possible
    is served, and among that at the least cost.
    """
    terms, merged = question.terms, question.merged
    ground = merged.ground.only(merged.ground.working(opened))
    row, server = ground.row, ground.links.indices
    owner, rows = ground.owner[server], len(ground.weights)
    blocks = Blocks()
    parts = blocks.columns(len(row))
    every = question.share == 1.0 and strict
    blocks.rows(rows, (row, parts, 1.0), lower=float(every), upper=1.0)
    assert terms.capacities is not None  # noqa: S101 - judge looked
    room = np.flatnonzero(opened & np.isfinite(terms.capacities))
    place = np.full(len(opened), -1, dtype=np.int64)
    place[room] = np.arange(len(room))
    here = place[owner] >= 0
    blocks.rows(
        len(room), (place[owner[here]], parts[here], ground.weights[row[here]]),
        upper=terms.capacities[room],
    )  # fmt: skip
    near = ground.links.data <= terms.within
    if strict:
        _asked(blocks, question, parts, row, near)
    weight = ground.weights[row]
    cost = ground.links.data
    goal = line((parts, weight))
    if question.kind == MEDIAN:
        worst = 1.0 + 2.0 * float(cost.max(initial=0.0)) * (1 + min(rows, len(opened)))
        goal = line((parts, weight * ((0.0 if every else worst) - cost)))
    found = relax(blocks.program(goal, maximise=True), Watch())
    if found.state != "optimal":
        return None
    return _told(question, ground, found.values)


def _asked(blocks: Blocks, question: Question, parts: Ints, row: Ints, near: Flags) -> None:
    merged = question.merged
    if 0 < question.share < 1:
        asked = least(question.ground.weights, question.share, whole=False)
        blocks.limit(line((parts, merged.ground.weights[row])), least=asked)
    for group, shares in zip(question.terms.groups, merged.shares.T, strict=True):
        asked = least(group.weights, group.share, whole=False)
        if asked > 0:
            blocks.limit(line((parts[near], shares[row[near]])), least=asked)


def _told(question: Question, ground: Ground, values: Floats) -> Verdict:
    """Turn shares of links into a verdict about the rows as given."""
    row, rows = ground.row, len(ground.weights)
    parts = np.minimum(np.bincount(row, values, minlength=rows), 1.0)
    near = np.bincount(row, values * (ground.links.data <= question.terms.within), minlength=rows)
    owner = ground.owner[ground.links.indices]
    taken = np.flatnonzero(values > _LOOSE)
    order = taken[np.lexsort((owner[taken], -values[taken], row[taken]))]
    served = np.full(rows, -1, dtype=np.int64)
    first = np.unique(row[order], return_index=True)[1]
    served[row[order[first]]] = owner[order[first]]
    wide = spread(question.merged, parts, 0.0)
    covered = float(ground.weights @ parts)
    cost = float((ground.weights[row] * ground.links.data) @ values)
    misses = _misses(question, wide, spread(question.merged, near, 0.0), covered)
    weight = values * ground.weights[row]
    loads = np.bincount(owner, weight, minlength=question.terms.sites.size).astype(np.float64)
    return Verdict(covered, 0.0, cost, wide, spread(question.merged, served, -1), loads, misses)
