"""
Saving and loading a district folder.

    District --save_district--> folder/place.gpkg + folder/people.db --load_district--> District

The pair is replaced whole or not at all (``gis.store.commit``). Both files carry the same mark,
taken from their content, so that files of two different saves are not read as one district. A
``place.gpkg`` alone is a district too: one that was passed on without its people.
"""

import hashlib
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from pyogrio.errors import DataLayerError, DataSourceError

from gis.district import District, build_district
from gis.errors import InputError, ResultError
from gis.store import commit
from gis.store.commit import LOCK_SECONDS
from gis.store.files import PEOPLE_FILE, PLACE_FILE, SCHEMA
from gis.store.people import People, read_people, write_people
from gis.store.place import Place, read_place, write_place

_log = logging.getLogger(__name__)


def save_district(district: District, folder: str | Path, *, wait: float = LOCK_SECONDS) -> None:
    """
    Write a district into a folder, made if need be; what was there is replaced whole.

    The journal of changes of the folder is kept. Killed at any moment, the folder holds the old
    district or the new one.

    Parameters
    ----------
    wait
        Seconds to wait for another program at work in the same folder.

    Raises
    ------
    InputError
        The folder cannot be written.
    ResultError
        Another program is writing the folder, or is editing one of its files; or the disk is
        full. The folder is as it was.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"无法建立文件夹 {folder}：{error.strerror}",
            english=f"cannot make the folder {folder}: {error.strerror}",
        ) from None
    with commit.locked(folder, wait):
        saving = commit.start(folder)
        try:
            _write_pair(district, saving, folder / PEOPLE_FILE)
            commit.commit(folder)
        finally:
            commit.forget(folder)


def load_district(folder: str | Path, *, wait: float = LOCK_SECONDS) -> District:
    """
    Read a district from a folder; an interrupted save is settled first.

    Raises
    ------
    InputError
        The folder is no district, was saved by a newer version, or its files are damaged, do not
        belong together or break a contract.
    ResultError
        Another program is still writing the folder after ``wait`` seconds.
    """
    folder = Path(folder)
    _check_district(folder)
    with commit.locked(folder, wait, to_read=True):
        place = read_place(folder / PLACE_FILE)
        people = _people_of(folder, place)
    return _put_together(place, people)


def _write_pair(district: District, saving: Path, journal_of: Path) -> None:
    place, people = saving / PLACE_FILE, saving / PEOPLE_FILE
    settings = {"schema": str(SCHEMA), "name": district.name, "crs": district.crs}
    try:
        write_place(district, place, settings)
        mark = _mark(place)
        write_people(district, people, {"mark": mark}, journal_of=journal_of)
    except (OSError, sqlite3.Error, DataLayerError, DataSourceError) as error:
        raise ResultError(
            f"片区未能保存，{saving.parent} 中的内容未变：{error}",
            english=f"the district was not saved, {saving.parent} is as it was: {error}",
        ) from error


def _mark(place: Path) -> str:
    """Write the sum of the places into their own file, and return it."""
    mark = hashlib.sha256(place.read_bytes()).hexdigest()
    with closing(sqlite3.connect(place)) as base, base:
        base.execute("INSERT INTO facts (part, key, value) VALUES ('store', 'mark', ?)", (mark,))
    return mark


def _check_district(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError(
            f"没有这个文件夹：{folder}；请先用 minqing import 生成",
            english=f"no such folder: {folder}; make it with `minqing import` first",
        )
    if not commit.is_district(folder):
        raise InputError(
            f"{folder} 不是 minqing 的片区文件夹：缺少 {PLACE_FILE}",
            english=f"{folder} is no district: {PLACE_FILE} is missing",
        )


def _people_of(folder: Path, place: Place) -> People | None:
    path = folder / PEOPLE_FILE
    if not path.exists():
        _log.info("%s has no %s: a district without people", folder, PEOPLE_FILE)
        return None
    people = read_people(path)
    if people.settings.get("mark") != place.settings.get("mark"):
        raise InputError(
            f"{folder}：{PLACE_FILE} 与 {PEOPLE_FILE} 不是同一次保存的；"
            "请放回原来的一对，或重新导入",
            english=f"{folder}: {PLACE_FILE} and {PEOPLE_FILE} come from different saves; "
            "put the old pair back, or import again",
        )
    return people


def _put_together(place: Place, people: People | None) -> District:
    given = dict(place.tables)
    if people is not None:
        given["households"] = people.households
        given["rejects"] = people.rejects
        if len(people.counts):
            buildings = given["buildings"]
            given["buildings"] = buildings.assign(**people.counts.reindex(buildings.index))
    settings = place.settings
    return build_district(settings["name"], settings["crs"], facts=place.facts, **given)
