"""
How fast the two questions over a network are answered: minqing, scipy, networkx, pandana.

    python benchmarks/search.py [--networks Heidelberg …] [--rounds 7] [--quick]

*nearest*: every node's nearest of S random stations within 1,200 m. *reach*: all nodes within
1,200 m of each of K random origins. All engines are asked in turn, round after round, so that they
share whatever the machine is doing; the median counts. Preparation (building the engine's graph)
is listed apart, and so is the first call of a process: with nothing compiled, and with compiled
code lying there. Peak memory is that of a process which does nothing else. "More" is the part of
it beyond libraries and the arrays of the network.

Answers are compared: distances as whole millimetres, owners with the first of the stations at the
least distance. networkx answers *reach* for 100 of the origins; its time is scaled up.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import networks
import numpy as np
from engines import ENGINES, MINQING, MINQING_2, PANDANA, SCIPY
from results import arguments, forget_peak, measuring, peak_megabytes
from scipy.sparse.csgraph import dijkstra

LIMIT = 1_200_000  # mm
NEEDED = {
    "nearest": {"scipy": 1.8, "networkx": 30},
    "reach": {"scipy": 10, "pandana": 25, "networkx": 40},
}
"""Times ours that each peer should take: on Heidelberg, 500 stations, 1,000 and 10,000 origins."""
THE_NETWORK = "Heidelberg"


@dataclass(frozen=True, eq=False)
class Case:
    """One question on one network."""

    question: str
    roads: networks.Roads
    chosen: np.ndarray

    @property
    def title(self):
        what = "stations" if self.question == "nearest" else "origins"
        return f"{self.question}, {len(self.chosen):,} {what}, {self.roads}"

    def origins(self, engine):
        """Return what an engine is asked for: a part where it is slow."""
        return self.chosen[: engine.share] if self.question == "reach" else self.chosen

    def ask(self, engine, prepared):
        return getattr(engine, self.question)(prepared, self.origins(engine), LIMIT)

    def plain(self, engine, answer):
        return getattr(engine, f"plain_{self.question}")(answer, self.roads)

    def needed(self, engine):
        real = self.roads.name == THE_NETWORK and len(self.chosen) >= 500
        return NEEDED[self.question].get(engine.name) if real else None


def cases(roads, *, quick):
    """Return the questions asked of a network; the same stations and origins every time."""
    rng = np.random.default_rng(0)
    counts = (
        (("nearest", 5), ("reach", 20))
        if quick
        else (
            ("nearest", 50),
            ("nearest", 500),
            ("reach", 1_000),
            ("reach", 10_000),
        )
    )
    for question, count in counts:
        if count <= roads.size:
            yield Case(question, roads, rng.choice(roads.size, count, replace=False))


def clocked(work):
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def made_ready(engine, roads):
    """Return the seconds an engine needs to prepare, its imports and compilers aside, and that."""
    engine.prepare(networks.invented(100))
    return clocked(lambda: engine.prepare(roads))


def rounds(case, engines, prepared, count):
    """Ask every engine in turn; return the answers and the median seconds by engine."""
    answers = {one.name: case.ask(one, prepared[one.name][1]) for one in engines}  # and warm up
    seconds: dict[str, list[float]] = {one.name: [] for one in engines}
    for _ in range(count):
        for one in engines:
            took, _ = clocked(lambda one=one: case.ask(one, prepared[one.name][1]))
            seconds[one.name].append(took * len(case.chosen) / len(case.origins(one)))
    return answers, {name: statistics.median(each) for name, each in seconds.items()}


def agreement(case, engine, answer, ours):
    """Say whether an engine's answer equals ours, to the millimetre or to its own rounding."""
    theirs = case.plain(engine, answer)
    if case.question == "nearest":
        apart = int(((ours >= 0) != (theirs >= 0)).sum())
        both = (ours >= 0) & (theirs >= 0)
        worst = np.abs(ours[both] - theirs[both]).max(initial=0)
    else:
        origin, _, mm = ours
        part = origin < len(case.origins(engine))
        mine, other = (pairs[0] * case.roads.size + pairs[1] for pairs in (ours, theirs))
        mine, mm = mine[part], mm[part]
        _, here, there = np.intersect1d(mine, other, assume_unique=True, return_indices=True)
        apart = len(mine) + len(other) - 2 * len(here)
        worst = np.abs(mm[here] - theirs[2][there]).max(initial=0)
    if not apart and not worst:
        return "equal"
    word = "equal but for rounding" if worst <= engine.rounding else "DIFFERENT"
    return f"{word}: up to {worst} mm, {apart} more or fewer"


def owners_right(case, prepared, answer):
    """Tell whether every node's owner is the first of the stations at the least distance."""
    weight, owner = answer
    best = np.full(case.roads.size, np.inf)
    first = np.full(case.roads.size, -1)
    for start in range(0, len(case.chosen), 50):
        some = case.chosen[start : start + 50]
        rows = dijkstra(prepared[SCIPY.name][1], indices=some, limit=LIMIT)
        row = rows.argmin(axis=0)  # the first of equals
        least = rows[row, np.arange(len(row))]
        better = least < best
        best[better], first[better] = least[better], row[better] + start
    return bool((first == owner).all() and (best[first >= 0] == weight[first >= 0]).all())


