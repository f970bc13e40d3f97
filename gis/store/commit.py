"""
How two files are replaced as one: the whole new pair or the whole old one.

    write .saving/place.gpkg, .saving/people.db     a crash here leaves the old pair
    rename .saving -> .saved                        the one instant at which the new pair counts
    move each file out of .saved to its place       a crash here is finished by whoever comes next

The rename of a folder is atomic; everything before it is forgotten, everything after it is
finished, by ``settle``. All of it happens under one lock, which the system drops when its holder
is killed.

SQLite would play a left-over ``-wal`` or ``-journal`` of the old file into the new one, so a file
is replaced only after these have been folded in; while another program edits the file that cannot
be done, and the replacement is refused.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from gis.errors import InputError, ResultError
from gis.store.files import PEOPLE_FILE, PLACE_FILE

FILES = (PLACE_FILE, PEOPLE_FILE)
"""In the order of replacement: the file that a GIS program may hold open comes first."""

LOCK_SECONDS = 30.0
"""How long to wait for another program that writes the same district."""

_EDITOR_SECONDS = 2.0
_POLL_SECONDS = 0.01
_SAVING = ".saving"
_SAVED = ".saved"
_LOCK = ".lock"
_SIDECARS = ("-wal", "-shm", "-journal")


def is_district(folder: Path) -> bool:
    """Tell whether a district was ever saved here, be it an interrupted one."""
    return (folder / PLACE_FILE).exists() or is_unsettled(folder)


def is_unsettled(folder: Path) -> bool:
    """Tell whether a save was interrupted after its instant, its files yet to be moved."""
    return (folder / _SAVED).exists()


@contextmanager
def locked(folder: Path, wait: float = LOCK_SECONDS, *, to_read: bool = False) -> Iterator[None]:
    """
    Be the only program at work in the folder; interrupted saves are settled first.

    Parameters
    ----------
    to_read
        Do without the lock in a folder where none can be made, such as one on a read-only disk.

    Raises
    ------
    InputError
        The folder cannot be written.
    ResultError
        Another program still holds the folder after ``wait`` seconds.
    """
    lock = FileLock(folder / _LOCK)
    try:
        lock.acquire(timeout=wait, poll_interval=_POLL_SECONDS)
    except Timeout:
        raise ResultError(
            f"另一个程序正在写入 {folder}，等了 {wait:g} 秒仍未结束；请稍后再试",
            english=f"another program is writing {folder}; still busy after {wait:g} s, try later",
        ) from None
    except OSError as error:
        if not to_read or is_unsettled(folder):
            raise _not_writable(folder, error) from None
        yield
        return
    try:
        settle(folder)
        yield
    finally:
        lock.release()


def start(folder: Path) -> Path:
    """Return an empty folder, closed to other users, to write the new pair into."""
    for name in FILES:
        release(folder / name)
    saving = folder / _SAVING
    saving.mkdir(mode=0o700)
    return saving


def commit(folder: Path) -> None:
    """
    Make the pair written into ``start``'s folder the district.

    Raises
    ------
    ResultError
        Another program holds a file. The old district stays, unless the first file had been
        replaced already: then the new one counts and the next call here finishes the move.
    """
    saving, saved = folder / _SAVING, folder / _SAVED
    for name in FILES:
        _sync_file(saving / name)
        release(folder / name)
    _sync_folder(saving)
    saving.rename(saved)
    _sync_folder(folder)
    try:
        _move_in(folder)
    except ResultError:
        if all((saved / name).exists() for name in FILES):
            saved.rename(saving)
        raise


def settle(folder: Path) -> None:
    """Finish a save that was interrupted after its instant, forget one interrupted before."""
    if (folder / _SAVED).exists():
        _move_in(folder)
    forget(folder)


def forget(folder: Path) -> None:
    """Remove what an unfinished save left."""
    shutil.rmtree(folder / _SAVING, ignore_errors=True)


def release(path: Path) -> None:
    """
    Fold a database's side files into it, so that it can be replaced.

    Raises
    ------
    ResultError
        Another program is editing the file.
    """
    if path.exists():
        _fold(path)
    left = [side for side in _side_files(path) if side.exists()]
    if left and path.exists():
        raise _in_use(path)
    for side in left:
        side.unlink()


def _fold(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=_EDITOR_SECONDS)) as base:
        try:
            # leaving WAL needs the file for oneself; in other modes readers may stay
            base.execute("PRAGMA journal_mode=DELETE")
            base.execute("BEGIN IMMEDIATE")
            base.rollback()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise _in_use(path) from None
            raise _not_writable(path, error) from None
        except sqlite3.DatabaseError:
            # no database (any more): nothing in it can be lost by replacing it
            for side in _side_files(path):
                side.unlink(missing_ok=True)


def _side_files(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in _SIDECARS]


def _move_in(folder: Path) -> None:
    saved = folder / _SAVED
    for name in FILES:
        if not (saved / name).exists():
            continue
        release(folder / name)
        try:
            (saved / name).replace(folder / name)
        except PermissionError as error:
            # Windows does not replace a file that any program has open
            raise _in_use(folder / name) from error
    _sync_folder(folder)
    shutil.rmtree(saved)


def _sync_file(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder, and needs no sync of it
        return
    handle = os.open(folder, os.O_RDONLY)
    with suppress(OSError):  # some network drives refuse to sync a folder
        os.fsync(handle)
    os.close(handle)


def _in_use(path: Path) -> ResultError:
    return ResultError(
        f"{path} 正被另一个程序（如 QGIS）占用，不能替换；"
        "请在该程序中保存或放弃编辑并关闭图层，再试一次",
        english=f"{path} is in use by another program (such as QGIS) and cannot be replaced; "
        "save or discard the edits there, close the layer, and try again",
    )


def _not_writable(path: Path, error: Exception) -> InputError:
    return InputError(
        f"不能写入 {path}（{error}）；请检查权限和磁盘空间，或换一个文件夹",
        english=f"{path} cannot be written ({error}); check its rights and the space on the disk, "
        "or choose another folder",
    )
