"""
A coverage in words: what was asked, how many are inside, the reasons, the groups.

    Coverage ─▶ headline, requirements, reasons by requirement, groups ─▶ text
"""

from typing import Any

from api.cli.show import aligned, cell, frame_text
from api.cli.words import Words

UNITS = {
    "households": Words("户", "households"),
    "people": Words("人", "people"),
    "elders_60": Words("60岁及以上老人", "people aged 60 and over"),
    "children_0_12": Words("0–12岁儿童", "children aged 0–12"),
    "residential_area": Words("住宅建筑面积（平方米）", "m² of dwelling floor"),
}
_HEAD = Words("{place} · {asked} · 按{unit}计", "{place} · {asked} · counting {unit}")
_SHARE = Words("圈内 {covered} / {total}，{share}", "inside: {covered} of {total}, {share}")
_RANGE = Words(
    "，出入口不明的小区若不对外开放为 {low}，若开放为 {high}",
    " ({low} if compounds with unknown gates are closed to outsiders, {high} if open)",
)
_NO_LEDGER = Words(
    "没有住户台账，以楼栋代替，按层数×占地面积加权",
    "no household ledger: buildings stand in, weighted by floors × footprint",
)
_BY_BUILDING = Words("没有住户台账，按楼栋计", "no household ledger: counted by building")
_NO_HOURS = Words("未计时段", "opening hours not considered")
_AT = Words("时段: {when}", "at {when}")
_SEVERITIES = {
    "error": Words("错误", "error"),
    "doubt": Words("存疑", "doubt"),
    "note": Words("提示", "note"),
}
_NOTHING_FOUND = Words("没有发现问题", "nothing doubtful found")
_FIGURES = Words(
    "路网 {nodes} 个路口、{edges} 段、{parts} 块；楼栋 {buildings}，小区 {compounds}，"
    "站点 {stations}，住户 {households}；出入口：给定 {gates_given}，"
    "OSM {gates_osm}，推测 {gates_assumed}",
    "{nodes} street nodes, {edges} edges, {parts} parts; {buildings} buildings, {compounds} "
    "compounds, {stations} stations, {households} households; gates: {gates_given} given, "
    "{gates_osm} from OSM, {gates_assumed} assumed",
)
_SHOWN_PARTS = 5
_SHOWN_FIXES = 8
_FIXES = Words("最能解决问题的改动：", "changes that help most:")
_NOWHERE = Words("（不在其中）", "(in none)")
_REQUIREMENT = Words("要求", "requirement")
_LIMIT = Words("限值", "limit")
_PROFILE = Words("步行方式", "profile")
_REASON = Words("原因", "reason")
_PENDING = Words("待核", "to be verified")


def coverage_text(coverage: Any, by: str | None, lang: str) -> str:
    """Write the whole answer for people."""
    told = coverage.to_dict(by)
    blocks = [headline(coverage, lang), _asked(told, lang), _reasons(coverage, lang)]
    if by:
        blocks.append(groups_text(coverage.summary(by), lang))
    return "\n\n".join(blocks)


def headline(coverage: Any, lang: str) -> str:
    """Say what was asked and how many are inside, with both ends where gates are unknown."""
    question = coverage.question
    asked = question.circle or question.asked[0].requirement
    lines = [
        _HEAD.of(lang).format(
            place=coverage.district.name, asked=asked.name(lang), unit=unit(coverage.weight, lang)
        ),
        _share(coverage, lang),
    ]
    if coverage.unit == "building":
        stands_in = coverage.weight == "residential_area"
        lines.append((_NO_LEDGER if stands_in else _BY_BUILDING).of(lang))
    lines.append(_hour(coverage, lang))
    return "\n".join(lines)


