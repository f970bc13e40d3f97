"""
What a page says about plans: how good and how proved, each site and why, what differs.

    PublishedPlan ──▶ dict of texts, numbers and tables ──JSON──▶ panel of the page
"""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.coverage.reasons import NAMES
from gis.plans.plan import GOAL_NAMES, KIND_NAMES, MEASURE_NAMES
from gis.plans.words import amount, proof_line
from gis.privacy import PublishedPlan
from gis.siting.choice import STATUS_NAMES
from gis.tables import LIST_SEPARATOR
from maps.curve import curve_points, draw_curve
from maps.naming import Names
from maps.texts import limit_words, number, percent, suppressed, when_line
from maps.words import UNITS, Both, both

_PLAN: Both = ("方案", "Plan")
_KEPT: Both = ("（数值已隐藏）", " (figure suppressed)")


def plan_model(plan: PublishedPlan, place: int, plans: int, k: int, names: Names) -> dict[str, Any]:
    """Return the panel's part for one plan."""
    points = curve_points(plan)
    return {
        "title": _title(plan, place, plans, names),
        "headline": (_shares(plan), _shares(plan)),
        "shares": [plan.share_after, plan.share_before],
        "count": _count(plan, k),
        "proof": _proof(plan),
        "status": plan.status,
        "goal": None if plan.question["goal"] == "coverage" else GOAL_NAMES[plan.question["goal"]],
        "when": when_line(plan.when, plan.calendar),
        "no_hours": plan.when is None,
        "measure": MEASURE_NAMES[plan.measure],
        "weighed": plan.measure in ("weight", "sites"),
        "sites": [
            _site(plan, place, row, names) for place, row in enumerate(plan.sites.itertuples(), 1)
        ],
        "gates": [str(row.compound) for row in plan.opened_gates.itertuples()],
        "closed": list(plan.closed),
        "unreached": _unreached(plan, k),
        "points": points,
        "curve": draw_curve(points),
        "notes": list(plan.notes),
    }


def _title(plan: PublishedPlan, place: int, plans: int, names: Names) -> Both:
    number_of = "一二三四五六七八九"[place : place + 1] or str(place + 1)
    lead = (f"{_PLAN[0]}{number_of}：", f"{_PLAN[1]} {place + 1}: ") if plans > 1 else ("", "")
    count = len(plan.sites)
    zh_services, en_services = _services(plan.question["services"], names)
    zh_limit, en_limit = limit_words(plan.question["limit"])
    return (
        f"{lead[0]}{zh_services}新增 {count} 处（{zh_limit}）",
        f"{lead[1]}{count} new for {en_services} ({en_limit})",
    )


def _services(codes: Sequence[str], names: Names) -> Both:
    pairs = [both(names.services, code) for code in codes]
    return "、".join(zh for zh, _ in pairs), ", ".join(en for _, en in pairs)


def _shares(plan: PublishedPlan) -> str:
    return f"{percent(plan.share_before)} → {percent(plan.share_after)}"


def _count(plan: PublishedPlan, k: int) -> Both:
    texts = []
    hidden, units = suppressed(k), both(UNITS, plan.weight)
    for place, unit in enumerate(units):
        total, before, after = (
            number(value, hidden[place])
            for value in (plan.total, plan.covered_before, plan.covered_after)
        )
        zh = f"{total} {unit}中，在服务圈内的由 {before} 增至 {after}"
        texts.append((zh, f"inside: {before} → {after} of {total} {unit}")[place])
    return texts[0], texts[1]


def _proof(plan: PublishedPlan) -> Both:
    if plan.objective is None or plan.bound is None:
        zh, en = STATUS_NAMES[plan.status]
        return zh + _KEPT[0], en.capitalize() + _KEPT[1]
    goal = plan.question["goal"]
    return proof_line(plan.status, plan.measure, plan.objective, plan.bound, plan.gap, goal=goal)


