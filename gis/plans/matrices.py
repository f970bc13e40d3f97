"""
From a district to matrices: which group of units each station, candidate and gate can serve.

    district, candidates, services  --build_task-->  Task (n x m)

Candidates join the network all at once; each service is searched from all its sites within the
limit (for minutes and farthest: the horizon of three limits), and storeys are added.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from gis.coverage.searcher import Searcher
from gis.plans.candidates import with_sites
from gis.plans.constraints import Group, build_rules, by_row, unit_weights
from gis.plans.gates import Doors, find_doors, pairs_through, with_gates_open
from gis.plans.naming import positions_of
from gis.plans.setting import Setting
from gis.plans.task import Task
from gis.plans.walking import Groups, Links, group_units, links_of
from gis.siting.rules import Rules
from gis.streets.access import Access
from gis.streets.search import pairs
from gis.tables import LIST_SEPARATOR

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def build_task(setting: Setting) -> Task:
    """
    Search everything and write it down as rows and columns; see ``Task``.

    Cost follows the pairs of buildings and sites within the limit, times the services; with gates
    to open also the pairs that meet at each gate.

    Raises
    ------
    InputError
        An id is not there, a cost is unknown where there is a budget, or a floor names no group.
    """
    grown, network, rows = with_sites(
        setting.district, setting.network, setting.candidates, setting.offers
    )
    searcher = setting.searcher(grown, network)
    asked = setting.asked[0]
    doors = find_doors(searcher, asked) if setting.asking.open_gates else _NO_DOORS
    weight, floors = unit_weights(setting)
    counted = np.logical_or.reduce([weight > 0, *(each.weight > 0 for each in floors)])
    groups = group_units(searcher, asked, counted)
    layout = _Layout(setting, groups, rows, doors)
    parts = [
        _links(setting, searcher, layout, number, doors) for number in range(len(setting.asked))
    ]
    return _task(searcher, layout, parts, weight, floors)


_NO_DOORS = Doors(*(np.empty(0, dtype=np.int64) for _ in range(3)))


@dataclass(frozen=True, eq=False)
class _Layout:
    """How rows and columns are numbered."""

    setting: Setting
    groups: Groups
    rows: Ints
    doors: Doors

    @property
    def standing(self) -> int:
        return len(self.setting.standing)

    @property
    def sites(self) -> int:
        return self.standing + len(self.rows)

    @property
    def columns(self) -> int:
        return self.sites + len(self.doors.rows)

    @property
    def leftover(self) -> int:
        """The row of all whom nothing can serve: the last."""
        return self.groups.size * len(self.setting.asked)

    def column_of(self, service: str, stations: int) -> Ints:
        """Return the column of each station row for one service, -1 for none."""
        column = np.full(stations, -1, dtype=np.int64)
        offers, standing = self.setting.offers, self.setting.standing
        mine = np.array([service in offers[row] for row in standing], dtype=bool)
        column[standing[mine]] = np.flatnonzero(mine)
        offered = self.setting.candidates["services"].str.split(LIST_SEPARATOR)
        hosts = np.array([service in each for each in offered], dtype=bool)
        column[self.rows[hosts]] = self.standing + np.flatnonzero(hosts)
        return column

    def row_of(self) -> Ints:
        """For each service and unit its row."""
        of_unit, size = self.groups.of_unit, self.groups.size
        rows = [
            np.where(of_unit == size, self.leftover, np.where(of_unit < 0, -1, of_unit + k * size))
            for k in range(len(self.setting.asked))
        ]
        return np.array(rows, dtype=np.int64).reshape(len(rows), -1)

    def gates(self) -> pd.Index:
        """Ids of the gates that may be opened."""
        return self.setting.network.gates.index[self.doors.rows]


def _links(
    setting: Setting, searcher: Searcher, layout: _Layout, number: int, doors: Doors
) -> tuple[Links, Links | None, Links | None]:
    """Search one service: its links, those through one opened gate, those with others open too."""
    asked = setting.asked[number]
    column = layout.column_of(asked.requirement.id, len(searcher.district.stations))
    stations, limits = searcher.open_stations(asked, Access())
    most = None if setting.timed else asked.limit_cost
    told = stations, setting.reached(asked)
    priced = searcher.priced(asked, Access())
    found = pairs(priced, *told, limits=limits)
    whole = _shifted(links_of(layout.groups, found, column, most), layout, number)
    if not len(doors.rows):
        return whole, None, None
    gates = [str(each) for each in layout.gates()]
    opened = with_gates_open(searcher.district, searcher.network, gates, setting.catalogue)
    wide = setting.searcher(*opened).priced(asked, Access())
    one, several = (
        _shifted(
            links_of(layout.groups, pairs_through(each, doors, *told, limits), column, most),
            layout,
            number,
        )
        for each in (priced, wide)
    )
    return whole, one, several


def _shifted(links: Links, layout: _Layout, number: int) -> Links:
    """Move rows to those of a service."""
    return replace(links, row=links.row + number * layout.groups.size)


def _matrix(links: Sequence[Links], layout: _Layout) -> sparse.csr_array:
    """Put links into a matrix; costs of 0 stay stored."""
    row, column, cost = (
        np.concatenate([getattr(each, name) for each in links])
        for name in ("row", "column", "cost")
    )
    order = np.lexsort((column, row))
    start = np.searchsorted(row[order], np.arange(layout.leftover + 2))
    shape = (layout.leftover + 1, layout.columns)
    return sparse.csr_array((cost[order].astype(float), column[order], start), shape=shape)


def _task(
    searcher: Searcher,
    layout: _Layout,
    parts: list[tuple[Links, Links | None, Links | None]],
    weight: Floats,
    floors: Sequence[Group],
) -> Task:
    setting = layout.setting
    cost = _matrix([whole for whole, _, _ in parts], layout)
    ways, way_costs = _ways([through for _, through, _ in parts], cost, layout)
    wide_ways = _ways([several for _, _, several in parts], cost, layout)
    row_of = layout.row_of()
    asking, candidates = setting.asking, setting.candidates
    standing = setting.district.stations.index[setting.standing]
    names = [*standing, *candidates.index, *layout.gates()]
    required = positions_of("required", asking.required, candidates.index, ("候选点", "candidate"))
    closing = positions_of("may_close", asking.may_close, standing, ("现有站点", "station"))
    task = Task(
        asking=asking,
        cost=cost,
        weights=by_row(weight, row_of, cost.shape[0]),
        row_of=row_of,
        ids=np.array(names, dtype=object),
        existing=np.arange(layout.standing),
        candidate=np.arange(layout.standing, layout.sites),
        action=np.arange(layout.sites, layout.columns),
        may_close=closing,
        rules=Rules(),
        ways=ways,
        way_costs=way_costs,
        limit=float(setting.asked[0].limit_cost),
        searcher=searcher,
        per_minute=float((60_000 if setting.asked[0].timed else 1000) * setting.asked[0].trips),
        wide_ways=None if _alike((ways, way_costs), wide_ways) else wide_ways,
        required=layout.standing + required,
    )
    return replace(task, rules=build_rules(setting, task, floors))


def _ways(
    through: list[Links | None], cost: sparse.csr_array, layout: _Layout
) -> tuple[Ints, Floats]:
    """Ways (row, column, action) through one opened gate that are better than those without."""
    some = [each for each in through if each is not None and each.gate is not None]
    if not some:
        return np.empty((0, 3), dtype=np.int64), np.empty(0)
    row, column, told = (
        np.concatenate([getattr(each, name) for each in some]) for name in ("row", "column", "cost")
    )
    gate = np.concatenate([each.gate for each in some if each.gate is not None])
    known = _values(cost, row, column)
    better = told < known if layout.setting.timed else np.isinf(known)
    ways = np.stack([row, column, layout.sites + gate], axis=1)[better].astype(np.int64)
    order = np.lexsort(ways.T[::-1])
    costs = told[better][order].astype(float) if layout.setting.timed else np.zeros(len(ways))
    return ways[order], costs


def _values(matrix: sparse.csr_array, row: Ints, column: Ints) -> Floats:
    """Read off entries of a matrix with sorted columns; inf where none is stored."""
    width = matrix.shape[1]
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    keys, wanted = rows * width + matrix.indices, row * width + column
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    if not len(keys):
        return np.full(len(row), np.inf)
    return np.where(keys[at] == wanted, matrix.data[at], np.inf)


def _alike(one: tuple[Ints, Floats], other: tuple[Ints, Floats]) -> bool:
    """Tell whether ways and their costs are the same."""
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
