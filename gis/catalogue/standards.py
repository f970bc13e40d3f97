"""
What a standard asks for: limits, walking profiles, requirements, circles.

Every figure carries its evidence as ``confidence`` (F found in a published page, FD found as a
transcription, M measured, D derived by arithmetic, K-high / K-med / K-low general knowledge not
confirmed). What rests on a K mark is *pending* and is shown as 待核 wherever it is used.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from gis.errors import InputError

CONFIDENCE = ("F", "FD", "M", "D", "K-high", "K-med", "K-low")
PENDING = {"zh": "待核", "en": "to be verified"}

Lang = Literal["zh", "en"]
Measure = Literal["walk", "line"]
SlopeTable = tuple[tuple[float, float], ...]
"""(grade, factor) by rising grade: rise over run as walked, and how many times longer it takes."""

_NUMBER = re.compile(r"(?P<value>\d+(?:\.\d+)?)\s*(?P<unit>\D*)")
_MINUTES = frozenset({"", "min", "mins", "minute", "minutes", "分", "分钟"})
_METRES = {"m": 1.0, "metre": 1.0, "metres": 1.0, "meters": 1.0, "米": 1.0}
_KILOMETRES = {"km": 1000.0, "公里": 1000.0, "千米": 1000.0}


def pending(confidence: str) -> bool:
    """Tell whether a figure with this evidence still waits for confirmation."""
    return confidence.startswith("K")


@dataclass(frozen=True)
class Limit:
    """How far is in reach: a time (``min``) or a length (``m``)."""

    value: float
    unit: Literal["min", "m"]

    def text(self, lang: Lang = "zh") -> str:
        """Write the limit as people say it: 15分钟, 500米; 15 min, 500 m."""
        unit = {"zh": {"min": "分钟", "m": "米"}, "en": {"min": " min", "m": " m"}}[lang]
        return f"{self.value:g}{unit[self.unit]}"

    def __str__(self) -> str:
        """Write the limit as options take it: ``15min``, ``500m``."""
        return f"{self.value:g}{self.unit}"


def parse_limit(limit: "str | float | Limit") -> Limit:
    """
    Read ``15min``, ``15分钟``, ``500m``, ``500米``, ``1km``; a bare number is minutes.

    Raises
    ------
    InputError
        The text is none of these, or the number is not above zero.
    """
    if isinstance(limit, Limit):
        return limit
    text = f"{limit:g}" if isinstance(limit, int | float) else str(limit)
    match = _NUMBER.fullmatch(text.strip().lower())
    if match is None or float(match["value"]) <= 0:
        raise _bad_limit(text)
    value, unit = float(match["value"]), match["unit"].strip()
    if unit in _MINUTES:
        return Limit(value, "min")
    metres = {**_METRES, **_KILOMETRES}.get(unit)
    if metres is None:
        raise _bad_limit(text)
    return Limit(value * metres, "m")


def _bad_limit(text: str) -> InputError:
    return InputError(
        f"limit：现为“{text}”；时间写作 15min 或 15分钟，距离写作 500m 或 500米",
        english=f"limit: found '{text}'; write minutes as 15min or metres as 500m",
    )


def parse_slope(text: str, profile: str) -> SlopeTable | Literal["tobler"]:
    """
    Read how slopes slow a walker: ``tobler``, or a table ``-0.1:1.2|0:1|0.1:1.5``.

    Raises
    ------
    InputError
        Grades do not rise, a factor is not above 0, or level ground does not count once.
    """
    if text == "tobler":
        return "tobler"
    try:
        table = tuple(
            (float(a), float(b)) for a, b in (pair.split(":") for pair in text.split("|"))
        )
    except ValueError:
        table = ()
    rising = all(low[0] < high[0] for low, high in pairwise(table))
    if len(table) < 2 or not rising or (0.0, 1.0) not in table or min(b for _, b in table) <= 0:
        raise InputError(
            f"profile {profile}，slope：现为“{text}”；坡度由小到大，倍数大于 0，并含平路 0:1，"
            "如 -0.1:1.2|0:1|0.1:1.5",
            english=f"profile {profile}, slope: found '{text}'; write rising grades with factors "
            "above 0, level ground 0:1 among them, such as -0.1:1.2|0:1|0.1:1.5",
        )
    return table


@dataclass(frozen=True)
class Profile:
    """
    How somebody walks.

    Parameters
    ----------
    metres_per_minute
        Missing where the profile counts metres, not minutes (``gb50180``).
    steps
        ``same`` (as a level way), ``avoid`` (never), or how many times longer steps count.
    max_grade
        Rise over run that can still be walked; missing where any slope will do.
    distances
        Minutes to metres, for a profile without a speed: GB 50180 says 15 minutes and means
        1000 m.
    slope
        How slopes slow the walker: ``tobler``, a table, or missing where they do not.
    crossing_seconds
        Waited at each mapped crossing of a carriageway.
    storey_seconds, max_storeys
        Each storey without a lift takes so long, and so many can be climbed (missing: any).
    """

    id: str
    name_zh: str
    name_en: str
    metres_per_minute: float | None
    steps: Literal["same", "avoid"] | float
    max_grade: float | None
    source: str
    clause: str
    confidence: str
    distances: Mapping[float, float] = field(default_factory=dict)
    note: str = ""
    slope: SlopeTable | Literal["tobler"] | None = None
    crossing_seconds: float = 0.0
    storey_seconds: float = 0.0
    max_storeys: int | None = None

    @property
    def steps_factor(self) -> float | None:
        """How many times longer steps count; missing where steps cannot be walked."""
        if self.steps == "avoid":
            return None
        return 1.0 if self.steps == "same" else float(self.steps)

    def metres_within(self, limit: Limit) -> float:
        """
        Return how far this walker gets on the level within the limit.

        Raises
        ------
        InputError
            The profile counts metres and knows no distance for these minutes.
        """
        if limit.unit == "m":
            return limit.value
        if self.metres_per_minute is not None:
            return limit.value * self.metres_per_minute
        if limit.value not in self.distances:
            known = ", ".join(f"{minutes:g}min" for minutes in self.distances) or "-"
            raise InputError(
                f"profile {self.id}：按距离计，没有 {limit} 对应的米数；"
                f"请写米数（500m），或用 {known}，或换有速度的步行方式",
                english=f"profile {self.id}: counts metres and has no distance for {limit}; "
                f"give metres (500m), use one of {known}, or a profile with a speed",
            )
        return self.distances[limit.value]

    @property
    def pending(self) -> bool:
        """Whether a figure of it still waits for confirmation (待核)."""
        return pending(self.confidence)

    def name(self, lang: Lang = "zh") -> str:
        """Return the profile's name in one language."""
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True)
class Requirement:
    """At least ``at_least`` distinct stations offering one of ``services`` within ``limit``."""

    id: str
    name_zh: str
    name_en: str
    services: tuple[str, ...]
    at_least: int
    limit: Limit
    measure: Measure
    profile: str
    source: str
    clause: str
    confidence: str
    note: str = ""

    @property
    def pending(self) -> bool:
        """Whether the figure still waits for confirmation (待核)."""
        return pending(self.confidence)

    def name(self, lang: Lang = "zh") -> str:
        """Return the requirement's name in one language."""
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True)
class Circle:
    """生活圈/服务圈: whoever has every requirement met is inside."""

    id: str
    name_zh: str
    name_en: str
    requirements: tuple[Requirement, ...]
    source: str
    clause: str
    confidence: str
    note: str = ""

    @property
    def pending(self) -> bool:
        """Whether the circle or any requirement of it still waits for confirmation (待核)."""
        return pending(self.confidence) or any(each.pending for each in self.requirements)

    def name(self, lang: Lang = "zh") -> str:
        """Return the circle's name in one language."""
        return self.name_zh if lang == "zh" else self.name_en