def _site(plan: PublishedPlan, place: int, row: Any, names: Names) -> dict[str, Any]:
    runner = str(row.runner_up) if not pd.isna(row.runner_up) and row.runner_up else None
    return {
        "number": place,
        "id": str(row.Index),
        "name": str(row.name) if not pd.isna(row.name) and row.name else str(row.Index),
        "kind": both(KIND_NAMES, str(row.kind)),
        "source": None if pd.isna(row.source) else str(row.source),
        "services": _services(str(row.services).split(LIST_SEPARATOR), names),
        "cost": _figure(row.cost),
        "gain": _figure(row.gain),
        "serves": _figure(row.serves),
        "only": _figure(row.only),
        "lost": _figure(row.lost),
        "runner_up": None if runner is None else _name_of(plan, runner),
        "runner_up_gain": _figure(row.runner_up_gain),
        "rounded": str(row.rounded).split(LIST_SEPARATOR),
    }


def _name_of(plan: PublishedPlan, candidate: str) -> str:
    if candidate not in plan.candidates.index:
        return candidate
    name = plan.candidates["name"][candidate]
    return candidate if pd.isna(name) or not name else str(name)


def _figure(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _unreached(plan: PublishedPlan, k: int) -> dict[str, Any] | None:
    told = plan.unreached
    if told["weight"] == 0:
        return None
    hidden, units = suppressed(k), both(UNITS, plan.weight)
    zh, en = (number(told["weight"], hidden[place]) for place in (0, 1))
    return {
        "text": (
            f"{zh} {units[0]}，任何候选点和现有站点都够不着",
            f"{en} {units[1]} are out of reach of every candidate and station",
        ),
        "reasons": [
            {"code": code, "name": both(NAMES, code), "count": _figure_or_none(count)}
            for code, count in told["reasons"].items()
            if count is None or count > 0
        ],
    }


def _figure_or_none(value: float | None) -> float | None:
    return None if value is None else round(value)


def differences(
    plans: Sequence[PublishedPlan], grids: gpd.GeoDataFrame | None, k: int
) -> dict[str, Any] | None:
    """Return a table of what differs between plans, a column a plan; None for a single one."""
    if len(plans) < 2:
        return None
    hidden = suppressed(k)
    heads = [("", ""), *(_short(place) for place in range(len(plans)))]
    rows: list[list[Both]] = [
        [("新增处数", "new sites"), *(_same(str(len(plan.sites))) for plan in plans)],
        [("覆盖率", "share covered"), *(_same(percent(plan.share_after)) for plan in plans)],
        [
            ("圈内", "inside"),
            *(
                (number(p.covered_after, hidden[0]), number(p.covered_after, hidden[1]))
                for p in plans
            ),
        ],
        [("费用合计", "cost together"), *(_same(_costs(plan)) for plan in plans)],
        [("证明", "proof"), *(STATUS_NAMES[plan.status] for plan in plans)],
    ]
    chosen = [set(map(str, plan.sites.index)) for plan in plans]
    for name in dict.fromkeys(str(site) for plan in plans for site in plan.sites.index):
        mine = [name in one for one in chosen]
        if not all(mine):
            title = next(_name_of(plan, name) for plan in plans if name in plan.candidates.index)
            rows.append([_same(title), *(_same("✓" if yes else "–") for yes in mine)])
    return {"heads": heads, "rows": [*rows, *_grids(plans, grids, hidden)]}


def _short(place: int) -> Both:
    number_of = "一二三四五六七八九"[place : place + 1] or str(place + 1)
    return f"{_PLAN[0]}{number_of}", f"{_PLAN[1]} {place + 1}"


def _same(text: str) -> Both:
    return text, text


def _costs(plan: PublishedPlan) -> str:
    cost = plan.sites["cost"]
    return amount(float(cost.sum())) if len(cost) and cost.notna().all() else "–"


def _grids(
    plans: Sequence[PublishedPlan], grids: gpd.GeoDataFrame | None, hidden: Both
) -> list[list[Both]]:
    """Compare the shares of grids in the first service; those alike in all plans are left out."""
    if grids is None:
        return []
    tables = [plan.after[0].by["grid"]["share"] for plan in plans]
    rows = []
    for grid, name in grids["name"].items():
        shares = [table.get(grid, pd.NA) for table in tables]
        texts = [hidden if pd.isna(share) else _same(percent(float(share))) for share in shares]
        if len(set(texts)) > 1:
            rows.append([_same(str(name)), *texts])
    return rows
