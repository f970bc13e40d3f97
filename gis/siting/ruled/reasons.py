"""
Why there is no plan: which rule stands in the way, and what would do.

Each rule is left out in turn; those without which a plan exists are named. Where none of them alone
is at fault, the message says so.
"""

import math

import numpy as np

from gis.siting.choice import NoPlan
from gis.siting.given import Ints
from gis.siting.highs import solve
from gis.siting.ruled.blocks import line
from gis.siting.ruled.model import Question, build, least
from gis.siting.ruled.terms import Flags
from gis.siting.watch import Watch

_NAMED = 5
_RULES = {
    "count": ("数目 count={count:.0f}", "count={count:.0f}"),
    "budget": ("预算 budget={budget:.10g}", "budget={budget:.10g}"),
    "apart": ("间距 apart", "apart"),
    "most_functions": ("一处功能数 most_functions={most:.0f}", "most_functions={most:.0f}"),
    "capacities": ("容量 capacities", "capacities"),
    "required": ("必选 required", "required"),
    "share": ("比例 share={share:.10g}", "share={share:.10g}"),
}


def no_plan(question: Question, watch: Watch) -> NoPlan:
    """Return the error for a question that has no plan; looks for reasons while time is left."""
    groups = _out_of_reach(question)
    if groups:
        return groups
    named = [name for name in _given(question) if _does(question, watch, name)]
    count = _least_count(question, watch) if "count" in named else None
    if named:
        chinese, english = _names(question, named)
        tail, also = ("；放宽其中任一条即有方案", "; relaxing any one of these is enough")
    else:
        chinese, english = _names(question, _given(question))
        tail = "；" + ("时间用尽，未查明原因" if watch.over else "只放宽其中一条不够，请放宽几条")
        also = "; " + (
            "no time was left to find out which"
            if watch.over
            else "relaxing one of these is not enough, relax several"
        )
    if count is not None:
        tail += f"；数目至少需要 {count}"
        also += f"; a count of at least {count} would do"
    return NoPlan(
        f"没有满足全部规则的方案：受限于 {chinese}{tail}",
        english=f"no plan keeps all rules: in the way are {english}{also}",
        least_count=count,
    )


def out_of_time(question: Question) -> NoPlan:
    """Return the error for a search that ended before any plan was found."""
    chinese, english = _names(question, _given(question))
    return NoPlan(
        f"时限内没有找到满足全部规则的方案（{chinese}）；并未证明没有，"
        "请放宽时限 time_limit 或规则",
        english=f"no plan that keeps all rules was found in time ({english}); that none exists is "
        "not proved: allow more time (time_limit) or relax the rules",
    )


def _names(question: Question, rules: list[str]) -> tuple[str, str]:
    """List rules in both languages; of many floors the first few, and how many more."""
    floors = [each for each in rules if each.startswith("floor:")]
    shown = [each for each in rules if each not in floors] + floors[:_NAMED]
    chinese = "、".join(_name(question, each)[0] for each in shown)
    english = ", ".join(_name(question, each)[1] for each in shown)
    more = len(floors) - _NAMED
    if more > 0:
        return f"{chinese} 等（另有 {more} 条底线）", f"{english} and {more} more floors"
    return chinese, english


def unreached_rows(rows: Ints) -> NoPlan:
    """Return the error for rows that no site that may stand can serve."""
    shown = ", ".join(str(each) for each in rows[:_NAMED]) + ("…" if len(rows) > _NAMED else "")
    return NoPlan(
        f"有 {len(rows)} 行需求任何可用站点都到不了：第 {shown} 行（从 0 数）；"
        "请增加候选、放宽时限，或用 share 只求一部分",
        english=f"{len(rows)} rows of demand are reached by no site that may stand: rows {shown} "
        "(from 0); add candidates, allow longer ways, or ask for a share",
        unreached=rows,
    )


def _given(question: Question) -> list[str]:
    terms = question.terms
    given = {
        "count": terms.count < math.inf,
        "budget": terms.budget < math.inf,
        "apart": len(terms.apart) > 0,
        "most_functions": terms.most < math.inf,
        "capacities": terms.capacities is not None,
        "required": len(terms.sites.required) > 0,
        "share": question.share > 0,
    }
    floors = [f"floor:{group.name}" for group in terms.groups if group.share > 0]
    return [name for name, there in given.items() if there] + floors


def _name(question: Question, rule: str) -> tuple[str, str]:
    terms = question.terms
    if rule.startswith("floor:"):
        group = next(each for each in terms.groups if f"floor:{each.name}" == rule)
        share = f"{100 * group.share:.10g} %"
        return f"底线“{group.name}”{share}", f"the floor {group.name!r} of {share}"
    said = {
        "count": terms.count,
        "budget": terms.budget,
        "most": terms.most,
        "share": question.share,
    }
    chinese, english = _RULES[rule]
    return chinese.format(**said), english.format(**said)


def _does(question: Question, watch: Watch, rule: str) -> bool:
    """Tell whether a plan exists once a rule is left out."""
    if watch.over:
        return False
    model = build(question, frozenset({rule}))
    return solve(model.blocks.program(line(), maximise=False), watch).values is not None


def _least_count(question: Question, watch: Watch) -> int | None:
    model = build(question, frozenset({"count"}))
    found = solve(model.blocks.program(model.number, maximise=False), watch, gap=0.0)
    if found.values is None or found.objective - found.bound > 1 - 1e-6:
        return None
    return round(found.objective)


def _out_of_reach(question: Question) -> NoPlan | None:
    """Name the floors that all usable columns together do not reach."""
    terms, ground = question.terms, question.ground
    close = ground.row[ground.links.data <= terms.within]
    near = np.zeros(len(ground.weights), dtype=bool)
    near[close] = True
    lacking = []
    total = float(ground.weights.sum())
    if 0 < question.share < 1 and total > 0:
        reached = float(ground.weights @ near)
        if reached < question.share * total * (1 - 1e-9):
            lacking.append(("share", math.floor(1e4 * reached / total) / 100))
    for group in terms.groups:
        reached, total = float(group.weights @ near), float(group.weights.sum())
        asked = least(group.weights, group.share, whole=terms.capacities is None)
        if reached < asked - 1e-6 * min(1.0, asked):
            lacking.append((f"floor:{group.name}", math.floor(1e4 * reached / total) / 100))
    if not lacking:
        return None
    names = [(_name(question, rule), most) for rule, most in lacking]
    return NoPlan(
        "即使启用全部可用站点也达不到："
        + "、".join(f"{name[0]}（最多 {most:.4g} %）" for name, most in names[:_NAMED])
        + ("…" if len(names) > _NAMED else "")
        + "；请降低底线、增加候选或放宽时限",
        english="even all sites that may stand do not reach "
        + ", ".join(f"{name[1]} (at most {most:.4g} %)" for name, most in names[:_NAMED])
        + ("…" if len(names) > _NAMED else "")
        + "; lower the floor, add candidates or allow longer ways",
        unreached=np.flatnonzero(~near & _asked_for(question, [rule for rule, _ in lacking])),
    )


def _asked_for(question: Question, rules: list[str]) -> Flags:
    weights = [each.weights for each in question.terms.groups if f"floor:{each.name}" in rules]
    if "share" in rules:
        weights.append(question.ground.weights)
    return np.any([each > 0 for each in weights], axis=0)
