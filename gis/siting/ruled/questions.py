"""
Location models with side constraints, on matrices: each answer with its proof and a recount.

    reach or cost (n x m), weights (n), Rules  --max_coverage, set_cover, p_median-->  Choice

One mixed-integer programme holds every rule (``model``), so that rules combine freely. What a
combination cannot mean is refused by name. The plain models without rules have faster ways of
their own; these here agree with them.

Sources: Church & ReVelle (1974); Toregas et al. (1971), Operations Research 19, 1363-1373; Hakimi
(1964), Operations Research 12, 450-459; for the rules see ``rules``.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gis.siting.choice import STATUSES, Choice, NoPlan, whole_numbers
from gis.siting.given import (
    Floats,
    Ints,
    fault,
    read_cost,
    read_limits,
    read_reach,
    read_share,
    read_weights,
)
from gis.siting.ruled.blocks import line
from gis.siting.ruled.ground import lay_ground, merge
from gis.siting.ruled.model import COVER, MEDIAN, SPLIT, Question
from gis.siting.ruled.reading import read_terms
from gis.siting.ruled.reasons import unreached_rows
from gis.siting.ruled.solve import Found, Goal, best_plan, told
from gis.siting.ruled.terms import Terms
from gis.siting.rules import Rules
from gis.siting.watch import Tell, Watch

Positions = Sequence[int] | Ints


def max_coverage(  # noqa: PLR0913 - the interface of all location models
    reach: Any,
    weights: Any,
    count: int | None = None,
    *,
    rules: Rules,
    existing: Positions = (),
    required: Positions = (),
    forbidden: Positions = (),
    time_limit: float | None = None,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Choice:
    """
    Cover as much weight as possible under rules.

    ``count`` (places) or ``rules.budget`` has to be given, or both. With capacities the objective
    is the weight served, with backup (1 - backup) x covered once + backup x covered twice. The
    other parameters, ties and errors are those of ``gis.siting.max_coverage``.

    Raises
    ------
    InputError
        A rule does not fit, or means nothing here (``cheapest``, ``within``, ``way_costs``, backup
        with capacities).
    NoPlan
        The rules cannot be kept together: the message names which stand in the way.
    """
    _some_limit(count, rules)
    _refuse(rules, ("cheapest", "within", "way_costs"), "max_coverage")
    links = read_reach(reach)
    demand = read_weights(weights, links.shape[0])
    limit, near = read_limits(time_limit, gap)
    terms = read_terms(
        rules, links.shape, count, existing=existing, required=required, forbidden=forbidden
    )
    with Watch(limit, near, progress) as watch:
        question = _question(_zeros(links), demand, terms, twice=terms.backup > 0)
        goal = _most_weight(question)
        return told(question, goal, _plan(question, goal, watch), watch)


def set_cover(  # noqa: PLR0913 - the interface of all location models
    reach: Any,
    weights: Any = None,
    *,
    rules: Rules,
    share: float = 1.0,
    existing: Positions = (),
    required: Positions = (),
    forbidden: Positions = (),
    time_limit: float | None = None,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Choice:
    """
    Cover a share of the weight with the least number of places (``cheapest``: least money).

    A share of 1 means every row, whatever it weighs. With ``backup`` the most weight covered twice
    is looked for among the plans of that number; ``Choice.second`` holds it and its bound. With
    ``may_close`` the objective is new places less those emptied. The other parameters, ties and
    errors are those of ``gis.siting.set_cover``.

    Raises
    ------
    InputError
        A rule does not fit, or means nothing here (``within``, ``way_costs``, backup with
        capacities).
    NoPlan
        Rows that nobody reaches, or rules that cannot be kept together.
    """
    _refuse(rules, ("within", "way_costs"), "set_cover")
    links = read_reach(reach)
    part = read_share(share)
    demand = np.ones(links.shape[0]) if weights is None else read_weights(weights, links.shape[0])
    limit, near = read_limits(time_limit, gap)
    terms = read_terms(
        rules, links.shape, None, existing=existing, required=required, forbidden=forbidden
    )
    with Watch(limit, near, progress) as watch:
        question = _question(_zeros(links), demand, terms, share=part)
        goal = _least_money(terms) if terms.cheapest else _least_number(terms)
        if part == 1.0 and np.any(question.excused):
            error = unreached_rows(np.flatnonzero(question.excused))
            error.best = _nearest(question, goal, watch)
            raise error
        found = _plan(question, goal, watch)
        first = told(question, goal, found, watch)
        if terms.backup == 0 or watch.over:
            return first
        return _covered_twice(question, found, first, watch)


def p_median(  # noqa: PLR0913 - the interface of all location models
    cost: Any,
    weights: Any,
    count: int | None = None,
    *,
    rules: Rules,
    existing: Positions = (),
    required: Positions = (),
    forbidden: Positions = (),
    time_limit: float | None = None,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Choice:
    """
    Serve everybody at the least sum of weight x cost under rules.

    Rows without weight, of their own or a floor's, need not be served.

    ``count`` or ``rules.budget`` has to be given, or both. With capacities weight goes where there
    is room, so that not everybody is served by the nearest; ``served`` then names the site that
    serves most of a row. Floors look at rows served at a cost of at most ``rules.within``. The
    other parameters, ties and errors are those of ``gis.siting.p_median``.

    Raises
    ------
    InputError
        A rule does not fit, or means nothing here (``cheapest``, ``backup``; floors without
        ``within``; ways without ``way_costs``).
    NoPlan
        Rows that nobody can serve, or rules that cannot be kept together.
    """
    _some_limit(count, rules)
    _refuse(rules, ("cheapest", "backup"), "p_median")
    _require(rules)
    links = read_cost(cost)
    demand = read_weights(weights, links.shape[0])
    limit, near = read_limits(time_limit, gap)
    terms = read_terms(
        rules, links.shape, count, existing=existing, required=required, forbidden=forbidden
    )
    with Watch(limit, near, progress) as watch:
        question = _question(links, demand, terms, share=1.0, median=True)
        lost = (question.merged.of < 0) & ~np.asarray(question.excused)
        if lost.any():
            raise unreached_rows(np.flatnonzero(lost))
        goal = _least_cost(question)
        return told(question, goal, _plan(question, goal, watch), watch)


def _some_limit(count: int | None, rules: Rules) -> None:
    if count is None and rules.budget is None:
        raise fault(
            "count",
            "没有给出，也没有预算",
            "is not given, nor is a budget",
            "请给出 count，或 rules 的 budget",
            "give count, or a budget in rules",
        )


def _refuse(rules: Rules, names: tuple[str, ...], model: str) -> None:
    """Refuse rules that mean nothing in a model."""
    for name in names:
        value, unset = getattr(rules, name), getattr(Rules, name)
        if value is not None and (unset is None or value != unset):
            raise fault(
                name,
                f"在 {model} 中没有意义",
                f"means nothing in {model}",
                f"请去掉 {name}",
                f"leave {name} out",
            )
    if rules.capacities is not None and rules.backup != 0:
        raise fault(
            "backup, capacities",
            "不能同时使用：容量分摊时没有“覆盖两次”",
            "cannot be combined: weight shared out under capacities is not covered twice",
            "请去掉其中之一",
            "leave one of them out",
        )


def _require(rules: Rules) -> None:
    if len(rules.floors) and rules.within is None:
        raise fault(
            "floors",
            "在 p_median 中需要 within：所有行都被服务，须说明多远以内算覆盖",
            "need within in p_median: every row is served, so say up to which cost it "
            "counts as covered",
            "请给出 within",
            "give within",
        )
    if rules.ways is not None and rules.way_costs is None:
        raise fault(
            "ways",
            "在 p_median 中需要 way_costs",
            "need way_costs in p_median",
            "请给出每条的花费",
            "give the cost of each",
        )


def _zeros(links: Any) -> Any:
    """Return a matrix of the same places with costs of 0."""
    same = links.copy()
    same.data = np.zeros(links.nnz)
    return same


def _question(
    links: Any,
    weights: Floats,
    terms: Terms,
    *,
    share: float = 0.0,
    median: bool = False,
    twice: bool = False,
) -> Question:
    """
    Lay the ground of a question.

    Excused are rows that nobody reaches; in medians those without weight, of their own or a
    floor's, which then cost nothing wherever they go.
    """
    ground = lay_ground(links, weights, terms)
    ground = ground.only(ground.working(terms.usable))
    excused = np.diff(ground.links.indptr) == 0
    if median:
        excused = (weights == 0) & ~np.any([each.weights > 0 for each in terms.groups], axis=0)
    split = _split(terms)
    kind = MEDIAN if median else SPLIT if split else COVER
    merged = merge(ground, terms, split=split, without=excused)
    return Question(terms, ground, merged, kind, share, twice, terms.backup > 0.5, excused)


def _plan(question: Question, goal: Goal, watch: Watch) -> Found:
    """Return the best plan; where there is none, the error carries the nearest one."""
    try:
        return best_plan(question, goal, watch)
    except NoPlan as error:
        asks = question.share > 0 and question.kind != MEDIAN
        if question.terms.groups or asks:
            error.best = _nearest(question, goal, watch)
        raise


def _nearest(question: Question, goal: Goal, watch: Watch) -> Choice | None:
    """Return the best plan without floors, and with the most weight in place of a share."""
    asks = question.share > 0 and question.kind != MEDIAN
    terms = replace(question.terms, groups=(), backup=0.0 if asks else question.terms.backup)
    merged = merge(question.ground, terms, split=_split(terms), without=question.excused)
    less = replace(question, terms=terms, merged=merged, share=0.0 if asks else question.share)
    if asks:
        goal = _most_weight(less)
    try:
        return None if watch.over else told(less, goal, best_plan(less, goal, watch), watch)
    except NoPlan:
        return None


def _split(terms: Terms) -> bool:
    return terms.capacities is not None


def _most_weight(question: Question) -> Goal:
    backup = question.terms.backup
    weights = question.ground.weights
    return Goal(
        lambda model: line(
            (model.covered.at, (1 - backup) * model.covered.by),
            (model.twice.at, backup * model.twice.by),
        ),
        lambda _, __, verdict: (1 - backup) * verdict.covered + backup * verdict.twice,
        maximise=True,
        whole=question.kind == COVER and backup == 0 and whole_numbers(weights),
        edge=float(question.merged.ground.weights.sum()),
        most=float(weights.sum()),
    )


def _least_number(terms: Terms) -> Goal:
    return Goal(
        lambda model: model.number,
        lambda its, opened, _: float(its.number(opened)),
        maximise=False,
        whole=True,
        edge=-float(len(terms.freed)),
        most=float(terms.sites.size),
    )


def _least_money(terms: Terms) -> Goal:
    prices = np.r_[terms.costs, terms.house_costs]
    return Goal(
        lambda model: model.money,
        lambda its, opened, _: its.money(opened),
        maximise=False,
        whole=whole_numbers(prices),
        edge=-float(terms.costs[terms.sites.may_close].sum()),
        most=float(prices.sum()),
    )


def _least_cost(question: Question) -> Goal:
    ground = question.ground
    each = ground.weights[ground.row] * ground.links.data
    small = question.merged.ground
    prices = small.weights[small.row] * small.links.data
    return Goal(
        lambda model: model.cost,
        lambda _, __, verdict: np.inf if "share" in verdict.misses else verdict.cost,
        maximise=False,
        whole=question.terms.capacities is None and whole_numbers(each),
        edge=float(np.minimum.reduceat(prices, small.links.indptr[:-1]).sum())
        if len(prices)
        else 0.0,
    )


def _covered_twice(question: Question, found: Found, first: Choice, watch: Watch) -> Choice:
    """Among plans of the number (or money) found, look for the most weight covered twice."""
    terms = question.terms
    if terms.cheapest:
        within = replace(terms, budget=min(terms.budget, first.objective))
    else:
        within = replace(terms, count=first.objective)
    firm = question.share < 1.0  # where all rows are covered, w <= columns - 1 needs no integers
    again = replace(question, terms=within, twice=True, firm=firm)
    goal = Goal(
        lambda model: model.twice,
        lambda _, __, verdict: verdict.twice,
        maximise=True,
        whole=whole_numbers(question.ground.weights),
        edge=float(question.merged.ground.weights.sum()),
        most=float(question.ground.weights.sum()),
    )
    best = best_plan(again, goal, watch, start=found.opened)
    second = told(again, goal, best, watch)
    plain = told(question, _least_number(terms), replace(best, bound=first.bound), watch)
    return replace(
        second,
        objective=first.objective,
        bound=first.bound,
        gap=max(first.gap, second.gap),
        status=max(first.status, second.status, key=STATUSES.index),
        before=first.before,
        sites=plain.sites,
        gains=plain.gains,
        second=(second.objective, second.bound),
    )
