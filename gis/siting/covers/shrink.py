"""
Making a cover problem smaller without losing an answer worth having.

    reach (n x m), weights (n)  --merge rows, drop columns inside others-->  Core (rows, sites)

Rows with the same sites become one, their weights added (on real streets half of all rows or more);
a site whose rows all lie in another site's rows is never needed, since the other does as well
(Toregas & ReVelle 1973, "Binary logic solutions to a class of location problem", Geographical
Analysis 5, 145-155). Each step is exact. Cost: stored entries, for dropping columns times how many
sites a column's rarest row has.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from gis.siting.covers import matrix_kernels
from gis.siting.covers.kernels import Cover

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Core:
    """A cover problem that is left: ``columns`` gives each site's position at the caller's."""

    cover: Cover
    columns: Ints

    @property
    def rows(self) -> int:
        """Rows left."""
        return len(self.cover.weight)

    @property
    def sites(self) -> int:
        """Sites left."""
        return len(self.columns)

    @property
    def entries(self) -> int:
        """Pairs of a row and a site that covers it."""
        return len(self.cover.site)


def build_core(reach: sparse.csr_array, weights: Floats, rows: Ints, columns: Ints) -> Core:
    """
    Merge rows and drop needless columns of a reach matrix (sorted), looking only at some of both.

    ``rows`` and ``columns`` are positions, ascending. Rows that none of the columns covers are left
    out.
    """
    number = np.full(reach.shape[1], -1, dtype=np.int32)
    number[columns] = np.arange(len(columns))
    start, site = matrix_kernels.cut(
        reach.indptr.astype(np.int64), reach.indices.astype(np.int32), rows, number
    )
    group, start, site = _merged(start, site)
    weight = np.bincount(group[group >= 0], weights[rows][group >= 0], minlength=len(start) - 1)
    first, row = matrix_kernels.transposed(start, site, len(columns))
    core = Core(Cover(start, site, first, row, weight.astype(np.float64)), columns)
    return without_needless(core)


def without_needless(core: Core, kept: Flags | None = None) -> Core:
    """Drop sites that lie inside others; those flagged in ``kept`` stay."""
    cover = core.cover
    needless = matrix_kernels.inside_another(cover.first, cover.row, cover.start, cover.site)
    if kept is not None:
        needless &= ~kept
    if not needless.any():
        return core
    return narrowed(core, np.arange(core.rows), ~needless)[0]


def narrowed(core: Core, rows: Ints, sites: Flags) -> tuple[Core, Ints]:
    """
    Keep some rows (positions) and some sites (flags), and merge rows that are now the same.

    Returns also the new row of each of ``rows``, -1 for those that no site is left for.
    """
    number = np.where(sites, np.cumsum(sites) - 1, -1).astype(np.int32)
    start, site = matrix_kernels.cut(core.cover.start, core.cover.site, rows, number)
    group, start, site = _merged(start, site)
    held = group >= 0
    weight = np.bincount(group[held], core.cover.weight[rows[held]], minlength=len(start) - 1)
    columns = core.columns[sites]
    first, row = matrix_kernels.transposed(start, site, len(columns))
    cover = Cover(start, site, first, row, weight.astype(np.float64))
    return replace(core, cover=cover, columns=columns), group


def _merged(start: Ints, site: NDArray[np.int32]) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """Return the group of each row, and the rows of the groups."""
    group, leader = matrix_kernels.same_rows(start, site)
    highest = int(site.max(initial=-1)) + 1
    start, site = matrix_kernels.cut(start, site, leader, np.arange(highest, dtype=np.int32))
    return group.astype(np.int64), start, site


def settled_core(core: Core) -> tuple[Core, Ints]:
    """
    Shrink a core all of whose rows have to be covered, until nothing moves any more.

    A row that holds all sites of another is covered with it; a row with one site takes that site.
    Returns what is left and the sites taken (the caller's positions). Weights are of no meaning
    afterwards.
    """
    taken = [np.empty(0, dtype=np.int64)]
    while True:
        before = core.rows, core.sites
        cover = core.cover
        wide = matrix_kernels.holding_another(cover.start, cover.site, cover.first, cover.row)
        core = narrowed(core, np.flatnonzero(~wide), np.ones(core.sites, dtype=bool))[0]
        alone = np.flatnonzero(np.diff(core.cover.start) == 1)
        forced = np.zeros(core.sites, dtype=bool)
        forced[core.cover.site[core.cover.start[alone]]] = True
        taken.append(core.columns[forced])
        covered = rows_of(core, np.flatnonzero(forced))
        core = without_needless(narrowed(core, np.flatnonzero(~covered), ~forced)[0])
        if (core.rows, core.sites) == before:
            return core, np.sort(np.concatenate(taken))


def parts(core: Core) -> list[Core]:
    """Split a core into parts that share neither rows nor sites, the smallest first."""
    rows, sites = core.rows, core.sites
    row = np.repeat(np.arange(rows), np.diff(core.cover.start))
    links = sparse.coo_array(
        (np.ones(len(row), np.int8), (row, rows + core.cover.site)), shape=[rows + sites] * 2
    )
    count, part = connected_components(links, directed=False)
    split = [
        narrowed(core, np.flatnonzero(part[:rows] == each), part[rows:] == each)[0]
        for each in range(count)
    ]
    return sorted(split, key=lambda each: each.entries)


def rows_of(core: Core, sites: Ints) -> Flags:
    """Flag the rows that some of these sites cover."""
    cover = core.cover
    flags = np.zeros(core.rows, dtype=bool)
    for site in sites:
        flags[cover.row[cover.first[site] : cover.first[site + 1]]] = True
    return flags
