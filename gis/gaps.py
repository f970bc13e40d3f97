"""
The gap list: who is left out, why, what stands nearest, and the smallest change that mends it.

    District, Coverage  --explain-->  gaps (one row per uncovered unit and requirement)
    gaps                --group_fixes-->  changes (one row each), those that help most first

Level of the list: staff. It carries ids of households and buildings and no personal data.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gis.coverage.reasons import NAMES, REMEDIES
from gis.coverage.result import Coverage
from gis.coverage.told import plain, tell_question, told_when
from gis.district import District
from gis.fixes import find_fixes

if TYPE_CHECKING:
    from gis.catalogue.standards import Lang

FIXES = {
    "open_gate": ("对外开放{name}", "open {name} to everybody"),
    "keep_open": ("{name}开放至{until}", "keep {name} open until {until}"),
    "add_places": ("{name}增加 {places} 个名额", "{places} more places at {name}"),
    "add_lift": ("{name}加装电梯，或上门服务", "a lift in {name}, or home delivery"),
}
"""What a change at one place is called: (中文, English); any other is the remedy of its kind."""
_REMEDY_OF = {
    "open_gates": "LOCKED_IN",
    "remove_steps": "STEPS",
    "ease_slope": "SLOPE",
    "pass_wall": "WALL",
    "new_station": "TOO_FAR",
}

_COLUMNS = ["building", "grid", "community", "compound", "weight"]
_SIDES = (
    ("东", "east"),
    ("东北", "north-east"),
    ("北", "north"),
    ("西北", "north-west"),
    ("西", "west"),
    ("西南", "south-west"),
    ("南", "south"),
    ("东南", "south-east"),
)
"""Eight sides, counted from the east like angles."""
_UNNAMED = (("站点 ", "station "), ("楼栋 ", "building "))
_DAY_MINUTES = 24 * 60


def explain(district: District, coverage: Coverage) -> pd.DataFrame:
    """
    List every unmet requirement of every unit that counts for something.

    Asked by ``elders_60``, a household without elders has no row.

    Returns
    -------
    DataFrame
        ``id, building, grid, community, compound, weight, requirement, requirement_zh,
        requirement_en, reason, reason_zh, reason_en, station, station_name, metres, minutes,
        over_minutes, gate, estimated, line_metres, covered_at, fix, fix_subject, fix_minutes,
        minutes_gained, fix_weight, fix_zh, fix_en``; in order of id, then of the circle.
        ``station`` is the nearest within the horizon, ``over_minutes`` what is certain where none
        is ("over 45"). ``fix`` is the smallest change that covers this unit (see ``gis.fixes``),
        ``fix_minutes`` its way then, ``minutes_gained`` against now, ``fix_weight`` how much this
        one change covers in all. No rows when nobody is left out.
    """
    fixes = find_fixes(coverage)
    detail = coverage.detail.join(fixes.drop(columns="requirement"))
    counts = coverage.units.index[coverage.units["weight"] > 0]
    unmet = (detail["reason"] != "COVERED") & detail["id"].isin(counts)
    gaps = detail[unmet].reset_index(drop=True)
    units = coverage.units[_COLUMNS].reindex(gaps["id"]).reset_index(drop=True)
    gaps = pd.concat([gaps[["id"]], units, gaps.drop(columns="id")], axis=1)
    return _named(gaps, district, coverage)


def group_fixes(gaps: pd.DataFrame) -> pd.DataFrame:
    """
    Sum a gap list up by change: "opening the north gate of 杏园 helps 214".

    Returns
    -------
    DataFrame
        ``requirement, fix, fix_subject, fix_zh, fix_en, helped`` (weight covered by this change
        alone), ``gaps`` (rows for which it is the smallest), ``minutes_gained`` (their median; NA
        where there was no way before); most helpful first, ties by fix and subject. Changes
        without one place (``new_station`` …) are one row each for every grid, with ``grid`` told.
    """
    placeless = gaps["fix_subject"].isna()
    grid = gaps["grid"].where(placeless)
    keys = ["requirement", "fix", "fix_subject", "fix_zh", "fix_en", "grid"]
    table = gaps.assign(grid=grid, helped=gaps["fix_weight"].where(~placeless))
    grouped = table.groupby(keys, dropna=False, sort=True)
    told = grouped.agg(
        helped=("helped", "max"),
        weight=("weight", "sum"),
        gaps=("id", "size"),
        minutes_gained=("minutes_gained", "median"),
    ).reset_index()
    told["helped"] = told["helped"].fillna(told.pop("weight"))
    order = ["helped", "requirement", "fix", "fix_subject", "grid"]
    told = told.sort_values(order, ascending=[False, True, True, True, True], kind="stable")
    return told.reset_index(drop=True)


def _named(gaps: pd.DataFrame, district: District, coverage: Coverage) -> pd.DataFrame:
    asked = {each.requirement.id: each for each in coverage.question.asked}
    gaps["fix_minutes"] = _fix_minutes(gaps, asked)
    gaps["minutes_gained"] = (gaps["minutes"] - gaps["fix_minutes"]).round(3)
    langs: tuple[Lang, Lang] = ("zh", "en")
    for place, lang in enumerate(langs):
        names = {name: each.requirement.name(lang) for name, each in asked.items()}
        gaps[f"requirement_{lang}"] = gaps["requirement"].map(names).astype("string")
        reasons = {reason: name[place] for reason, name in NAMES.items()}
        gaps[f"reason_{lang}"] = gaps["reason"].map(reasons).astype("string")
        gaps[f"fix_{lang}"] = _fix_texts(gaps, district, coverage, place)
    gaps["station_name"] = gaps["station"].map(district.stations["name"].to_dict()).astype("string")
    over = {name: each.minutes(float(each.horizon_cost)) for name, each in asked.items()}
    walked = gaps["metres"].isna() & ~gaps["reason"].isin(["BAD_POSITION", "NO_STATION"])
    gaps["over_minutes"] = gaps["requirement"].map(over).astype(float).where(walked)
    return gaps[_ORDER]


def _fix_minutes(gaps: pd.DataFrame, asked: dict[str, Any]) -> pd.Series:
    cost = gaps["fix_cost"].where(gaps["fix_cost"] >= 0).astype(float)
    minutes = pd.Series(np.nan, index=gaps.index)
    for name, each in asked.items():
        mine = gaps["requirement"] == name
        minutes[mine] = np.round(each.minutes(cost[mine]), 3)
    return minutes


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
    "covered_at",
    "fix",
    "fix_subject",
    "fix_minutes",
    "minutes_gained",
    "fix_weight",
    "fix_zh",
    "fix_en",
]


def _fix_texts(gaps: pd.DataFrame, district: District, coverage: Coverage, place: int) -> pd.Series:
    """Write each row's fix; rows of one change share one text."""
    columns = ["reason", "fix", "fix_subject", "fix_until", "fix_places"]
    key = gaps[columns].astype("string").fillna("")
    number = key.groupby(columns, sort=False).ngroup()
    names = _Names(district, coverage, place)
    texts = [
        _template(row.fix, row.reason)[place].format(
            name=names.of(row.fix, row.fix_subject),
            until=names.clock(row.fix_until),
            places=row.fix_places,
        )
        for row in key.drop_duplicates().itertuples()
    ]
    return pd.Series(texts, dtype="string").reindex(number).set_axis(gaps.index)


