"""Killed at any moment the folder holds the old pair or the new one; an open reader stays whole."""

import itertools
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from filelock import FileLock

from gis.errors import GisError, InputError, ResultError
from gis.store import commit, load_district, save_district

# Reads districts "old" and "new" once, then forks a child per line: so a kill costs milliseconds.
# A line is a folder, how many times to save the two in turn, and the number of the audited step
# (a file opened, renamed, removed …) at which the child kills itself, 0 for never.
FORKS = """
import os, signal, sys
from pathlib import Path
from gis.store import load_district, save_district
base = Path(sys.argv[1])
old, new = (load_district(base / name) for name in ("old", "new"))
save_district(old, sys.argv[2])  # imports what is imported late, once for all children
steps = ("open", "os.", "shutil.", "sqlite3.", "fcntl.")

def die_at(last):
    count = 0
    def hook(event, args):
        nonlocal count
        count += event.startswith(steps)
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

for line in sys.stdin:
    target, times, last = line.split()
    child = os.fork()
    if child == 0:
        print(os.getpid(), flush=True)
        if int(last):
            die_at(int(last))
        for turn in range(int(times)):
            save_district(old if turn % 2 else new, target)
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""


class Forks:
    """A process that forks savers on demand."""

    def __init__(self, base, own):
        command = [sys.executable, "-W", "ignore", "-c", FORKS, str(base), str(own)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, **pipes, text=True)

    def start(self, folder, *, times=1000, step=0):
        print(folder, times, step, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def end(self):
        return int(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def pair(tmp_path_factory, draw_street):
    base = tmp_path_factory.mktemp("pair")
    save_district(draw_street(houses=2), base / "old")
    save_district(draw_street(houses=40), base / "new")
    forks = Forks(base, base / "warm")
    yield base, forks
    forks.close()


def houses(folder):
    """Settle the folder, see that places and people are of one save, and count the houses."""
    with commit.locked(folder):
        assert not {".saving", ".saved"} & {path.name for path in folder.iterdir()}
        place = ask(folder / "place.gpkg", "SELECT value FROM facts WHERE key = 'mark'")
        people = ask(folder / "people.db", "SELECT value FROM settings WHERE key = 'mark'")
        assert place == people
        count = ask(folder / "place.gpkg", "SELECT count(*) FROM buildings")
        assert ask(folder / "people.db", "SELECT count(*) FROM households") == count + 1
    return count


def ask(path, question):
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return base.execute(question).fetchone()[0]


def test_killed_at_every_single_step_the_district_is_the_old_or_the_new(pair, tmp_path):
    base, forks = pair
    folder, seen = tmp_path / "street", []
    for step in itertools.count(1):
        shutil.copytree(base / "old", folder, dirs_exist_ok=True)
        forks.start(folder, times=1, step=step)
        killed = forks.end() == signal.SIGKILL
        seen.append(houses(folder))
        if not killed:
            break
    assert len(seen) > 30
    assert seen == sorted(seen)  # old up to one step, new from there on
    assert set(seen) == {2, 40}


def test_killed_at_random_moments_the_district_is_the_old_or_the_new(pair, tmp_path):
    base, forks = pair
    rng = np.random.default_rng(0)
    began = time.perf_counter()
    forks.start(tmp_path, times=1)
    forks.end()
    one_save = time.perf_counter() - began
    for _ in range(30):
        shutil.copytree(base / "old", tmp_path, dirs_exist_ok=True)
        child = forks.start(tmp_path)
        time.sleep(rng.uniform(0, 1.5 * one_save))
        os.kill(child, signal.SIGKILL)
        forks.end()
        assert houses(tmp_path) in {2, 40}


def test_killed_in_the_first_save_there_is_no_district_or_the_whole_one(pair, tmp_path):
    _, forks = pair
    found = set()
    for step in (1, 5, 10, 20, 200):
        folder = tmp_path / str(step)
        forks.start(folder, times=1, step=step)
        forks.end()
        try:
            found.add(len(load_district(folder).buildings))
        except InputError:
            found.add(0)
    assert found == {0, 40}


def test_a_second_writer_is_told_that_another_program_writes(street, tmp_path):
    with FileLock(tmp_path / ".lock"), pytest.raises(ResultError) as error:
        save_district(street, tmp_path, wait=0.05)
    assert error.value.english == (
        f"another program is writing {tmp_path}; still busy after 0.05 s, try later"
    )


def test_two_writers_at_once_leave_one_whole_district(pair, tmp_path):
    base, forks = pair
    other = Forks(base, tmp_path / "warm")
    forks.start(tmp_path / "street", times=3)
    other.start(tmp_path / "street", times=3)
    assert (forks.end(), other.end()) == (0, 0)
    other.close()
    assert houses(tmp_path / "street") == 40  # the third save of either


def test_gdal_reads_a_whole_layer_at_any_moment_of_a_save(pair, tmp_path, street):
    _, forks = pair
    save_district(street, tmp_path)
    child = forks.start(tmp_path)
    counts = {rows_read(tmp_path) for _ in range(10)}
    while len(counts) == 1:
        counts.add(rows_read(tmp_path))
    os.kill(child, signal.SIGKILL)
    forks.end()
    assert counts == {2, 40}


def rows_read(folder):
    place = folder / "place.gpkg"
    return len(pyogrio.read_dataframe(place, layer="buildings", use_arrow=True))


def test_a_reader_that_holds_the_file_open_goes_on_reading_the_old_one(
    street, draw_street, tmp_path
):
    save_district(street, tmp_path)
    with closing(sqlite3.connect(tmp_path / "place.gpkg")) as reader:
        rows = reader.execute("SELECT id FROM buildings")
        first = rows.fetchone()
        save_district(draw_street(houses=5), tmp_path)
        assert [first, *rows] == [("b0",), ("b1",)]
    assert houses(tmp_path) == 5


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_file_being_edited_is_not_replaced(street, draw_street, tmp_path, mode, monkeypatch):
    monkeypatch.setattr(commit, "_EDITOR_SECONDS", 0.05)
    save_district(street, tmp_path)
    with closing(sqlite3.connect(tmp_path / "place.gpkg")) as editor:
        editor.execute(f"PRAGMA journal_mode={mode}")
        editor.execute("BEGIN IMMEDIATE")
        editor.execute("UPDATE facts SET value = '改' WHERE key = 'name'")
        with pytest.raises(ResultError) as error:
            save_district(draw_street(houses=5), tmp_path)
        editor.commit()
    assert "is in use by another program (such as QGIS)" in error.value.english
    assert load_district(tmp_path).name == "改"
    save_district(draw_street(houses=5), tmp_path)
    assert houses(tmp_path) == 5


def test_edits_left_beside_the_file_by_a_killed_editor_do_not_leak_into_the_new_one(
    street, draw_street, tmp_path
):
    save_district(street, tmp_path)
    place = tmp_path / "place.gpkg"
    edit = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        "c.execute('PRAGMA journal_mode=WAL'); c.execute('UPDATE facts SET value = 1');"
        "c.commit(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", edit, str(place)], check=True)
    assert place.with_name("place.gpkg-wal").stat().st_size
    save_district(draw_street(houses=5), tmp_path)
    assert houses(tmp_path) == 5
    assert load_district(tmp_path).name == "银杏街道"


def test_where_an_open_file_cannot_be_replaced_the_old_district_stays(
    street, draw_street, tmp_path, monkeypatch
):
    save_district(street, tmp_path)
    _refuse(monkeypatch, "place.gpkg")
    with pytest.raises(ResultError):
        save_district(draw_street(houses=5), tmp_path)
    monkeypatch.undo()
    assert houses(tmp_path) == 2


def test_where_only_the_second_file_is_held_the_new_district_is_finished_later(
    street, draw_street, tmp_path, monkeypatch
):
    save_district(street, tmp_path)
    _refuse(monkeypatch, "people.db")
    with pytest.raises(ResultError):
        save_district(draw_street(houses=5), tmp_path)
    with pytest.raises(ResultError):
        load_district(tmp_path)
    monkeypatch.undo()
    assert houses(tmp_path) == 5


def _refuse(monkeypatch, name):
    """Stand in for Windows, which does not replace a file that is open."""
    replace = Path.replace

    def refusing(self, target):
        if self.name == name:
            raise PermissionError(13, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refusing)


@pytest.mark.parametrize("room", [30_000, 60_000, 250_000])
def test_on_a_full_disk_the_old_district_stays(street, draw_street, tmp_path, room):
    save_district(street, tmp_path)
    bigger = draw_street(houses=300)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))  # no file may grow beyond it
    try:
        with pytest.raises(GisError) as error:
            save_district(bigger, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert "cannot be written" in error.value.english or "as it was" in error.value.english
    assert houses(tmp_path) == 2


def test_a_read_only_folder_is_read_and_refuses_to_be_written(street, tmp_path, monkeypatch):
    save_district(street, tmp_path)

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(FileLock, "acquire", refuse)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert len(load_district(tmp_path).households) == 3
    with pytest.raises(InputError) as error:
        save_district(street, tmp_path)
    assert error.value.english == (
        f"{tmp_path} cannot be written ([Errno 13] Permission denied); check its rights and the "
        "space on the disk, or choose another folder"
    )


def test_a_file_that_is_no_database_is_replaced(street, tmp_path):
    (tmp_path / "place.gpkg").write_text("not a database, though it is long enough to be asked")
    (tmp_path / "place.gpkg-journal").write_text("left over")
    save_district(street, tmp_path)
    assert houses(tmp_path) == 2
