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

from gis.siting import kernels
from gis.siting.kernels import Cover

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
    start, site = kernels.cut(
        reach.indptr.astype(np.int64), reach.indices.astype(np.int32), rows, number
    )
    group, start, site = _merged(start, site)
    weight = np.bincount(group[group >= 0], weights[rows][group >= 0], minlength=len(start) - 1)
    first, row = kernels.transposed(start, site, len(columns))
    core = Core(Cover(start, site, first, row, weight.astype(np.float64)), columns)
    return without_needless(core)


def without_needless(core: Core, kept: Flags | None = None) -> Core:
    """Drop sites that lie inside others; those flagged in ``kept`` stay."""
    cover = core.cover
    needless = kernels.inside_another(cover.first, cover.row, cover.start, cover.site)
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
    start, site = kernels.cut(core.cover.start, core.cover.site, rows, number)
    group, start, site = _merged(start, site)
    held = group >= 0
    weight = np.bincount(group[held], core.cover.weight[rows[held]], minlength=len(start) - 1)
    columns = core.columns[sites]
    first, row = kernels.transposed(start, site, len(columns))
    cover = Cover(start, site, first, row, weight.astype(np.float64))
    return replace(core, cover=cover, columns=columns), group


def _merged(start: Ints, site: NDArray[np.int32]) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """Return the group of each row, and the rows of the groups."""
    group, leader = kernels.same_rows(start, site)
    highest = int(site.max(initial=-1)) + 1
    start, site = kernels.cut(start, site, leader, np.arange(highest, dtype=np.int32))
    return group.astype(np.int64), start, site


def rows_of(core: Core, sites: Ints) -> Flags:
    """Flag the rows that some of these sites cover."""
    cover = core.cover
    flags = np.zeros(core.rows, dtype=bool)
    for site in sites:
        flags[cover.row[cover.first[site] : cover.first[site + 1]]] = True
    return flags
