"""
How good a p-median can be: Lagrangian bounds, fixing by reduced costs, branch and bound.

    Ground, Best  --prove-->  bound;  Best (sites, cost) gets better on the way

Every row has a price for being served; at given prices the best sites are found one by one, and
what they cost is a bound on all choices. Good prices also tell which sites and pairs can be in no
better choice, so that little is left (often nothing); that is searched by branch and bound, with
prices handed down. Measured against HiGHS on the same reduced models (n 100 to 900): with few sites
to choose (p = 5, 10) its linear programme alone takes longer than the whole search here, with
many (p = n/3) both take tenths of a second; so HiGHS is not needed.

Sources: Cornuéjols, Fisher & Nemhauser (1977), "Location of bank accounts to optimize float",
Management Science 23, 789-810; Christofides & Beasley (1982), "A tree search algorithm for the
p-median problem", European Journal of Operational Research 10, 196-204.
"""

import heapq
import itertools
from dataclasses import dataclass

import numpy as np

from gis.siting.medians import dual_kernels, kernels
from gis.siting.medians.dual_kernels import CLOSED, FREE, LEVEL, OPEN, STEP
from gis.siting.medians.ground import Ground, narrowed, search_from
from gis.siting.medians.kernels import Floats, Ints, Marks
from gis.siting.watch import PROVED, Watch

_CHUNK = 2e7  # pairs looked at between two looks at the clock: some hundredths of a second
_TURNS, _TURN, _ROOT_STEP, _ROOT_PATIENCE = 20, 100, 0.5, 20
_LITTLE = 0.01  # of the gap won in a turn: then branching wins more
_SHORT = 2e-3
_NODE_ROUNDS, _NODE_STEP, _NODE_PATIENCE, _NODE_TURNS = 100, 0.05, 8, 3
_MANY = 0.1  # of the sites fixed: then it pays to bound the smaller ground again
_SEARCH_EVERY = 5
_POOL = 4e8  # bytes of waiting nodes; further ones start from the root's prices


@dataclass(eq=False)
class Best:
    """The best choice so far; objectives are multiples of ``step``; ``gap`` is asked for."""

    sites: Ints
    cost: float
    step: float
    gap: float

    @property
    def goal(self) -> float:
        """A bound that ends the search: nothing better, or not by the gap asked for."""
        nothing = self.cost * (1 - PROVED / 2)
        if self.step:
            nothing = min(nothing, self.cost - self.step + min(1e-9 * self.cost, self.step / 2))
        # a little more than asked for, so that rounding does not spoil it
        near = self.cost * (1 - self.gap * (1 - 1e-6))
        return min(nothing, near) if self.gap else nothing

    def take(self, sites: Ints, cost: float) -> None:
        """Keep what is better."""
        if cost < self.cost:
            self.sites, self.cost = sites, cost


@dataclass(eq=False)
class _Ascent:
    """Prices (n) that give a bound; ``slope`` (n) and ``share`` (m) are means of their rounds."""

    ground: Ground
    price: Floats
    slope: Floats
    share: Floats
    record: Floats

    @property
    def bound(self) -> float:
        return float(self.record[LEVEL])


@dataclass(frozen=True, eq=False)
class _Fixed:
    """What prices fix (``state``, m); taking a site adds ``up`` to the bound, leaving ``down``."""

    state: Marks
    up: Floats
    down: Floats


def prove(ground: Ground, best: Best, price: Floats, watch: Watch) -> float:
    """
    Better ``best`` until it is proved, near enough, or the time is over; return the proven bound.

    ``price`` (n) are the first prices; what rows cost in a good choice, and a bit more, is good.
    """
    if ground.settled:
        _settle(ground, best)
        return best.cost
    ascent = _root(ground, best, price, watch)
    if ascent.bound >= best.goal:
        return _end(ascent.bound, best)
    if ascent.ground.settled:
        _settle(ascent.ground, best)
        return _end(np.inf, best)
    return _end(max(ascent.bound, _branch(ascent, best, watch)), best)


def _end(bound: float, best: Best) -> float:
    """Return a bound for those who compare it with the objective: equal where proved."""
    if bound < best.goal:
        return bound
    return best.cost if best.gap == 0 else min(bound, best.goal)


def _settle(ground: Ground, best: Best) -> None:
    chosen = np.full(ground.size, ground.count > 0)
    best.take(ground.sites(chosen), float(kernels.total(ground.lists, chosen)))


def _begin(ground: Ground, price: Floats, step: float, patience: float) -> _Ascent:
    price = np.minimum(price, ground.lists.base)
    saves, taken = np.empty(ground.size), np.zeros(ground.size, np.bool_)
    level = dual_kernels.relaxed(ground.lists, price, ground.count, saves, taken)
    slope = dual_kernels.lacking(ground.lists, price, taken)
    record = np.array([level, step, 0.0, patience])
    return _Ascent(ground, price, slope, taken.astype(np.float64), record)


def _climb(ascent: _Ascent, best: Best, rounds: int, watch: Watch) -> None:
    """Raise a bound; every round also tries the choice it takes."""
    ground = ascent.ground
    seen = np.zeros(ground.size, np.bool_)
    steps = int(max(1, min(rounds, _CHUNK / (ground.pairs + ground.rows + ground.size))))
    arrays = (ascent.price, ascent.slope, ascent.share, seen)
    for _ in range(0, rounds, steps):
        goal = best.goal
        cost = dual_kernels.ascend(
            ground.lists, ground.count, *arrays, best.cost, goal, steps, ascent.record
        )
        best.take(ground.sites(seen), cost)
        if watch.over or ascent.bound >= best.goal or ascent.record[STEP] < _SHORT / 2:
            break


