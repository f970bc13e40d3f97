"""
What a plan says in plain words: how good it is, and what is proved of that.

    status, measure, objective, bound, gap  --proof_line-->  (中文, English)
"""

import math

from gis.plans.plan import MEASURE_NAMES
from gis.siting.choice import BEST_FOUND, OPTIMAL, STATUS_NAMES

Both = tuple[str, str]
LEAST = ("sites", "weight_minutes", "weight_metres", "minutes", "metres")
"""Measures of which less is better; of a weight covered more is."""

_TWICE = ("双重覆盖量", "weight covered twice")


def amount(value: float) -> str:
    """Write an objective: whole numbers without decimals, others with one; a dash for none."""
    if not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value - round(value)) < 0.05 else f"{value:,.1f}"


def gap_words(gap: float) -> str:
    """Write a gap in percent, small ones with two decimals; a dash where none is known."""
    if not math.isfinite(gap):
        return "–"
    return f"{100 * gap:.2f} %" if gap < 0.01 else f"{100 * gap:.1f} %"


def proof_line(
    status: str, measure: str, objective: float, bound: float, gap: float, *, goal: str = "coverage"
) -> Both:
    """
    Say what is proved, as one would say it to a committee; ``goal`` tells what a weight counts.

    >>> proof_line("proved optimal", "weight", 120.0, 120.0, 0.0)[1]
    'Proved optimal: weight covered 120; no other choice does better'
    """
    zh, en = STATUS_NAMES[status]
    twice = goal == "backup" and measure == "weight"
    name_zh, name_en = _TWICE if twice else MEASURE_NAMES[measure]
    least = measure in LEAST
    if status == OPTIMAL:
        return (
            f"{zh}：{name_zh} {amount(objective)}，没有更好的选法",
            f"{en.capitalize()}: {name_en} {amount(objective)}; no other choice does better",
        )
    if not math.isfinite(bound):
        return (
            f"{zh}：{name_zh} {amount(objective)}，还没有得出界限",
            f"{en.capitalize()}: {name_en} {amount(objective)}, no bound yet",
        )
    most_zh, most_en = ("不会少于", "at least") if least else ("不会超过", "at most")
    longer = status == BEST_FOUND
    told_zh = f"任何选法都{most_zh} {amount(bound)}，差距 {gap_words(gap)}"
    told_en = f"any choice has {most_en} {amount(bound)}, gap {gap_words(gap)}"
    told_zh += "；加长求解时间可缩小差距" if longer else ""
    told_en += "; a longer time limit narrows it" if longer else ""
    return (
        f"{zh}：{name_zh} {amount(objective)}；{told_zh}",
        f"{en.capitalize()}: {name_en} {amount(objective)}; {told_en}",
    )
