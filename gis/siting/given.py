"""
What a caller of the location models gives, checked: matrices, weights, positions, limits.

Every fault is named with the argument, the position, what was found and what to do.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gis.errors import InputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_NAMED = 5


@dataclass(frozen=True, eq=False)
class Sites:
    """
    Positions of columns, each sorted: what stands, must be new, must not, may be closed.

    ``may_close`` is part of ``existing``. The three others share no position.
    """

    size: int
    existing: Ints
    required: Ints
    forbidden: Ints
    may_close: Ints

    @cached_property
    def free(self) -> Ints:
        """Positions that may be chosen as new sites, the required among them."""
        taken = np.zeros(self.size, dtype=bool)
        taken[self.existing] = True
        taken[self.forbidden] = True
        return np.flatnonzero(~taken)


def read_reach(reach: Any) -> sparse.csr_array:
    """
    Return which row (n) each site (m) reaches: int8 ones, columns sorted, nothing else stored.

    Raises
    ------
    InputError
        It is no matrix of two dimensions, or a value is neither 0 nor 1 (nor a bool).
    """
    matrix = _matrix(reach, "reach")
    matrix = sparse.csr_array(matrix)
    matrix.sum_duplicates()
    data = np.asarray(matrix.data)
    bad = np.flatnonzero(~np.isin(data, (0, 1))) if len(data) else np.empty(0, np.int64)
    if len(bad):
        row, column = _place(matrix, int(bad[0]))
        raise fault(
            "reach",
            f"第 {row} 行第 {column} 列（从 0 数）为 {data[bad[0]]}",
            f"row {row}, column {column} (from 0) holds {data[bad[0]]}",
            "只能是 0/1 或真假；花费请用 cost（p_median、p_center）",
            "use 0/1 or booleans; for costs there are p_median and p_center",
        )
    kept = sparse.csr_array(
        (np.asarray(data != 0, dtype=np.int8), matrix.indices, matrix.indptr), shape=matrix.shape
    )
    kept.eliminate_zeros()
    kept.sort_indices()
    return kept


def read_cost(cost: Any) -> sparse.csr_array:
    """
    Return what serving each row (n) from each site (m) costs; not stored where it cannot.

    A dense ``inf`` becomes not stored; a stored 0 stays a cost of 0.

    Raises
    ------
    InputError
        It is no matrix of two dimensions, or a cost is NaN or negative.
    """
    if not sparse.issparse(cost):
        whole = np.asarray(_matrix(cost, "cost"), dtype=np.float64)
        rows, columns = np.nonzero(whole != np.inf)  # NaN differs from inf: kept, and found below
        start = np.r_[0, np.cumsum(np.bincount(rows, minlength=whole.shape[0]))]
        matrix = sparse.csr_array((whole[rows, columns], columns, start), shape=whole.shape)
    else:
        matrix = sparse.csr_array(_matrix(cost, "cost"), dtype=np.float64, copy=True)
        matrix = _without_endless(matrix)
    bad = np.flatnonzero(~(matrix.data >= 0))
    if len(bad):
        row, column = _place(matrix, int(bad[0]))
        found = matrix.data[bad[0]]
        raise fault(
            "cost",
            f"第 {row} 行第 {column} 列（从 0 数）为 {found}",
            f"row {row}, column {column} (from 0) holds {found}",
            "须是不小于 0 的数；不能服务处写 inf，稀疏矩阵中不存",
            "give numbers from 0 on; where a site cannot serve write inf, or store nothing in "
            "a sparse matrix",
        )
    matrix.sort_indices()
    return matrix


def _without_endless(matrix: sparse.csr_array) -> sparse.csr_array:
    """Leave out stored inf; stored zeros stay."""
    kept = matrix.data != np.inf
    if kept.all():
        return matrix
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))[kept]
    start = np.r_[0, np.cumsum(np.bincount(row, minlength=matrix.shape[0]))]
    return sparse.csr_array((matrix.data[kept], matrix.indices[kept], start), shape=matrix.shape)


def read_weights(weights: Any, rows: int, name: str = "weights") -> Floats:
    """
    Return what each row counts for.

    Raises
    ------
    InputError
        There are not as many as rows, or one is negative, NaN or inf.
    """
    read = read_numbers(weights, name)
    if read.shape != (rows,):
        raise fault(
            name,
            f"有 {read.shape} 个数，需要 {rows} 个",
            f"has the shape {read.shape}, ({rows},) is needed",
            "每个需求行一个",
            "give one for each row of demand",
        )
    bad = np.flatnonzero(~(np.isfinite(read) & (read >= 0)))
    if len(bad):
        raise fault(
            name,
            f"第 {bad[0]} 个（从 0 数）为 {read[bad[0]]}",
            f"number {bad[0]} (from 0) is {read[bad[0]]}",
            "须是不小于 0 的有限数",
            "give finite numbers from 0 on",
        )
    return read


def read_sites(
    columns: int,
    *,
    existing: Sequence[int] | Ints = (),
    required: Sequence[int] | Ints = (),
    forbidden: Sequence[int] | Ints = (),
    may_close: Sequence[int] | Ints = (),
) -> Sites:
    """
    Return the positions of special sites, each once and sorted.

    Raises
    ------
    InputError
        A position is not there, two of the lists hold the same one, or one that may be closed
        does not stand.
    """
    lists = {"existing": existing, "required": required, "forbidden": forbidden}
    read = {name: read_positions(given, columns, name) for name, given in lists.items()}
    for one, other in (
        ("existing", "required"),
        ("existing", "forbidden"),
        ("required", "forbidden"),
    ):
        both = np.intersect1d(read[one], read[other])
        if len(both):
            raise fault(
                f"{one}, {other}",
                f"都有位置 {_listed(both)}",
                f"both hold the positions {_listed(both)}",
                "一处只能属于其中之一",
                "leave each in one of the two",
            )
    closing = read_positions(may_close, columns, "may_close")
    strange = np.setdiff1d(closing, read["existing"])
    if len(strange):
        raise fault(
            "may_close",
            f"位置 {_listed(strange)} 不在 existing 中",
            f"the positions {_listed(strange)} are not among existing",
            "只有已有站点可以关闭",
            "only what stands may be closed",
        )
    return Sites(size=columns, may_close=closing, **read)


def read_positions(given: Any, columns: int, name: str) -> Ints:
    """Return positions of columns, each once and sorted; ``InputError`` where one is not there."""
    read = np.asarray(given)
    if read.size == 0:
        return np.empty(0, dtype=np.int64)
    whole = read.ndim == 1 and np.issubdtype(read.dtype, np.integer)
    if not whole or read.min() < 0 or read.max() >= columns:
        found = _listed(read.ravel()[: _NAMED + 1])
        raise fault(
            name,
            f"现为 {found}",
            f"holds {found}",
            f"须是列的位置：0 至 {columns - 1} 的整数" if columns else "没有任何候选列",
            f"give positions of columns: whole numbers from 0 to {columns - 1}"
            if columns
            else "there are no columns",
        )
    return np.unique(read).astype(np.int64)


def read_count(count: Any, sites: Sites) -> int:
    """
    Return how many new sites there may be.

    Raises
    ------
    InputError
        It is no whole number from 0 on, is more than there are candidates, or less than are
        required.
    """
    whole = isinstance(count, int | np.integer) and not isinstance(count, bool)
    if not whole or count < 0:
        raise fault(
            "count",
            f"现为 {count!r}",
            f"is {count!r}",
            "须是不小于 0 的整数",
            "give a whole number",
        )
    free, required = len(sites.free), len(sites.required)
    if count > free:
        raise fault(
            "count",
            f"现为 {count}，可选的候选只有 {free} 个",
            f"is {count}, and there are only {free} candidates to choose from",
            "请减少数目或增加候选",
            "ask for fewer, or give more candidates",
        )
    if count < required:
        raise fault(
            "count",
            f"现为 {count}，必选的就有 {required} 个",
            f"is {count}, and {required} are required",
            "请增加数目或减少必选",
            "ask for more, or require fewer",
        )
    return int(count)


def read_share(share: Any, name: str = "share") -> float:
    """Return a share from 0 to 1; ``InputError`` for anything else."""
    number = isinstance(share, int | float | np.number) and not isinstance(share, bool)
    if not number or not 0 <= share <= 1:
        raise fault(
            name, f"现为 {share!r}", f"is {share!r}", "须在 0 与 1 之间", "give a share from 0 to 1"
        )
    return float(share)


def read_limits(time_limit: Any, gap: Any) -> tuple[float | None, float]:
    """Return time limit (seconds, or None) and relative gap; ``InputError`` for bad ones."""
    for name, value in (("time_limit", time_limit), ("gap", gap)):
        if value is None and name == "time_limit":
            continue
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not number or math.isnan(value) or value < 0:
            raise fault(
                name,
                f"现为 {value!r}",
                f"is {value!r}",
                "须是不小于 0 的数",
                "give a number from 0 on",
            )
    return (None if time_limit is None else float(time_limit)), float(gap)


def _matrix(given: Any, name: str) -> Any:
    """Return a dense or sparse matrix of numbers with two dimensions."""
    matrix = given if sparse.issparse(given) else np.asarray(given)
    numbers = np.issubdtype(matrix.dtype, np.number) or matrix.dtype == np.bool_
    if not numbers or len(matrix.shape) != 2:
        raise fault(
            name,
            f"形状 {matrix.shape}，类型 {matrix.dtype}",
            f"has the shape {matrix.shape} and the type {matrix.dtype}",
            "须是二维数字矩阵：一行一个需求，一列一个站点",
            "give numbers in two dimensions: a row of demand, a column of sites",
        )
    return matrix


def read_numbers(given: Any, name: str) -> Floats:
    """Return numbers of any shape; ``InputError`` where one of them is none."""
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise fault(
            name,
            "其中有不是数的值",
            "holds something that is no number",
            "请给出数",
            "give numbers",
        ) from None


def _place(matrix: sparse.csr_array, at: int) -> tuple[int, int]:
    """Return row and column of a stored value."""
    return int(np.searchsorted(matrix.indptr, at, side="right")) - 1, int(matrix.indices[at])


def _listed(values: Any) -> str:
    shown = ", ".join(str(each) for each in list(values)[:_NAMED])
    return shown + ("…" if len(values) > _NAMED else "")


def fault(name: str, found: str, english: str, todo: str, to_do: str) -> InputError:
    """Say of an argument what was found and what to do, in Chinese and in English."""
    return InputError(f"{name}：{found}；{todo}", english=f"{name} {english}; {to_do}")