def _improve(ascent: _Ascent, best: Best, watch: Watch) -> None:
    """Open what the bound took most, exchange, wander a little."""
    ground = ascent.ground
    if ground.settled or watch.over:
        return
    chosen = np.argsort(-ascent.share, kind="stable")[: ground.count]
    search = search_from(ground, chosen)
    search.exchange(_CHUNK, watch)
    _, cost = search.wander(min(_CHUNK, 3 * (ground.pairs + 10 * ground.rows)))
    best.take(ground.sites(search.chosen), cost)


def _fix(ascent: _Ascent, goal: float) -> _Fixed:
    ground = ascent.ground
    saves, taken = np.empty(ground.size), np.zeros(ground.size, np.bool_)
    level = dual_kernels.relaxed(ground.lists, ascent.price, ground.count, saves, taken)
    order = np.partition(saves, (ground.count - 1, ground.count))
    up = np.where(taken, 0.0, np.maximum(saves - order[ground.count - 1], 0.0))
    down = np.where(taken, np.maximum(order[ground.count] - saves, 0.0), 0.0)
    state = np.zeros(ground.size, np.int8)
    state[level + up >= goal] = CLOSED
    state[level + down >= goal] = OPEN
    return _Fixed(state, up, down)


def _root(ground: Ground, best: Best, price: Floats, watch: Watch) -> _Ascent:
    """Bound the whole question, in turns of rounds, search and fixing."""
    ascent = _begin(ground, price, _ROOT_STEP, _ROOT_PATIENCE)
    for turn in range(_TURNS):
        before = ascent.bound
        _climb(ascent, best, _TURN, watch)
        if turn > 1 and ascent.bound < best.goal:
            _improve(ascent, best, watch)
        watch.tell(best.cost, ascent.bound)
        if watch.over or ascent.bound >= best.goal:
            break
        short = ascent.record[STEP] < _SHORT
        little = ascent.bound - before < _LITTLE * (best.goal - ascent.bound)
        ascent = _smaller(ascent, _fix(ascent, best.goal), best.goal)
        if ascent.ground.settled or (turn > 2 and (short or little)):
            break
    return ascent


def _smaller(ascent: _Ascent, fixed: _Fixed, goal: float) -> _Ascent:
    """Leave out what is fixed, with prices and means as they are."""
    room = goal - ascent.bound
    ground = narrowed(ascent.ground, fixed.state, ascent.price, fixed.up, room)
    price = np.minimum(ascent.price, ground.lists.base)
    share = ascent.share[fixed.state == FREE]
    return _Ascent(ground, price, ascent.slope, share, ascent.record.copy())


def _branch(root: _Ascent, best: Best, watch: Watch) -> float:
    """Search what is left, lowest bound first; return the proven bound."""
    ground, ticks = root.ground, itertools.count()
    nothing = np.zeros(ground.size, np.int8)
    heap: list[tuple[float, int, Marks, Floats]] = [(root.bound, next(ticks), nothing, root.price)]
    pool = _POOL / (8 * ground.rows + ground.size)
    for turn in itertools.count():
        if not heap or heap[0][0] >= best.goal or watch.over:
            break
        bound, _, state, price = heapq.heappop(heap)
        node = _node(ground, state, price, best, watch, search=turn % _SEARCH_EVERY == 0)
        watch.tell(best.cost, bound)
        if node is None:
            continue
        handed = node.price if len(heap) < pool else root.price
        for low, child in node.children:
            if low < best.goal:
                heapq.heappush(heap, (max(low, bound), next(ticks), child, handed))
    return heap[0][0] if heap else np.inf


@dataclass(frozen=True, eq=False)
class _Node:
    """A part of the question that is left: its prices, and the parts it falls into with bounds."""

    price: Floats
    children: tuple[tuple[float, Marks], ...]


def _node(
    ground: Ground, state: Marks, price: Floats, best: Best, watch: Watch, *, search: bool
) -> _Node | None:
    """Bound a part of the question (``state``, m); None where nothing better is in it."""
    state, free = state.copy(), np.flatnonzero(state == FREE)
    part = narrowed(ground, state, price, np.zeros(ground.size), np.inf)
    for turn in range(_NODE_TURNS):
        if part.count < 0:
            return None
        if part.settled:
            _settle(part, best)
            return None
        ascent = _begin(part, price, _NODE_STEP, _NODE_PATIENCE)
        _climb(ascent, best, _NODE_ROUNDS, watch)
        if search and turn == 0 and ascent.bound < best.goal:
            _improve(ascent, best, watch)
        if ascent.bound >= best.goal:
            return None
        price, fixed = ascent.price, _fix(ascent, best.goal)
        state[free] = fixed.state
        few = np.count_nonzero(fixed.state) < _MANY * part.size
        if few or turn == _NODE_TURNS - 1 or watch.over:
            break
        part = narrowed(part, fixed.state, price, fixed.up, best.goal - ascent.bound)
        free = free[fixed.state == FREE]
    return _split(ascent, fixed, state, free)


def _split(ascent: _Ascent, fixed: _Fixed, state: Marks, free: Ints) -> _Node:
    """Branch on the free site that is nearest to half open."""
    open_ = np.flatnonzero(fixed.state == FREE)
    if not len(open_):
        return _Node(ascent.price, ((ascent.bound, state),))
    pick = open_[np.argmin(np.abs(ascent.share[open_] - 0.5))]
    children = []
    for value, more in ((OPEN, fixed.up[pick]), (CLOSED, fixed.down[pick])):
        child = state.copy()
        child[free[pick]] = value
        children.append((ascent.bound + float(more), child))
    return _Node(ascent.price, tuple(children))
