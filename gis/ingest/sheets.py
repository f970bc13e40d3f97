"""
What stands in a spreadsheet: CSV or XLSX, as text, with the row numbers people see.

Offices save lists in many ways: UTF-8 or GB18030, comma or tab, a title above the header, two
header lines, merged cells, empty rows below. All of that ends here; what comes out is a plain
table of text in which a missing cell is ``None``.

    file --read_sheet--> Sheet(frame of text, row numbers)

GB18030 accepts almost any bytes, so UTF-8 is tried first and strictly: a text that is valid
UTF-8 by accident is practically unknown.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gis.errors import InputError
from gis.ingest.workbook import Cells, is_old_workbook, read_cells

SHEET_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".et", ".ods"})
MAX_CSV_BYTES = 512 * 2**20
"""Ours: a ledger of a million households is about 200 MB."""
HEADER_WITHIN = 20
"""Ours: the header stands in one of the first 20 rows that are not empty."""

_DELIMITERS = (",", "\t", ";", "\uff0c")
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})


@dataclass(frozen=True, eq=False)
class Sheet:
    """
    A table of text.

    Parameters
    ----------
    frame
        n rows of ``str`` or ``None``; columns are the headers as written, made unique.
    rows
        n row numbers, counted from 1 as Excel does, header and titles included.
    source
        File name, with the sheet where the file is a workbook: ``台账.xlsx[住户台账]``.
    """

    frame: pd.DataFrame
    rows: tuple[int, ...]
    source: str


def read_sheet(
    path: str | Path,
    *,
    sheet: str | None = None,
    titles: Sequence[str] = (),
    known: Callable[[str], bool] | None = None,
) -> Sheet:
    """
    Read a CSV file or one sheet of a workbook.

    Parameters
    ----------
    sheet
        Name of the sheet; without it the first one called as in ``titles``, else the first in
        which a header is found.
    known
        Tells whether a text is a header we know. The header is the first row in which at least
        two cells are known (one, if the row has one cell); titles above it are passed over.
        Without it the first row that is not empty is the header.

    Returns
    -------
    Sheet
        Empty rows are left out. A second header line below the first is joined to it.

    Raises
    ------
    InputError
        The file is missing, empty, broken, in another encoding or format, or has no header.
    """
    path = Path(path)
    check_readable(path)
    for name, cells in _tables(path, sheet, titles):
        found = _headed(cells, known)
        if found is not None:
            frame, rows = found
            return Sheet(frame, rows, path.name if name is None else f"{path.name}[{name}]")
    raise InputError(
        f"{path.name}：前 {HEADER_WITHIN} 行里没有找到认得的表头。"
        "请把列名写在第一行，可用 minqing template 生成空白表对照。",
        english=f"{path.name}: no known column names in the first {HEADER_WITHIN} rows. "
        "Write the names in the first row; `minqing template` makes a blank table to compare.",
    )


def check_readable(path: Path) -> None:
    """Refuse a file that is missing, is a folder, or holds nothing."""
    if not path.is_file():
        raise InputError(
            f"{path.name}：找不到这个文件（{path}）。请检查路径。",
            english=f"{path.name}: no such file ({path}). Check the path.",
        )
    if path.stat().st_size == 0:
        raise InputError(
            f"{path.name}：文件是空的（0 字节）。请重新导出或重新下载。",
            english=f"{path.name}: the file is empty (0 bytes). Export or download it again.",
        )


def _tables(path: Path, sheet: str | None, titles: Sequence[str]) -> list[tuple[str | None, Cells]]:
    suffix = path.suffix.lower()
    if is_old_workbook(path) or suffix in {".xls", ".et", ".ods"}:
        raise InputError(
            f"{path.name}：旧版（.xls/.et/.ods）或加了密码的工作簿不能读取。"
            "请在 Excel 或 WPS 里取消密码并另存为 .xlsx。",
            english=f"{path.name}: an old (.xls/.et/.ods) or password-protected workbook cannot "
            "be read. Remove the password and save it as .xlsx in Excel or WPS.",
        )
    if suffix in _WORKBOOKS:
        return list(read_cells(path, sheet, titles))
    return [(None, _csv_cells(path))]


def _csv_cells(path: Path) -> Cells:
    text = _decoded(path)
    start = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=start.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [(row, [_clean(cell) for cell in cells]) for row, cells in enumerate(reader, 1)]
    except csv.Error as error:
        raise InputError(
            f"{path.name}：CSV 读不下去（{error}）。请检查引号是否成对，或另存为 .xlsx。",
            english=f"{path.name}: the CSV cannot be read ({error}). "
            "Check that quotes come in pairs, or save it as .xlsx.",
        ) from None


def _decoded(path: Path) -> str:
    if path.stat().st_size > MAX_CSV_BYTES:
        limit = MAX_CSV_BYTES // 2**20
        raise InputError(
            f"{path.name}：文件超过 {limit} MB。请按社区拆成几份。",
            english=f"{path.name}: larger than {limit} MB. Split it by community.",
        )
    data = path.read_bytes()
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            last = error
        else:
            if "\0" not in text and not wide:
                return text
    where = 0 if wide else (data.find(b"\0") if b"\0" in data else last.start)
    row = data.count(b"\n", 0, where) + 1
    raise InputError(
        f"{path.name}：编码既不是 UTF-8 也不是 GB18030"
        f"（第 {row} 行，第 {where + 1} 个字节读不出）。"
        "请在 Excel 或 WPS 里另存为“CSV UTF-8”。",
        english=f"{path.name}: neither UTF-8 nor GB18030 (row {row}, byte {where + 1} cannot be "
        'read). Save it as "CSV UTF-8" in Excel or WPS.',
    )


def _clean(cell: str) -> str | None:
    return cell.strip() or None


def _headed(
    cells: Cells, known: Callable[[str], bool] | None
) -> tuple[pd.DataFrame, tuple[int, ...]] | None:
    filled = [(row, values) for row, values in cells if any(values)]
    at = next(
        (
            position
            for position, (_, values) in enumerate(filled[:HEADER_WITHIN])
            if _is_header(values, known)
        ),
        None,
    )
    if at is None:
        return None
    header, body = list(filled[at][1]), filled[at + 1 :]
    if known is not None and body and _is_second_line(header, body[0][1], known):
        header = _joined(header, body[0][1])
        body = body[1:]
    width = max([len(header), *(len(values) for _, values in body)])
    names = _unique([*header, *[None] * (width - len(header))])
    padded = [[*values, *[None] * (width - len(values))] for _, values in body]
    frame = pd.DataFrame(padded, columns=pd.Index(names), dtype=object)
    unnamed = [name for name in names if name.startswith("#") and not frame[name].notna().any()]
    return frame.drop(columns=unnamed), tuple(row for row, _ in body)


def _is_header(values: Sequence[str | None], known: Callable[[str], bool] | None) -> bool:
    named = [value for value in values if value]
    if known is None:
        return True
    return sum(known(value) for value in named) >= min(2, len(named))


def _is_second_line(
    header: Sequence[str | None], line: Sequence[str | None], known: Callable[[str], bool]
) -> bool:
    """Tell whether a line below the header still names columns: 老年人 over 60岁以上, 80岁以上."""
    width = len(header)
    # a cell merged over both lines shows the same text twice
    fresh = [
        value
        for column, value in enumerate(line)
        if value and not (column < width and header[column] == value)
    ]
    return bool(fresh) and all(known(value) for value in fresh)


def _joined(header: Sequence[str | None], line: Sequence[str | None]) -> list[str | None]:
    width = max(len(header), len(line))
    upper = [*header, *[None] * (width - len(header))]
    lower = [*line, *[None] * (width - len(line))]
    return [below or above for above, below in zip(upper, lower, strict=True)]


def _unique(header: Sequence[str | None]) -> list[str]:
    names: list[str] = []
    for position, value in enumerate(header, 1):
        name = (value or f"#{position}").replace("\n", "")
        times = 2
        while name in names:
            name = f"{value or ''}#{times}"
            times += 1
        names.append(name)
    return names


def as_text(value: Any) -> str | None:
    """Return a value of a typed column (a vector layer's) as a sheet would show it."""
    if not pd.api.types.is_scalar(value):
        return _clean(str(value))
    if pd.isna(value):
        return None
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    return _clean(str(value))
