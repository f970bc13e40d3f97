"""
The general location model with side constraints, as blocks of one sparse programme.

    y column open, u house used, q house emptied, p column with its action     (here)
    z row covered, w row covered twice                                         (coverage)
    x share of a row served by a server                                        (capacities, medians)

Every rule adds rows to the same matrix, so that rules combine. A rule can be left out by name: so
``reasons`` finds which one stands in the way.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gis.siting.given import Floats, Ints
from gis.siting.ruled.blocks import Blocks, Line, line
from gis.siting.ruled.ground import Ground, Merged
from gis.siting.ruled.terms import Flags, Terms

COVER, SPLIT, MEDIAN = "cover", "split", "median"


@dataclass(frozen=True, eq=False)
class Question:
    """
    What is asked: how rows are served, and how much of their weight has to be.

    ``kind`` is COVER (within reach), SPLIT (served under capacities) or MEDIAN (all served, at
    least cost). ``share`` of the weight has to be covered (0: nothing has to), 1 means every row.
    ``twice`` asks for rows covered twice, ``firm`` for whole numbers of them. ``excused`` (n)
    are rows that nobody reaches and that need not be.
    """

    terms: Terms
    ground: Ground
    merged: Merged
    kind: str
    share: float = 0.0
    twice: bool = False
    firm: bool = False
    excused: Flags | bool = False


@dataclass(frozen=True, eq=False)
class Model:
    """
    A programme with its expressions: places taken, money, weight covered (twice), costs.

    ``parts`` are the columns of shares of rows, ``needs`` the column each one needs: part <= need
    holds in whole numbers by sums over parts, and link by link only once ``cuts`` asks.
    """

    blocks: Blocks
    sites: Ints
    number: Line
    money: Line
    covered: Line
    twice: Line
    cost: Line
    parts: Ints
    needs: Ints


def build(question: Question, left_out: frozenset[str] = frozenset()) -> Model:
    """
    Build the programme of a question.

    ``left_out`` names rules to leave out: ``count``, ``budget``, ``apart``, ``most_functions``,
    ``capacities``, ``required``, ``share``, or ``floor:<name>``. Size: columns, ways, and merged
    rows (coverage) or their links (capacities, medians).
    """
    terms, blocks = question.terms, Blocks()
    sites = _open(blocks, terms, left_out)
    number, money = _houses(blocks, terms, sites)
    if "count" not in left_out and terms.count < math.inf:
        blocks.limit(number, most=terms.count)
    if "budget" not in left_out and terms.budget < math.inf:
        blocks.limit(money, most=terms.budget)
    if "apart" not in left_out:
        _keep_apart(blocks, terms, sites)
    if "most_functions" not in left_out and terms.most < math.inf:
        _keep_room(blocks, terms, sites)
    servers = _servers(blocks, question.merged.ground, sites)
    nothing = line()
    if question.kind == COVER:
        covered, twice = _cover(blocks, question, servers, left_out)
        return Model(blocks, sites, number, money, covered, twice, nothing, sites[:0], sites[:0])
    served = _serve(blocks, question, sites, servers, left_out)
    return Model(blocks, sites, number, money, served[0], nothing, *served[1:])


def _open(blocks: Blocks, terms: Terms, left_out: frozenset[str]) -> Ints:
    lower = terms.fixed.astype(float)
    if "required" not in left_out:
        lower[terms.sites.required] = 1.0
    return blocks.columns(
        terms.sites.size, lower=lower, upper=terms.usable.astype(float), whole=True
    )


def _houses(blocks: Blocks, terms: Terms, sites: Ints) -> tuple[Line, Line]:
    """Count houses with something new, and what they cost; less what closing gives back."""
    new, closing = terms.sites.free, terms.sites.may_close
    houses, house, inside = np.unique(terms.house[new], return_inverse=True, return_counts=True)
    shared = np.flatnonzero(inside > 1)
    first = new[np.unique(house, return_index=True)[1]]
    used = sites[first]
    used[shared] = blocks.columns(len(shared))
    both = np.flatnonzero(inside[house] > 1)
    row = np.arange(len(both))
    blocks.rows(len(both), (row, sites[new[both]], 1.0), (row, used[house[both]], -1.0), upper=0.0)
    emptied = _emptied(blocks, terms, sites)
    number = line((used[terms.counted[first]], 1.0), (emptied, -1.0))
    money = line(
        (sites[new], terms.costs[new]),
        (used, terms.house_costs[houses]),
        (sites[closing], terms.costs[closing]),
        plus=-float(terms.costs[closing].sum()),
    )
    return number, money


def _emptied(blocks: Blocks, terms: Terms, sites: Ints) -> Ints:
    """Add a column for each house that can be emptied: 1 only if all in it is closed."""
    emptied = blocks.columns(len(terms.freed))
    for column, room in zip(emptied, terms.freed, strict=True):
        row = np.arange(len(room))
        blocks.rows(len(room), (row, sites[room], 1.0), (row, np.full(len(room), column), 1.0),
                    upper=1.0)  # fmt: skip
    return emptied


def _keep_apart(blocks: Blocks, terms: Terms, sites: Ints) -> None:
    for club in cliques(terms.apart):
        at = sites[club]
        blocks.rows(1, (np.zeros(len(at), dtype=np.int64), at, 1.0), upper=1.0)


def cliques(pairs: Ints) -> Iterator[Ints]:
    """
    Cover pairs by sets of which all are pairs of each other: one row instead of many, and tighter.

    Greedy from the smallest pair on, so that the same pairs give the same sets.
    """
    near: dict[int, set[int]] = {}
    for one, other in pairs.tolist():
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    done: set[tuple[int, int]] = set()
    for one, other in pairs.tolist():
        if (one, other) in done:
            continue
        club, others = [one, other], near[one] & near[other]
        while others:
            club.append(min(others))
            others &= near[club[-1]]
        club.sort()
        done.update((each, later) for at, each in enumerate(club) for later in club[at + 1 :])
        yield np.array(club)


def _keep_room(blocks: Blocks, terms: Terms, sites: Ints) -> None:
    order = np.argsort(terms.house, kind="stable")
    starts = np.flatnonzero(np.diff(terms.house[order], prepend=-1, append=-1))
    for start, end in pairwise(starts):
        inside = order[start:end]
        if len(inside) > terms.most:
            most = max(terms.most, float(terms.fixed[inside].sum()))
            row = np.zeros(len(inside), dtype=np.int64)
            blocks.rows(1, (row, sites[inside], 1.0), upper=most)


def _servers(blocks: Blocks, ground: Ground, sites: Ints) -> Ints:
    """Return the column of each server: the site itself, or site and action together."""
    both = np.flatnonzero(ground.gate >= 0)
    pairs = blocks.columns(len(both))
    row = np.arange(len(both))
    for part in (ground.owner[both], ground.gate[both]):
        blocks.rows(len(both), (row, pairs, 1.0), (row, sites[part], -1.0), upper=0.0)
    return np.r_[sites[ground.owner[ground.gate < 0]], pairs]


def _cover(
    blocks: Blocks, question: Question, servers: Ints, left_out: frozenset[str]
) -> tuple[Line, Line]:
    ground = question.merged.ground
    rows = ground.links.shape[0]
    every = question.share == 1.0 and "share" not in left_out
    once = blocks.columns(rows, lower=1.0 if every else 0.0)
    always = np.zeros(rows, dtype=bool)
    fixed = ground.working(question.terms.fixed)
    always[ground.row[fixed[ground.links.indices]]] = True
    at = np.cumsum(~always) - 1
    open_rows = ~always[ground.row]
    blocks.rows(
        int((~always).sum()),
        (np.arange((~always).sum()), once[~always], 1.0),
        (at[ground.row[open_rows]], servers[ground.links.indices[open_rows]], -1.0),
        upper=0.0,
    )
    covered = line((once, ground.weights))
    twice = line()
    if question.twice:
        twice = _cover_twice(blocks, question, servers, once)
    groups = [line((once, part)) for part in question.merged.shares.T]
    _floors(blocks, question, covered, groups, left_out)
    return covered, twice


def _cover_twice(blocks: Blocks, question: Question, servers: Ints, once: Ints) -> Line:
    """Add rows covered twice: by two columns, however many ways each has (BACOP2)."""
    ground = question.merged.ground
    row, by = _columns_of_rows(blocks, ground, servers)
    several = np.flatnonzero(np.bincount(row, minlength=len(once)) > 1)
    twice = blocks.columns(len(several), whole=question.firm)
    place = np.full(len(once), -1, dtype=np.int64)
    place[several] = np.arange(len(several))
    here = place[row] >= 0
    at, own = place[row[here]], np.arange(len(several))
    blocks.rows(
        len(several), (own, once[several], 1.0), (own, twice, 1.0), (at, by[here], -1.0), upper=0.0
    )
    blocks.rows(len(several), (own, twice, 1.0), (own, once[several], -1.0), upper=0.0)
    if question.firm:
        # else half a cover once and half a cover twice would be worth more than one whole
        blocks.rows(len(several), (own, twice, 2.0), (at, by[here], -1.0), upper=0.0)
    return line((twice, ground.weights[several]))


def _columns_of_rows(blocks: Blocks, ground: Ground, servers: Ints) -> tuple[Ints, Ints]:
    """Return (row, column of the programme) so that each site counts once a row."""
    owner, row = ground.owner[ground.links.indices], ground.row
    columns = int(owner.max(initial=0)) + 1
    pair, at = np.unique(row * columns + owner, return_inverse=True)
    by = np.zeros(len(pair), dtype=np.int64)
    by[at] = servers[ground.links.indices]
    several = np.flatnonzero(np.bincount(at, minlength=len(pair)) > 1)
    any_way = blocks.columns(len(several))
    place = np.full(len(pair), -1, dtype=np.int64)
    place[several] = np.arange(len(several))
    here = place[at] >= 0
    blocks.rows(
        len(several),
        (np.arange(len(several)), any_way, 1.0),
        (place[at[here]], servers[ground.links.indices[here]], -1.0),
        upper=0.0,
    )
    by[several] = any_way
    return pair // columns, by


def _serve(
    blocks: Blocks, question: Question, sites: Ints, servers: Ints, left_out: frozenset[str]
) -> tuple[Line, Line, Ints, Ints]:
    ground = question.merged.ground
    rows, row, server = ground.links.shape[0], ground.row, ground.links.indices
    parts = blocks.columns(len(row))
    every = question.share == 1.0 and "share" not in left_out
    blocks.rows(rows, (row, parts, 1.0), lower=1.0 if every else 0.0, upper=1.0)
    loose = np.flatnonzero(~ground.working(question.terms.fixed)[server])
    used, at, links = np.unique(server[loose], return_inverse=True, return_counts=True)
    here = np.arange(len(used))
    blocks.rows(
        len(used), (at, parts[loose], 1.0), (here, servers[used], -links.astype(float)), upper=0.0
    )
    if "capacities" not in left_out and question.terms.capacities is not None:
        _fill(blocks, ground, question.terms.capacities, sites, parts)
    covered = line((parts, ground.weights[row]))
    cost = line((parts, ground.weights[row] * ground.links.data))
    near = ground.links.data <= question.terms.within
    groups = [line((parts[near], part[row[near]])) for part in question.merged.shares.T]
    _floors(blocks, question, covered, groups, left_out)
    return covered, cost, parts[loose], servers[server[loose]]


def _fill(blocks: Blocks, ground: Ground, capacities: Floats, sites: Ints, parts: Ints) -> None:
    owner = ground.owner[ground.links.indices]
    reached = np.bincount(owner, ground.weights[ground.row], minlength=len(sites))
    room = np.minimum(capacities, reached)  # as tight as what is in reach, where that is less
    every = np.arange(len(sites))
    blocks.rows(
        len(sites), (owner, parts, ground.weights[ground.row]), (every, sites, -room), upper=0.0
    )


def _floors(
    blocks: Blocks, question: Question, covered: Line, groups: list[Line], left_out: frozenset[str]
) -> None:
    whole = question.terms.capacities is None  # parts of rows add up to any number
    if 0.0 < question.share < 1.0 and "share" not in left_out:
        blocks.limit(covered, least=least(question.ground.weights, question.share, whole=whole))
    for group, served in zip(question.terms.groups, groups, strict=True):
        if f"floor:{group.name}" not in left_out and group.share > 0:
            blocks.limit(served, least=least(group.weights, group.share, whole=whole))


def least(weights: Floats, share: float, *, whole: bool) -> float:
    """Return the weight a share asks for; whole weights add up to ``whole`` numbers only."""
    asked = share * float(weights.sum())
    if whole and np.array_equal(weights, np.rint(weights)):
        return float(math.ceil(asked - 1e-9 * max(1.0, asked)))
    return asked
