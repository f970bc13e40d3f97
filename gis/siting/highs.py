"""
Linear and whole-number programmes, solved by HiGHS (Huangfu & Hall 2018, "Parallelizing the dual
revised simplex method", Mathematical Programming Computation 10, 119-142).

    Program  --relax-->  Relaxed (values, duals)     --solve-->  Solved (values, objective, bound)

One thread and a fixed seed: the same programme has the same answer. The solver runs in a thread of
its own, so that Ctrl-C and the time limit are heeded while it works.
"""

import atexit
import math
import threading
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gis.siting.watch import PROVED, Watch

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LOOK_SECONDS = 0.05
_STATUS = highspy.HighsModelStatus
_ENDED = {
    _STATUS.kOptimal: "optimal",
    _STATUS.kModelEmpty: "optimal",
    _STATUS.kInfeasible: "infeasible",
    _STATUS.kUnboundedOrInfeasible: "infeasible",
}


@dataclass(frozen=True, eq=False)
class Program:
    """
    Minimise (or maximise) ``cost @ x + offset`` with ``row_lower <= matrix @ x <= row_upper``.

    ``matrix`` is r x c, sparse; ``lower <= x <= upper``; ``whole`` flags (c) tell which x are whole
    numbers. ±inf stands for no bound.
    """

    cost: Floats
    matrix: Any
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    whole: Flags
    maximise: bool = False
    offset: float = 0.0


@dataclass(frozen=True, eq=False)
class Solved:
    """
    The best values found (None: none), their objective, and the proven bound on any.

    ``state`` is ``optimal`` (to the asked gap), ``infeasible`` or ``stopped``. Objective is NaN without values, the bound ±inf where nothing is known.
    """

    values: Floats | None
    objective: float
    bound: float
    state: str


@dataclass(frozen=True, eq=False)
class Relaxed:
    """
    The programme without whole numbers: values (c), reduced costs (c), duals of rows (r).

    Signs as HiGHS gives them: the objective grows by ``reduced`` a unit of x, by ``duals`` a unit
    of a row's bound. ``state`` as in ``Solved``; arrays are empty unless it is ``optimal``.
    """

    values: Floats
    objective: float
    reduced: Floats
    duals: Floats
    state: str


def solve(
    program: Program,
    watch: Watch,
    *,
    start: Floats | None = None,
    gap: float | None = None,
) -> Solved:
    """
    Solve with whole numbers.

    Parameters
    ----------
    start
        Values (c) known to fulfil everything; NaN where the solver shall fill in. What is known
        to be worse is not looked at; HiGHS's own cutoff (``objective_bound``) is not used, since it
        calls worse values optimal.
    gap
        Relative gap to stop at; by default that of ``watch``.
    """
    solver = _solver(program, watch)
    solver.setOptionValue("mip_rel_gap", max(watch.gap if gap is None else gap, PROVED / 10))
    solver.setOptionValue("mip_abs_gap", 0.0)
    if start is not None:
        _offer(solver, start)
    _run(solver, watch)
    return _solved(solver, program)


def relax(program: Program, watch: Watch, *, simplex: bool = True) -> Relaxed:
    """Solve without whole numbers, by the dual simplex or by interior points with crossover."""
    solver = _solver(program, watch, whole=False)
    solver.setOptionValue("solver", "simplex" if simplex else "ipm")
    _run(solver, watch)
    state = _ENDED.get(solver.getModelStatus(), "stopped")
    nothing = np.empty(0)
    if state != "optimal":
        return Relaxed(nothing, math.nan, nothing, nothing, state)
    solution = solver.getSolution()
    return Relaxed(
        np.array(solution.col_value),
        float(solver.getInfo().objective_function_value),
        np.array(solution.col_dual),
        np.array(solution.row_dual),
        state,
    )


def _solver(program: Program, watch: Watch, *, whole: bool = True) -> Any:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    if watch.left < math.inf:
        solver.setOptionValue("time_limit", watch.left)
    solver.passModel(_model(program, whole=whole))
    return solver


def _model(program: Program, *, whole: bool) -> Any:
    columns = sparse.csc_array(program.matrix)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(program.cost), len(program.row_lower)
    model.col_cost_ = np.asarray(program.cost, dtype=np.float64)
    model.col_lower_, model.col_upper_ = _bounds(program.lower), _bounds(program.upper)
    model.row_lower_, model.row_upper_ = _bounds(program.row_lower), _bounds(program.row_upper)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = columns.indptr
    model.a_matrix_.index_ = columns.indices
    model.a_matrix_.value_ = np.asarray(columns.data, dtype=np.float64)
    model.offset_ = program.offset
    model.sense_ = highspy.ObjSense.kMaximize if program.maximise else highspy.ObjSense.kMinimize
    if whole and program.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[flag] for flag in program.whole.astype(int).tolist()]
    return model


def _bounds(values: Floats) -> Floats:
    return np.clip(np.asarray(values, dtype=np.float64), -highspy.kHighsInf, highspy.kHighsInf)


def _offer(solver: Any, start: Floats) -> None:
    """Give known values; those that are NaN are left to the solver."""
    known = np.flatnonzero(~np.isnan(start))
    if len(known) == len(start):
        solution = highspy.HighsSolution()
        solution.col_value = np.asarray(start, dtype=np.float64)
        solver.setSolution(solution)
    else:
        solver.setSolution(len(known), known.astype(np.int32), start[known])


def _run(solver: Any, watch: Watch) -> None:
    """Run in a thread; HiGHS asks often whether to go on, and is answered then."""

    def look(event: Any) -> None:
        told = event.data_out
        if watch.stopped:
            event.interrupt()
        watch.tell(_known(told.mip_primal_bound), _known(told.mip_dual_bound))

    def stop(event: Any) -> None:
        if watch.stopped:
            event.interrupt()

    solver.cbMipInterrupt.subscribe(look)
    solver.cbSimplexInterrupt.subscribe(stop)
    solver.cbIpmInterrupt.subscribe(stop)
    thread = threading.Thread(target=solver.run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_LOOK_SECONDS)


def _known(value: float) -> float:
    return value if abs(value) < highspy.kHighsInf else math.nan


def _solved(solver: Any, program: Program) -> Solved:
    state = _ENDED.get(solver.getModelStatus(), "stopped")
    info = solver.getInfo()
    worst = -math.inf if program.maximise else math.inf
    if state == "infeasible":
        return Solved(None, math.nan, worst, state)
    valid = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(solver.getSolution().col_value) if valid else None
    objective = float(info.objective_function_value) if valid else math.nan
    if state == "optimal" and not program.whole.any():
        bound = objective
    else:
        bound = float(info.mip_dual_bound)
    if abs(bound) >= highspy.kHighsInf:
        bound = -worst
    return Solved(values, objective, bound, state)
