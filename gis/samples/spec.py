"""
What a sample place is made of, as written in ``data/samples/<name>.toml``.

The file speaks in plan metres (x east, y north) and in totals with their sources; the other
modules of this package turn it into tables.

    ginkgo.toml  ->  Spec(place, ground, communities, roads, barriers, blocks, stations, candidates)
"""

import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from gis.catalogue import data_root
from gis.errors import InputError

Box = tuple[float, float, float, float]
"""West, south, east, north, in plan metres."""


@dataclass(frozen=True)
class Community:
    """A community: its grids as boxes, its totals, and where the totals come from."""

    seq: int
    name: str
    source: str
    grids: list[Box]
    totals: dict[str, int]
    published: list[str]


@dataclass(frozen=True)
class Road:
    """A street centre line."""

    name: str
    kind: str
    line: list[tuple[float, float]]
    layer: int = 0


@dataclass(frozen=True)
class Barrier:
    """A line that stops a walker off the streets."""

    kind: str
    line: list[tuple[float, float]]
    name: str | None = None


@dataclass(frozen=True)
class Gate:
    """A gate, or a street through the ring without a gate: ``at`` is a share of the side."""

    side: str
    at: float
    users: str = "everyone"
    name: str | None = None
    hours: str | None = None
    step_free: bool = True


@dataclass(frozen=True)
class StreetGate:
    """A gate across a street, at a place where two of its lines meet."""

    at: tuple[float, float]
    name: str
    hours: str | None = None
    users: str = "everyone"


@dataclass(frozen=True)
class Block:
    """
    Rows of buildings between streets.

    ``form`` is ``compound`` (has a ring; streets leave it at ``gates`` and ``crossings``),
    ``open`` (lanes run out to the streets named in ``lanes_to``) or ``village`` (small houses).
    """

    name: str
    form: str
    box: Box
    setback: Box
    rows: int
    cols: int
    floors: tuple[int, int]
    units: int
    doors: int
    use: str = "residential"
    kind: str | None = None
    built_year: int | None = None
    gated: str | None = None
    gates_complete: bool | None = None
    property_mode: str | None = None
    elders: float = 1.0
    fill: float = 1.0
    empty: list[int] = field(default_factory=list)
    lanes: bool = True
    lanes_to: list[str] = field(default_factory=list)
    yard_from: int | None = None
    gates: list[Gate] = field(default_factory=list)
    crossings: list[Gate] = field(default_factory=list)

    @cached_property
    def ring(self) -> Box:
        """The box the buildings stand in: the street box less the setbacks."""
        west, south, east, north = self.box
        left, below, right, above = self.setback
        return west + left, south + below, east - right, north - above

    @property
    def is_compound(self) -> bool:
        """Whether the block is a row of the compounds table (open quarters may be one too)."""
        return self.gated is not None


@dataclass(frozen=True)
class Station:
    """A station at a point, or in a building of its own (``box``)."""

    kind: str
    name: str
    at: tuple[float, float] | None = None
    box: Box | None = None
    hours: str | None = None
    capacity: int | None = None
    audience: str | None = None
    state: str = "open"


@dataclass(frozen=True)
class Candidate:
    """Rooms that stand empty and could hold a station."""

    name: str
    at: tuple[float, float]
    premises_source: str
    cost: float
    area: float
    services: str


@dataclass(frozen=True)
class Spec:
    """One whole sample place."""

    place: dict[str, str]
    ground: dict[str, Any]
    communities: list[Community]
    roads: list[Road]
    street_gates: list[StreetGate]
    barriers: list[Barrier]
    blocks: list[Block]
    stations: list[Station]
    candidates: list[Candidate]

    @cached_property
    def grid_boxes(self) -> np.ndarray:
        """All grids as an (n, 4) array, community by community, west to east from the north."""
        return np.array([box for one in self.communities for box in ordered(one.grids)])

    @cached_property
    def grid_communities(self) -> np.ndarray:
        """Position of each grid's community."""
        return np.repeat(
            np.arange(len(self.communities)), [len(one.grids) for one in self.communities]
        )

    def grids_at(self, points: np.ndarray) -> np.ndarray:
        """Position in ``grid_boxes`` of the grid that holds each plan point (n, 2)."""
        west, south, east, north = self.grid_boxes.T
        x, y = points[:, 0, None], points[:, 1, None]
        inside = (west <= x) & (x < east) & (south <= y) & (y < north)
        if not inside.any(axis=1).all():
            lost = points[~inside.any(axis=1)][0]
            raise InputError(
                f"示例：没有网格包含平面点 {lost.tolist()}",
                english=f"sample: no grid holds the plan point {lost.tolist()}",
            )
        return inside.argmax(axis=1)


def ordered(boxes: list[Box]) -> list[Box]:
    """Sort boxes as grids are numbered: rows from the north, each from the west."""
    return sorted(boxes, key=lambda box: (-box[3], box[0]))


def sample_names() -> list[str]:
    """Names of the sample places that come along."""
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in data_root().joinpath("samples").iterdir()
        if entry.name.endswith(".toml")
    )


def read_spec(name: str) -> Spec:
    """
    Read ``data/samples/<name>.toml``.

    Raises
    ------
    InputError
        There is no sample of that name; the message lists those there are.
    """
    if name not in sample_names():
        known = ", ".join(sample_names())
        raise InputError(
            f"示例：没有叫 '{name}' 的示例地点；可用：{known}",
            english=f"sample: no sample place is called '{name}'; there is: {known}",
        )
    text = (data_root().joinpath("samples") / f"{name}.toml").read_text(encoding="utf-8")
    return _spec(tomllib.loads(text))


def _spec(raw: dict[str, Any]) -> Spec:
    return Spec(
        place=raw["place"],
        ground=raw["ground"],
        communities=[Community(**one) for one in raw["communities"]],
        roads=[Road(**one) for one in raw["roads"]],
        street_gates=[StreetGate(**one) for one in raw.get("street_gates", [])],
        barriers=[Barrier(**one) for one in raw.get("barriers", [])],
        blocks=[_block(one) for one in raw["blocks"]],
        stations=[Station(**one) for one in raw.get("stations", [])],
        candidates=[Candidate(**one) for one in raw.get("candidates", [])],
    )


def _block(raw: dict[str, Any]) -> Block:
    doors = {key: [Gate(**one) for one in raw.get(key, [])] for key in ("gates", "crossings")}
    return Block(**{**raw, **doors})
