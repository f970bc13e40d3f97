"""
From what people type into a cell to a value of our tables.

``3层`` is 3, ``1,204`` is 1204, ``有`` is yes, ``2025.3.1`` is a date, ``无`` in a text is nothing.
A cell that cannot be read makes its value unknown, never a guess, and is named by row in the
notes; the row stays, because a building without its number of floors is still a building.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gis.catalogue.columns import ColumnNames, plain_header
from gis.ingest.intake import Intake, rows_in_words
from gis.tables import LIST_SEPARATOR, Contract

NOTHING = frozenset(
    {
        "",
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "无",
        "暂无",
        "未知",
        "不详",
        "不清楚",
        "null",
        "none",
        "nan",
        "n/a",
        "#n/a",
    }
)
"""What is typed where nothing is known."""

_YES = frozenset({"是", "有", "对", "√", "✓", "1", "y", "yes", "true", "已", "已覆盖", "覆盖"})
_NO = frozenset({"否", "无", "没有", "×", "✗", "x", "0", "n", "no", "false", "未", "未覆盖"})
_WHOLE = re.compile(r"([+-]?\d{1,15})(?:\.0+)?\s*[^\d.,\s]{0,3}")
_DECIMAL = re.compile(r"([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*[^\d.,\s]{0,3}")
_DATE = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(?:[ T].*)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EXCEL_DAY_0 = dt.date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 80_000)
"""Excel counts days from 1899-12-30; these are the years 1954 to 2119."""
_BETWEEN = re.compile("[|\u3001,\uff0c;\uff1b/\n]+")

LISTS = frozenset({"services", "flags", "needs", "audience"})
"""Columns that hold several values."""


@dataclass(frozen=True)
class _Kind:
    """How one column of a contract is read: its type and what it allows."""

    dtype: str
    allowed: tuple[str, ...]
    pattern: str | None
    least: float | None
    most: float | None


def parse_cells(intake: Intake, contract: Contract, columns: ColumnNames) -> Intake:
    """
    Bring every text column under the contract's types.

    Returns
    -------
    Intake
        Cells that cannot be read are missing; a note names column and rows, never the value.
    """
    frame = intake.frame.copy()
    schema = contract.to_schema()
    for name in [name for name in frame.columns if name in schema.columns]:
        kind = _kind(schema.columns[name])
        spelled = columns.values(intake.layer, name)
        read = list_reader(spelled) if name in LISTS else _reader(kind, spelled)
        values, bad = _read(frame[name], read)
        frame[name] = values
        if bad.any():
            rows = rows_in_words(list(frame.index[bad]))
            intake = intake.noting(
                f"列“{name}”有 {int(bad.sum())} 格读不出，按未知处理（第 {rows} 行）",
                f"column '{name}': {int(bad.sum())} cell(s) could not be read and count as "
                f"unknown (rows {rows})",
            )
    return intake.replace(frame=frame)


Reader = Callable[[str], tuple[Any, bool]]
"""From the text of a cell to its value and whether all of it could be read."""


def _read(cells: pd.Series, read: Reader) -> tuple[pd.Series, pd.Series]:
    # a column repeats few texts, so each is read once
    known = {text: read(text) for text in cells.dropna().unique()}
    found = [known[text] if isinstance(text, str) else (None, True) for text in cells]
    values = pd.Series([value for value, _ in found], index=cells.index, dtype=object)
    return values, pd.Series([not fine for _, fine in found], index=cells.index, dtype=bool)


def _kind(column: Any) -> _Kind:
    found = {check.name: check.statistics for check in column.checks}
    return _Kind(
        dtype=str(column.dtype),
        allowed=tuple(found.get("isin", {}).get("allowed_values", ())),
        pattern=found.get("str_matches", {}).get("pattern"),
        least=found.get("greater_than_or_equal_to", {}).get("min_value"),
        most=found.get("less_than_or_equal_to", {}).get("max_value"),
    )


def _reader(kind: _Kind, spelled: Mapping[str, str]) -> Reader:
    if kind.dtype == "Int64":
        return lambda text: _within(_number(text, _WHOLE, int), kind)
    if kind.dtype.startswith("float"):
        return lambda text: _within(_share(text), kind)
    if kind.dtype in {"boolean", "bool"}:
        return lambda text: _yes_no(text, spelled)
    if kind.pattern is not None:
        return lambda text: _patterned(text, str(kind.pattern))
    if kind.allowed:
        return lambda text: _one_of(text, kind.allowed, spelled)
    return lambda text: _free(text, spelled)


def _free(text: str, spelled: Mapping[str, str]) -> tuple[str | None, bool]:
    plain = text.strip()
    if plain.lower() in NOTHING:
        return None, True
    return spelled.get(plain_header(plain), plain), True


def number_in(text: Any) -> float | None:
    """Return the decimal number a cell holds, or nothing."""
    value, _ = _number(str(text), _DECIMAL, float) if isinstance(text, str) else (None, True)
    return None if value is None or not math.isfinite(value) else float(value)


def _number(text: str, form: re.Pattern[str], kind: type) -> tuple[Any, bool]:
    plain = plain_width(text).lower()
    if plain in NOTHING:
        return None, True
    match = form.fullmatch(plain.replace(",", ""))
    return (kind(match[1]), True) if match else (None, False)


def _share(text: str) -> tuple[Any, bool]:
    """Read a decimal number; ``8%`` is 0.08."""
    value, fine = _number(text, _DECIMAL, float)
    per_cent = value is not None and plain_width(text).rstrip().endswith("%")
    return (value / 100 if per_cent else value, fine)


def plain_width(text: str) -> str:
    """Return a text with full-width signs made plain and outer spaces gone."""
    # only digits and signs: NFKC would also turn ㎡ and ½ into something else
    return text.translate(_PLAIN).strip()


_PLAIN = {0xFF01 + at: 0x21 + at for at in range(94)} | {0x3000: 0x20}


def _within(found: tuple[Any, bool], kind: _Kind) -> tuple[Any, bool]:
    value, fine = found
    if value is None:
        return value, fine
    if not math.isfinite(value):
        return None, False
    low = kind.least is not None and value < kind.least
    high = kind.most is not None and value > kind.most
    return (None, False) if low or high else (value, True)


def _yes_no(text: str, spelled: Mapping[str, str]) -> tuple[bool | None, bool]:
    plain = plain_width(text).lower()
    plain = str(spelled.get(plain_header(text), plain)).lower()
    if plain in _YES:
        return True, True
    if plain in _NO:
        return False, True
    return None, plain in NOTHING


def _patterned(text: str, pattern: str) -> tuple[str | None, bool]:
    plain = plain_width(text)
    if plain.lower() in NOTHING:
        return None, True
    if pattern.startswith(r"^\d{4}-"):
        day = read_date(plain)
        return day, day is not None
    return (plain, True) if re.match(pattern, plain) else (None, False)


def read_date(text: str) -> str | None:
    """Return the ISO date of ``2025.3.1``, ``2025年3月1日``, ``20250301`` or Excel's 45717."""
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    try:
        if match:
            return dt.date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        if text.isdecimal() and int(text) in _EXCEL_DAYS:
            return (_EXCEL_DAY_0 + dt.timedelta(days=int(text))).isoformat()
    except ValueError:
        return None
    return None


def _one_of(
    text: str, allowed: tuple[str, ...], spelled: Mapping[str, str]
) -> tuple[str | None, bool]:
    plain = plain_header(text)
    value = spelled.get(plain, plain)
    if value in allowed:
        return value, True
    return None, plain in NOTHING


def list_reader(spelled: Mapping[str, str], allowed: frozenset[str] | None = None) -> Reader:
    """
    Return a reader of cells with several values, joined in our way.

    Parameters
    ----------
    spelled
        Values as people write them (plain form) -> ours.
    allowed
        Our values; without it what ``spelled`` leads to. Where both are empty any value will do.
    """
    ours = frozenset(spelled.values()) if allowed is None else allowed

    def read(text: str) -> tuple[str | None, bool]:
        parts = [part.strip() for part in _BETWEEN.split(text)]
        values = [
            spelled.get(plain_header(word), word)
            for part in parts
            for word in ([part] if plain_header(part) in spelled else part.split())
            if word.lower() not in NOTHING
        ]
        known = [value for value in values if not ours or value in ours]
        joined = LIST_SEPARATOR.join(dict.fromkeys(known))
        return joined or None, len(known) == len(values)

    return read
