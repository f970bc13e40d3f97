"""
Exact bounded search on a directed graph with whole-number weights.

    tail, head (m arcs)  --build_plan-->  Plan  --weigh(weight, open arcs)-->  Graph
    Graph  --nearest / spread-->  Found (n labels)      Graph  --reach-->  Reach (sparse pairs)

The plan is made once for a network; weights and open arcs change with the walker and the gates.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.streets import kernels, single
from gis.streets.contraction import Shape, contract
from gis.streets.kernels import NEVER, Arrays, Labels

__all__ = [
    "NEVER",
    "NONE",
    "Found",
    "Graph",
    "Plan",
    "Reach",
    "Trials",
    "build_graph",
    "build_plan",
    "weigh",
]

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Flags = NDArray[np.bool_]

NONE = -1
_OWNER = 32
_BUCKETS = 512
"""How many buckets a search to its limit uses, about; more cost memory, fewer double work."""
_CHUNK = 128


@dataclass(frozen=True, eq=False)
class Found:
    """
    The best label of every node: ``weight`` (NEVER where none reaches), and ``tag``.

    ``owner`` is the source's name as given (-1 where none reaches), ``mark`` the lower half of
    the tag, as the arcs' marks set it. All in the caller's numbering.
    """

    weight: Ints
    tag: Ints

    @cached_property
    def owner(self) -> Ints:
        """Whose way it is."""
        return np.where(self.weight < NEVER, self.tag >> _OWNER, NONE)

    @property
    def mark(self) -> Ints:
        """What the arcs on the way have noted."""
        return self.tag & (2**_OWNER - 1)


@dataclass(frozen=True, eq=False)
class Reach:
    """
    All pairs within a limit: origin k reaches ``node[start[k]:start[k + 1]]`` at ``weight``.

    The nodes of one origin stand in a fixed order, not sorted.
    """

    start: Ints
    node: Small
    weight: Ints

    @property
    def origin(self) -> Ints:
        """The origin's position of each pair."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))


@dataclass(frozen=True, eq=False)
class Plan:
    """
    How arcs sort into the core, its chains and its trees; ``mark`` are the notes arcs carry.

    ``slot_arcs`` lists the arcs slot by slot, ``slot_first`` where each slot begins: parallel arcs
    share a slot, and the cheapest counts. Slots are arcs of the core, links there, links back,
    down and up the trees.
    """

    size: int
    shape: Shape
    slot_arcs: Ints
    slot_first: Ints
    slot_filled: Ints
    slots: tuple[int, int, int, int, int]
    core_order: Ints
    first: Small
    head: Small
    op: Small
    of_core_first: Small
    of_core: Small


def build_plan(tail: Ints, head: Ints, *, size: int, mark: Ints | None = None) -> Plan:
    """
    Prepare a graph of m arcs between ``size`` nodes for many searches.

    ``mark`` of an arc: 0 leaves a way's notes as they are, 1 adds the lowest bit, 2 and more
    replaces them. Cost: sorting m arcs, once.
    """
    note = np.zeros(len(tail), dtype=np.int64) if mark is None else mark
    fixed = np.zeros(size, dtype=bool)
    fixed[tail[note > 0]] = fixed[head[note > 0]] = True
    shape = contract(tail, head, size, fixed)
    own_tail, own_head = shape.own[tail].astype(np.int64), shape.own[head].astype(np.int64)
    inner = (own_tail < shape.core) & (own_head < shape.core)
    core_key = _key(own_tail[inner], own_head[inner], note[inner], size)
    core = np.unique(core_key)
    solid = shape.core + len(shape.chain_of)
    trees = np.arange(solid, size)
    keys = [
        core,
        _key(shape.link_tail, shape.link_head, 0, size),
        _key(shape.link_head, shape.link_tail, 0, size),
        _key(shape.parent, trees, 0, size),
        _key(trees, shape.parent, 0, size),
    ]
    slot = _find(np.concatenate(keys), _key(own_tail, own_head, note, size))
    arcs = np.flatnonzero(slot >= 0)  # an arc from a node to itself helps nobody
    arcs = arcs[np.argsort(slot[arcs], kind="stable")]
    filled, first = np.unique(slot[arcs], return_index=True)
    counts = (len(core), *(len(key) for key in keys[1:]))
    return Plan(size, shape, arcs, first, filled, counts, **_core_arcs(shape, core, size))  # type: ignore[arg-type]


