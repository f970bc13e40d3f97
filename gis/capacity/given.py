"""
Read the tables of a capacity question, and refuse what cannot be used: row, column, what to do.

    pairs (origin, station, minutes)  +  ids of both sides  ->  Reach (positions, minutes)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.errors import InputError

PAIR_COLUMNS = ("origin", "station", "minutes")
_MISSING = ("缺失", "nothing")


@dataclass(frozen=True)
class Fault:
    """What to do about a cell, in Chinese and English."""

    chinese: str
    english: str


NUMBER = Fault("请写数字", "write a number")
NOT_NEGATIVE = Fault("请写 0 或更大的数", "write 0 or more")
WHOLE = Fault(
    "只能分配整数的人或户；面积请先换算成人数",
    "only whole persons or households are assigned; turn areas into persons first",
)
WHOLE_PLACES = Fault(
    "名额请写 0 或更大的整数，不限则留空", "write whole places of 0 or more, nothing for no limit"
)
NO_DEMAND = Fault(
    "demand 里没有这个编号；请在 demand 补上，或删去这一行",
    "demand has no such id; add it there or remove this row",
)
NO_SUPPLY = Fault(
    "supply 里没有这个站点；请在 supply 补上名额，或删去这一行",
    "supply has no such station; add its places there or remove this row",
)
NO_ORIGIN = Fault("请写出发地的编号", "write the id of the origin")
TWICE = Fault("这一对重复；请只留一行", "this pair is there twice; keep one row")
SAME_ID = Fault("编号重复；请只留一行", "this id is there twice; keep one row")


@dataclass(frozen=True, eq=False)
class Reach:
    """Pairs as positions: ``origin`` and ``station`` (int64[p]) and ``minutes`` (float64[p])."""

    origin: NDArray[np.int64]
    station: NDArray[np.int64]
    minutes: NDArray[np.float64]


def read_pairs(pairs: pd.DataFrame, origins: pd.Index, stations: pd.Index) -> Reach:
    """
    Turn the ids of a table of pairs into positions.

    Parameters
    ----------
    pairs
        ``origin``, ``station``, ``minutes``: who reaches which station, each pair once. Long
        tables of text are read about four times as fast with categorical ids.
    origins, stations
        The ids known; both without repeats.

    Raises
    ------
    InputError
        A column is missing, an id unknown, a pair repeated, minutes are missing, infinite or
        negative.
    """
    need_columns(pairs, PAIR_COLUMNS, "pairs")
    minutes = read_numbers(pairs["minutes"], "pairs", "minutes")
    sides = []
    for column, known, fault in (("origin", origins, NO_DEMAND), ("station", stations, NO_SUPPLY)):
        position = _positions(pairs[column], known)
        refuse(pairs[column], position < 0, "pairs", column, fault)
        sides.append(position)
    key = sides[0] * np.int64(max(len(stations), 1)) + sides[1]
    if not (key[1:] > key[:-1]).all():  # sorted pairs need no hashing
        refuse(pairs["station"], pd.Index(key).duplicated(), "pairs", "station", TWICE)
    return Reach(sides[0], sides[1], minutes)


def known_ids(column: pd.Series) -> pd.Index:
    """Return the ids of a column, each once, sorted."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return pd.Index(column.cat.remove_unused_categories().cat.categories).sort_values()
    return pd.Index(column.unique()).sort_values()


def _positions(column: pd.Series, known: pd.Index) -> NDArray[np.int64]:
    """Return the place of each id among the known ones, -1 for a stranger."""
    if isinstance(column.dtype, pd.CategoricalDtype):  # a look-up for each category, not each row
        place = known.get_indexer(pd.Index(column.cat.categories))
        return np.append(place, -1)[column.cat.codes.to_numpy()].astype(np.int64)
    return known.get_indexer(pd.Index(column)).astype(np.int64)


def need_columns(table: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """Refuse a table that lacks a column."""
    lacking = [column for column in columns if column not in table.columns]
    if lacking:
        there = ", ".join(map(str, table.columns)) or "—"
        raise InputError(
            f"{name}：缺少列 {', '.join(lacking)}；现有：{there}",
            english=f"{name}: found columns {there}; add {', '.join(lacking)}",
        )


def need_unique(ids: pd.Index, name: str) -> None:
    """Refuse ids that are missing or repeated."""
    column = str(ids.name or "id")
    refuse(ids.to_series(), ids.isna() | ids.duplicated(), name, column, SAME_ID)


def read_numbers(values: pd.Series, name: str, column: str) -> NDArray[np.float64]:
    """Return finite numbers of 0 or more, or refuse."""
    given = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    refuse(values, ~np.isfinite(given), name, column, NUMBER)
    refuse(values, given < 0, name, column, NOT_NEGATIVE)
    return given


def read_counts(values: pd.Series, name: str, column: str, fault: Fault) -> NDArray[np.int64]:
    """Return whole numbers of 0 or more, or refuse."""
    given = read_numbers(values, name, column)
    refuse(values, given != np.floor(given), name, column, fault)
    return given.astype(np.int64)


def refuse(
    values: pd.Series, wrong: NDArray[np.bool_], name: str, column: str, fault: Fault
) -> None:
    """Raise InputError listing the cells that are wrong, if any."""
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return
    told = [_cell(values, int(row), name, column, fault) for row in rows]
    more = len(told) - 1
    raise InputError(
        told[0][0] + (f"（另有 {more} 处）" if more else ""),
        english=told[0][1] + (f" (and {more} more)" if more else ""),
        problems=[chinese for chinese, _ in told],
    )


def _cell(values: pd.Series, row: int, name: str, column: str, fault: Fault) -> tuple[str, str]:
    label: Any = values.index[row]
    value: Any = values.iloc[row]
    found = _MISSING if pd.isna(value) else (f"“{value}”", f"'{value}'")
    return (
        f"{name} 第 {label} 行“{column}”列：现为{found[0]}；{fault.chinese}",
        f"{name}, row {label}, column '{column}': found {found[1]}; {fault.english}",
    )
