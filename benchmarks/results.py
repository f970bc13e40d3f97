"""
What a benchmark found: tables on the screen, and lines of JSON in a file for ``table.py``.

    with measuring("search", given) as sheet:
        sheet.row("nearest", engine="scipy", ms=21.2, ratio=2.0, needed=1.8)
        sheet.missing("nearest", "pandana")

A figure's name says how it is written: ``seconds``, ``ms``, ``megabytes``, ``ratio`` (the peer's
time over ours; ``ratio_on_2_threads``), ``needed`` (the ratio asked for); whole numbers, yes and
no, and texts as they are.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

PARTS = (
    *(
        "access",
        "folium",
        "highspy",
        "networkx",
        "numba",
        "numpy",
        "osmium",
        "osmnx",
        "pandana",
        "pandas",
    ),
    *("PuLP", "pyrosm", "pyvalhalla-weekly", "scipy", "shapely", "spopt"),
)
QUIET = 0.1
"""Cores that other programs may take before a run counts as measured on a busy machine."""
LAST = ("answers", "note")
"""Columns of words, to the right of the figures."""
MISSING = "missing: not installed here"


@dataclass(frozen=True)
class Sheet:
    """Rows by the title of their table, in the order they came."""

    rows: list[dict] = field(default_factory=list)

    def row(self, title, **figures):
        self.rows.append({"title": title, **figures})

    def missing(self, title, engine):
        self.row(title, engine=engine, note=MISSING)


def arguments(doc):
    """Return a parser with what all benchmarks take."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="tiny inputs, seconds: a smoke run")
    parser.add_argument("--results", type=Path, help="file to append lines of JSON to")
    return parser


@contextmanager
def measuring(benchmark, given) -> Iterator[Sheet]:
    """Give a sheet to fill in; at the end print its tables and write its lines."""
    sheet = Sheet()
    began, before = datetime.now(UTC), _cores_used()
    yield sheet
    other = _others(before, _cores_used())
    for title, rows in tables(sheet.rows).items():
        print(f"\n{benchmark}: {title}", *plain(rows), sep="\n", flush=True)
    print(f"\n{how_quiet(other)}\n")
    if given.results:
        run = {
            "run": benchmark,
            "began": began.isoformat(timespec="seconds"),
            "command": _command(sys.argv),
            "quick": given.quick,
            "others": round(other, 2),
            **machine(),
        }
        lines = [run, *({"benchmark": benchmark, **row} for row in sheet.rows)]
        given.results.parent.mkdir(parents=True, exist_ok=True)
        with given.results.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _command(words):
    """Return the command as it is given from the project's folder; files by their names alone."""
    script, *rest = words
    kept = [
        Path(word).name
        for before, word in zip(words, rest, strict=False)
        if "--results" not in (before, word)
    ]
    return " ".join(["python", f"benchmarks/{Path(script).name}", *kept])


def machine():
    """Return what a reader must know to compare: cores, memory, versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "gib": round(memory / 2**30),
        "cpu": _cpu(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PARTS if _version(name)},
    }


def _cpu():
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), "")


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def installed(name):
    """Tell whether a peer is there to be measured."""
    return importlib.util.find_spec(name) is not None


def peak_megabytes():
    """
    Return the most memory this process has held.

    Not ``ru_maxrss`` where the system tells better: a child's begins with what its parent held.
    """
    told = Path("/proc/self/status")
    for line in told.read_text("utf-8").splitlines() if told.exists() else ():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def forget_peak():
    """Let the peak begin anew, where the system can (Linux); return what is held now."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak_megabytes()


def _cores_used():
    """Return now, CPU seconds of ours and our children, and of the whole machine (or None)."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ours = sum(each.ru_utime + each.ru_stime for each in used)
    told = Path("/proc/stat")
    if not told.exists():
        return time.perf_counter(), ours, None
    # user, nice, system, idle, iowait, irq, softirq, steal
    ticks = [int(each) for each in told.read_text("utf-8").split("\n", 1)[0].split()[1:9]]
    busy = (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
    return time.perf_counter(), ours, busy


def _others(before, after):
    """Return how many cores other programs took meanwhile; nan where the system does not tell."""
    if before[2] is None:
        return float("nan")
    seconds, ours, all_of_it = (b - a for a, b in zip(before, after, strict=True))
    return max(0.0, (all_of_it - ours) / max(seconds, 1e-9))


def how_quiet(others):
    """Say in words whether the figures of a run can be trusted."""
    if others <= QUIET:
        return "Measured on a quiet machine."
    if others > QUIET:
        return f"Measured on a busy machine: other programs took {others:.1f} cores meanwhile."
    return "How busy the machine was is not known."


def tables(rows):
    """Return the rows by title, titles in the order they came."""
    found: dict[str, list[dict]] = {}
    for row in rows:
        found.setdefault(row["title"], []).append(
            {key: each for key, each in row.items() if key not in {"title", "benchmark"}}
        )
    return found


def written(rows):
    """Return headings and rows of texts, one column for each figure any of the rows has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    names.sort(key=lambda name: name in LAST)
    texts = [[_text(name, row.get(name), row) for name in names] for row in rows]
    return [_heading(name) for name in names], texts


def _heading(name):
    words = {"needed": "asked for", "ratio": "times ours", "megabytes": "MB"}
    return " ".join(words.get(word, word) for word in name.split("_"))


def _text(name, value, row):
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if name == "needed":
        best = max(each for key, each in row.items() if key.startswith("ratio"))
        return f"≥ {value:g}: {'met' if best >= value else 'NOT met'}"
    if "ratio" in name:
        return f"{value:,.1f}×"
    return _number(round(value) if value >= 10 and "megabytes" in name else value)


def _number(value):
    """Write a number with three digits at least; whole ones in full."""
    if isinstance(value, int) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def plain(rows):
    """Lay a table out in columns of equal width; yield its lines."""
    head, texts = written(rows)
    widths = [max(map(len, column)) for column in zip(head, *texts, strict=True)]
    for line in (head, *texts):
        first, *rest = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        yield "  ".join([first, *rest]).rstrip()
