"""A demo made once for all tests of the doors, and a command line to talk to."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from api.cli.app import run

PROGRAM = str(Path(sys.executable).parent / "minqing")


def run_program(*arguments, cwd=None):
    """Run ``minqing`` as a user does, in its own process."""
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )


class Done(NamedTuple):
    """What one command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def minqing(monkeypatch):
    """The command line inside this process: the libraries are loaded once for all tests."""

    def called(*arguments, cwd=None):
        if cwd is not None:
            monkeypatch.chdir(cwd)
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            code = run([str(each) for each in arguments])
        return Done(code, out.getvalue(), err.getvalue())

    return called


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A folder where ``minqing demo`` has been run; do not write into its ``out``."""
    folder = tmp_path_factory.mktemp("demo")
    done = run_program("demo", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "stdout.txt").write_text(done.stdout, encoding="utf-8")
    (folder / "stderr.txt").write_text(done.stderr, encoding="utf-8")
    return folder
