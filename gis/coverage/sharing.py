"""
Who gets one of the places there are: coverage where stations can be full.

Everybody within the limit of an open station may be given a place there; see
``gis.capacity.assign_places`` for the rule: whoever has priority first, then as many as can be,
then the shortest ways, ties by id. A household is covered when all its people have a place; one
that reaches a station and is given none, or too few, is FULL.

    pairs (station, building), storeys, people  ->  Assignment  ->  who is covered after all
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.capacity import Assignment, assign_places
from gis.coverage.question import Asked
from gis.coverage.result import UnitAnswer
from gis.errors import InputError
from gis.places.demand import RESIDENTIAL_AREA
from gis.streets.access import Access, Unknown
from gis.streets.search import pairs

if TYPE_CHECKING:
    from gis.coverage.searcher import Searcher

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_MS_PER_MINUTE = 60_000


@dataclass(frozen=True)
class Sharing:
    """How places are shared out; units with some of ``priority`` (a weight) come first."""

    priority: str | None = None


def share_places(
    searcher: "Searcher", sharing: Sharing, asked: Asked, answer: UnitAnswer
) -> tuple[UnitAnswer, Assignment]:
    """
    Take from covered units those who get no place.

    ``low`` and ``high`` are shared out by themselves: what is open to strangers changes who
    competes. Three assignments; see ``gis.capacity.assignment`` for their cost.

    Raises
    ------
    InputError
        What is counted is floor area, or more than one station is asked for.
    """
    _check(searcher, asked)
    told = [
        _shared(searcher, sharing, asked, Access(unknown), flags)
        for unknown, flags in (
            (Unknown.ASSUMED, answer.covered),
            (Unknown.CLOSED, answer.low),
            (Unknown.OPEN, answer.high),
        )
    ]
    covered, low, high = (flags for flags, _ in told)
    reason = np.where(answer.covered & ~covered, "FULL", answer.reason)
    shared = replace(answer, covered=covered, low=low, high=high, reason=reason)
    return shared, told[0][1]


def _check(searcher: "Searcher", asked: Asked) -> None:
    if searcher.demand.weight == RESIDENTIAL_AREA:
        raise InputError(
            "capacity：名额按人计，建筑面积无法分配；请用 weight 指定人数或户数",
            english="capacity: places are for people, floor area cannot be given any; choose a "
            "weight that counts people or households",
        )
    if asked.requirement.at_least > 1 or asked.requirement.measure == "line":
        name = asked.requirement.id
        raise InputError(
            f"capacity：要求“{name}”按直线或多处站点计，不能分配名额",
            english=f"capacity: requirement '{name}' counts several stations, or by line; places "
            "cannot be shared out for it",
        )


def _shared(
    searcher: "Searcher", sharing: Sharing, asked: Asked, access: Access, within: Flags
) -> tuple[Flags, Assignment]:
    units = searcher.demand.table
    row, climb = searcher.units.row, searcher.units.climb(asked.walker)
    origin = pd.Series(pd.NA, index=units.index, dtype="string")
    names = searcher.district.buildings.index.to_numpy(dtype=object)
    rows = np.flatnonzero(within)
    origin.iloc[rows] = [f"{names[at]}+{up}" for at, up in zip(row[rows], climb[rows], strict=True)]
    people = units["weight"].round().astype("int64")
    assignment = assign_places(
        _pairs(searcher, asked, access, np.unique(np.stack([row, climb])[:, rows], axis=1)),
        pd.DataFrame({"origin": origin, "people": people}),
        searcher.district.stations["capacity"],
        priority=_priority(searcher, sharing),
    )
    lacking = assignment.units["full"].reindex(units.index).to_numpy() > 0
    return within & ~lacking, assignment


def _pairs(searcher: "Searcher", asked: Asked, access: Access, origins: Ints) -> pd.DataFrame:
    """All pairs within the limit, for every building and number of storeys there is."""
    stations, limits = searcher.open_stations(asked, access)
    found = pairs(searcher.priced(asked, access), stations, asked.limit_cost, limits=limits)
    homes = pd.DataFrame({"building": origins[0], "climb": origins[1]})
    table = found.merge(homes, on="building")
    table["cost"] += table["climb"]
    table = table[table["cost"] <= asked.limit_cost]
    names = searcher.district.buildings.index.to_numpy(dtype=object)[table["building"]]
    storeys = table["climb"].astype(str).to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "origin": pd.Series(names + "+" + storeys, dtype="string"),
            "station": searcher.district.stations.index.to_numpy(dtype=object)[table["station"]],
            "minutes": table["cost"].to_numpy() / _MS_PER_MINUTE,
        }
    )


def _priority(searcher: "Searcher", sharing: Sharing) -> pd.Series | None:
    """Return 0 for units that come first, 1 for the others; nothing where all are alike."""
    name, district = sharing.priority, searcher.district
    if name is None:
        return None
    table = district.households if searcher.demand.unit == "household" else district.buildings
    if name not in table.columns or not table[name].notna().any():
        raise InputError(
            f"priority：这个片区没有“{name}”的数字",
            english=f"priority: this district has no figures for '{name}'",
        )
    some = (table[name].fillna(0) > 0).reindex(searcher.demand.table.index)
    return (~some.astype(bool)).astype("int64")
