"""
The gap list: who is left out, why, and what stands nearest.

    District, Coverage  ->  gaps (one row per uncovered unit and requirement)

Level of the list: staff. It carries ids of households and buildings and no personal data.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd

from gis.coverage.reasons import NAMES
from gis.coverage.result import Coverage
from gis.coverage.told import plain, tell_question, told_when
from gis.district import District

if TYPE_CHECKING:
    from gis.catalogue.standards import Lang

FIXES = {
    "BAD_POSITION": (
        "补全楼栋，使住户能落到图上",
        "complete the building, so that the household can be placed",
    ),
    "OUTSIDE": ("核对楼栋位置或社区边界", "check the building's place or the boundary"),
    "NO_STATION": ("新设站点", "a new station"),
    "OFF_STREET": ("补绘通往楼栋的道路", "map the street that leads to the building"),
    "UNCONNECTED": ("补绘缺失的连接道路", "map the missing connection"),
    "LOCKED_IN": ("开放出入口{gate}", "open the gate {gate}"),
    "WALL": ("在围墙或河道处增设出入口或通道", "a gate or a passage through the wall or river"),
    "STEPS": ("以坡道或电梯代替台阶", "a ramp or lift beside the steps"),
    "SLOPE": ("改走缓坡或提供接送", "a gentler way, or transport"),
    "FLOOR": ("加装电梯或上门服务", "a lift, or home delivery"),
    "CLOSED": ("延长站点{station}开放时间", "longer hours at station {station}"),
    "FULL": ("增加站点{station}名额", "more places at station {station}"),
    "TOO_FAR": ("就近新设站点或上门服务", "a nearer station, or home delivery"),
}
"""What usually mends each reason: (中文, English)."""

_COLUMNS = ["building", "grid", "community", "compound", "weight"]


def explain(district: District, coverage: Coverage) -> pd.DataFrame:
    """
    List every unmet requirement of every unit that counts for something.

    Asked by ``elders_60``, a household without elders has no row.

    Returns
    -------
    DataFrame
        ``id, building, grid, community, compound, weight, requirement, requirement_zh,
        requirement_en, reason, reason_zh, reason_en, station, station_name, metres, minutes,
        over_minutes, gate, estimated, line_metres, fix_zh, fix_en``; in order of id, then of
        the circle. ``station`` is the nearest within the horizon, ``over_minutes`` what is
        certain where none is ("over 45"). No rows when nobody is left out.
    """
    counts = coverage.units.index[coverage.units["weight"] > 0]
    unmet = (coverage.detail["reason"] != "COVERED") & coverage.detail["id"].isin(counts)
    gaps = coverage.detail[unmet].reset_index(drop=True)
    units = coverage.units[_COLUMNS].reindex(gaps["id"]).reset_index(drop=True)
    gaps = pd.concat([gaps[["id"]], units, gaps.drop(columns="id")], axis=1)
    return _named(gaps, district, coverage)


def _named(gaps: pd.DataFrame, district: District, coverage: Coverage) -> pd.DataFrame:
    asked = {each.requirement.id: each for each in coverage.question.asked}
    langs: tuple[Lang, Lang] = ("zh", "en")
    for place, lang in enumerate(langs):
        names = {name: each.requirement.name(lang) for name, each in asked.items()}
        gaps[f"requirement_{lang}"] = gaps["requirement"].map(names).astype("string")
        reasons = {reason: name[place] for reason, name in NAMES.items()}
        gaps[f"reason_{lang}"] = gaps["reason"].map(reasons).astype("string")
        gaps[f"fix_{lang}"] = _fixes(gaps, place)
    gaps["station_name"] = gaps["station"].map(district.stations["name"].to_dict()).astype("string")
    over = {name: each.minutes(float(each.horizon_cost)) for name, each in asked.items()}
    walked = gaps["metres"].isna() & ~gaps["reason"].isin(["BAD_POSITION", "NO_STATION"])
    gaps["over_minutes"] = gaps["requirement"].map(over).astype(float).where(walked)
    return gaps[_ORDER]


_ORDER = [
    "id",
    *_COLUMNS,
    "requirement",
    "requirement_zh",
    "requirement_en",
    "reason",
    "reason_zh",
    "reason_en",
    "station",
    "station_name",
    "metres",
    "minutes",
    "over_minutes",
    "gate",
    "estimated",
    "line_metres",
    "fix_zh",
    "fix_en",
]


def _fixes(gaps: pd.DataFrame, place: int) -> pd.Series:
    """Write each row's fix; rows of one reason, gate and station share one text."""
    key = gaps[["reason", "gate", "station"]].fillna("")
    number = key.groupby(["reason", "gate", "station"], sort=False).ngroup()
    texts = [
        FIXES[row.reason][place].format(gate=row.gate, station=row.station).strip()
        for row in key.drop_duplicates().itertuples()
    ]
    return pd.Series(texts, dtype="string").reindex(number).set_axis(gaps.index)


def gaps_dict(coverage: Coverage, gaps: pd.DataFrame) -> dict[str, Any]:
    """Return the gap list as plain values (data/schema/gaps.json)."""
    records = [
        {name: plain(value, 3) for name, value in row.items()} for row in gaps.to_dict("records")
    ]
    return {
        "district": coverage.district.name,
        "unit": coverage.unit,
        "weight": coverage.weight,
        "when": told_when(coverage.question),
        "question": tell_question(coverage.question),
        "gaps": records,
    }


def reason_texts(lang: str = "zh") -> dict[str, str]:
    """Return what people call each reason."""
    return {reason: names[lang == "en"] for reason, names in NAMES.items()}
