"""
What walking along a street costs, to any place on it, up or down.

The cost of a stretch is the difference of two whole numbers - the cost from the start of the
street to either end of the stretch - so splitting a street never changes a sum.

    streets  --build_slopes-->  Slopes (parts of one grade)  --along_cost(walker)-->  ms or mm

Slopes take longer by a factor of the grade S, rise over run in the direction of walking:
``tobler`` is Tobler (1993), "Three presentations on geographical analysis and modeling", NCGIA
Technical Report 93-1: 6 exp(-3.5 |S + 0.05|) km/h, here relative to level ground, so that the
walker's own speed holds there; else a table, straight between its rows and constant beyond them.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.streets.walker import Walker
from gis.tables import LIST_SEPARATOR

STEEPEST = 0.35
"""Grades from heights are cut off here. The steepest street there is (Baldwin Street, Dunedin)
rises 0.348; more than that is a wall, a tower or a crag that the heights have met."""
_FAR = 2**40
"""Longer than any street in millimetres: street x _FAR + offset orders all places."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Slopes:
    """
    Streets in parts of one grade, by street and offset; every street has at least one part.

    ``street``, ``from_mm``, ``to_mm`` and ``grade`` (rise over run from u to v, NaN unknown) are
    of p parts; ``first`` (its first part), ``length_mm``, ``steps`` and ``crossing`` of s streets.
    """

    street: Ints
    from_mm: Ints
    to_mm: Ints
    grade: Floats
    first: Ints
    length_mm: Ints
    steps: Flags
    crossing: Flags


def build_slopes(streets: gpd.GeoDataFrame) -> Slopes:
    """
    Part streets where their grade changes.

    A street with ``heights`` (n of them, at equal steps) has n - 1 parts; one with a ``grade``
    has one, and its grade, which somebody measured there, goes before the heights. What is not
    known is NaN. ``streets`` is under the contract, geometry in metres.
    """
    mm = np.maximum(1, np.rint(shapely.length(streets.geometry.to_numpy()) * 1000)).astype(np.int64)
    given = streets["grade"].to_numpy(dtype=float)
    told = streets["heights"].notna().to_numpy(dtype=bool) & np.isnan(given)
    count = np.ones(len(streets), dtype=np.int64)
    count[told] = streets["heights"][told].str.count(rf"\{LIST_SEPARATOR}").to_numpy(dtype=np.int64)
    street = np.repeat(np.arange(len(streets)), count)
    step = np.arange(len(street)) - np.repeat(np.cumsum(count) - count, count)
    start, stop = (mm[street] * at // count[street] for at in (step, step + 1))
    grade = given[street]
    grade[told[street]] = _grades(streets["heights"][told].tolist(), (mm / count)[told])
    some = stop > start  # more heights than millimetres
    street = street[some]
    return Slopes(
        street=street,
        from_mm=start[some],
        to_mm=stop[some],
        grade=grade[some],
        first=np.searchsorted(street, np.arange(len(streets))),
        length_mm=mm,
        steps=streets["steps"].to_numpy(dtype=bool),
        crossing=streets["crossing"].fillna(value=False).to_numpy(dtype=bool),
    )


def _grades(heights: list[str], step_mm: Floats) -> Floats:
    """Grades between neighbouring heights, street after street; NaN where one is unknown."""
    if not heights:
        return np.empty(0)
    listed = [text.split(LIST_SEPARATOR) for text in heights]
    metres = np.array([height or "nan" for row in listed for height in row], dtype=float)
    count = np.array([len(row) for row in listed])
    rise = np.delete(np.diff(metres), np.cumsum(count)[:-1] - 1)
    grades: Floats = np.clip(rise * 1000 / np.repeat(step_mm, count - 1), -STEEPEST, STEEPEST)
    return grades


def along_cost(
    slopes: Slopes,
    walker: Walker,
    street_rows: Ints,
    mm: Ints,
    *,
    backwards: bool,
    steps_free: bool = False,
) -> Ints:
    """
    Return the cost of the way between the start (u) of streets and places on them.

    Parameters
    ----------
    street_rows, mm
        n places: row of the street, offset from u, from 0 to the street's length.
    backwards
        Walking towards u: what goes up from u to v then goes down.
    steps_free
        Steps are thought away: they cost what level ground does.

    Returns
    -------
    NDArray
        n whole numbers, milliseconds (millimetres for a walker without a speed); 0 at u, never
        less farther on. Unknown grades are level. Each part is rounded once, and a crossing adds
        its wait beyond the middle of its street.
    """
    mm = np.asarray(mm, dtype=np.int64)
    if walker.metres_per_minute is None:
        return mm
    per_mm = 60.0 / walker.metres_per_minute
    on_steps = 1.0 if steps_free else (walker.steps_factor or 1.0)
    if walker.slope is None:
        factor = np.where(slopes.steps[street_rows], on_steps, 1.0)
        walked = np.rint(mm * per_mm * factor).astype(np.int64)
    else:
        grade = -slopes.grade if backwards else slopes.grade
        on_part = slope_factor(grade, walker)
        on_part[slopes.steps[slopes.street]] = on_steps
        walked = _by_parts(slopes, per_mm, on_part, street_rows, mm)
    waits = slopes.crossing[street_rows] & (mm > slopes.length_mm[street_rows] // 2)
    cost: Ints = walked + waits * round(walker.crossing_seconds * 1000)
    return cost


def _by_parts(slopes: Slopes, per_mm: float, factor: Floats, street_rows: Ints, mm: Ints) -> Ints:
    """Add up whole parts, each rounded once, and the rest of the part a place lies in."""
    whole = np.rint((slopes.to_mm - slopes.from_mm) * per_mm * factor).astype(np.int64)
    before = np.cumsum(whole) - whole
    before -= before[slopes.first][slopes.street]
    part = _part_of(slopes, street_rows, mm)
    rest = np.rint((mm - slopes.from_mm[part]) * per_mm * factor[part]).astype(np.int64)
    cost: Ints = before[part] + rest
    return cost


def _part_of(slopes: Slopes, street_rows: Ints, mm: Ints) -> Ints:
    if len(slopes.street) == len(slopes.first):
        return np.asarray(street_rows, dtype=np.int64)
    starts = slopes.street * _FAR + slopes.from_mm
    places = np.asarray(street_rows, dtype=np.int64) * _FAR + mm
    part: Ints = np.searchsorted(starts, places, side="right") - 1
    return part


def slope_factor(grade: Floats, walker: Walker) -> Floats:
    """Return how many times longer than level ground each grade takes; 1 where it is unknown."""
    if walker.slope is None:
        return np.ones(len(grade))
    if walker.slope == "tobler":
        factor = np.exp(3.5 * (np.abs(grade + 0.05) - 0.05))
    else:
        grades, factors = np.array(walker.slope, dtype=float).T
        factor = np.interp(grade, grades, factors)
    return np.where(np.isnan(grade), 1.0, factor)


def steep(slopes: Slopes, walker: Walker) -> Flags:
    """
    Tell for each street whether some part of it is steeper than the walker can go.

    Steps are judged as steps, whatever their grade; unknown grades are level.
    """
    if walker.max_grade is None:
        return np.zeros(len(slopes.first), dtype=bool)
    over = np.abs(slopes.grade) > walker.max_grade  # NaN compares false
    streets: Flags = np.bincount(slopes.street[over], minlength=len(slopes.first)) > 0
    return streets & ~slopes.steps
