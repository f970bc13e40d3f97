"""The catalogue as tables to print and as JSON: what is in force, from which source, how sure."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from gis.catalogue.read import Catalogue
from gis.catalogue.standards import (
    PENDING,
    Circle,
    Lang,
    Limit,
    Profile,
    Requirement,
    SlopeTable,
    pending,
)

_HEADERS: Mapping[str, tuple[str, str]] = {
    "code": ("代码", "code"),
    "name": ("名称", "name"),
    "services": ("服务", "services"),
    "kinds": ("设施", "kinds"),
    "limit": ("半径/时间", "limit"),
    "measure": ("量法", "measure"),
    "population": ("服务人口", "population"),
    "floor_area": ("建筑面积(㎡)", "floor area (m²)"),
    "requirement": ("要求", "requirement"),
    "at_least": ("至少", "at least"),
    "profile": ("步行方式", "profile"),
    "speed": ("速度(米/分)", "metres per minute"),
    "steps": ("台阶", "steps"),
    "slope": ("坡度", "slope"),
    "crossing": ("过街(秒)", "crossing (s)"),
    "storeys": ("无电梯楼层", "storeys without a lift"),
    "source": ("依据", "source"),
    "confidence": ("可信度", "confidence"),
    "place": ("适用", "place"),
    "value": ("取值", "value"),
}
_WORDS: Mapping[str, tuple[str, str]] = {
    "walk": ("步行", "walk"),
    "line": ("直线", "straight line"),
    "same": ("如平路", "as level ways"),
    "avoid": ("不走", "never"),
    "tobler": ("Tobler", "Tobler"),
}


def catalogue_tables(catalogue: Catalogue, lang: Lang = "zh") -> dict[str, pd.DataFrame]:
    """
    Return the catalogue as tables of text: facilities, services, circles, profiles, assumptions.

    Returns
    -------
    dict
        Headers in ``lang``; every cell text, empty where nothing is given. A row resting on a K
        mark shows 待核 (``to be verified``) beside its confidence.
    """
    rows = {
        "facilities": [_facility(row, catalogue, lang) for row in _records(catalogue.facilities)],
        "services": _services(catalogue, lang),
        "circles": [
            _requirement(circle, each, catalogue, lang)
            for circle in catalogue.circles.values()
            for each in circle.requirements
        ],
        "profiles": [_profile(profile, lang) for profile in catalogue.profiles.values()],
        "assumptions": [_assumption(row, lang) for row in _records(catalogue.assumptions)],
    }
    headers = {key: _pick(words, lang) for key, words in _HEADERS.items()}
    return {
        name: pd.DataFrame(each, dtype="string").rename(columns=headers)
        for name, each in rows.items()
    }


def confidence_text(confidence: str, lang: Lang = "zh", *, unsure: bool = False) -> str:
    """Write a confidence mark, with 待核 where it (or what it rests on) waits for confirmation."""
    return f"{confidence} {PENDING[lang]}" if pending(confidence) or unsure else confidence


def catalogue_dict(catalogue: Catalogue) -> dict[str, Any]:
    """Return the catalogue as plain values under ``data/schema/catalogue.json``."""
    return {
        "files": list(catalogue.files),
        "digest": catalogue.digest,
        "facilities": [
            {**row, "services": row["services"].split("|"), "pending": pending(row["confidence"])}
            for row in _records(catalogue.facilities)
        ],
        "services": [
            {
                "code": str(code),
                "name_zh": row["name_zh"],
                "name_en": row["name_en"],
                "kinds": list(catalogue.kinds_of(str(code))),
            }
            for code, row in catalogue.services.to_dict("index").items()
        ],
        "circles": [
            _circle_dict(circle, catalogue.profiles) for circle in catalogue.circles.values()
        ],
        "profiles": [_profile_dict(profile) for profile in catalogue.profiles.values()],
        "assumptions": [
            {**row, "pending": pending(row["confidence"])}
            for row in _records(catalogue.assumptions)
        ],
    }


def requirement_dict(requirement: Requirement, profile: Profile | None = None) -> dict[str, Any]:
    """
    Return one requirement as plain values, as the JSON of a question carries it.

    With the profile it is walked with, ``pending`` tells whether either still waits for
    confirmation.
    """
    return {
        "id": requirement.id,
        "name_zh": requirement.name_zh,
        "name_en": requirement.name_en,
        "services": list(requirement.services),
        "at_least": requirement.at_least,
        "limit": str(requirement.limit),
        "measure": requirement.measure,
        "profile": requirement.profile,
        "source": requirement.source,
        "clause": requirement.clause or None,
        "confidence": requirement.confidence,
        "pending": requirement.pending or (profile is not None and profile.pending),
        "note": requirement.note or None,
    }


def _circle_dict(circle: Circle, profiles: Mapping[str, Profile]) -> dict[str, Any]:
    return {
        "id": circle.id,
        "name_zh": circle.name_zh,
        "name_en": circle.name_en,
        "source": circle.source,
        "clause": circle.clause or None,
        "confidence": circle.confidence,
        "pending": circle.pending,
        "note": circle.note or None,
        "requirements": [
            requirement_dict(each, profiles[each.profile]) for each in circle.requirements
        ],
    }


def _profile_dict(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "name_zh": profile.name_zh,
        "name_en": profile.name_en,
        "metres_per_minute": profile.metres_per_minute,
        "steps": profile.steps,
        "max_grade": profile.max_grade,
        "slope": profile.slope if isinstance(profile.slope, str | None) else _lists(profile.slope),
        "crossing_seconds": profile.crossing_seconds,
        "storey_seconds": profile.storey_seconds,
        "max_storeys": profile.max_storeys,
        "distances": {f"{minutes:g}": metres for minutes, metres in profile.distances.items()},
        "source": profile.source,
        "clause": profile.clause or None,
        "confidence": profile.confidence,
        "pending": profile.pending,
        "note": profile.note or None,
    }


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    table = rows.astype("object").reset_index()
    records: list[dict[str, Any]] = table.where(table.notna(), None).to_dict("records")
    return records


def _facility(row: Mapping[str, Any], catalogue: Catalogue, lang: Lang) -> dict[str, str]:
    metres, minutes = row["limit_metres"], row["limit_minutes"]
    limits = [Limit(metres, "m")] if metres else []
    limits += [Limit(minutes, "min")] if minutes else []
    people = [row["population_low"], row["population_high"]]
    return {
        "code": row["code"],
        "name": row[f"name_{lang}"],
        "services": _service_names(row["services"].split("|"), catalogue, lang),
        "limit": " / ".join(each.text(lang) for each in limits),
        "measure": _word(row["measure"], lang),
        "population": "–".join(f"{each:,.0f}" for each in people if each),
        "floor_area": f"{row['floor_area']:g}" if row["floor_area"] else "",
        "source": _source(row["source"], row["clause"]),
        "confidence": confidence_text(row["confidence"], lang),
        "place": row["place"] or "",
    }


def _services(catalogue: Catalogue, lang: Lang) -> list[dict[str, str]]:
    return [
        {
            "code": code,
            "name": catalogue.service_name(code, lang),
            "kinds": _join((catalogue.kind_name(k, lang) for k in catalogue.kinds_of(code)), lang),
        }
        for code in catalogue.services.index
    ]


def _requirement(
    circle: Circle, each: Requirement, catalogue: Catalogue, lang: Lang
) -> dict[str, str]:
    return {
        "code": circle.id,
        "name": circle.name(lang),
        "requirement": each.name(lang),
        "services": _service_names(each.services, catalogue, lang),
        "at_least": str(each.at_least),
        "limit": each.limit.text(lang),
        "measure": _word(each.measure, lang),
        "profile": each.profile,
        "source": _source(each.source, each.clause),
        # a limit rests on the speed as well
        "confidence": confidence_text(
            each.confidence, lang, unsure=catalogue.profiles[each.profile].pending
        ),
    }


def _profile(profile: Profile, lang: Lang) -> dict[str, str]:
    speed = profile.metres_per_minute
    pairs = (
        f"{Limit(minutes, 'min').text(lang)} = {Limit(metres, 'm').text(lang)}"
        for minutes, metres in profile.distances.items()
    )
    steps = profile.steps
    return {
        "code": profile.id,
        "name": profile.name(lang),
        "speed": f"{speed:g}" if speed else "",
        "limit": _join(pairs, lang),
        "steps": _word(steps, lang) if isinstance(steps, str) else f"×{steps:g}",
        "slope": _slope(profile, lang),
        "crossing": f"{profile.crossing_seconds:g}" if profile.crossing_seconds else "",
        "storeys": _storeys(profile, lang),
        "source": _source(profile.source, profile.clause),
        "confidence": confidence_text(profile.confidence, lang),
    }


def _assumption(row: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    return {
        "code": row["code"],
        "name": row[f"name_{lang}"],
        "value": f"{row['value']:g}",
        "source": _source(row["source"], row["clause"]),
        "confidence": confidence_text(row["confidence"], lang),
    }


def _slope(profile: Profile, lang: Lang) -> str:
    """``Tobler`` or the ends of the table in per cent, and the steepest that can be walked."""
    parts = []
    if isinstance(profile.slope, str):
        parts.append(_word(profile.slope, lang))
    elif profile.slope is not None:
        ends = profile.slope[0], profile.slope[-1]
        parts.append(" … ".join(f"{100 * grade:+g}%×{factor:g}" for grade, factor in ends))
    if profile.max_grade is not None:
        parts.append(f"≤{100 * profile.max_grade:g}%")
    return _join(parts, lang)


def _storeys(profile: Profile, lang: Lang) -> str:
    parts = []
    if profile.storey_seconds:
        parts.append(_pick(("每层{:g}秒", "{:g} s each"), lang).format(profile.storey_seconds))
    if profile.max_storeys is not None:
        parts.append(_pick(("至多{}层", "at most {}"), lang).format(profile.max_storeys))
    return _join(parts, lang)


def _lists(table: SlopeTable) -> list[list[float]]:
    return [list(pair) for pair in table]


def _source(source: str, clause: str | None) -> str:
    return f"{source} {clause}" if clause else source


def _service_names(codes: Iterable[str], catalogue: Catalogue, lang: Lang) -> str:
    return _join((catalogue.service_name(code, lang) for code in codes), lang)


def _join(names: Iterable[str], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(names)


def _word(word: str, lang: Lang) -> str:
    return _pick(_WORDS[word], lang)


def _pick(words: tuple[str, str], lang: Lang) -> str:
    return words[0] if lang == "zh" else words[1]
