"""Benchmarks still run and tell what they should, on tiny inputs and without the peers."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks"
KEPT = FOLDER / "results.jsonl"


@pytest.fixture(scope="module", autouse=True)
def scripts():
    """Let the scripts find each other, as they do when they are run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        yield


def script(name):
    return runpy.run_path(str(FOLDER / f"{name}.py"), run_name=name)


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """Run a benchmark's smoke run, once; return what it told and its rows."""
    done = {}

    def run(name):
        if name not in done:
            results = tmp_path_factory.mktemp(name) / "results.jsonl"
            words = [FOLDER / f"{name}.py", "--quick", "--results", results]
            said = subprocess.run(
                [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
            )
            assert said.returncode == 0, said.stderr
            lines = results.read_text(encoding="utf-8").splitlines()
            done[name] = said.stdout, [json.loads(line) for line in lines]
        return done[name]

    return run


def rows(lines, title):
    return [line for line in lines if line.get("title", "").startswith(title)]


BENCHMARKS = sorted(
    each.stem
    for each in FOLDER.glob("*.py")
    if each.stem not in {"run", "networks", "engines", "results", "table"}
)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmark_runs_and_tells_figures_with_the_machine(name, quick):
    said, (run, *found) = quick(name)
    assert run["run"] == name
    assert run["quick"]
    assert run["cores"] >= 1
    assert run["versions"]["numpy"] == np.__version__
    assert found
    for row in found:
        assert row["benchmark"] == name
        assert row["title"] in said
        assert "note" in row or any(isinstance(each, int | float) for each in row.values())


def test_benchmarks_run_together_are_those_there_are(quick):
    assert script("run")["names"]() == BENCHMARKS


def test_search_answers_are_those_of_the_peers(quick):
    _, found = quick("search")
    for question in ("nearest", "reach"):
        told = {row["engine"]: row for row in rows(found, question)}
        assert {"minqing", "scipy", "networkx", "pandana"} <= set(told)
        for peer in ("scipy", "networkx"):
            assert told[peer]["answers"] == "equal"
            assert told[peer]["ratio"] == pytest.approx(told[peer]["ms"] / told["minqing"]["ms"])
            assert told[peer]["peak_megabytes"] > told[peer]["more_megabytes"] >= 0
    assert rows(found, "nearest")[0]["answers"] == "owners right"
    assert rows(found, "reach")[0]["pairs"] > 20
    assert rows(found, "first call")


def test_growth_tells_seconds_and_memory_of_every_step(quick):
    _, found = quick("growth")
    (seconds,), (memory,) = rows(found, "everything grows: s"), rows(found, "everything grows: p")
    for step in ("build_network", "nearest", "reach", "cover"):
        assert seconds[f"{step}_s"] > 0
        assert memory[f"{step}_megabytes"] > 10
    assert seconds["households"] == 14_000
    assert [row["households"] for row in rows(found, "the ledger")] == [1_000]


def test_every_reader_of_maps_finds_the_invented_streets(quick):
    _, found = quick("load_osm")
    told = {row["engine"]: row for row in rows(found, "invented")}
    assert told["minqing-streets"]["edges"] == told["minqing"]["edges"] == 500
    assert told["osmnx"]["ratio"] > 0
    assert "pyrosm" in told  # measured, or said to be missing


def test_invented_and_tiled_networks_are_whole_and_always_the_same():
    networks = script("networks")
    small = networks["invented"](1_000)
    for make in (
        lambda: networks["invented"](1_000),
        lambda: networks["tiled"](small, 5_000),
        lambda: networks["tiled"](small, 300),
    ):
        one, two = make(), make()
        assert all((a == b).all() for a, b in zip(arrays(one), arrays(two), strict=True))
        matrix = coo_array((one.mm, (one.tail, one.head)), shape=(one.size, one.size))
        assert connected_components(matrix, directed=False)[0] == 1
        assert one.mm.min() >= 1
    assert networks["tiled"](small, 5_000).size == pytest.approx(5_000, rel=0.1)


def arrays(roads):
    return [getattr(roads, name) for name in ("tail", "head", "mm", "x", "y")]


@pytest.mark.real
def test_heidelberg_is_the_network_others_call_walking(real_data):
    roads = script("networks")["real"]("Heidelberg", data=real_data)
    # pyrosm 0.25, network_type="walking", nodes=True: the largest connected part
    assert roads.size == 163_813


def test_tables_show_the_last_full_run_and_nothing_typed(tmp_path):
    table = script("table")
    run = {"run": "search", "quick": False, "others": 0.0, "cores": 2, "gib": 24, "cpu": ""}
    run |= {"began": "2026-01-01T00:00:00", "python": "3.11.1", "versions": {"scipy": "1.17"}}
    run |= {"command": "python benchmarks/search.py"}
    row = {"benchmark": "search", "title": "nearest", "engine": "scipy", "ms": 21.25}
    lines = [
        run,
        row | {"ratio": 1.0, "needed": 1.8},
        run,
        row | {"ratio": 3.04, "needed": 1.8},
        run | {"quick": True},
        row | {"ratio": 0.1, "needed": 1.8},
    ]
    runs = table["read_runs"]("\n".join(json.dumps(line) for line in lines))
    page = 'before\n<!-- search "Nearest and reach" -->\nold\n<!-- /search -->\n<!-- other -->\nkept\n<!-- /other -->\n'
    filled = table["filled"](page, runs)
    assert "| scipy | 21.2 | 3.0× | ≥ 1.8: met |" in filled
    assert "old" not in filled
    assert "## Nearest and reach\n\n**nearest**" in filled
    assert "kept" in filled
    assert "quiet machine" in filled
    assert table["filled"](filled, runs) == filled


def test_speed_page_shows_the_figures_that_are_kept():
    table = script("table")
    page = (ROOT / "docs/speed.md").read_text(encoding="utf-8")
    assert table["filled"](page, table["read_runs"](KEPT.read_text(encoding="utf-8"))) == page
