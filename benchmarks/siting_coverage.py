"""
Maximal coverage, proved: minqing, spopt (PuLP with CBC and with HiGHS), and HiGHS alone.

    python benchmarks/siting_coverage.py [--seeds 3] [--limit 120] [--quick]
    python benchmarks/siting_coverage.py --sizes L --seeds 10 --limit 60

Demand and candidates are nodes of the walking network of Heidelberg chosen at random, weights whole
numbers from 1 to 100, a site reaches what is within 1,200 m on foot: S 1,000 x 200, 10 sites; M
10,000 x 1,000, 20; L 50,000 x 3,000, 30 (1.5 million pairs). One question for each seed; the median
counts. Every answer is a process of its own, warmed up on a tiny question, the engines in turn.

"HiGHS" is the sparse model written by hand for highspy, on all rows; "HiGHS, rows merged" on rows
with the same candidates made one. *build* is the time to state the model, *solve* the rest. spopt
and the model on all rows are asked S and M: on L neither is ready in a quarter of an hour. Who is
not ready at the limit (seconds) is ended and counted with the limit. Who proved an optimum has to
agree on its value.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import networks
import numpy as np
from results import arguments, forget_peak, installed, measuring, peak_megabytes
from scipy import sparse

REACH_MM = 1_200_000
SIZES = {"S": (1_000, 200, 10), "M": (10_000, 1_000, 20), "L": (50_000, 3_000, 30)}
QUICK = {"tiny": (300, 60, 5)}
_START_SECONDS = 30
"""What a process needs besides its answer: libraries, the tiny question, compiled code."""
TIMES_SPOPT, TIMES_HIGHS = 100, 1
"""Times ours that spopt on M, and HiGHS with rows merged on L, should take."""


@dataclass(frozen=True, eq=False)
class Question:
    reach: sparse.csr_array
    weights: np.ndarray
    count: int

    def save(self, path):
        reach = self.reach
        np.savez(
            path,
            indices=reach.indices,
            indptr=reach.indptr,
            shape=reach.shape,
            weights=self.weights,
            count=self.count,
        )


def load(path):
    with np.load(path) as kept:
        ones = np.ones(len(kept["indices"]), dtype=np.int8)
        reach = sparse.csr_array((ones, kept["indices"], kept["indptr"]), shape=kept["shape"])
        return Question(reach, kept["weights"], int(kept["count"]))


def ask(roads, graph, size, seed):
    """Choose demand, candidates and weights by a seed; search who reaches whom."""
    rows, sites, count = size
    rng = np.random.default_rng(seed)
    homes = rng.choice(roads.size, rows, replace=False)
    places = rng.choice(roads.size, sites, replace=False)
    weights = rng.integers(1, 100, rows, endpoint=True).astype(float)
    number = np.full(roads.size, -1)
    number[homes] = np.arange(rows)
    found = graph.reach(places, REACH_MM)
    row, site = number[found.node], np.repeat(np.arange(sites), np.diff(found.start))
    pairs = row[row >= 0], site[row >= 0]
    reach = sparse.csr_array((np.ones(len(pairs[0]), np.int8), pairs), shape=(rows, sites))
    return Question(reach, weights, count)


# --- the engines: a question -> seconds to build, value, bound ---------------------------------


def by_minqing(question, limit):
    from gis.siting import max_coverage  # noqa: PLC0415  peers run without it

    choice = max_coverage(question.reach, question.weights, question.count, time_limit=limit)
    return 0.0, choice.objective, choice.bound


def by_highs(question, limit):
    return _highs(question.reach, question.weights, question.count, limit)


def by_highs_merged(question, limit):
    began = time.perf_counter()
    reach = question.reach
    key = np.random.default_rng(0).integers(0, 2**61, reach.shape[1])
    _, first, group = np.unique(
        reach.astype(np.int64) @ key, return_index=True, return_inverse=True
    )
    reach, weights = sparse.csr_array(reach[first]), np.bincount(group, question.weights)
    merged = time.perf_counter() - began
    build, value, bound = _highs(reach, weights, question.count, limit)
    return merged + build, value, bound


def _highs(reach, weights, count, limit):
    import highspy  # noqa: PLC0415

    began = time.perf_counter()
    held = np.diff(reach.indptr) > 0
    reach, weights = sparse.csr_array(reach[held]), weights[held]
    rows, sites = reach.shape
    links = sparse.hstack([reach.astype(float), -sparse.eye_array(rows)])
    places = sparse.hstack([np.ones((1, sites)), sparse.csr_array((1, rows))])
    matrix = sparse.csc_array(sparse.vstack([links, places]))
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = np.r_[np.zeros(sites), weights]
    model.col_lower_, model.col_upper_ = np.zeros(rows + sites), np.ones(rows + sites)
    model.row_lower_ = np.r_[np.zeros(rows), -highspy.kHighsInf]
    model.row_upper_ = np.r_[np.full(rows, highspy.kHighsInf), count]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    model.sense_ = highspy.ObjSense.kMaximize
    whole, part = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [whole] * sites + [part] * rows
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("time_limit", float(limit))
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(model)
    build = time.perf_counter() - began
    solver.run()
    info = solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return build, info.objective_function_value if found else 0.0, info.mip_dual_bound


def by_spopt(solver):
    def run(question, limit):
        import pulp  # noqa: PLC0415
        from spopt.locate import MCLP  # noqa: PLC0415

        began = time.perf_counter()
        cost = 2.0 - question.reach.toarray()  # 1 where it reaches, 2 where not
        model = MCLP.from_cost_matrix(cost, question.weights, 1.0, question.count)
        build = time.perf_counter() - began
        options = {"msg": False, "timeLimit": limit}
        chosen = pulp.PULP_CBC_CMD(**options) if solver == "CBC" else pulp.HiGHS(**options)
        try:
            model.solve(chosen, results=False)
        except RuntimeError:  # nothing found in time
            return build, 0.0, np.inf
        value = float(model.problem.objective.value())
        return build, value, value  # PuLP tells no bound

    return run


@dataclass(frozen=True)
class Engine:
    name: str
    run: Callable
    needs: tuple = ()
    most: int = 10**9
    """Rows of demand beyond which it is not asked."""

    @property
    def here(self):
        return all(installed(name) for name in self.needs)


MINQING = Engine("minqing", by_minqing)
MERGED = Engine("HiGHS, rows merged", by_highs_merged, ("highspy",))
ENGINES = (
    MINQING,
    Engine("spopt + CBC", by_spopt("CBC"), ("spopt", "pulp"), 10_000),
    Engine("spopt + HiGHS", by_spopt("HiGHS"), ("spopt", "pulp", "highspy"), 10_000),
    Engine("HiGHS", by_highs, ("highspy",), 10_000),
    MERGED,
)


# --- one answer, in a process of its own --------------------------------------------------------


def alone(engine, path, limit):
    words = ["--alone", engine.name, str(path), str(limit)]
    command = [sys.executable, "-W", "ignore", __file__, *words]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=limit + _START_SECONDS
        )
    except subprocess.TimeoutExpired:  # a time limit of its own that was not kept
        late = {"seconds": limit, "build": 0.0, "value": 0.0, "bound": float("inf")}
        return late | {"peak": 0.0, "more": 0.0}
    return json.loads(done.stdout.strip().splitlines()[-1])


def answer_alone(name, path, limit):
    """Be that process."""
    engine = next(one for one in ENGINES if one.name == name)
    question, limit = load(path), float(limit)
    row = np.arange(300)
    near = sparse.csr_array(
        (np.ones(600, np.int8), (np.r_[row, row], np.r_[row // 4, row // 4 + 1]))
    )
    engine.run(Question(near, np.random.default_rng(0).random(300), 8), 20)
    before = forget_peak()
    began = time.perf_counter()
    build, value, bound = engine.run(question, limit)
    seconds = time.perf_counter() - began
    told = {"seconds": seconds, "build": build, "value": value, "bound": bound}
    told |= {"peak": peak_megabytes(), "more": peak_megabytes() - before}
    if engine is MINQING:
        for word, at in (("first", 0.0), ("second", 1.0)):
            began = time.perf_counter()
            told[f"{word}_value"] = engine.run(question, at)[1]
            told[f"{word}_seconds"] = time.perf_counter() - began
    print("\n" + json.dumps(told), flush=True)


def compare(title, questions, limit, sheet):
    """Ask every engine every question in turn; put a row for each engine on the sheet."""
    rows = questions[0][0].reach.shape[0]
    here = [one for one in ENGINES if one.here and rows <= one.most]
    told = {one.name: [] for one in here}
    for _, path in questions:
        for one in here:
            told[one.name].append(alone(one, path, limit))
            print(f"  {one.name}: {told[one.name][-1]}", flush=True)
    ours = told[MINQING.name]
    for one in here:
        sheet.row(title, **figures(one, told[one.name], ours, title, limit))
    for one in ENGINES:
        if not one.here and rows <= one.most:
            sheet.missing(title, one.name)
    best = [each["value"] for each in ours]
    pairs = list(zip(ours, best, strict=True))
    sheet.row(
        f"{title}: the first answers",
        first_seconds=statistics.median(each["first_seconds"] for each in ours),
        first_below_the_optimum_percent=max(off(each["first_value"], top) for each, top in pairs),
        in_a_second_below_the_optimum_percent=max(
            off(each["second_value"], top) for each, top in pairs
        ),
    )


def off(value, best):
    return 100 * (1 - value / best)


def figures(engine, told, ours, title, limit):
    """Return the row of an engine."""
    proved = [each["bound"] - each["value"] < 1 for each in told]
    took = {"seconds": statistics.median(each["seconds"] for each in told)}
    found = {
        "engine": engine.name,
        "build_seconds": statistics.median(each["build"] for each in told),
        **took,
        "slowest_seconds": max(each["seconds"] for each in told),
        "proved": f"{sum(proved)} of {len(told)}",
        "gap": max(min(each["bound"] / max(each["value"], 1) - 1, 1e9) for each in told),
        "more_megabytes": statistics.median(each["more"] for each in told),
    }
    if engine is MINQING:
        return found
    found["ratio"] = statistics.median(
        each["seconds"] / mine["seconds"] for each, mine in zip(told, ours, strict=True)
    )
    if title.startswith("M ") and engine.name.startswith("spopt"):
        found["needed"] = TIMES_SPOPT
    if title.startswith("L ") and engine is MERGED:
        found["needed"] = TIMES_HIGHS
    same = [
        abs(each["value"] - mine["value"]) < 0.5
        for each, mine, sure in zip(told, ours, proved, strict=True)
        if sure and each["seconds"] < limit
    ]
    assert all(same), f"{engine.name} proved another optimum: {told} {ours}"
    found["answers"] = "the same where proved" if same else "none in time"
    return found


def _name(given):
    """L takes so long that it is a run, and a section of results, of its own."""
    return "siting_coverage_large" if given.sizes == ["L"] else "siting_coverage"


def main():
    if sys.argv[1:2] == ["--alone"]:
        answer_alone(*sys.argv[2:])
        return
    parser = arguments(__doc__)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["S", "M"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=120.0)
    given = parser.parse_args()
    from gis.streets.graph import build_graph  # noqa: PLC0415  peers run without it

    real = networks.folder() and not given.quick
    roads = networks.real("Heidelberg") if real else networks.invented(2_000)
    if not real and not given.quick:
        print("MINQING_REAL_DATA names no folder: an invented network instead of a real one")
        roads = networks.invented(164_000)
    tail, head, mm = roads.both_ways()
    graph = build_graph(tail, head, mm, size=roads.size)
    sizes = QUICK if given.quick else {name: SIZES[name] for name in given.sizes}
    with tempfile.TemporaryDirectory() as name, measuring(_name(given), given) as sheet:
        for word, size in sizes.items():
            questions = []
            for seed in range(1 if given.quick else given.seeds):
                path = Path(name) / f"{word}{seed}.npz"
                question = ask(roads, graph, size, seed)
                question.save(path)
                questions.append((question, path))
            rows, sites, count = size
            pairs = statistics.median(question.reach.nnz for question, _ in questions)
            title = f"{word} ({rows:,} x {sites:,}, {count} sites; {pairs:,.0f} pairs)"
            print(f"… {title}", flush=True)
            compare(title, questions, given.limit, sheet)


if __name__ == "__main__":
    main()
