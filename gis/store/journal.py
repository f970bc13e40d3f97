"""
The journal of changes in ``people.db``: it only grows, and what it took it keeps.

    (Change, …) --append_changes--> numbered, on disk --read_changes--> (Change, …)

Visits, edits of stations, differences of a new import: each is a ``Change`` and is on the disk
before ``append_changes`` returns. Nothing here reads a clock; the caller says when.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gis.errors import InputError
from gis.store import commit
from gis.store.commit import LOCK_SECONDS
from gis.store.files import PEOPLE_FILE, broken
from gis.store.people import open_people


@dataclass(frozen=True)
class Change:
    """
    One change of one row.

    Parameters
    ----------
    kind
        What happened: ``visit``, ``edit``, ``import`` …
    table, id
        The row it concerns.
    before, after
        The columns that changed, by name, in values that JSON knows; None for a row that was not
        there before, or is not there after.
    at
        When, as ISO text.
    source
        Who or what says so.
    seq
        The number in the journal, from 1; 0 until it is appended.
    """

    kind: str
    table: str
    id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    at: str
    source: str
    note: str = ""
    seq: int = 0


def append_changes(
    folder: str | Path, changes: Iterable[Change], *, wait: float = LOCK_SECONDS
) -> tuple[Change, ...]:
    """
    Append changes, all or none, and return them numbered once they are safely on the disk.

    Raises
    ------
    InputError
        The folder has no ``people.db``.
    ResultError
        Another program is still writing the folder after ``wait`` seconds.
    """
    path = _people_file(folder)
    with commit.locked(path.parent, wait):
        try:
            with closing(open_people(path)) as base:
                base.execute("PRAGMA journal_mode=WAL")
                base.execute("PRAGMA synchronous=FULL")
                with base:
                    return tuple(_append(base, change) for change in changes)
        except sqlite3.DatabaseError as error:
            raise broken(path, error) from None


def read_changes(
    folder: str | Path, *, after: int = 0, wait: float = LOCK_SECONDS
) -> tuple[Change, ...]:
    """Return the changes with a number above ``after``, in order."""
    path = _people_file(folder)
    with commit.locked(path.parent, wait, to_read=True):
        try:
            with closing(open_people(path)) as base:
                rows = base.execute(
                    'SELECT kind, "table", id, before, after, at, source, note, seq '
                    "FROM journal WHERE seq > ? ORDER BY seq",
                    (after,),
                ).fetchall()
        except sqlite3.DatabaseError as error:
            raise broken(path, error) from None
    return tuple(Change(*row[:3], *map(_from_json, row[3:5]), *row[5:]) for row in rows)


def _append(base: sqlite3.Connection, change: Change) -> Change:
    values = (change.at, change.kind, change.table, change.id)
    texts = (_to_json(change.before), _to_json(change.after), change.source, change.note)
    found = base.execute(
        'INSERT INTO journal (at, kind, "table", id, before, after, source, note) '
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        values + texts,
    )
    return replace(change, seq=int(found.lastrowid or 0))


def _people_file(folder: str | Path) -> Path:
    path = Path(folder) / PEOPLE_FILE
    if not path.exists() and not commit.is_unsettled(path.parent):
        raise InputError(
            f"{path} 不存在；先保存片区，才能记录变更",
            english=f"{path} does not exist; save the district before recording changes",
        )
    return path


def _to_json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(values, ensure_ascii=False, sort_keys=True)


def _from_json(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)
