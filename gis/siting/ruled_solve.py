"""
From a question to its answer: a greedy start, HiGHS, and the recount of what was chosen.

    Question, Goal  --best_plan-->  Found  --told-->  Choice
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gis.errors import ResultError
from gis.siting.choice import Choice, settled
from gis.siting.highs import Solved, solve
from gis.siting.ruled_blocks import Line
from gis.siting.ruled_cuts import tighten
from gis.siting.ruled_greedy import greedy
from gis.siting.ruled_model import Model, Question, build
from gis.siting.ruled_order import contributions
from gis.siting.ruled_reasons import no_plan, out_of_time
from gis.siting.ruled_recount import Verdict, judge
from gis.siting.ruled_terms import Flags, Terms
from gis.siting.watch import Watch

_SAME = 1e-6
"""Relative difference between HiGHS and the recount that is rounding, and no more."""


@dataclass(frozen=True, eq=False)
class Goal:
    """
    What is best: as an expression of the programme, and as the recount has it.

    ``whole`` tells that every plan's value is a whole number; no value is farther from 0 than
    ``most`` (inf: not known, values are 0 or more).
    """

    expression: Callable[[Model], Line]
    score: Callable[[Terms, Flags, Verdict], float]
    maximise: bool
    whole: bool
    most: float = math.inf

    def better(self, one: float, other: float) -> bool:
        """Tell whether a score is better than another, by more than rounding."""
        slack = 1e-9 * max(1.0, abs(other))
        return one > other + slack if self.maximise else one < other - slack


@dataclass(frozen=True, eq=False)
class Found:
    """A plan: open columns (m), its recount, its score, and the proven bound."""

    opened: Flags
    verdict: Verdict
    score: float
    bound: float


def best_plan(question: Question, goal: Goal, watch: Watch, *, start: Flags | None = None) -> Found:
    """
    Find the best plan under all rules.

    Raises
    ------
    NoPlan
        There is none, or none was found in time.
    ResultError
        HiGHS and the recount disagree: never a plan without its proof.
    """
    first = (
        start if start is not None else greedy(question, watch, lambda o: _worth(question, goal, o))
    )
    model = build(question)
    tighten(model, goal.expression(model), watch, maximise=goal.maximise)
    program = model.blocks.program(goal.expression(model), maximise=goal.maximise)
    offered = None
    known = math.nan if first is None else _weigh(question, goal, first, math.nan).score
    if first is not None:
        offered = np.full(len(program.cost), np.nan)
        offered[model.sites] = first
    solved = solve(program, watch, start=offered, gap=_gap(goal, watch, known))
    if solved.state == "infeasible":
        raise no_plan(question, watch)
    plans = [_weigh(question, goal, each, solved.bound) for each in (first,) if each is not None]
    if solved.values is not None:
        plans.append(_checked(question, goal, solved, solved.values[model.sites] > 0.5))
    if not plans:
        raise out_of_time(question)
    best = plans[0] if len(plans) == 1 or goal.better(plans[0].score, plans[1].score) else plans[1]
    return _tidy(question, goal, best)


def _gap(goal: Goal, watch: Watch, known: float) -> float:
    """Return the relative gap to stop at: of whole numbers, less than one away is proof."""
    if not goal.whole:
        return watch.gap
    most = goal.most if goal.most < math.inf else known
    away = 0.98 - min(1e-6 * most, 0.5)  # what floating point may hide in large numbers left out
    return max(watch.gap, away / max(1.0, most)) if most < math.inf else watch.gap


def _worth(question: Question, goal: Goal, opened: Flags) -> float | None:
    verdict = judge(question, opened)
    score = goal.score(question.terms, opened, verdict)
    if verdict.misses or not math.isfinite(score):
        return None
    return score if goal.maximise else -score


def _weigh(question: Question, goal: Goal, opened: Flags, bound: float) -> Found:
    verdict = judge(question, opened)
    return Found(opened, verdict, goal.score(question.terms, opened, verdict), bound)


def _checked(question: Question, goal: Goal, solved: Solved, opened: Flags) -> Found:
    """Recount a plan; what HiGHS promised has to be there."""
    found = _weigh(question, goal, opened, solved.bound)
    short = (solved.objective - found.score) * (1 if goal.maximise else -1)
    beyond = (found.score - solved.bound) * (1 if goal.maximise else -1)
    slack = _SAME * max(1.0, abs(solved.objective))
    kept = question.terms.allows(opened) and not found.verdict.misses
    if not kept or short > slack or beyond > slack:
        raise ResultError(
            f"复核不一致：求解器得 {solved.objective:.10g}，按所选站点重算得 {found.score:.10g}"
            f"（{'、'.join(found.verdict.misses) or '规则'}）；请报告此例",
            english=f"the recount differs: the solver promised {solved.objective:.10g}, the chosen "
            f"sites give {found.score:.10g} ({', '.join(found.verdict.misses) or 'rules'}); "
            "please report this case",
        )
    return found


def _tidy(question: Question, goal: Goal, found: Found) -> Found:
    """Close nothing and open nothing that makes no difference."""
    terms, best = question.terms, found
    extra = np.flatnonzero(best.opened & ~terms.standing)[::-1]
    for column in (*terms.sites.may_close, *np.setdiff1d(extra, terms.sites.required)[::-1]):
        opened = best.opened.copy()
        if opened[column] == terms.standing[column]:
            continue
        opened[column] = terms.standing[column]
        if not terms.allows(opened):
            continue
        other = _weigh(question, goal, opened, found.bound)
        if not other.verdict.misses and not goal.better(best.score, other.score):
            best = other
    return best


def told(question: Question, goal: Goal, found: Found, watch: Watch) -> Choice:
    """Return a plan as a ``Choice``: in order of contribution, with bound and status."""
    terms = question.terms
    sites, gains = contributions(question, found.opened)
    edge = max(found.bound, found.score) if goal.maximise else min(found.bound, found.score)
    bound, gap, status = settled(found.score, edge, watch, whole=goal.whole)
    before = _before(question, goal)
    return Choice(
        sites=sites,
        objective=found.score,
        bound=bound,
        gap=gap,
        status=status,
        seconds=watch.seconds,
        gains=gains,
        before=before,
        served=found.verdict.served,
        existing=terms.sites.existing,
        closed=np.flatnonzero(terms.standing & ~found.opened),
    )


def _before(question: Question, goal: Goal) -> float:
    verdict = judge(question, question.terms.standing)
    score = goal.score(question.terms, question.terms.standing, verdict)
    missing = question.share > 0 and bool(verdict.misses)
    return math.nan if missing or not math.isfinite(score) else score