def _key(tail: Any, head: Any, mark: Any, size: int) -> Ints:
    """Name each (tail, head, mark) by one integer; marks stay below 2**22 with 10**6 nodes."""
    found: Ints = (np.asarray(mark, dtype=np.int64) * size + tail) * size + head
    return found


def _find(keys: Ints, wanted: Ints) -> Ints:
    """Return the position of each wanted key, -1 for none."""
    if not len(keys):
        return np.full(len(wanted), NONE)
    order = np.argsort(keys, kind="stable")
    at = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    return np.where(keys[order][at] == wanted, order[at], NONE)


def _core_arcs(shape: Shape, core: Ints, size: int) -> dict[str, Any]:
    """Lay out the arcs of the core by tail: its own, then chains there, then chains back."""
    tail, head, mark = core // size % size, core % size, core // size // size
    one, two = shape.one.astype(np.int64), shape.two.astype(np.int64)
    tails = np.concatenate([tail, one, two])
    order = np.argsort(tails, kind="stable")
    first = np.searchsorted(tails[order], np.arange(shape.core + 1))
    marks = np.concatenate([mark, np.zeros(2 * len(one), dtype=np.int64)])
    chains, ends = np.tile(np.arange(len(one)), 2), np.concatenate([one, two])
    by_end = np.argsort(ends, kind="stable")
    return {
        "core_order": order,
        "first": first.astype(np.int32),
        "head": np.concatenate([head, two, one])[order].astype(np.int32),
        "op": marks[order].astype(np.int32),
        "of_core_first": np.searchsorted(ends[by_end], np.arange(shape.core + 1)).astype(np.int32),
        "of_core": chains[by_end].astype(np.int32),
    }


def weigh(plan: Plan, weight: Ints, allowed: Flags | None = None) -> "Graph":
    """Give the arcs their weights (whole numbers from 0); arcs not allowed cannot be taken."""
    some = weight[plan.slot_arcs]
    if allowed is not None:
        some = np.where(allowed[plan.slot_arcs], some, NEVER)
    slots = np.full(sum(plan.slots), NEVER, dtype=np.int64)
    if len(some):
        slots[plan.slot_filled] = np.minimum.reduceat(some, plan.slot_first)
    core, there, back, down, up = np.split(slots, np.cumsum(plan.slots)[:-1])
    shape = plan.shape
    there, back = there.copy(), back.copy()
    sums = [_chain_sums(shape, links) for links in (there, back)]
    ahead, behind = single.prefixes(shape.chain, there, back, shape.core)
    arrays = Arrays(
        first=plan.first,
        head=plan.head,
        weight=np.concatenate([core, *sums])[plan.core_order],
        op=plan.op,
        one=shape.one,
        two=shape.two,
        chain=shape.chain,
        there=there,
        back=back,
        ahead=ahead,
        behind=behind,
        chain_of=shape.chain_of,
        of_core_first=plan.of_core_first,
        of_core=plan.of_core,
        parent=shape.parent,
        size=shape.size,
        down=down.copy(),
        up=up.copy(),
        hung=shape.hung,
    )
    return Graph(plan, arrays)


def _chain_sums(shape: Shape, links: Ints) -> Ints:
    """Sum up each chain's links; NEVER where one of them cannot be taken."""
    if not len(shape.one):
        return np.empty(0, dtype=np.int64)
    first = shape.chain[:-1].astype(np.int64) - shape.core + np.arange(len(shape.one))
    barred = links >= NEVER
    sums = np.add.reduceat(np.where(barred, 0, links), first)
    found: Ints = np.where(np.logical_or.reduceat(barred, first), NEVER, sums)
    return found


