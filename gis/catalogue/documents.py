"""
Read the files of a catalogue: what kind each one is, and its checked content.

    folder or file --read_documents--> [Document], every one under the schema of its kind
"""

import csv
import io
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
    "services": ("code", "name_zh", "name_en"),
}
"""Spreadsheets of the catalogue and the columns by which each is known, the most telling first."""


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
        raise InputError(f"catalogue: found no file or folder {path}; check the path")
    found = [_parse(each, each.relative_to(path).as_posix()) for each in _catalogue_files(path)]
    if not found:
        raise InputError(
            f"{path}: holds no catalogue file; put facilities.csv, services.csv, profiles.csv or "
            "circles/*.toml there, laid out as the shipped data"
        )
    return found


def _catalogue_files(folder: Path) -> Iterator[Path]:
    yield from (folder / f"{name}.csv" for name in TABLES if (folder / f"{name}.csv").is_file())
    for name in ("circles", "osm", "columns"):
        yield from sorted((folder / name).glob("*.toml"))


def _parse(path: Path, name: str) -> Document:
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".toml"}:
        raise InputError(f"{name}: found a {suffix or 'nameless'} file; give .csv or .toml")
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
    raise InputError(f"{name}: is neither UTF-8 nor GB18030 text; save it again as CSV UTF-8")


def _parse_toml(raw: bytes, name: str) -> Document:
    try:
        content = tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{name}: is no valid TOML in UTF-8: {error}") from None
    keys = {"requirement": "circle", "include": "circle", "column": "columns"}
    kind = next((keys[key] for key in keys if key in content), None)
    if kind is None:
        kind = "left_out" if "policing" in content or "personal" in content else "osm"
    return Document(kind, name, content)


def _parse_table(raw: bytes, name: str) -> Document:
    reader = csv.reader(io.StringIO(_decode(raw, name), newline=""))
    lines = [(number, line) for number, line in enumerate(reader, 1) if any(line)]
    if not lines:
        raise InputError(f"{name}: is empty; start with a header row")
    header = [cell.strip() for cell in lines[0][1]]
    kind = next((kind for kind, telling in TABLES.items() if set(telling) <= set(header)), None)
    if kind is None:
        raise InputError(
            f"{name}, row 1: found columns {', '.join(header)}; a facilities file needs code, "
            "services, measure …; a services file code, name_zh, name_en; a profiles file id, "
            "metres_per_minute, steps …"
        )
    for number, line in lines[1:]:
        if len(line) > len(header) and any(line[len(header) :]):
            raise InputError(
                f"{name}, row {number}: found {len(line)} cells under {len(header)} columns; "
                "put text with commas in double quotes"
            )
    records = [_record(header, line) for _, line in lines[1:]]
    return Document(kind, name, records, tuple(number for number, _ in lines[1:]))


def _record(header: Sequence[str], line: Sequence[str]) -> dict[str, Any]:
    cells = zip(header, (cell.strip() for cell in line), strict=False)
    return {name: _cell(name, text) for name, text in cells if name and text}


_NUMBERS = frozenset(
    {"limit_metres", "limit_minutes", "population_low", "population_high", "floor_area"}
    | {"metres_per_minute", "max_grade"}
)


def _cell(name: str, text: str) -> str | float:
    if name not in _NUMBERS:
        return text
    try:
        return float(text)
    except ValueError:
        return text  # the schema says what was found
