"""
The cells of an Excel workbook as text, without trusting the file.

A workbook is a zip of XML: it can be damaged, cut off, or blown up on purpose. Merged cells are
filled with the value that stands in them, since a ledger merges 小区 and 楼栋 over many rows.
"""

import datetime as dt
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from gis.errors import InputError

Cells: TypeAlias = list[tuple[int, list[str | None]]]
"""Row numbers from 1, and the texts of each row."""

MAX_UNPACKED_BYTES = 2**29
MAX_RATIO = 200
"""Ours: a real ledger unpacks to 5-20 times its size."""
MAX_COLUMNS = 500

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    InvalidFileException,
    struct.error,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)
"""What openpyxl and zipfile were seen to raise on damaged files; they have no common base."""


def is_old_workbook(path: Path) -> bool:
    """Tell whether the file is an OLE container: .xls, or any workbook with a password."""
    with path.open("rb") as file:
        return file.read(8) == _OLE


def read_cells(
    path: Path, sheet: str | None = None, titles: Sequence[str] = ()
) -> Iterator[tuple[str, Cells]]:
    """
    Yield each sheet's name and cells: only ``sheet`` if named, else those in ``titles`` first.

    Raises
    ------
    InputError
        The workbook or the sheet is broken or too large, or there is no sheet of that name.
    """
    _check_size(path)
    with warnings.catch_warnings():
        # about styles and extensions that have no bearing on the values
        warnings.simplefilter("ignore", UserWarning)
        book = _opened(path)
        try:
            names = _order(path, book.worksheets, sheet, titles)
            for name in names:
                yield name, _sheet_cells(path, book, name)
        finally:
            book.close()


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except _BROKEN:
        raise _broken_book(path) from None
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * max(path.stat().st_size, 2**16):
        raise InputError(
            f"{path.name}：解压后有 {unpacked / 2**20:,.0f} MB，不像正常的台账，没有打开。"
            "请在 Excel 里删掉空白行列后另存。",
            english=f"{path.name}: {unpacked / 2**20:,.0f} MB when unpacked, unlike a ledger; "
            "not opened. Delete blank rows and columns in Excel and save again.",
        )


def _opened(path: Path) -> Any:
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except _BROKEN:
        raise _broken_book(path) from None


def _broken_book(path: Path) -> InputError:
    return InputError(
        f"{path.name}：工作簿已损坏，打不开。请用 Excel 或 WPS 打开并另存为新的 .xlsx。",
        english=f"{path.name}: the workbook is broken and cannot be opened. "
        "Open it in Excel or WPS and save it as a new .xlsx.",
    )


def _order(
    path: Path, sheets: Sequence[Any], sheet: str | None, titles: Sequence[str]
) -> list[str]:
    present = [each.title for each in sheets]
    if sheet is None:
        shown = [each.title for each in sheets if each.sheet_state == "visible"]
        return sorted(shown or present, key=lambda name: name not in titles)
    if sheet not in present:
        raise InputError(
            f"{path.name}：没有名为“{sheet}”的工作表；有：{'、'.join(present)}。",
            english=f"{path.name}: no sheet named '{sheet}'; there are: {', '.join(present)}.",
        )
    return [sheet]


def _sheet_cells(path: Path, book: Any, name: str) -> Cells:
    sheet = book[name]
    try:
        # the stored dimension may claim a million rows
        sheet.reset_dimensions()
        rows = [
            (number, [_text(value) for value in values[:MAX_COLUMNS]])
            for number, values in enumerate(sheet.iter_rows(values_only=True), 1)
        ]
        # what a read-only sheet does not offer is looked up in the file
        with sheet._get_source() as source:  # noqa: SLF001 - openpyxl has no public door to it
            markup = source.read()
        merged = [found.decode("ascii") for found in _MERGED.findall(markup)]
    except _BROKEN as error:
        raise InputError(
            f"{path.name}：工作表“{name}”已损坏，读不下去（{type(error).__name__}）。"
            "请用 Excel 或 WPS 打开并另存为新的 .xlsx。",
            english=f"{path.name}: sheet '{name}' is broken ({type(error).__name__}). "
            "Open it in Excel or WPS and save it as a new .xlsx.",
        ) from None
    _check_formulas(path, name, markup)
    return _with_merged(rows, merged)


_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_UNCOUNTED = re.compile(
    rb'<c\b[^>]*\br="([A-Z]+[0-9]+)"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)


def _check_formulas(path: Path, name: str, markup: bytes) -> None:
    """Refuse formulas that were never computed: their values would be missing without a word."""
    cells = [found.decode("ascii") for found in _UNCOUNTED.findall(markup)]
    if cells:
        shown = ", ".join(cells[:5]) + " …" * (len(cells) > 5)
        raise InputError(
            f"{path.name}：工作表“{name}”有 {len(cells)} 个公式没有算出结果（{shown}）。"
            "请用 Excel 或 WPS 打开，保存一次再导入。",
            english=f"{path.name}: sheet '{name}' has {len(cells)} formula(s) without a result "
            f"({shown}). Open it in Excel or WPS, save it, and import again.",
        )


def _with_merged(rows: Cells, ranges: Sequence[str]) -> Cells:
    for reference in ranges:
        left, top, right, bottom = range_boundaries(reference)
        # a title across the sheet stays one cell; a value over several rows is filled down
        if None in (left, top, right, bottom) or bottom == top or top > len(rows):
            continue
        value = rows[top - 1][1][left - 1] if left <= len(rows[top - 1][1]) else None
        for _, values in rows[top - 1 : bottom]:
            values.extend([None] * (left - len(values)))
            values[left - 1] = value
    return rows


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # 3.0 is how Excel keeps 3; an ID number must not become 1.1e+17
        return f"{value:.0f}" if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).strip() or None
