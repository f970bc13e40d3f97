"""
Rules read against n rows and m columns: every fault named, every field an array of known shape.

    Rules, Sites, count  --read_terms-->  Terms
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gis.siting.given import (
    Floats,
    Ints,
    Sites,
    fault,
    read_count,
    read_numbers,
    read_positions,
    read_share,
    read_sites,
    read_weights,
)
from gis.siting.ruled.terms import Flags, Group, Terms
from gis.siting.rules import Floor, Rules


def read_terms(
    rules: Rules,
    shape: tuple[int, int],
    count: Any,
    *,
    existing: Sequence[int] | Ints,
    required: Sequence[int] | Ints,
    forbidden: Sequence[int] | Ints,
) -> Terms:
    """
    Read rules for a matrix of n rows and m columns; ``count`` None asks for no limit.

    Raises
    ------
    InputError
        A field does not fit the matrix, holds what is no number, or lacks the field it needs.
    """
    rows, columns = shape
    sites = read_sites(
        columns,
        existing=existing,
        required=required,
        forbidden=forbidden,
        may_close=rules.may_close,
    )
    _lonely(rules)
    house, house_costs = _houses(rules, columns)
    ways, way_costs = _ways(rules, rows, columns)
    return Terms(
        sites=sites,
        count=_count(count, sites, rules),
        costs=np.zeros(columns) if rules.costs is None else _each(rules.costs, columns, "costs"),
        budget=_amount(rules.budget, "budget"),
        cheapest=bool(rules.cheapest),
        capacities=None
        if rules.capacities is None
        else _each(rules.capacities, columns, "capacities", endless=True),
        groups=_groups(rules.floors, rows),
        within=_amount(rules.within, "within"),
        apart=_apart(rules, sites),
        house=house,
        house_costs=house_costs,
        most=_most(rules),
        counted=_counted(rules, columns),
        ways=ways,
        way_costs=way_costs,
        backup=read_share(rules.backup, "backup"),
    )


def _lonely(rules: Rules) -> None:
    """Refuse a field that needs another one."""
    needs = (
        (rules.budget is not None, rules.costs, "budget", "costs"),
        (rules.cheapest, rules.costs, "cheapest", "costs"),
        (rules.venue_costs is not None, rules.costs, "venue_costs", "costs"),
        (rules.most_functions is not None, rules.venues, "most_functions", "venues"),
        (rules.way_costs is not None, rules.ways, "way_costs", "ways"),
    )
    for asked, other, name, needed in needs:
        if asked and other is None:
            raise fault(
                name,
                f"需要同时给出 {needed}",
                f"needs {needed} as well",
                f"请给出 {needed} 或去掉 {name}",
                f"give {needed}, or leave {name} out",
            )


def _count(count: Any, sites: Sites, rules: Rules) -> float:
    if count is None:
        return math.inf
    # houses, closing and uncounted actions make room: only the solver can tell whether it suffices
    roomy = rules.venues is not None or len(sites.may_close) or not rules.actions_count
    loose = Sites(sites.size, sites.existing, sites.required[:0], sites.forbidden, sites.may_close)
    return read_count(count, loose if roomy else sites)


def _each(
    given: Any, columns: int, name: str, *, endless: bool = False, what: str = "column"
) -> Floats:
    """Return one number >= 0 for each column (or way)."""
    read = read_numbers(given, name)
    whom = "每列一个" if what == "column" else "每条一个"
    if read.shape != (columns,):
        raise fault(
            name,
            f"形状 {read.shape}，需要 {columns} 个数",
            f"has the shape {read.shape}, ({columns},) is needed",
            whom,
            f"give one for each {what}",
        )
    bad = np.flatnonzero(~((read >= 0) & (np.isfinite(read) | endless)))
    if len(bad):
        raise fault(
            name,
            f"第 {bad[0]} 个（从 0 数）为 {read[bad[0]]}",
            f"number {bad[0]} (from 0) is {read[bad[0]]}",
            "须是不小于 0 的数" + ("，不限则写 inf" if endless else ""),
            "give numbers from 0 on" + (", inf for no limit" if endless else ""),
        )
    return read


def _amount(given: Any, name: str) -> float:
    if given is None:
        return math.inf
    number = isinstance(given, int | float | np.number) and not isinstance(given, bool)
    if not number or not given >= 0:
        raise fault(
            name,
            f"现为 {given!r}",
            f"is {given!r}",
            "须是不小于 0 的数",
            "give a number from 0 on",
        )
    return float(given)


def _most(rules: Rules) -> float:
    most = rules.most_functions
    if most is None:
        return math.inf
    if not isinstance(most, int | np.integer) or isinstance(most, bool) or most < 1:
        raise fault(
            "most_functions",
            f"现为 {most!r}",
            f"is {most!r}",
            "须是不小于 1 的整数",
            "give a whole number from 1 on",
        )
    return float(most)


def _groups(floors: Sequence[Floor], rows: int) -> tuple[Group, ...]:
    names: set[str] = set()
    read = []
    for at, floor in enumerate(floors):
        label = f"floors[{at}]"
        if not isinstance(floor, Floor):
            raise fault(
                label, f"现为 {floor!r}", f"is {floor!r}", "须是 Floor", "give a Floor for each"
            )
        if floor.name in names:
            raise fault(
                label,
                f"名称“{floor.name}”重复",
                f"has the name {floor.name!r} of another",
                "每个名称只用一次",
                "give each a name of its own",
            )
        names.add(floor.name)
        weights = read_weights(floor.weights, rows, f"{label}.weights（{floor.name}）")
        share = read_share(floor.share, f"{label}.share（{floor.name}）")
        read.append(Group(floor.name, weights, share))
    return tuple(read)


def _whole(given: Any, width: int, name: str) -> Ints:
    """Return a table of whole numbers with so many columns; none given is 0 rows."""
    read = np.asarray(given)
    if read.size == 0:
        return np.empty((0, width), dtype=np.int64)
    if read.ndim != 2 or read.shape[1] != width or not np.issubdtype(read.dtype, np.integer):
        raise fault(
            name,
            f"形状 {read.shape}，类型 {read.dtype}",
            f"has the shape {read.shape} and the type {read.dtype}",
            f"须是每行 {width} 个整数的表",
            f"give a table with {width} whole numbers a row",
        )
    return read.astype(np.int64)


def _inside(table: Ints, at: int, size: int, name: str, what: tuple[str, str]) -> None:
    bad = np.flatnonzero((table[:, at] < 0) | (table[:, at] >= size))
    if len(bad):
        raise fault(
            name,
            f"第 {bad[0]} 行（从 0 数）的{what[0]}为 {table[bad[0], at]}",
            f"row {bad[0]} (from 0) has the {what[1]} {table[bad[0], at]}",
            f"须在 0 与 {size - 1} 之间",
            f"give positions from 0 to {size - 1}",
        )


def _apart(rules: Rules, sites: Sites) -> Ints:
    if rules.apart is None:
        return np.empty((0, 2), dtype=np.int64)
    pairs = _whole(rules.apart, 2, "apart")
    for at in (0, 1):
        _inside(pairs, at, sites.size, "apart", ("列", "column"))
    same = np.flatnonzero(pairs[:, 0] == pairs[:, 1])
    if len(same):
        raise fault(
            "apart",
            f"第 {same[0]} 行（从 0 数）两次都是列 {pairs[same[0], 0]}",
            f"row {same[0]} (from 0) holds column {pairs[same[0], 0]} twice",
            "须是两个不同的列",
            "give two different columns",
        )
    stand = np.isin(pairs, sites.existing).all(axis=1)
    return np.unique(np.sort(pairs[~stand], axis=1), axis=0)


def _houses(rules: Rules, columns: int) -> tuple[Ints, Floats]:
    house = np.arange(columns)
    if rules.venues is not None:
        read = np.asarray(rules.venues)
        whole = read.shape == (columns,) and (
            columns == 0 or (np.issubdtype(read.dtype, np.integer) and read.min() >= -1)
        )
        if not whole:
            raise fault(
                "venues",
                f"形状 {read.shape}，类型 {read.dtype}",
                f"has the shape {read.shape} and the type {read.dtype}",
                f"须是 {columns} 个整数：同一房屋同号，独立的写 -1",
                f"give {columns} whole numbers: the same for one house, -1 for standing alone",
            )
        alone = np.flatnonzero(read == -1)
        read = read.astype(np.int64)
        read[alone] = read.max(initial=-1) + 1 + np.arange(len(alone))
        house = np.unique(read, return_inverse=True)[1].astype(np.int64)
    houses = int(house.max(initial=-1)) + 1
    if rules.venue_costs is None:
        return house, np.zeros(houses)
    return house, _house_costs(rules, house, houses)


def _house_costs(rules: Rules, house: Ints, houses: int) -> Floats:
    given = _each(rules.venue_costs, len(house), "venue_costs")
    costs = np.zeros(houses)
    costs[house[::-1]] = given[::-1]  # the first of a house stays
    other = np.flatnonzero(costs[house] != given)
    if len(other):
        raise fault(
            "venue_costs",
            f"第 {other[0]} 个（从 0 数）与同一房屋的其他列不同",
            f"number {other[0]} (from 0) differs from that of the same house",
            "同一房屋的各列请写同一个数",
            "give all columns of a house the same number",
        )
    return costs


def _counted(rules: Rules, columns: int) -> Flags:
    actions = read_positions(rules.actions, columns, "actions")
    counted = np.ones(columns, dtype=bool)
    if not rules.actions_count:
        counted[actions] = False
    if rules.venues is not None:
        housed = actions[np.asarray(rules.venues)[actions] != -1]
        if len(housed):
            raise fault(
                "venues",
                f"列 {housed[0]} 是行动，却写了房屋",
                f"put action {housed[0]} into a house",
                "行动请写 -1",
                "give actions -1",
            )
    return counted


def _ways(rules: Rules, rows: int, columns: int) -> tuple[Ints, Floats]:
    if rules.ways is None:
        return np.empty((0, 3), dtype=np.int64), np.empty(0)
    ways = _whole(rules.ways, 3, "ways")
    _inside(ways, 0, rows, "ways", ("行", "row"))
    _inside(ways, 1, columns, "ways", ("列", "column"))
    _inside(ways, 2, columns, "ways", ("行动", "action"))
    actions = read_positions(rules.actions, columns, "actions")
    strange = np.flatnonzero(~np.isin(ways[:, 2], actions) | np.isin(ways[:, 1], actions))
    if len(strange):
        raise fault(
            "ways",
            f"第 {strange[0]} 行（从 0 数）为 {ways[strange[0]].tolist()}",
            f"row {strange[0]} (from 0) is {ways[strange[0]].tolist()}",
            "第三个须在 actions 中，第二个须不在",
            "the third has to be one of actions, the second none of them",
        )
    if rules.way_costs is None:
        return ways, np.zeros(len(ways))
    costs = _each(rules.way_costs, len(ways), "way_costs", endless=True, what="way")
    return ways[costs < math.inf], costs[costs < math.inf]
