"""
p-median and p-center with proof: minqing against spopt (HiGHS, CBC) and plain HiGHS.

    python benchmarks/siting_median.py [--limit SECONDS]

Instances of OR-Library where MINQING_REAL_DATA names a folder with ``orlib`` (pmed1, pmed5, pmed8,
whose optima are known), and invented ones of the sizes of all forty (Beasley 1985): n nodes, n²/50
edges of length 1 to 100 drawn from the seed n, cost the shortest ways, every node demand and site.
Every engine is asked for the proved optimum with one thread, reading the matrix and building the
model included; peers get ``--limit`` seconds. Plain HiGHS gets the strong form, a variable a pair.
Memory is what a run added to what was held. A first, small question compiles before the clock runs.
"""

import os
import time
from functools import partial
from pathlib import Path

import highspy
import numpy as np
from results import arguments, forget_peak, installed, measuring, peak_megabytes
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path

from gis.siting import p_center, p_median

KNOWN = {"pmed1": 5819, "pmed5": 1355, "pmed8": 4445}
LIMIT = 120.0


def main():
    parser = arguments(__doc__)
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for each peer")
    given = parser.parse_args()
    with measuring("siting_median", given) as sheet:
        p_center(np.eye(9), 3, then_median=True)
        p_median(np.eye(9), np.ones(9), 3)
        for name, cost, count, known in compared(given.quick):
            compare(sheet, name, cost, count, known, given.limit)
        for size, count in sizes(quick=given.quick):
            alone(sheet, invented(size), count, given.quick)


def compared(quick):
    """Yield the instances that all engines get."""
    if quick:
        yield "invented, 30 nodes", invented(30), 4, None
        return
    folder = Path(os.environ.get("MINQING_REAL_DATA", "")) / "orlib"
    for name, known in KNOWN.items():
        if (folder / f"{name}.txt").exists():
            yield (name, *read(folder / f"{name}.txt"), known)
    yield "invented, 300 nodes", invented(300), 30, None


