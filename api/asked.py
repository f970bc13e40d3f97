"""
What may be asked of the service: the bodies of questions and the window on a layer.

Unknown fields are refused, so that a misspelled one is not silently left out.
"""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from api.layers import Box
from gis.catalogue import parse_limit
from gis.errors import InputError

_LONGEST = 80
_Name = Annotated[str, Field(min_length=1, max_length=_LONGEST)]


def _read_limit(limit: Any) -> Any:
    """Check a limit as a whole, so that one fault gives one message."""
    fits = isinstance(limit, str | int | float) and not isinstance(limit, bool)
    try:
        parse_limit(limit if fits and len(str(limit)) <= _LONGEST else "")
    except InputError:
        raise _bad(
            "limit",
            "时间写作 15min 或 15分钟，距离写作 500m 或 500米",
            "write minutes as 15min or metres as 500m",
        ) from None
    return limit


_Limit = Annotated[
    str | float,
    PlainValidator(_read_limit),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "string",
                    "maxLength": _LONGEST,
                    "description": "15min, 15分钟, 500m, 500米",
                },
                {"type": "number", "exclusiveMinimum": 0, "description": "minutes"},
            ]
        }
    ),
]


class Asked(BaseModel):
    """A question, in the words of the command line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    circle: Annotated[_Name | None, Field(examples=["elder"])] = None
    service: Annotated[_Name | None, Field(examples=["meals"])] = None
    limit: Annotated[_Limit | None, Field(examples=["15min", "500m"])] = None
    profile: Annotated[_Name | None, Field(examples=["walk_48"])] = None
    when: Annotated[_Name | None, Field(examples=["周六 10:00"])] = None
    weight: Annotated[_Name | None, Field(examples=["elders_60"])] = None


class CoverageAsked(Asked):
    """A question about coverage; ``by`` asks for the rows of one grouping."""

    by: Literal["grid", "community"] | None = None


_Share = Annotated[float, Field(ge=0, le=1)]
_Names = Annotated[tuple[_Name, ...], Field(max_length=200)]
_Number = Annotated[float, Field(ge=0, le=1e12)]
_Kind = Annotated[
    str,
    Field(
        max_length=_LONGEST,
        pattern=r"^(table|venues|gates|streets:[0-9]{1,6})$",
        examples=["table", "streets:200"],
    ),
]


class SitesAsked(BaseModel):
    """A question about new stations, in the words of ``gis.choose_sites``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: Annotated[
        _Name | Annotated[tuple[_Name, ...], Field(min_length=1, max_length=8)],
        Field(examples=["meals"]),
    ]
    count: Annotated[int | None, Field(ge=0, le=10_000, examples=[2])] = None
    budget: _Number | None = None
    share: _Share | Literal["reachable"] | None = None
    goal: Literal["coverage", "minutes", "farthest", "backup"] = "coverage"
    candidates: Annotated[tuple[_Kind, ...], Field(min_length=1, max_length=8)] = ("table",)
    required: _Names = ()
    forbidden: _Names = ()
    may_close: _Names = ()
    floors: Annotated[dict[_Name, _Share], Field(max_length=20)] = {}
    apart: _Number | None = None
    open_gates: bool = False
    gate_cost: _Number | None = None
    backup: _Share = 0.0
    capacity: bool = False
    limit: Annotated[_Limit | None, Field(examples=["15min", "500m"])] = None
    profile: Annotated[_Name | None, Field(examples=["walk_48"])] = None
    when: Annotated[_Name | None, Field(examples=["周六 10:00"])] = None
    direction: Literal["to", "back", "round"] = "to"
    weight: Annotated[_Name | None, Field(examples=["elders_60"])] = None
    time_limit: Annotated[float | None, Field(gt=0, le=86_400, description="seconds")] = None
    gap: _Share = 0.0

    def words(self) -> dict[str, Any]:
        """Return what ``gis.choose_sites`` takes, by keyword."""
        told = self.model_dump(exclude={"gate_cost"})
        if self.gate_cost is not None:
            told["open_gates"] = self.gate_cost
        return {**told, "floors": self.floors or None}


class Window(BaseModel):
    """Which features of a layer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bbox: Annotated[
        str | None,
        Field(
            max_length=200,
            description="west,south,east,north in degrees of longitude and latitude",
            examples=["102.6,25.0,102.7,25.1"],
        ),
    ] = None
    limit: Annotated[int | None, Field(ge=1, description="how many features at most")] = None

    @field_validator("bbox")
    @classmethod
    def _has_four_numbers_in_order(cls, bbox: str | None) -> str | None:
        if bbox is not None:
            _read_box(bbox)
        return bbox

    @property
    def box(self) -> Box | None:
        """The box as numbers."""
        return None if self.bbox is None else _read_box(self.bbox)


def _read_box(text: str) -> Box:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise _bad(
            "bbox", "写作 西,南,东,北 四个数", "write four numbers: west,south,east,north"
        ) from None
    if not (all(abs(x) <= 180 for x in (west, east)) and all(abs(y) <= 90 for y in (south, north))):
        raise _bad(
            "bbox", "须为经纬度，经度在前，单位是度", "must be degrees, longitude before latitude"
        )
    if west > east or south > north:
        raise _bad(
            "bbox",
            "顺序是 西,南,东,北，西不大于东，南不大于北",
            "the order is west,south,east,north; west must not exceed east, nor south north",
        )
    return west, south, east, north


def _bad(kind: Literal["bbox", "limit"], chinese: str, english: str) -> PydanticCustomError:
    # the Chinese text travels in the context, where api.errors finds it
    return PydanticCustomError(kind, "{english}", {"english": english, "chinese": chinese})