@dataclass(frozen=True, eq=False)
class Graph:
    """A plan with weights: what is searched."""

    plan: Plan
    arrays: Arrays = field(repr=False)

    def nearest(
        self,
        sources: Ints,
        limit: int,
        *,
        owners: Ints | None = None,
        rank: Ints | None = None,
    ) -> Found:
        """
        Find for every node the best of many sources within a limit.

        Parameters
        ----------
        owners
            The name of each source, a row from 0 (its position if not given); a place with
            several doors gives several sources one name.
        rank
            By name: of equal weights the source of lower rank is taken (the name itself).

        Returns
        -------
        Found
            Labels of all nodes. Cost follows the nodes reached, plus a pass over all nodes.
        """
        return self._spread(None, sources, limit, (owners, rank))[0]

    def better(
        self,
        found: Found,
        sources: Ints,
        limit: int,
        *,
        owners: Ints | None = None,
        rank: Ints | None = None,
    ) -> tuple[Found, Small]:
        """
        Better the labels of an earlier search on this graph by more sources.

        Returns
        -------
        tuple
            New labels, and the nodes whose labels changed. The search follows only these.
        """
        return self._spread(found, sources, limit, (owners, rank))

    def _spread(
        self,
        found: Found | None,
        sources: Ints,
        limit: int,
        told: tuple[Ints | None, Ints | None],
    ) -> tuple[Found, Small]:
        """Search from blank labels, or from those found before."""
        owners, rank = told
        shape, work = self.plan.shape, self._workspace(limit)
        names = np.arange(len(sources)) if owners is None else np.asarray(owners, dtype=np.int64)
        known = int(names.max(initial=0)) + 1
        if found is not None:
            np.take(found.weight, shape.caller, out=work.labels.weight)
            np.take(found.tag, shape.caller, out=work.labels.tag)
            known = max(known, int(found.owner.max(initial=0)) + 1)
        count = kernels.spread(
            self.arrays,
            work.labels,
            shape.own[sources].astype(np.int64),
            np.zeros(len(sources), np.int64),
            names << _OWNER,
            int(limit),
            np.arange(known) if rank is None else np.asarray(rank, dtype=np.int64),
            1,
            work.touched,
            work.queue,
            found is None,
        )
        changed = shape.caller[work.touched[:count]]
        return Found(work.labels.weight[shape.own], work.labels.tag[shape.own]), changed

    def trials(self, found: Found, limit: int, rank: Ints) -> "Trials":
        """Prepare to try out many changes on the labels of an earlier search, one at a time."""
        return Trials(self, found, limit, rank)

    def reach(self, origins: Ints, limit: int, *, threads: int | None = None) -> Reach:
        """
        Find all nodes within a limit of each origin.

        The answer is the same on any number of threads (all cores if not given). Cost and memory
        follow the pairs found.
        """
        own = self.plan.shape.own[np.asarray(origins, dtype=np.int64)].astype(np.int64)
        chunks = [own[start : start + _CHUNK] for start in range(0, len(own), _CHUNK)]
        with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
            parts = list(pool.map(lambda chunk: self._reach(chunk, limit), chunks))
        none = (np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int64))
        counts, node, weight = (np.concatenate(part) for part in zip(none, *parts, strict=True))
        return Reach(np.r_[0, np.cumsum(counts)], node, weight)

    def _reach(self, own: Ints, limit: int) -> tuple[Ints, Small, Ints]:
        found: tuple[Ints, Small, Ints] = single.reach(
            self.arrays, self._alone(limit), own, int(limit), self.plan.shape.caller
        )
        return found

    def _alone(self, limit: int) -> tuple[Ints, Ints, Small, Any]:
        """Room for searches from one origin at a time."""
        work = self._workspace(limit)
        seen = np.full(len(self.plan.shape.one), NONE, dtype=np.int64)
        return work.labels.weight, seen, work.touched, work.queue

    def kth_nearest(self, sources: Ints, limits: Ints | int, k: int) -> tuple[Ints, Ints]:
        """
        Find the weight and position of every node's k-th nearest source (NEVER, -1 for none).

        ``limits`` is one for all, or one for each source. Ties go to the earlier source. One search
        a source; memory is k labels a node.
        """
        each = np.broadcast_to(np.asarray(limits, dtype=np.int64), (len(sources),)).copy()
        size = self.plan.size
        best = np.full((size, k), NEVER, dtype=np.int64)
        owner = np.full((size, k), NONE, dtype=np.int64)
        own = self.plan.shape.own[sources].astype(np.int64)
        work = self._alone(int(each.max(initial=0)))
        single.keep_nearest(self.arrays, work, own, each, best, owner)
        mine = self.plan.shape.own
        return best[mine, k - 1], owner[mine, k - 1]

    def _workspace(self, limit: int) -> "_Work":
        size = self.plan.size
        shift = max(0, (int(limit) // _BUCKETS).bit_length() - 1)
        labels = Labels(
            weight=np.full(size, NEVER, dtype=np.int64),
            tag=np.zeros(size, dtype=np.int64),
            stamp=np.zeros(size, dtype=np.int32),
            chain_stamp=np.zeros(len(self.plan.shape.one), dtype=np.int32),
        )
        bucket = np.full((int(limit) >> shift) + 2, NONE, dtype=np.int64)
        pool = np.empty((1024, 3), dtype=np.int64)
        return _Work(labels, np.empty(size, dtype=np.int32), (bucket, pool, shift))


@dataclass(frozen=True, eq=False)
class _Work:
    labels: Labels
    touched: Small
    queue: tuple[Ints, Ints, int]


class Trials:
    """What single changes would do to the labels of a search; each is undone before the next."""

    def __init__(self, graph: Graph, found: Found, limit: int, rank: Ints) -> None:
        shape = graph.plan.shape
        self._graph, self._limit = graph, int(limit)
        self._rank = np.asarray(rank, dtype=np.int64)
        self._weight, self._tag = found.weight[shape.caller], found.tag[shape.caller]
        self._work = graph._workspace(limit)  # noqa: SLF001 - the other half of one thing
        self._work.labels.weight[:] = self._weight
        self._work.labels.tag[:] = self._tag
        self._round = 0

    def better(self, nodes: Ints, weights: Ints, tags: Ints) -> tuple[Small, Ints, Ints]:
        """
        Start ways at some nodes, at some weights; tags as in ``Found``.

        Returns
        -------
        tuple
            The nodes that would get better labels, their weights and their tags. Cost follows
            these nodes alone.
        """
        labels, shape = self._work.labels, self._graph.plan.shape
        self._round += 1
        count = kernels.spread(
            self._graph.arrays,
            labels,
            shape.own[nodes].astype(np.int64),
            np.asarray(weights, dtype=np.int64),
            np.asarray(tags, dtype=np.int64),
            self._limit,
            self._rank,
            self._round,
            self._work.touched,
            self._work.queue,
            False,
        )
        changed = self._work.touched[:count]
        told = shape.caller[changed], labels.weight[changed].copy(), labels.tag[changed].copy()
        labels.weight[changed] = self._weight[changed]
        labels.tag[changed] = self._tag[changed]
        return told


def build_graph(
    tail: Ints,
    head: Ints,
    weight: Ints,
    *,
    size: int,
    mark: Ints | None = None,
    allowed: Flags | None = None,
) -> Graph:
    """Prepare a graph and give it weights in one step; see ``build_plan`` and ``weigh``."""
    return weigh(build_plan(tail, head, size=size, mark=mark), weight, allowed)


def warm(sources: Sequence[int] = (0,)) -> None:
    """Compile every kernel now, if the compiled code is not there yet (some seconds, once)."""
    ends = np.array([0, 1, 1, 2, 2, 3, 1, 4]), np.array([1, 0, 2, 1, 3, 2, 4, 1])
    graph = build_graph(*ends, np.ones(8, dtype=np.int64), size=5)
    graph.nearest(np.array(sources), 9)
    graph.reach(np.array(sources), 9, threads=1)
    graph.kth_nearest(np.array(sources), 9, 1)