def alone(case, engine, folder, *, warm=True, **environment):
    """Answer in a process of its own, warmed up on a tiny network; return what it took and held."""
    roads, chosen = folder / "roads.npz", folder / "chosen.npy"
    np.save(chosen, case.origins(engine))
    words = ["warm" if warm else "cold", engine.name, case.question, str(roads), str(chosen)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, "--alone", *words],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))


def answer_alone(state, name, question, roads, chosen):
    """Be that process."""
    engine = ENGINES[name]
    case = Case(question, networks.load(roads), np.load(chosen))
    if state == "warm":
        tiny = Case(question, networks.invented(100), np.arange(2))
        tiny.ask(engine, engine.prepare(tiny.roads))
    before = forget_peak()
    prepare, prepared = clocked(lambda: engine.prepare(case.roads))
    first, answer = clocked(lambda: case.ask(engine, prepared))
    peak = peak_megabytes()
    told = {"prepare": prepare, "first": first, "peak": peak, "more": peak - before}
    del answer
    told["second"], _ = clocked(lambda: case.ask(engine, prepared))
    print("\n" + json.dumps(told), flush=True)


def compare(case, engines, prepared, folder, sheet, count):
    """Measure one case and put its rows on the sheet."""
    answers, seconds = rounds(case, engines, prepared, count)
    ours = case.plain(MINQING, answers[MINQING.name])
    fastest = min(value for name, value in seconds.items() if name.startswith(MINQING.name))
    pairs = {"pairs": len(ours[0])} if case.question == "reach" else {}
    for one in engines:
        took = alone(case, one, folder)
        figures = {
            "engine": one.name,
            "threads": one.threads,
            "ms": seconds[one.name] * 1000,
            "prepare_ms": prepared[one.name][0] * 1000,
            "peak_megabytes": took["peak"],
            "more_megabytes": took["more"],
        }
        mine = one.name.startswith(MINQING.name)
        if not mine:
            figures["ratio"] = seconds[one.name] / seconds[MINQING.name]
            if case.question == "reach":
                figures["ratio_on_2_threads"] = seconds[one.name] / fastest
        if case.needed(one):
            figures["needed"] = case.needed(one)
        told = agreement(case, one, answers[one.name], ours)
        if one is MINQING and case.question == "nearest":
            right = owners_right(case, prepared, answers[one.name])
            told = "owners right" if right else "OWNERS WRONG"
        if one is MINQING and case.question == "reach":
            told = ""
        sheet.row(case.title, **figures, **(pairs if mine else {}), answers=told)


def first_calls(case, folder, sheet, *, quick):
    """Measure the first call of a process: nothing compiled, then with compiled code there."""
    there = "compiled code from an earlier process"
    with tempfile.TemporaryDirectory() as cache:
        for said in (there,) if quick else ("nothing compiled yet", there):
            where = {} if quick else {"NUMBA_CACHE_DIR": cache}
            took = alone(case, MINQING, folder, warm=False, **where)
            figures = {f"{part}_seconds": took[part] for part in ("prepare", "first", "second")}
            sheet.row(f"first call of a process, {case.roads}", state=said, **figures)


def the_networks(given):
    """Yield the networks asked for; without the real extracts an invented one."""
    if given.quick:
        yield networks.invented(2_000)
        return
    if not networks.folder():
        print("MINQING_REAL_DATA names no folder: an invented network instead of real ones")
        yield networks.invented(100_000)
        return
    for name in given.networks:
        if name == "tiled":
            yield networks.tiled(networks.real("Porto Alegre"), 330_000)
        else:
            yield networks.real(name)


def main():
    if sys.argv[1:2] == ["--alone"]:
        answer_alone(*sys.argv[2:])
        return
    parser = arguments(__doc__)
    known = [*networks.FILES, "tiled"]
    parser.add_argument("--networks", nargs="+", choices=known, default=known)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    engines = [one for one in ENGINES.values() if one.here]
    with tempfile.TemporaryDirectory() as name, measuring("search", given) as sheet:
        folder = Path(name)
        for roads in the_networks(given):
            roads.save(folder / "roads.npz")
            prepared = {one.name: made_ready(one, roads) for one in engines}
            for case in cases(roads, quick=given.quick):
                print(f"… {case.title}", flush=True)
                # two threads share out origins; nearest is one search
                asked = [one for one in engines if case.question == "reach" or one != MINQING_2]
                few = max(1, given.rounds // 2) if len(case.chosen) > 1_000 else given.rounds
                count = 1 if given.quick else few
                compare(case, asked, prepared, folder, sheet, count)
                if not PANDANA.here:
                    sheet.missing(case.title, PANDANA.name)
            first_calls(next(cases(roads, quick=given.quick)), folder, sheet, quick=given.quick)


if __name__ == "__main__":
    main()
