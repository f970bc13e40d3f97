"""
The answer: covered or not for each home and requirement, summed up, and told in detail.

    Answer (per requirement, b buildings)  +  Demand (u units)  ->  units, detail, summary, shares
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.capacity import Assignment
from gis.coverage.areas import reached_areas
from gis.coverage.question import Asked, Question
from gis.coverage.reasons import REASONS
from gis.district import District
from gis.errors import InputError
from gis.places.demand import GROUPS, Demand
from gis.streets.graph import Found
from gis.streets.network import Network
from gis.streets.search import Ways
from gis.tables import LIST_SEPARATOR

if TYPE_CHECKING:
    from gis.coverage.searcher import Searcher

Flags = NDArray[np.bool_]
_AREAS_OF_GROUPS = {"grid": "grids", "community": "communities", "compound": "compounds"}


@dataclass(frozen=True, eq=False)
class UnitAnswer:
    """One requirement, answered for n homes: ``cost`` with storeys (-1 no way), and the flags."""

    cost: NDArray[np.int64]
    covered: Flags
    low: Flags
    high: Flags
    reason: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Answer:
    """
    One requirement, answered for every building in the order of the buildings table.

    ``low`` and ``high`` are ``covered`` with unknown gates closed to strangers, and open.
    ``line_metres`` is inf where there are too few stations; ``found`` are the labels at every
    network node. What holds for a building holds at its door; ``units`` are the households
    themselves, storeys included (or the buildings, where these are the units). ``assignment``
    tells who got which place, where places were shared out; doors know nothing of that.
    """

    asked: Asked
    ways: Ways
    covered: Flags
    low: Flags
    high: Flags
    reason: NDArray[np.object_]
    line_metres: NDArray[np.float64]
    found: Found
    stations: NDArray[np.int64]
    units: UnitAnswer
    assignment: Assignment | None = None

    @property
    def weight(self) -> NDArray[np.int64]:
        """Weight at every network node (NEVER beyond the horizon)."""
        return self.found.weight

    @property
    def owner(self) -> NDArray[np.int64]:
        """Station row at every network node, -1 for none."""
        return self.found.owner


@dataclass(frozen=True, eq=False)
class Coverage:
    """
    Who is covered; tables are made when they are asked for.

    ``total`` and ``covered`` are sums of the weight; ``share`` is missing (None) when the total
    is 0. ``share_low`` and ``share_high`` take unknown gates as closed and as open to strangers.
    """

    district: District
    network: Network
    question: Question
    demand: Demand
    answers: tuple[Answer, ...]
    searcher: "Searcher" = field(repr=False)

    @property
    def unit(self) -> str:
        """``household`` or ``building``."""
        return self.demand.unit

    @property
    def weight(self) -> str:
        """What a unit counts for."""
        return self.demand.weight

    @cached_property
    def units(self) -> pd.DataFrame:
        """
        One row per unit: groups, ``weight``, ``covered``, ``low``, ``high``, ``reason``,
        ``missing`` (names of unmet requirements, joined with ``|``).

        ``reason`` is that of the first unmet requirement.
        """
        table = self.demand.table
        reasons = [answer.units.reason for answer in self.answers]
        unmet = np.array([reason != "COVERED" for reason in reasons]).reshape(len(reasons), -1)
        names = np.array([answer.asked.requirement.id for answer in self.answers], dtype=object)
        first = np.argmax(unmet, axis=0)
        low = np.logical_and.reduce([answer.units.low for answer in self.answers])
        high = np.logical_and.reduce([answer.units.high for answer in self.answers])
        return table.drop(columns="row").assign(
            covered=~unmet.any(axis=0),
            low=low,
            high=high,
            reason=np.array(reasons, dtype=object)[first, np.arange(len(table))],
            missing=[LIST_SEPARATOR.join(names[column]) for column in unmet.T],
        )

    @cached_property
    def detail(self) -> pd.DataFrame:
        """
        One row per unit and requirement, units in order of id, requirements in the circle's.

        ``id, requirement, reason, station, metres, minutes, gate, estimated, line_metres,
        detour, covered_at``; a way beyond the horizon (3 x limit) has NA metres and minutes.
        Minutes count the storeys climbed. ``covered_at`` tells who is near the line: which of
        13/15, all and 17/15 of the limit (``13|15|17`` minutes, or metres) would cover.
        """
        parts = [self._detail(answer) for answer in self.answers]
        whole = pd.concat(parts, ignore_index=True)
        order = np.arange(len(whole)).reshape(len(parts), -1).T.reshape(-1)
        return whole.iloc[order].reset_index(drop=True)

    def _detail(self, answer: Answer) -> pd.DataFrame:
        row = self.demand.table["row"].to_numpy()
        ways = answer.ways
        metres = _known(ways.mm, ways.mm >= 0) / 1000
        cost = answer.units.cost
        minutes = np.round(answer.asked.minutes(_known(cost, cost >= 0)), 3)
        line = np.round(np.where(np.isfinite(answer.line_metres), answer.line_metres, np.nan), 3)
        nothing = np.array([None], dtype=object)  # what row -1 points to
        station = np.r_[self.district.stations.index.to_numpy(dtype=object), nothing]
        gate = np.r_[self.network.gates.index.to_numpy(dtype=object), nothing]
        with np.errstate(divide="ignore", invalid="ignore"):
            detour = np.where(line > 0, np.round(metres / line, 3), np.nan)
        columns = {
            "reason": answer.units.reason,
            "station": _of_units(station[ways.station], row, None),
            "metres": _of_units(metres, row, np.nan),
            "minutes": minutes,
            "gate": _of_units(gate[ways.gate], row, None),
            "estimated": _of_units(ways.estimated, row, fill=False),
            "line_metres": _of_units(line, row, np.nan),
            "detour": _of_units(detour, row, np.nan),
            "covered_at": _covered_at(answer),
        }
        head = {"id": self.demand.table.index, "requirement": answer.asked.requirement.id}
        texts = ("id", "requirement", "reason", "station", "gate", "covered_at")
        return pd.DataFrame({**head, **columns}).astype(dict.fromkeys(texts, "string"))

    @cached_property
    def total(self) -> float:
        """Sum of the weight."""
        return float(self.units["weight"].sum())

    @cached_property
    def covered(self) -> float:
        """Sum of the weight of covered units."""
        return self._sum("covered")

    @property
    def share(self) -> float | None:
        """Covered share, None when there is nobody."""
        return self._share("covered")

    @property
    def share_low(self) -> float | None:
        """Covered share if unknown gates are closed to strangers."""
        return self._share("low")

    @property
    def share_high(self) -> float | None:
        """Covered share if unknown gates are open to all."""
        return self._share("high")

    def _sum(self, column: str) -> float:
        return float(self.units["weight"][self.units[column]].sum())

    def _share(self, column: str) -> float | None:
        return self._sum(column) / self.total if self.total else None

    @cached_property
    def reasons(self) -> dict[str, dict[str, float]]:
        """For each requirement the weight of each reason; they add up to ``total``."""
        weight = self.units["weight"].to_numpy()
        told = {}
        for answer in self.answers:
            sums = pd.Series(weight).groupby(answer.units.reason).sum()
            told[answer.asked.requirement.id] = {
                name: float(sums[name]) for name in REASONS if name in sums.index
            }
        return told

    @cached_property
    def measures(self) -> dict[str, dict[str, float | None]]:
        """
        For each requirement both ways of measuring: weight within the limit by ``walk`` and by
        ``line`` (air line, as older standards count), and the median ``detour`` between them.

        ``detour`` is metres walked over metres straight, among units with a way; None without any.
        """
        weight = self.units["weight"].to_numpy()
        row = self.demand.table["row"].to_numpy()
        told = {}
        for answer in self.answers:
            limit = answer.asked
            near = (answer.units.cost >= 0) & (answer.units.cost <= limit.limit_cost)
            straight = answer.line_metres <= limit.limit_metres
            mine = self.detail["requirement"] == limit.requirement.id
            detour = self.detail["detour"][mine].median()
            told[limit.requirement.id] = {
                "walk": float(weight[near].sum()),
                "line": float(weight[_of_units(straight, row, fill=False)].sum()),
                "detour": None if pd.isna(detour) else float(detour),
            }
        return told

    def summary(self, by: str | None = None) -> pd.DataFrame:
        """
        Sum up by ``grid``, ``community``, ``compound`` or ``street`` (or as a whole).

        Returns
        -------
        DataFrame
            Indexed by the group's id: ``name``, ``total``, ``covered``, ``share``, ``share_low``,
            ``share_high``; for compounds also ``stations_inside`` (小区有无站点). Groups are the
            rows of their table in order of id, those without people included; units of no group
            come last under an empty id.

        Raises
        ------
        InputError
            ``by`` is none of these.
        """
        if by is not None and by not in GROUPS:
            raise InputError(
                f"by：没有“{by}”；可用：{', '.join(GROUPS)}",
                english=f"by: '{by}' is unknown; known are: {', '.join(GROUPS)}",
            )
        units = self.units
        group = units[by].fillna("") if by else pd.Series(self.district.name, index=units.index)
        weights = {"total": units["weight"]}
        weights |= {name: units["weight"].where(units[name], 0.0) for name in _SUMMED}
        table = pd.DataFrame(weights).groupby(group.to_numpy()).sum()
        table = table.reindex(self._groups(by, table.index))
        return self._dressed(table.fillna(0.0), by)

    def _groups(self, by: str | None, present: pd.Index) -> pd.Index:
        if by in _AREAS_OF_GROUPS:
            known = self.district.table(_AREAS_OF_GROUPS[by]).index.sort_values()
        elif by == "street":
            known = pd.Index(sorted(self.district.communities["street"].dropna().unique()))
        else:
            known = pd.Index([self.district.name])
        others = present.difference(known)
        rest = [*[name for name in others if name != ""], *[name for name in others if name == ""]]
        return pd.Index([*known, *rest], name="id", dtype="object")

    def _dressed(self, table: pd.DataFrame, by: str | None) -> pd.DataFrame:
        names = table.index.to_series()
        if by in _AREAS_OF_GROUPS:
            areas = self.district.table(_AREAS_OF_GROUPS[by])
            names = areas["name"].reindex(table.index).fillna(names)
        shares = table[list(_SUMMED)].div(table["total"].where(table["total"] > 0), axis=0)
        dressed = pd.DataFrame(
            {
                "name": names.astype("string"),
                "total": table["total"],
                "covered": table["covered"],
                "share": shares["covered"],
                "share_low": shares["low"],
                "share_high": shares["high"],
            }
        )
        if by == "compound":
            dressed["stations_inside"] = self._stations_inside().reindex(table.index, fill_value=0)
        return dressed

    def _stations_inside(self) -> pd.Series:
        """Count the stations asked for within each compound's outline."""
        rows = np.unique(np.concatenate([answer.stations for answer in self.answers]))
        points = self.district.stations.iloc[rows].set_geometry(
            self.district.stations.geometry.iloc[rows].representative_point()
        )
        areas = self.district.compounds[["geometry"]]
        inside = gpd.sjoin(areas, points[["geometry"]], predicate="intersects")
        return inside.groupby(level=0).size()

    @cached_property
    def areas(self) -> gpd.GeoDataFrame:
        """The area really reached, one row per requirement: ``requirement``, ``geometry``."""
        shapes = reached_areas(self.searcher, self.answers)
        names = [answer.asked.requirement.id for answer in self.answers]
        return gpd.GeoDataFrame({"requirement": names}, geometry=shapes, crs=self.district.crs)

    def to_dict(self, by: str | None = None) -> dict[str, Any]:
        """Return the answer as plain values, the JSON of the command line and the service."""
        from gis.coverage.told import tell  # noqa: PLC0415 - telling needs the result's type

        return tell(self, by)


