"""
From a question to its answer: a greedy start, HiGHS, and the recount of what was chosen.

    Question, Goal  --best_plan-->  Found  --told-->  Choice
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gis.errors import ResultError
from gis.siting.choice import Choice, settled
from gis.siting.given import Floats, Ints
from gis.siting.highs import Program, Solved, solve
from gis.siting.ruled.blocks import Line
from gis.siting.ruled.cuts import tighten
from gis.siting.ruled.greedy import climb_along, greedy
from gis.siting.ruled.model import COVER, Model, Question, build
from gis.siting.ruled.order import contributions
from gis.siting.ruled.reasons import no_plan, out_of_time
from gis.siting.ruled.recount import Verdict, judge, serving
from gis.siting.ruled.terms import Flags, Terms
from gis.siting.watch import Watch

_SAME = 1e-6
"""Relative difference between HiGHS and the recount that is rounding, and no more."""


@dataclass(frozen=True, eq=False)
class Goal:
    """
    What is best: as an expression of the programme, and as the recount has it.

    ``whole`` tells that every plan's value is a whole number; no value is farther from 0 than
    ``most`` (inf: not known, values are 0 or more); ``edge`` is a bound known beforehand.
    """

    expression: Callable[[Model], Line]
    score: Callable[[Terms, Flags, Verdict], float]
    maximise: bool
    whole: bool
    edge: float
    most: float = math.inf

    def better(self, one: float, other: float) -> bool:
        """Tell whether a score is better than another, by more than rounding."""
        slack = 1e-9 * max(1.0, abs(other))
        return one > other + slack if self.maximise else one < other - slack

    def nearest(self, *bounds: float) -> float:
        """Return the tightest of some bounds; NaN is none."""
        known = [each for each in bounds if not math.isnan(each)]
        return min(known) if self.maximise else max(known)


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

    def worth(opened: Flags) -> float | None:
        return _worth(question, goal, opened)

    first = greedy(question, watch, worth) if start is None else start
    model = build(question)
    edge, relaxed = tighten(model, goal.expression(model), watch, maximise=goal.maximise)
    if relaxed is not None:
        guided = climb_along(question, relaxed, worth)
        first = max(
            (each for each in (first, guided) if each is not None),
            key=lambda each: worth(each) or 0.0,
            default=None,
        )
    program = model.blocks.program(goal.expression(model), maximise=goal.maximise)
    known = None if first is None else _weigh(question, goal, first, math.nan)
    solved = solve(
        program, watch, start=_offer(program, model, first), gap=_gap(goal, watch, known)
    )
    if solved.state == "infeasible":
        raise no_plan(question, watch)
    plans = [] if known is None else [known]
    if solved.values is not None:
        plans.append(_checked(question, goal, solved, solved.values[model.sites] > 0.5))
    if not plans:
        raise out_of_time(question)
    best = plans[0] if len(plans) == 1 or goal.better(plans[0].score, plans[1].score) else plans[1]
    bound = goal.nearest(solved.bound, edge, goal.edge)
    return _tidy(question, goal, replace(best, bound=bound), watch)


def _offer(program: Program, model: Model, opened: Flags | None) -> Floats | None:
    """Return a start for HiGHS that says which columns are open and leaves the rest to it."""
    if opened is None:
        return None
    offered = np.full(len(program.cost), np.nan)
    offered[model.sites] = opened
    return offered


def _gap(goal: Goal, watch: Watch, known: Found | None) -> float:
    """Return the relative gap to stop at: of whole numbers, less than one away is proof."""
    if not goal.whole:
        return watch.gap
    most = goal.most if known is None or goal.most < math.inf else known.score
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


def _tidy(question: Question, goal: Goal, found: Found, watch: Watch) -> Found:
    """Close nothing and open nothing that makes no difference; out of time, what serves nobody."""
    slow = question.terms.capacities is not None
    terms, best = question.terms, found
    extra = np.flatnonzero(best.opened & ~terms.standing)[::-1]
    for column in (*terms.sites.may_close, *np.setdiff1d(extra, terms.sites.required)[::-1]):
        opened = best.opened.copy()
        if opened[column] == terms.standing[column]:
            continue
        opened[column] = terms.standing[column]
        serves = found.verdict.loads[column] > 0 or not best.opened[column]
        if not terms.allows(opened) or (slow and watch.over and serves):
            continue
        other = _weigh(question, goal, opened, found.bound)
        if not other.verdict.misses and not goal.better(best.score, other.score):
            best = other
    return best


def told(question: Question, goal: Goal, found: Found, watch: Watch) -> Choice:
    """Return a plan as a ``Choice``: in order of contribution, with bound and status."""
    terms = question.terms
    sites, gains = contributions(question, found.opened, found.verdict, watch)
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
        served=_served(question, found, sites),
        existing=terms.sites.existing,
        closed=np.flatnonzero(terms.standing & ~found.opened),
    )


def _served(question: Question, found: Found, order: Ints) -> Ints:
    """Name who serves each row: where all are alike existing sites first, then in order."""
    if question.kind != COVER:
        return found.verdict.served
    rank = np.full(len(found.opened), -1, dtype=np.int64)
    rank[question.terms.sites.existing] = np.arange(len(question.terms.sites.existing))
    rank[order] = len(rank) + np.arange(len(order))
    return serving(question, found.opened, rank)


def _before(question: Question, goal: Goal) -> float:
    verdict = judge(question, question.terms.standing)
    score = goal.score(question.terms, question.terms.standing, verdict)
    missing = question.share > 0 and bool(verdict.misses)
    return math.nan if missing or not math.isfinite(score) else score
