"""The command line before any verb runs: help, language, wrong options, speed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.app import build_command, run, spoken
from api.cli.help import width, wrapped
from api.cli.words import COMMANDS, EXAMPLES, parameter_words

PROGRAM = str(Path(sys.executable).parent / "minqing")
LEVELS = "'public', 'planner'"
SEE_MAP = ("用 “minqing map --help” 看用法。\n", "See “minqing map --help”.\n")
VERBS = [name for name in COMMANDS if name != "minqing"]


def test_verbs_are_those_of_the_design():
    expected = "demo template import fetch check cover gaps what-if site areas map catalogue serve"
    assert list(build_command().commands) == expected.split()


@pytest.mark.parametrize("verb", [None, *VERBS])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_help_ends_with_its_example(verb, lang, capsys):
    arguments = [*([verb] if verb else []), "--lang", lang, "--help"]
    assert run(arguments) == 0
    shown = capsys.readouterr()
    assert shown.out.rstrip().endswith(EXAMPLES[verb or "minqing"])
    assert shown.err == ""


@pytest.mark.parametrize("verb", VERBS)
def test_help_in_english_holds_no_chinese_but_the_example(verb, capsys):
    run([verb, "--help", "--lang", "en"])
    text = capsys.readouterr().out.removesuffix(EXAMPLES[verb] + "\n")
    allowed = "银杏街道"
    assert not [letter for letter in text if "一" <= letter <= "鿿" and letter not in allowed]


def test_every_option_has_words_in_both_languages():
    for command in build_command().commands.values():
        for parameter in command.params:
            name = max(parameter.opts, key=len)
            words = parameter_words(parameter.metavar if name[0] != "-" else name)
            assert words.zh
            assert words.en


@pytest.mark.parametrize("verb", VERBS)
def test_help_fits_its_width(verb, capsys):
    run([verb, "--help"])
    lines = capsys.readouterr().out.splitlines()
    assert max(width(line) for line in lines if EXAMPLES[verb] not in line) <= 96


def test_help_comes_in_less_than_half_a_second():
    def once():
        program = subprocess.Popen([PROGRAM, "--help"], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
        assert program.returncode == 0
        return used.ru_utime + used.ru_stime

    # the processor's seconds, not the clock's: other work on the machine is not ours
    assert min(once() for _ in range(3)) < 0.5


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom api.cli.app import run\nrun(['--help'])\n"
        "heavy = {'numpy', 'pandas', 'geopandas', 'folium', 'fastapi', 'rich', 'gis'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stderr == "[]\n"


def test_language_is_found_anywhere_on_the_line():
    assert spoken(["--lang", "en", "cover", "x"]) == "en"
    assert spoken(["cover", "x", "--lang=en"]) == "en"
    assert spoken(["cover", "x"]) == "zh"


def test_no_arguments_show_the_help():
    done = subprocess.run([PROGRAM], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("用法：minqing COMMAND")


def test_version_is_the_installed_one(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == "minqing 0.1.0\n"


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (
            ["cover"],
            "参数有误: 缺少参数 'DISTRICT'.\n用 “minqing cover --help” 看用法。\n",
            "Missing argument 'DISTRICT'.\nSee “minqing cover --help”.\n",
        ),
        (
            ["fly", "x"],
            "参数有误: 没有这个命令 'fly'.\n用 “minqing --help” 看用法。\n",
            "No such command 'fly'.\nSee “minqing --help”.\n",
        ),
        (
            ["map", "x", "--level", "staff"],
            f"参数有误: 值不对: '--level': 'staff' 不在可用的值之中: {LEVELS}.\n{SEE_MAP[0]}",
            f"Invalid value for '--level': 'staff' is not one of {LEVELS}.\n{SEE_MAP[1]}",
        ),
        (
            ["map", "x", "--limit"],
            f"参数有误: 选项 '--limit' 后面要有值.\n{SEE_MAP[0]}",
            f"Option '--limit' requires an argument.\n{SEE_MAP[1]}",
        ),
    ],
)
def test_wrong_options_exit_2_and_say_so_on_stderr(arguments, zh, en, capsys):
    assert run(arguments) == 2
    assert capsys.readouterr() == ("", zh)
    assert run(["--lang", "en", *arguments]) == 2
    assert capsys.readouterr() == ("", en)


def test_wrapping_breaks_between_chinese_characters_but_not_before_a_comma():
    assert wrapped("一二三，四五", 6) == ["一二", "三，四", "五"]
    assert wrapped("one two three", 8) == ["one two", "three"]