_SUMMED = ("covered", "low", "high")
_NEAR_THE_LINE = (13, 15, 17)
"""Fifteenths of the limit: of 15 minutes, 13 and 17 show how much hangs on the speed assumed."""


def _covered_at(answer: Answer) -> NDArray[np.object_]:
    """Name the limits around the one asked that would cover each unit, smallest first."""
    asked, cost = answer.asked, answer.units.cost
    limits = [asked.limit_cost * share // 15 for share in _NEAR_THE_LINE]
    names = [
        f"{round(asked.requirement.limit.value * share / 15, 1):g}" for share in _NEAR_THE_LINE
    ]
    texts = np.array([LIST_SEPARATOR.join(names[k:]) for k in range(len(names) + 1)], dtype=object)
    first = np.searchsorted(np.array(limits), cost, side="left")
    found: NDArray[np.object_] = texts[np.where(cost >= 0, first, len(names))]
    return found


def _known(values: NDArray[np.int64], known: Flags) -> NDArray[np.float64]:
    return np.where(known, values, np.nan)


def _of_units(values: Any, row: NDArray[np.int64], fill: Any) -> Any:
    """Give each unit the value of its building, and ``fill`` to the unplaced."""
    padded = np.append(values, np.array([fill], dtype=values.dtype))
    return padded[row]
