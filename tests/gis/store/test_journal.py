"""What the journal took it keeps: across kills, saves, and writers at once."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest

from gis.errors import InputError
from gis.store import Change, append_changes, load_district, read_changes, save_district

VISIT = Change("visit", "households", "h0", {"last_visit": None}, {"last_visit": "2026-03-07"},
               at="2026-03-07T10:00", source="网格员 甲", note="门没开😀")  # fmt: skip

# Appends one change after another and says each number once it is acknowledged.
WRITER = """
import sys
from gis.store import Change, append_changes
for turn in range(int(sys.argv[3])):
    change = Change("edit", "stations", sys.argv[2], None, {"turn": turn}, "2026-01-01", "test")
    print(append_changes(sys.argv[1], [change])[0].seq, flush=True)
"""


def writer(folder, name, times):
    command = [sys.executable, "-W", "ignore", "-c", WRITER, str(folder), name, str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_changes_come_back_numbered_and_equal(street, tmp_path):
    save_district(street, tmp_path)
    gone = Change(
        "edit", "stations", "s0", {"name": "甲", "capacity": 3}, None, "2026-03-08", "QGIS"
    )
    appended = append_changes(tmp_path, [VISIT, gone])
    assert [change.seq for change in appended] == [1, 2]
    assert read_changes(tmp_path) == appended
    assert read_changes(tmp_path, after=1) == appended[1:]
    assert append_changes(tmp_path, []) == ()


def test_a_save_keeps_the_journal_and_its_rights(street, tmp_path):
    save_district(street, tmp_path)
    before = append_changes(tmp_path, [VISIT])
    save_district(load_district(tmp_path), tmp_path)
    after = append_changes(tmp_path, [VISIT])
    assert read_changes(tmp_path) == (*before, *after)
    assert stat.S_IMODE((tmp_path / "people.db").stat().st_mode) == 0o600


def test_no_statement_takes_a_change_out_of_the_journal_or_alters_it(street, tmp_path):
    save_district(street, tmp_path)
    appended = append_changes(tmp_path, [VISIT])
    for statement in ("DELETE FROM journal", "UPDATE journal SET note = ''"):
        with (
            closing(sqlite3.connect(tmp_path / "people.db")) as base,
            pytest.raises(sqlite3.IntegrityError, match="the journal only grows"),
        ):
            base.execute(statement)
    assert read_changes(tmp_path) == appended


def test_of_several_changes_all_are_taken_or_none(street, tmp_path):
    save_district(street, tmp_path)
    with pytest.raises(TypeError):
        append_changes(
            tmp_path, [VISIT, Change("edit", "stations", "s0", None, {"x": {1}}, "", "")]
        )
    assert read_changes(tmp_path) == ()


def test_two_writers_and_a_saver_at_once_lose_no_change(street, tmp_path):
    save_district(street, tmp_path)
    writers = [writer(tmp_path, name, 25) for name in ("甲", "乙")]
    for _ in range(3):
        save_district(street, tmp_path)
    numbers = [int(line) for one in writers for line in one.communicate()[0].split()]
    assert [one.returncode for one in writers] == [0, 0]
    assert sorted(numbers) == list(range(1, 51))
    kept = read_changes(tmp_path)
    turns = [change.after["turn"] for name in ("甲", "乙") for change in kept if change.id == name]
    assert turns == [*range(25), *range(25)]


def test_a_killed_writer_leaves_every_change_it_acknowledged(street, tmp_path):
    save_district(street, tmp_path)
    acknowledged = 0
    for lines in (1, 7):
        with writer(tmp_path, "甲", 1000) as one:
            numbers = [int(one.stdout.readline()) for _ in range(lines)]
            os.kill(one.pid, signal.SIGKILL)
            numbers += [int(line) for line in one.stdout]
        acknowledged = max(acknowledged, *numbers)
        assert [change.seq for change in read_changes(tmp_path)][:acknowledged] == list(
            range(1, acknowledged + 1)
        )


def test_a_folder_without_people_takes_no_change(street, tmp_path):
    save_district(street, tmp_path)
    (tmp_path / "people.db").unlink()
    with pytest.raises(InputError) as error:
        append_changes(tmp_path, [VISIT])
    assert error.value.english == (
        f"{tmp_path / 'people.db'} does not exist; save the district before recording changes"
    )
