"""A demo made once for all tests of the doors, and a command line to talk to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session")
def minqing():
    return run_program


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A folder where ``minqing demo`` has been run; do not write into its ``out``."""
    folder = tmp_path_factory.mktemp("demo")
    done = run_program("demo", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "stdout.txt").write_text(done.stdout, encoding="utf-8")
    (folder / "stderr.txt").write_text(done.stderr, encoding="utf-8")
    return folder
