"""
``people.db``: the people of a district, readable by its owner only. No coordinates are in it.

    District --write_people--> people.db --read_people--> People

Households stand by building; their points come back from the buildings of ``place.gpkg``. With a
ledger, the counts of people per building are kept here too, because they may have been counted
from it; so are all rejected rows. The ``journal`` table only ever grows (``gis.store.journal``)
and outlives every save.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from gis.district import District
from gis.store.files import ARROW_TYPES, SCHEMA, broken, too_new
from gis.tables import COUNTS

_JOURNAL = """
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, kind TEXT NOT NULL, "table" TEXT NOT NULL, id TEXT NOT NULL,
    before TEXT, after TEXT, source TEXT NOT NULL, note TEXT NOT NULL
);
CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
CREATE TRIGGER journal_keeps_values BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
"""


@dataclass(frozen=True, eq=False)
class People:
    """What ``people.db`` holds: households, all rejects, and counts by building or none."""

    households: pd.DataFrame
    counts: pd.DataFrame
    rejects: pd.DataFrame
    settings: dict[str, str]


def write_people(
    district: District, path: Path, settings: dict[str, str], *, journal_of: Path
) -> None:
    """Write the people of a district, and carry over the journal of the file to be replaced."""
    # made with its rights before a byte is in it
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    counts = district.buildings[COUNTS]
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA cache_size=-65536")
        base.execute("PRAGMA secure_delete=ON")
        base.execute("PRAGMA journal_mode=MEMORY")
        base.execute("PRAGMA synchronous=OFF")  # the whole file is synced at the end
        base.executescript(_JOURNAL)
        base.execute(f"PRAGMA user_version={SCHEMA}")
        base.execute("CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        base.executemany("INSERT INTO settings VALUES (?, ?)", settings.items())
        _write_table(base, "households", district.households.drop(columns="geometry"))
        _write_table(base, "building_counts", counts if len(district.households) else counts[:0])
        _write_table(base, "rejects", district.rejects)
        if journal_of.exists():
            _carry_journal(base, journal_of)
        base.commit()
        base.execute("PRAGMA journal_mode=WAL")


def read_people(path: Path) -> People:
    """
    Read a file written by ``write_people``.

    Raises
    ------
    InputError
        The file is broken, or was saved by a newer version.
    """
    try:
        with closing(open_people(path)) as base:
            names = ("households", "building_counts", "rejects")
            households, counts, rejects = (_read_table(base, name) for name in names)
            settings = dict(base.execute("SELECT key, value FROM settings"))
    except sqlite3.DatabaseError as error:
        raise broken(path, error) from None
    return People(households, counts, rejects, settings)


def open_people(path: Path) -> sqlite3.Connection:
    """
    Open a file of people that exists; the caller closes it.

    Raises
    ------
    InputError
        It was saved by a newer version.
    """
    # WAL needs side files even to read; where none can be made, nobody writes either
    rights = "mode=rw" if os.access(path.parent, os.W_OK) else "mode=ro&immutable=1"
    base = sqlite3.connect(f"{path.absolute().as_uri()}?{rights}", uri=True)
    if _version(base) <= SCHEMA:
        return base
    base.close()
    raise too_new(path)


def _version(base: sqlite3.Connection) -> int:
    try:
        return int(base.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError:
        base.close()
        raise


def _write_table(base: sqlite3.Connection, name: str, frame: pd.DataFrame) -> None:
    columns = "".join(f', "{column}" {_kind(frame[column])}' for column in frame.columns)
    base.execute(f"CREATE TABLE {name} (id TEXT NOT NULL{columns})")
    marks = ", ".join("?" * (len(frame.columns) + 1))
    values = (frame[column].to_numpy(dtype="object", na_value=None) for column in frame.columns)
    rows = zip(frame.index.astype("object"), *values, strict=True)
    base.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608  our own names
    base.execute(f"CREATE UNIQUE INDEX {name}_by_id ON {name} (id)")  # after the rows: faster


def _kind(values: pd.Series) -> str:
    return "INTEGER" if pd.api.types.is_integer_dtype(values.dtype) else "TEXT"


def _read_table(base: sqlite3.Connection, name: str) -> pd.DataFrame:
    found = base.execute(f"SELECT * FROM {name} ORDER BY rowid")  # noqa: S608  our own names
    names = [column[0] for column in found.description]
    columns = list(zip(*found, strict=True)) or [()] * len(names)
    table = {column: _typed(values) for column, values in zip(names, columns, strict=True)}
    return pd.DataFrame(table).set_index("id")


def _typed(values: tuple[object, ...]) -> pd.Series:
    try:
        return pa.array(values).to_pandas(types_mapper=ARROW_TYPES.get)
    except pa.ArrowException:
        # edited by another program; the contract will say what is wrong, without the value
        return pd.Series(values, dtype="object")


def _carry_journal(base: sqlite3.Connection, path: Path) -> None:
    with closing(open_people(path)) as old:
        rows = old.execute("SELECT * FROM journal ORDER BY seq")
        base.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
