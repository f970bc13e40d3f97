"""What verbs print: tables for people, JSON and CSV for programs, progress for the patient."""

import io
import json
import math
import sys
import time

import numpy as np
import pandas as pd
import pytest

from api.cli import progress
from api.cli.show import aligned, cell, plain, put_frame, put_json
from api.cli.words import Words


def test_columns_stand_straight_under_wide_characters():
    text = aligned(["名称", "户"], [["银杏里", "1,204"], ["a", "7"]])
    assert text == "名称       户\n──────  ─────\n银杏里  1,204\na           7"


def test_codes_of_many_digits_stand_left():
    assert aligned(["id"], [["990101001001001"], ["99"]]).splitlines()[-1] == "99"


def test_table_without_rows_shows_its_titles():
    assert aligned(["id", "name"], []) == "id  name\n──  ────"


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (None, "", "–"),
        (math.nan, "", "–"),
        (pd.NA, "", "–"),
        (np.int64(2803), "", "2,803"),
        (0.5, "share", "50.0 %"),
        (1200.0, "metres", "1,200"),
        (12.34, "minutes", "12.3"),
        (np.bool_(True), "", "✓"),
        ("银杏里", "", "银杏里"),
    ],
)
def test_cells_are_written_for_people(value, name, text):
    assert cell(value, name) == text


def test_json_knows_no_nan(capsys):
    put_json({"share": math.nan, "minutes": [1.5, pd.NA], "weight": np.int64(3), "names": ("a",)})
    assert json.loads(capsys.readouterr().out) == {
        "share": None,
        "minutes": [1.5, None],
        "weight": 3,
        "names": ["a"],
    }


def test_plain_turns_arrays_and_times_into_json_values():
    assert plain(np.array([1, 2])) == [1, 2]
    assert plain(pd.Timestamp("2026-03-07")) == "2026-03-07 00:00:00"


def test_frame_comes_in_three_forms(capsys):
    frame = pd.DataFrame({"name": ["一格", "二格"], "share": [0.25, None]})
    put_frame(frame, "csv")
    assert capsys.readouterr().out == "name,share\n一格,0.25\n二格,\n"
    put_frame(frame, "json")
    assert json.loads(capsys.readouterr().out)[1] == {"name": "二格", "share": None}
    put_frame(frame, "table")
    assert capsys.readouterr().out == "名称  覆盖率\n────  ──────\n一格  25.0 %\n二格       –\n"


class _Terminal(io.StringIO):
    def isatty(self):
        return True


def test_short_work_says_nothing(capsys):
    with progress.Progress("zh") as told:
        told("读取")
    assert capsys.readouterr() == ("", "")


def test_long_work_names_each_stage_once_on_stderr(monkeypatch, capsys):
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "BETWEEN_LINES", 0.0)
    with progress.Progress("en") as told:
        told("reading", 0.1)
        _wait_until(lambda: told._told == "reading")
        told("reading", 0.5)
        told.stage(Words("算", "measuring"))
    assert capsys.readouterr() == ("", "reading …\nmeasuring …\n")


def test_many_short_stages_do_not_fill_a_log(monkeypatch, capsys):
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    with progress.Progress("zh") as told:
        told("一")
        _wait_until(lambda: told._told == "一")
        for stage in "二三四":
            told(stage)
    assert capsys.readouterr().err == "一 …\n"


def test_readers_who_speak_chinese_are_not_quoted_in_english():
    told = progress.Progress("en")
    told.reading(Words("读取", "reading"))("读取节点", 0.5)
    assert (told._stage, told._share) == ("reading", 0.5)
    chinese = progress.Progress("zh")
    chinese.reading(Words("读取", "reading"))("读取节点", 0.5)
    assert chinese._stage == "读取节点"


def test_terminal_sees_a_moving_line(monkeypatch):
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    with progress.Progress("zh") as told:
        told("读取", 0.5)
        _wait_until(lambda: told._bar is not None)
    assert "读取" in terminal.getvalue()


def _wait_until(holds):
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
