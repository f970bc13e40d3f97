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
_PATIENCE_SECONDS = 0.25
_PARTING_SECONDS = 5.0
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

    ``state`` is ``optimal`` (to the asked gap), ``infeasible`` or ``stopped``. Objective is NaN
    without values, the bound ±inf where nothing is known.
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
    run = _Run(solver, watch)
    run.go()
    return _told(run, program) if run.left_alone else _solved(solver, program)


def relax(program: Program, watch: Watch, *, simplex: bool = True) -> Relaxed:
    """Solve without whole numbers, by the dual simplex or by interior points with crossover."""
    solver = _solver(program, watch, whole=False)
    solver.setOptionValue("solver", "simplex" if simplex else "ipm")
    run = _Run(solver, watch)
    run.go()
    state = "stopped" if run.left_alone else _state(solver)
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


class _Run:
    """
    One run of the solver, and the best it has told of so far.

    HiGHS looks at time and interruption between the steps of its search, not inside its first
    linear programme, which may take minutes. Who waits is not kept longer than a moment: the run is
    left to itself then, and ends at its next look.
    """

    def __init__(self, solver: Any, watch: Watch) -> None:
        self.solver, self.watch = solver, watch
        self.values: Floats | None = None
        self.objective, self.bound = math.nan, math.nan
        self.left_alone = False
        self.failed: BaseException | None = None
        solver.cbMipImprovingSolution.subscribe(self._improved)
        solver.cbMipInterrupt.subscribe(self._looked)
        solver.cbSimplexInterrupt.subscribe(self._stop)
        solver.cbIpmInterrupt.subscribe(self._stop)

    def go(self) -> None:
        """Run to the end, or until the watch is over and a moment has passed."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        patience = _PATIENCE_SECONDS
        while thread.is_alive() and patience > 0:
            thread.join(_LOOK_SECONDS)
            if self.watch.over or self.failed:
                patience -= _LOOK_SECONDS
        self.left_alone = thread.is_alive()
        if self.left_alone:
            # a thread that comes back to Python while Python ends would end it with a crash
            atexit.register(self._part, thread)
        if self.failed:
            raise self.failed

    def _run(self) -> None:
        self.solver.run()
        atexit.unregister(self._part)  # which would keep the programme in memory

    def _part(self, thread: threading.Thread) -> None:
        """Give a run left alone a moment to end with the process; then it calls nobody any more."""
        thread.join(_PARTING_SECONDS)
        self.solver.disableCallbacks()

    def _improved(self, event: Any) -> None:
        if not self.left_alone:
            self.values = np.array(event.data_out.mip_solution)
            self.objective = float(event.data_out.objective_function_value)

    def _looked(self, event: Any) -> None:
        self.bound = _known(event.data_out.mip_dual_bound)
        self._stop(event)
        if self.left_alone or self.failed:
            return
        try:
            self.watch.tell(_known(event.data_out.mip_primal_bound), self.bound)
        except BaseException as error:  # noqa: BLE001 - the caller's own, raised where it waits
            self.failed = error
            event.interrupt()

    def _stop(self, event: Any) -> None:
        if self.watch.over or self.left_alone or self.failed:
            event.interrupt()


def _known(value: float) -> float:
    return value if abs(value) < highspy.kHighsInf else math.nan


def _state(solver: Any) -> str:
    return _ENDED.get(solver.getModelStatus(), "stopped")


def _told(run: _Run, program: Program) -> Solved:
    """Tell what a run left to itself had told of."""
    bound = run.bound
    if math.isnan(bound):
        bound = math.inf if program.maximise else -math.inf
    return Solved(run.values, run.objective, bound, "stopped")


def _solved(solver: Any, program: Program) -> Solved:
    state = _state(solver)
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
