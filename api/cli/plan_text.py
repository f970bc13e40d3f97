"""
A plan in words: what was asked, how good it is and what is proved, the sites, who is left out.

    Plan ─▶ headline, sites in order of contribution, gates, left out by grid, out of reach ─▶ text
"""

from typing import Any

from api.cli.show import aligned, cell, frame_text
from api.cli.summary import unit
from api.cli.words import Words

_HEAD = Words(
    "{place} · {services} · 按{unit}计 · {limit} {profile}",
    "{place} · {services} · counting {unit} · {limit} {profile}",
)
_COVER = Words(
    "新增 {count} 处：圈内 {before} → {after} / {total}，{share_before} → {share_after}",
    "{count} new: inside {before} → {after} of {total}, {share_before} → {share_after}",
)
_GOAL = Words("目标: {goal}", "goal: {goal}")
_COST = Words("费用合计 {cost}", "cost together {cost}")
_SECONDS = Words("求解 {seconds} 秒", "solved in {seconds} s")
_CLOSED = Words("可关闭的站点: {names}", "stations to close: {names}")
_GATES = Words("要开放的出入口：", "gates to open:")
_NO_SITES = Words("没有一处能再增加什么", "no site would add anything")
_LEFT = Words("仍在圈外（按网格，最多的在前）：", "still left out, by grid, most first:")
_LEFT_OF = Words("{service}，仍在圈外：", "{service}, still left out:")
_NOBODY_LEFT = Words("没有人仍在圈外", "nobody is still left out")
_UNREACHED = Words(
    "任何候选点和现有站点都够不着 {weight}（{units}{unit}）：{reasons}",
    "out of reach of every candidate and station: {weight} ({units} {unit}): {reasons}",
)
_UNIT = {"household": Words(" 户", "households"), "building": Words(" 栋楼", "buildings")}
_SITE_COLUMNS = {
    "number": Words("序", "#"),
    "id": Words("编号", "id"),
    "name": Words("名称", "name"),
    "kind": Words("来处", "kind"),
    "cost": Words("费用", "cost"),
    "gain": Words("增加", "gain"),
    "serves": Words("服务到", "serves"),
    "only": Words("唯一可及", "only it serves"),
    "lost": Words("缺它则失", "lost without it"),
    "runner_up": Words("次选", "runner-up"),
}
_LEFT_COLUMNS = (
    Words("网格", "grid"),
    Words("名称", "name"),
    Words("圈外", "left out"),
    Words("合计", "total"),
)
_READ = Words(
    "增加：按此顺序各处新添的；唯一可及：别处都够不着的；缺它则失：去掉这一处少掉的；"
    "次选：最能顶替它的候选点，及其能补回的部分",
    "gain: what each adds in this order; only it serves: whom no other site reaches; lost without "
    "it: what is missing if it is left out; runner-up: the candidate that makes good most of that",
)
_MOST_GRIDS = 8


def plan_text(plan: Any, lang: str) -> str:
    """Write the whole plan for people."""
    blocks = [_headline(plan, lang), _sites(plan, lang), _gates(plan, lang), _left_out(plan, lang)]
    blocks += [_unreached(plan, lang), "\n".join(f"· {each}" for each in plan.asking.notes(lang))]
    return "\n\n".join(block for block in blocks if block)


def _headline(plan: Any, lang: str) -> str:
    from gis.plans.plan import GOAL_NAMES
    from gis.plans.words import proof_line

    asked = plan.before.question.asked[0]
    names = [each.question.asked[0].requirement.name(lang) for each in plan.coverages_before]
    head = _HEAD.of(lang).format(
        place=plan.before.district.name,
        services=("、" if lang == "zh" else ", ").join(names),
        unit=unit(plan.weight, lang),
        limit=asked.requirement.limit,
        profile=asked.profile.id,
    )
    covered = _COVER.of(lang).format(
        count=plan.count,
        before=cell(round(plan.covered_before)),
        after=cell(round(plan.covered_after)),
        total=cell(round(plan.total)),
        share_before=cell(plan.share_before, "share"),
        share_after=cell(plan.share_after, "share"),
    )
    proof = proof_line(
        plan.status, plan.measure, plan.objective, plan.bound, plan.gap, goal=plan.goal
    )
    lines = [head, covered, proof[lang == "en"]]
    if plan.goal != "coverage":
        lines.insert(1, _GOAL.of(lang).format(goal=GOAL_NAMES[plan.goal][lang == "en"]))
    if plan.sites["cost"].notna().all() and len(plan.sites):
        lines.append(_COST.of(lang).format(cost=cell(float(plan.sites["cost"].sum()))))
    if plan.closed:
        lines.append(_CLOSED.of(lang).format(names=", ".join(plan.closed)))
    lines.append(_SECONDS.of(lang).format(seconds=f"{plan.seconds:.1f}"))
    return "\n".join(lines)


def _sites(plan: Any, lang: str) -> str:
    if not len(plan.sites):
        return _NO_SITES.of(lang)
    from gis.plans.plan import KIND_NAMES

    rows = [
        [
            str(place),
            str(row.Index),
            cell(row.name),
            KIND_NAMES[row.kind][lang == "en"],
            cell(row.cost),
            *(cell(getattr(row, name)) for name in ("gain", "serves", "only", "lost")),
            f"{row.runner_up}（{cell(row.runner_up_gain)}）" if row.runner_up else cell(None),
        ]
        for place, row in enumerate(plan.sites.itertuples(), 1)
    ]
    titles = [words.of(lang) for words in _SITE_COLUMNS.values()]
    return f"{aligned(titles, rows)}\n{_READ.of(lang)}"


def _gates(plan: Any, lang: str) -> str:
    if not len(plan.opened_gates):
        return ""
    table = plan.opened_gates.reset_index()[["id", "compound", "lon", "lat", "lost"]]
    return f"{_GATES.of(lang)}\n{frame_text(table, lang)}"


def _left_out(plan: Any, lang: str) -> str:
    """Say who is still left out, by grid, for each service asked for."""
    blocks = []
    for coverage in plan.coverages_after:
        service = coverage.question.asked[0].requirement.name(lang)
        several = len(plan.coverages_after) > 1
        title = _LEFT_OF.of(lang).format(service=service) if several else _LEFT.of(lang)
        grids = coverage.summary("grid")
        left = (grids["total"] - grids["covered"]).sort_values(ascending=False, kind="stable")
        left = left[left > 0].head(_MOST_GRIDS)
        if not len(left):
            blocks.append(_NOBODY_LEFT.of(lang))
            continue
        rows = [
            [
                cell(str(name)),
                cell(grids["name"][name]),
                cell(float(left[name])),
                cell(float(grids["total"][name])),
            ]
            for name in left.index
        ]
        blocks.append(f"{title}\n{aligned([words.of(lang) for words in _LEFT_COLUMNS], rows)}")
    return "\n\n".join(blocks)


def _unreached(plan: Any, lang: str) -> str:
    table = plan.unreached
    if not len(table):
        return ""
    from gis.coverage.reasons import NAMES

    sums = table["weight"].groupby(table["reason"].astype(str)).sum()
    sums = sums.sort_values(ascending=False, kind="stable")
    reasons = [f"{NAMES[each][lang == 'en']} {cell(round(sums[each]))}" for each in sums.index]
    return _UNREACHED.of(lang).format(
        weight=cell(round(float(table["weight"].sum()))),
        units=cell(len(table.index.unique())),
        unit=_UNIT[plan.unit].of(lang),
        reasons=("，" if lang == "zh" else ", ").join(reasons),
    )
