"""
The tables of ``docs/speed.md`` from a file of results, so that no figure is typed by hand.

    python benchmarks/table.py results.jsonl                       prints them
    python benchmarks/table.py results.jsonl --page docs/speed.md  puts them into the page

Of each benchmark the last full run in the file counts. In the page a table stands between
``<!-- search -->`` and ``<!-- /search -->``; ``<!-- areas "Service areas" -->`` puts a heading over
it. What is between the marks of benchmarks that are not in the file stays as it is.
"""

import argparse
import json
import re
from pathlib import Path

from results import how_quiet, tables, written

PLACE = re.compile(r'(<!-- (\w+)(?: "([^"]+)")? -->\n).*?(<!-- /\2 -->)', re.DOTALL)


def read_runs(text, *, quick=False):
    """Return the last run of each benchmark and its rows, as ``{name: (run, rows)}``."""
    runs, current = {}, []
    for line in filter(None, text.splitlines()):
        told = json.loads(line)
        if "run" in told:
            current = []
            if quick or not told["quick"]:
                runs[told["run"]] = told, current
        else:
            current.append(told)
    return runs


def section(run, rows):
    """Write one benchmark in Markdown: its tables, then machine, versions and command."""
    parts = []
    for title, table in tables(rows).items():
        head, texts = written(table)
        lines = [head, ["---"] * len(head), *texts]
        parts += [f"**{title}**\n", *("| " + " | ".join(line) + " |" for line in lines), ""]
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    cpu = f" ({run['cpu']})" if run["cpu"] else ""
    told = (
        f"{how_quiet(run['others'])} {run['cores']} cores{cpu}, {run['gib']} GiB,"
        f" {run['began'][:10]}, Python {run['python']}; {versions}."
    )
    return "\n".join([*parts, told, f"Command: `{run['command']}`"])


def filled(page, runs):
    """Return the page with the tables of these runs in their places."""

    def place(found):
        begin, name, title, end = found.groups()
        heading = f"## {title}\n\n" if title else ""
        return f"{begin}\n{heading}{section(*runs[name])}\n\n{end}" if name in runs else found[0]

    return PLACE.sub(place, page)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path)
    parser.add_argument("--page", type=Path)
    parser.add_argument("--quick", action="store_true", help="count smoke runs too")
    given = parser.parse_args()
    runs = read_runs(given.results.read_text(encoding="utf-8"), quick=given.quick)
    if given.page:
        given.page.write_text(filled(given.page.read_text(encoding="utf-8"), runs), "utf-8")
    else:
        for name, (run, rows) in runs.items():
            print(f"## {name}\n\n{section(run, rows)}\n")


if __name__ == "__main__":
    main()