def _hour(coverage: Any, lang: str) -> str:
    """Say the hour asked for; a date tells whether it is a holiday, or nobody knows yet."""
    from gis.places.calendar import country_of

    when = coverage.question.when
    if when is None:
        return _NO_HOURS.of(lang)
    dated = when.label(lang, country=country_of(coverage.district.crs))
    return _AT.of(lang).format(when=dated if when.date else when.text)


def unit(weight: str, lang: str) -> str:
    """Say what is counted."""
    return UNITS[weight].of(lang) if weight in UNITS else weight


def groups_text(summary: Any, lang: str) -> str:
    """Write a summary by group, ids first; who belongs to no group comes last and is named so."""
    frame = summary.reset_index()
    return frame_text(frame.assign(name=frame["name"].replace("", _NOWHERE.of(lang))), lang)


def gaps_text(gaps: Any, lang: str) -> str:
    """Write the gap list for people: the columns that fit a terminal."""
    columns = {
        "id": "id",
        "building": "building",
        f"requirement_{lang}": "requirement",
        f"reason_{lang}": "reason",
        "station_name": "station",
        "minutes": "minutes",
        f"fix_{lang}": "fix",
    }
    return frame_text(gaps[list(columns)].rename(columns=columns), lang)


def fixes_text(fixes: Any, lang: str) -> str:
    """Write the changes that help most people, the first few."""
    columns = {
        "requirement": "requirement",
        f"fix_{lang}": "fix",
        "grid": "grid",
        "helped": "helped",
        "gaps": "gaps",
        "minutes_gained": "minutes_gained",
    }
    shown = fixes[list(columns)].head(_SHOWN_FIXES).rename(columns=columns)
    return _FIXES.of(lang) + "\n" + frame_text(shown, lang)


def review_text(district: Any, review: Any, lang: str) -> str:
    """Write what a check found: the issues, most people first, then the parts of the network."""
    issues = review.issues.rename(columns={f"text_{lang}": "text"})
    issues = issues[["severity", "kind", "people", "text"]]
    severities = {name: words.of(lang) for name, words in _SEVERITIES.items()}
    issues = issues.assign(severity=issues["severity"].replace(severities))
    counts = ", ".join(f"{name} {each}" for name, each in issues["severity"].value_counts().items())
    head = f"{district.name} · {counts or _NOTHING_FOUND.of(lang)}"
    parts = review.parts.head(_SHOWN_PARTS)
    figures = _FIGURES.of(lang).format(**{name: cell(n) for name, n in review.figures.items()})
    tables = [frame_text(issues, lang), frame_text(parts, lang)]
    return "\n\n".join([f"{head}\n{figures}", *tables])


def _share(coverage: Any, lang: str) -> str:
    text = _SHARE.of(lang).format(
        covered=cell(round(coverage.covered)),
        total=cell(round(coverage.total)),
        share=cell(coverage.share, "share"),
    )
    low, high = cell(coverage.share_low, "share"), cell(coverage.share_high, "share")
    return text if low == high else text + _RANGE.of(lang).format(low=low, high=high)


def _asked(told: dict[str, Any], lang: str) -> str:
    rows = [
        [
            each[f"name_{lang}"],
            each["limit"],
            each["profile"],
            _PENDING.of(lang) if each["pending"] else "",
        ]
        for each in told["question"]["requirements"]
    ]
    return aligned([_REQUIREMENT.of(lang), _LIMIT.of(lang), _PROFILE.of(lang), ""], rows)


def _reasons(coverage: Any, lang: str) -> str:
    from gis.coverage.reasons import NAMES, REASONS

    requirements = [each.requirement for each in coverage.question.asked]
    found = coverage.reasons
    rows = [
        [
            f"{reason} {NAMES[reason][lang == 'en']}",
            *(cell(round(found[each.id].get(reason, 0))) for each in requirements),
        ]
        for reason in REASONS
        if any(reason in found[each.id] for each in requirements)
    ]
    return aligned([_REASON.of(lang), *(each.name(lang) for each in requirements)], rows)
