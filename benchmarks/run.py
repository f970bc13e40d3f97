"""
All benchmarks, one after the other: what ``make bench`` runs.

    python benchmarks/run.py [--results FILE] [--quick] [NAME …]

Each is a process of its own, prints its tables and appends its lines to the file of results, which
``table.py`` turns into the tables of docs/speed.md. One that fails is named at the end; the others
still run.
"""

import subprocess
import sys
import time
from pathlib import Path

from networks import folder
from results import arguments, machine

HERE = Path(__file__).parent
NOT_MEASURED = {"run", "networks", "engines", "results", "table"}
"""Files of this folder that measure nothing."""


def names():
    """Return the benchmarks there are, by name."""
    return sorted(each.stem for each in HERE.glob("*.py") if each.stem not in NOT_MEASURED)


def run(name, given):
    """Run one; tell whether it ended well."""
    words = ["--quick"] if given.quick else []
    words += ["--results", str(given.results)] if given.results else []
    print(f"== {name}", flush=True)
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / f"{name}.py"), *words], check=False
    ).returncode
    print(f"== {name}: {time.perf_counter() - began:.0f} s\n", flush=True)
    return ended == 0


def main():
    parser = arguments(__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names())}")
    given = parser.parse_args()
    told = machine()
    versions = ", ".join(f"{name} {version}" for name, version in told["versions"].items())
    print(f"{told['cores']} cores {told['cpu']}, {told['gib']} GiB, Python {told['python']}")
    print(f"{versions}\n")
    if not folder():
        print("MINQING_REAL_DATA names no folder: invented networks instead of real ones\n")
    failed = [name for name in given.names or names() if not run(name, given)]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
