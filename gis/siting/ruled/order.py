"""
In which order chosen columns contribute: each next one adds most to those before it.

    Question, opened (m)  --contributions-->  sites (in order), gains
"""

import math
from dataclasses import replace

import numpy as np

from gis.siting.choice import order_of_cover
from gis.siting.given import Floats, Ints
from gis.siting.ruled.ground import Merged
from gis.siting.ruled.model import COVER, MEDIAN, Question
from gis.siting.ruled.recount import Verdict, judge
from gis.siting.ruled.terms import Flags
from gis.siting.watch import Watch

Worth = tuple[float, float]


def contributions(
    question: Question, opened: Flags, verdict: Verdict, watch: Watch
) -> tuple[Ints, Floats]:
    """
    Order new columns by what each adds; ties go to the smaller position.

    Gains are weight covered (under backup: the objective), weight served, or cost saved; NaN for a
    median as long as not all are served. Floors are not looked at on the way. Cost: one recount a
    column and step, with capacities mostly one a step: when no time is left for that, columns come
    by the weight they serve in the plan (``verdict``), which then stands for the gain as well.
    """
    terms = question.terms
    chosen = np.flatnonzero(opened & ~terms.standing)
    stays = opened & terms.standing
    if question.kind == COVER and not len(terms.ways) and not question.twice:
        reach = question.ground.links[:, : terms.sites.size]
        return order_of_cover(reach, question.ground.weights, chosen, np.flatnonzero(stays))
    if terms.capacities is not None and watch.over:
        order = chosen[np.argsort(-verdict.loads[chosen], kind="stable")]
        median = question.kind == MEDIAN
        return order, np.full(len(order), math.nan) if median else verdict.loads[order]
    return _one_by_one(_plain(question), chosen.tolist(), stays.copy())


def _plain(question: Question) -> Question:
    """Return the question about merged rows, where nothing has to be covered."""
    ground = question.merged.ground
    rows = len(ground.weights)
    terms = replace(question.terms, groups=())
    merged = Merged(ground, np.zeros((rows, 0)), np.arange(rows))
    return replace(question, terms=terms, ground=ground, merged=merged, share=0.0)


def _one_by_one(question: Question, left: list[int], now: Flags) -> tuple[Ints, Floats]:
    # without actions and backup a column never adds more later than earlier, so that what
    # promised too little before need not be counted again
    lazy = not len(question.terms.ways) and not question.twice
    promise = dict.fromkeys(left, (math.inf, math.inf))
    value, whole = _worth(question, now), float(question.ground.weights.sum())
    order: list[int] = []
    gains: list[float] = []
    while left:
        best, most = -1, (-math.inf, -math.inf)
        for site in sorted(left, key=lambda each: (-promise[each][0], -promise[each][1], each)):
            if lazy and best >= 0 and promise[site] < most:
                break
            promise[site] = _added(question, now, site, value)
            if promise[site] > most or (promise[site] == most and site < best):
                best, most = site, promise[site]
        left.remove(best)
        now[best] = True
        order.append(best)
        gains.append(_gain(question, value, most, whole))
        value = _worth(question, now)
    return np.array(order, dtype=np.int64), np.array(gains, dtype=np.float64)


def _worth(question: Question, opened: Flags) -> Worth:
    verdict = judge(question, opened)
    if question.kind == MEDIAN:
        return verdict.covered, -verdict.cost
    backup = question.terms.backup if question.twice else 0.0
    return (1 - backup) * verdict.covered + backup * verdict.twice, 0.0


def _added(question: Question, now: Flags, site: int, value: Worth) -> Worth:
    now[site] = True
    there = _worth(question, now)
    now[site] = False
    return there[0] - value[0], there[1] - value[1]


def _gain(question: Question, value: Worth, added: Worth, whole: float) -> float:
    if question.kind != MEDIAN:
        return added[0]
    return added[1] if value[0] >= whole * (1 - 1e-9) and whole > 0 else math.nan