def _template(fix: str, reason: str) -> tuple[str, str]:
    return FIXES[fix] if fix in FIXES else REMEDIES[_REMEDY_OF.get(fix, reason)]


class _Names:
    """What people call a gate, a station or a building: (中文, English) by ``place``."""

    def __init__(self, district: District, coverage: Coverage, place: int) -> None:
        self._district, self._gates, self._place = district, coverage.network.gates, place
        self._when = coverage.question.when

    def of(self, fix: str, subject: str) -> str:
        """Return the name of what is changed."""
        if fix == "open_gate":
            return self._gate(subject)
        table = self._district.buildings if fix == "add_lift" else self._district.stations
        name = table["name"].get(subject)
        if pd.notna(name):
            return str(name) if self._place else f"“{name}”"
        return f"{_UNNAMED[fix == 'add_lift'][self._place]}{subject}"

    def clock(self, minutes: str) -> str:
        """Return the time of day some minutes after the one asked, rounded up."""
        if not minutes or self._when is None:
            return ""
        at = (self._when.minute + int(np.ceil(float(minutes)))) % _DAY_MINUTES
        return f"{at // 60:02d}:{at % 60:02d}"

    def _gate(self, gate: str) -> str:
        row = self._gates.loc[gate]
        if pd.notna(row["name"]):
            own = f"“{row['name']}”" if not self._place else f"{row['name']}"
        else:
            own = f"{self._side(row)}门" if not self._place else f"the {self._side(row)} gate"
        name = self._compound(row["compound"])
        if name is None:
            return f"出入口 {gate}" if not self._place else f"gate {gate}"
        return f"{name}{own}" if not self._place else f"{own} of {name}"

    def _compound(self, compound: Any) -> str | None:
        if pd.isna(compound) or compound not in self._district.compounds.index:
            return None
        name = self._district.compounds["name"][compound]
        return str(name) if pd.notna(name) else str(compound)

    def _side(self, row: Any) -> str:
        """Return the side of its compound a gate lies on, of eight."""
        if row["compound"] not in self._district.compounds.index:
            return ""
        centre = self._district.compounds.geometry[row["compound"]].centroid
        turn = np.arctan2(row["y"] - centre.y, row["x"] - centre.x)
        return _SIDES[round(turn / (np.pi / 4)) % 8][self._place]


def gaps_dict(coverage: Coverage, gaps: pd.DataFrame) -> dict[str, Any]:
    """Return the gap list as plain values (data/schema/gaps.json)."""
    return {
        "district": coverage.district.name,
        "unit": coverage.unit,
        "weight": coverage.weight,
        "when": told_when(coverage.question),
        "question": tell_question(coverage.question),
        "gaps": _records(gaps),
        "fixes": _records(group_fixes(gaps)),
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {name: plain(value, 3) for name, value in row.items()} for row in table.to_dict("records")
    ]


def reason_texts(lang: str = "zh") -> dict[str, str]:
    """Return what people call each reason."""
    return {reason: names[lang == "en"] for reason, names in NAMES.items()}