def sizes(*, quick):
    """Return nodes and sites of the forty, in their order."""
    if quick:
        return [(20, 2), (30, 10)]
    found = []
    for size in range(100, 1000, 100):
        counts = [5, 10, size // 10, size // 5, size // 3]
        found += [(size, each) for each in counts[: 5 if size <= 600 else 4 if size == 700 else 3]]
    return found


def read(path):
    """Return the costs and the number of sites; of an edge listed twice the last counts."""
    words = path.read_text("ascii").split()
    size, edges, count = map(int, words[:3])
    listed = np.array(words[3:], int).reshape(edges, 3).tolist()
    return ways(size, {(min(a, b) - 1, max(a, b) - 1): each for a, b, each in listed}), count


def invented(size):
    """Draw a connected network: a tree first, then any other edges."""
    rng = np.random.default_rng(size)
    order, length = rng.permutation(size).tolist(), {}
    for place in range(1, size):
        pair = sorted((order[place], order[rng.integers(place)]))
        length[tuple(pair)] = int(rng.integers(1, 101))
    while len(length) < size * size // 50:
        one, two = sorted(rng.integers(size, size=2).tolist())
        if one != two:
            length.setdefault((one, two), int(rng.integers(1, 101)))
    return ways(size, length)


def ways(size, length):
    ends = np.array(list(length)).T
    graph = coo_array((list(length.values()), ends), shape=(size, size)).tocsr()
    return shortest_path(graph, directed=False)


def compare(sheet, name, cost, count, known, limit):
    size = len(cost)
    title = f"p-median, {name}: {size} rows, {size} sites, {count} to choose"
    weights = np.ones(size)
    ours = measured(lambda: p_median(cost, weights, count))
    best = ours["found"].objective
    assert known is None or best == known
    told(sheet, title, "minqing", ours, best, None)
    engines = {"HiGHS, strong form": partial(plain, cost, count, limit)}
    if installed("spopt") and installed("pulp"):
        engines["spopt, HiGHS"] = partial(spopt, cost, count, limit, "HiGHS")
        engines["spopt, CBC"] = partial(spopt, cost, count, limit, "PULP_CBC_CMD")
    else:
        sheet.missing(title, "spopt")
    for engine, work in engines.items():
        told(sheet, title, engine, measured(work), best, ours["seconds"])


def measured(work):
    held, began = forget_peak(), time.perf_counter()
    found = work()
    seconds = time.perf_counter() - began
    return {"found": found, "seconds": seconds, "more_megabytes": max(0.0, peak_megabytes() - held)}


def told(sheet, title, engine, run, best, ours):
    """Write a row; an objective that is said to be the optimum has to be ours."""
    found, gap, proved = run["found"], None, None
    if engine == "minqing":
        found, gap, proved = found.objective, found.gap, found.status == "proved optimal"
    elif isinstance(found, tuple):
        found, gap = found
        proved = gap is not None and gap < 1e-6
    if found is None:
        answer = "none in time"
    else:
        answer = "the optimum" if abs(found - best) < 0.5 else f"WRONG, called best: {found:.0f}"
        if abs(found - best) >= 0.5 and not proved and gap:
            answer = f"not the optimum: {found:.0f}"
    assert not (proved and found is not None and abs(found - best) >= 0.5)
    ratio = {} if ours is None else {"ratio": run["seconds"] / ours}
    sheet.row(
        title,
        engine=engine,
        seconds=run["seconds"],
        **ratio,
        more_megabytes=run["more_megabytes"],
        gap="not told" if gap is None else f"{gap:.2%}",
        answers=answer,
    )


def plain(cost, count, limit):
    """The strong form by highspy: objective (None: none) and gap."""
    size = len(cost)
    pair = np.arange(size * size)
    rows = np.r_[pair // size, size + pair, size + pair, np.full(size, size + size * size)]
    columns = np.r_[size + pair, size + pair, pair % size, np.arange(size)]
    ones = np.ones(size * size)
    values = np.r_[ones, ones, -ones, np.ones(size)]
    matrix = coo_array((values, (rows, columns))).tocsc()
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = np.r_[np.zeros(size), cost.ravel()]
    model.col_lower_, model.col_upper_ = np.zeros(matrix.shape[1]), np.ones(matrix.shape[1])
    model.row_lower_ = np.r_[np.ones(size), np.full(size * size + 1, -highspy.kHighsInf)]
    model.row_upper_ = np.r_[np.ones(size), np.zeros(size * size), count]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    whole, free = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [whole] * size + [free] * (size * size)
    solver = highspy.Highs()
    solver.silent()
    for name, value in (("threads", 1), ("time_limit", limit), ("mip_rel_gap", 0.0)):
        solver.setOptionValue(name, value)
    solver.passModel(model)
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None, None
    return info.objective_function_value, info.mip_gap


def spopt(cost, count, limit, solver):
    """The objective spopt tells (None: none); it tells no gap."""
    import pulp  # noqa: PLC0415 - a peer, perhaps not installed
    from spopt.locate import PMedian  # noqa: PLC0415

    model = PMedian.from_cost_matrix(cost, np.ones(len(cost)), p_facilities=count)
    try:
        solved = model.solve(getattr(pulp, solver)(msg=False, timeLimit=limit, threads=1))
        return float(solved.problem.objective.value()), None
    except (RuntimeError, pulp.PulpError):
        return None, None


def alone(sheet, cost, count, quick):
    """One of the forty sizes: median, and center with the best median among centers."""
    weights = np.ones(len(cost))
    median = measured(lambda: p_median(cost, weights, count))
    assert cost[:, median["found"].sites].min(axis=1).sum() == median["found"].objective
    row = {"sites": count, "seconds": median["seconds"], "status": median["found"].status}
    row |= {"objective": int(median["found"].objective), "bound": int(median["found"].bound)}
    if quick:
        center = p_center(cost, count)
        assert cost[:, center.sites].min(axis=1).max() == center.objective
    title = "p-median, invented networks of the sizes of pmed1 to pmed40"
    sheet.row(title, nodes=len(cost), **row)


if __name__ == "__main__":
    main()
