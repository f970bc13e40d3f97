"""
Read the files of a catalogue: what kind each one is, and its checked content.

    folder or file --read_documents--> [Document], every one under the schema of its kind
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gis.catalogue.schema import check_document
from gis.errors import InputError

TABLES = {
    "facilities": ("code", "services", "measure"),
    "profiles": ("id", "metres_per_minute", "steps"),
    "assumptions": ("code", "value", "unit"),
    "services": ("code", "name_zh", "name_en"),
}
"""Tables of the catalogue and the columns by which each is known, the most telling first."""


_SUFFIXES = frozenset({".csv", ".toml"})


@dataclass(frozen=True)
class Document:
    """One parsed file: its kind, its name, its content, and the sheet row of each record."""

    kind: str
    name: str
    content: Any
    rows: tuple[int, ...] = ()


def read_documents(path: Path) -> list[Document]:
    """
    Read one file, or every catalogue file of a folder laid out as ``data/``.

    Raises
    ------
    InputError
        Nothing is there, a file cannot be read, or it breaks its schema.
    """
    if path.is_file():
        return [_parse(path, path.name)]
    if not path.is_dir():
        raise InputError(
            f"catalogue：找不到文件或文件夹 {path}；请检查路径",
            english=f"catalogue: found no file or folder {path}; check the path",
        )
    found = [_parse(each, each.relative_to(path).as_posix()) for each in _catalogue_files(path)]
    if not found:
        raise InputError(
            f"{path}：里面没有目录文件；请放入 facilities.csv、services.csv、profiles.csv 或 "
            "circles/*.toml，格式与自带的 data 相同",
            english=f"{path}: holds no catalogue file; put facilities.csv, services.csv, "
            "profiles.csv or circles/*.toml there, laid out as the shipped data",
        )
    return found


def _catalogue_files(folder: Path) -> Iterator[Path]:
    """Every table and rule file, whatever its name: none is left out because it was misspelt."""
    yield from sorted(each for each in folder.iterdir() if each.suffix.lower() in _SUFFIXES)
    for name in ("circles", "osm", "columns"):
        yield from sorted((folder / name).glob("*.toml"))


def _parse(path: Path, name: str) -> Document:
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise InputError(
            f"{name}：目录文件要用 .csv 或 .toml，现为“{suffix}”；Excel 请另存为 CSV UTF-8",
            english=f"{name}: found a '{suffix}' file; give .csv or .toml (in Excel: save as CSV)",
        )
    raw = path.read_bytes()
    document = _parse_table(raw, name) if suffix == ".csv" else _parse_toml(raw, name)
    check_document(document.kind, document.content, document.name, document.rows)
    return document


def _decode(raw: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        f"{name}：既不是 UTF-8 也不是 GB18030 文本；请另存为 CSV UTF-8",
        english=f"{name}: is neither UTF-8 nor GB18030 text; save it again as CSV UTF-8",
    )


def _parse_toml(raw: bytes, name: str) -> Document:
    try:
        content = tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{name}：不是有效的 UTF-8 TOML（{error}）；请按提示的行列改正",
            english=f"{name}: is no valid TOML in UTF-8 ({error}); mend the line it names",
        ) from None
    keys = {"requirement": "circle", "include": "circle", "column": "columns"}
    keys |= {"assumed_times": "hours"}
    kind = next((keys[key] for key in keys if key in content), None)
    if kind is None:
        kind = "left_out" if "policing" in content or "personal" in content else "osm"
    return Document(kind, name, content)


def _parse_table(raw: bytes, name: str) -> Document:
    reader = csv.reader(io.StringIO(_decode(raw, name), newline=""))
    lines = [(number, line) for number, line in enumerate(reader, 1) if any(line)]
    if not lines:
        raise InputError(
            f"{name}：文件是空的；第一行要写列名",
            english=f"{name}: is empty; start with a header row",
        )
    header = [cell.strip() for cell in lines[0][1]]
    kind = _table_kind(header, name)
    for number, line in lines[1:]:
        if any(line[len(header) :]):
            raise InputError(
                f"{name} 第 {number} 行：有 {len(line)} 格，列名只有 {len(header)} 个；"
                "含逗号的文字要加双引号",
                english=f"{name}, row {number}: found {len(line)} cells under {len(header)} "
                "columns; put text with commas in double quotes",
            )
    records = [_record(header, line) for _, line in lines[1:]]
    return Document(kind, name, records, tuple(number for number, _ in lines[1:]))


def _table_kind(header: Sequence[str], name: str) -> str:
    """Tell by its columns which table a file is."""
    kind = next((kind for kind, telling in TABLES.items() if set(telling) <= set(header)), None)
    if kind is None:
        asked = "; ".join(f"{kind}: {', '.join(telling)}" for kind, telling in TABLES.items())
        raise InputError(
            f"{name} 第 1 行：认不出是哪种表，现有列 {', '.join(header)}；至少要有 {asked}",
            english=f"{name}, row 1: found columns {', '.join(header)}; needed are, by kind of "
            f"table, {asked}",
        )
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        raise InputError(
            f"{name} 第 1 行：列“{twice[0]}”出现两次；请删去一个",
            english=f"{name}, row 1: found column '{twice[0]}' twice; keep one of them",
        )
    return kind


def _record(header: Sequence[str], line: Sequence[str]) -> dict[str, Any]:
    cells = zip(header, (cell.strip() for cell in line), strict=False)
    return {name: _cell(name, text) for name, text in cells if name and text}


_NUMBERS = frozenset(
    {"limit_metres", "limit_minutes", "population_low", "population_high", "floor_area", "value"}
    | {"metres_per_minute", "max_grade", "crossing_seconds", "storey_seconds", "max_storeys"}
)


_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def _cell(name: str, text: str) -> str | float:
    if name not in _NUMBERS:
        return text
    # text that is no plain number stays as it is: the schema says what was found
    return float(text) if _PLAIN_NUMBER.fullmatch(text) else text
