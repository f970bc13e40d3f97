"""
What walking costs along a street: by hand, and laws over random streets, slopes and walkers.

    hill     0 ── 50 m ── 100 m      heights 10 | 15 | 15: one in ten, then level
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import gis
from gis import tables
from gis.catalogue import load_catalogue
from gis.streets.pace import STEEPEST, along_cost, build_slopes, slope_factor, steep
from gis.streets.pieces import cut_streets, read_rings
from gis.streets.walker import Direction, Walker, walker_of

CRS = "EPSG:4543"
FLAT = Walker(60.0)
TOBLER = Walker(60.0, slope="tobler")
EVEN = ((-0.2, 1.8), (-0.1, 1.3), (0.0, 1.0), (0.1, 1.3), (0.2, 1.8))
"""A table that is the same up and down."""


def a_street(metres=100.0, **columns):
    """Return one street of so many metres, under the contract."""
    return streets([metres], **{name: [value] for name, value in columns.items()})


def streets(lengths, *, heights=None, grade=None, crossing=None, steps=False):
    """Return streets with the columns that matter here; the contract's check is too slow for laws."""
    lines = [
        shapely.LineString([(0, 10 * k), (metres, 10 * k)]) for k, metres in enumerate(lengths)
    ]
    many = len(lines)
    columns = {
        "steps": np.broadcast_to(np.array(steps, dtype=bool), many),
        "heights": pd.array(heights or [None] * many, dtype="string"),
        "grade": np.array(grade or [None] * many, dtype=float),
        "crossing": pd.array(crossing or [None] * many, dtype="boolean"),
    }
    return gpd.GeoDataFrame(columns, index=[f"w{k}" for k in range(many)], geometry=lines, crs=CRS)


def cost(table, walker, mm, *, backwards=False, row=0, **options):
    """Cost at one offset, as an int."""
    found = along_cost(
        build_slopes(table), walker, np.array([row]), np.array([mm]), backwards=backwards, **options
    )
    return int(found[0])


def test_level_ground_costs_length_over_speed():
    assert cost(a_street(), FLAT, 100_000) == 100_000
    assert cost(a_street(), Walker(48.0), 100_000) == 125_000
    assert cost(a_street(), Walker(48.0), 33_333) == round(33_333 * 1.25)
    assert cost(a_street(), Walker(), 33_333) == 33_333


@pytest.mark.parametrize(
    ("grade", "kmh"),
    # Tobler 1993: 6 km/h at -0.05, 5.04 on the level; others are the formula by hand
    [(-0.05, 6.0), (0.0, 5.036), (0.1, 3.549), (-0.15, 4.228), (0.3, 1.762), (-0.3, 2.501)],
)
def test_tobler_speeds_are_those_of_the_paper(grade, kmh):
    level = 6 * np.exp(-3.5 * 0.05)
    factor = slope_factor(np.array([grade]), TOBLER)[0]
    assert level / factor == pytest.approx(kmh, abs=0.001)


def test_a_given_grade_holds_for_the_whole_street_and_turns_round_with_the_walker():
    up = cost(a_street(grade=0.1), TOBLER, 100_000)
    down = cost(a_street(grade=0.1), TOBLER, 100_000, backwards=True)
    assert up == round(100_000 * np.exp(0.35))
    assert down == round(100_000 * np.exp(3.5 * (0.05 - 0.05)))
    turned = a_street(grade=-0.1)
    assert cost(turned, TOBLER, 100_000, backwards=True) == up


def test_heights_part_a_street_where_its_slope_changes():
    hill = a_street(heights="10|15|15")
    half = round(50_000 * np.exp(0.35))
    assert cost(hill, TOBLER, 50_000) == half
    assert cost(hill, TOBLER, 100_000) == half + 50_000
    assert cost(hill, TOBLER, 75_000) == half + 25_000
    # backwards the second half is level and the first goes down
    assert cost(hill, TOBLER, 100_000, backwards=True) == 100_000


def test_a_measured_grade_goes_before_heights_and_unknown_ones_are_level():
    both = a_street(heights="10|15|15", grade=0.0)
    assert cost(both, TOBLER, 100_000) == 100_000
    gap = a_street(heights="10||15|20")
    slopes = build_slopes(gap)
    assert np.isnan(slopes.grade).tolist() == [True, True, False]
    assert cost(gap, TOBLER, 66_666) == 66_666


def test_heights_that_no_street_has_are_cut_off():
    tower = a_street(heights="0|100")
    assert build_slopes(tower).grade.tolist() == [STEEPEST]


def test_steps_cost_their_factor_whatever_their_slope():
    stairs = a_street(steps=True, heights="0|15|30")
    walker = Walker(60.0, steps_factor=3.0, slope="tobler", max_grade=0.1)
    assert cost(stairs, walker, 100_000) == 300_000
    assert cost(stairs, walker, 100_000, steps_free=True) == 100_000
    assert not steep(build_slopes(stairs), walker)[0]


def test_a_crossing_waits_once_in_its_middle_and_either_way():
    over = a_street(metres=10, crossing=True)
    walker = Walker(60.0, crossing_seconds=12.5)
    assert [cost(over, walker, mm) for mm in (0, 5_000, 5_001, 10_000)] == [
        0,
        5_000,
        17_501,
        22_500,
    ]
    assert cost(over, walker, 10_000, backwards=True) == 22_500
    assert cost(over, Walker(), 10_000) == 10_000


def test_a_street_is_steep_by_its_worst_part_up_or_down():
    wheels = Walker(36.0, None, max_grade=0.083)
    table = streets(
        [100, 100, 100, 100],
        heights=["0|1|2", "0|1|7", "7|1|0", None],
        grade=[None, None, None, 0.09],
    )
    assert steep(build_slopes(table), wheels).tolist() == [False, True, True, True]
    assert not steep(build_slopes(table), FLAT).any()


def test_more_heights_than_millimetres_leave_no_empty_part():
    slopes = build_slopes(a_street(metres=0.003, heights="|".join("123456")))
    assert (slopes.to_mm > slopes.from_mm).all()
    assert slopes.to_mm[-1] == 3


def test_no_streets_have_no_parts():
    slopes = build_slopes(tables.empty(tables.Streets, CRS))
    none = np.empty(0, dtype=np.int64)
    assert not len(along_cost(slopes, TOBLER, none, none, backwards=False))
    assert not len(steep(slopes, Walker(max_grade=0.1)))


def test_lengths_are_those_of_the_network():
    town = gis.sample("ginkgo")
    pieces = cut_streets(town.streets, read_rings(town.compounds))
    np.testing.assert_array_equal(build_slopes(town.streets).length_mm, pieces.street_mm)


@pytest.mark.parametrize("profile", load_catalogue().profiles.values(), ids=lambda each: each.id)
def test_streets_without_grades_cost_what_their_length_does(profile):
    table = gis.sample("ginkgo").streets.assign(grade=np.nan)
    walker = walker_of(profile)
    row = np.arange(len(table))
    slopes = build_slopes(table)
    speed, factor = profile.metres_per_minute, profile.steps_factor or 1.0
    mm = slopes.length_mm
    plain = (
        mm if speed is None else np.rint(mm * (60 / speed) * np.where(table["steps"], factor, 1.0))
    )
    for backwards in (False, True):
        found = along_cost(slopes, walker, row, mm, backwards=backwards)
        np.testing.assert_array_equal(found, plain)


def test_a_walker_has_what_its_profile_says():
    profile = load_catalogue().profile("wheelchair")
    walker = walker_of(profile, direction=Direction.ROUND)
    assert (walker.max_storeys, walker.steps_factor, walker.max_grade) == (0, None, 0.0834)
    assert walker.slope == ((-0.083, 1.2), (0.0, 1.0), (0.05, 1.5), (0.083, 2.0))
    assert walker.direction == "round"
    assert walker_of(profile, timed=False).metres_per_minute is None


# ------------------------------------------------------------------------------------- laws

HEIGHTS = st.lists(
    st.one_of(st.none(), st.floats(-40, 900).map(lambda x: round(x, 2))), min_size=2, max_size=9
)
TABLES = st.dictionaries(
    st.sampled_from([-0.3, -0.12, -0.05, 0.04, 0.1, 0.25]), st.floats(0.6, 6.0), min_size=1
).map(lambda table: tuple(sorted({**table, 0.0: 1.0}.items())))


@st.composite
def walkers(draw):
    return Walker(
        metres_per_minute=draw(st.sampled_from([36.0, 48.0, 54.0, 72.0, 77.7])),
        steps_factor=draw(st.sampled_from([None, 1.0, 2.5])),
        slope=draw(st.one_of(st.none(), st.just("tobler"), TABLES)),
        crossing_seconds=draw(st.sampled_from([0.0, 7.3, 20.0])),
    )


@st.composite
def sloping(draw):
    """Up to four streets, sloping, crossing, steps or plain."""
    count = draw(st.integers(1, 4))
    many = {"min_size": count, "max_size": count}
    heights = draw(st.lists(st.one_of(st.none(), HEIGHTS), **many))
    words = [
        None if each is None else "|".join("" if h is None else f"{h:.2f}" for h in each)
        for each in heights
    ]
    return streets(
        draw(st.lists(st.floats(1, 400), **many)),
        heights=words,
        grade=draw(st.lists(st.one_of(st.none(), st.floats(-0.3, 0.3)), **many)),
        crossing=draw(st.lists(st.sampled_from([True, False, None]), **many)),
        steps=draw(st.lists(st.booleans(), **many)),
    )


@given(sloping(), walkers(), st.booleans(), st.data())
def test_cost_starts_at_nothing_never_falls_and_splits_add_up(table, walker, backwards, data):
    slopes = build_slopes(table)
    row = data.draw(st.integers(0, len(table) - 1))
    length = int(slopes.length_mm[row])
    inner = data.draw(st.lists(st.integers(0, length), max_size=30))
    mm = np.unique([0, *inner, length])
    whole = along_cost(slopes, walker, np.full(len(mm), row), mm, backwards=backwards)
    assert whole[0] == 0
    assert whole.dtype == np.int64
    stretches = np.diff(whole)
    assert (stretches >= 0).all()
    assert stretches.sum() == cost(table, walker, length, backwards=backwards, row=row)


@given(sloping(), walkers())
def test_what_is_even_up_and_down_costs_the_same_both_ways(table, walker):
    even = Walker(
        walker.metres_per_minute,
        walker.steps_factor,
        slope=EVEN,
        crossing_seconds=walker.crossing_seconds,
    )
    slopes = build_slopes(table)
    row = np.arange(len(table))
    forth, back = (
        along_cost(slopes, even, row, slopes.length_mm, backwards=b) for b in (False, True)
    )
    np.testing.assert_array_equal(forth, back)


@given(sloping(), walkers())
def test_a_street_drawn_the_other_way_round_costs_the_same(table, walker):
    turned = table.assign(
        geometry=table.geometry.reverse(),
        grade=-table["grade"],
        heights=pd.array(
            [
                text if text is pd.NA else "|".join(text.split("|")[::-1])
                for text in table["heights"]
            ],
            dtype="string",
        ),
    )
    one, two = build_slopes(table), build_slopes(turned)
    row = np.arange(len(table))
    forth = along_cost(one, walker, row, one.length_mm, backwards=False)
    back = along_cost(two, walker, row, two.length_mm, backwards=True)
    # each part is rounded once, and parts of n heights may differ by a millimetre
    assert (np.abs(forth - back) <= 20 * np.bincount(two.street)).all()
    np.testing.assert_array_equal(
        steep(one, Walker(max_grade=0.08)), steep(two, Walker(max_grade=0.08))
    )


@given(sloping(), walkers())
def test_the_sum_over_parts_is_the_integral_of_the_slope(table, walker):
    slopes = build_slopes(table)
    for row in range(len(table)):
        own = slopes.street == row
        run = (slopes.to_mm - slopes.from_mm)[own]
        factor = slope_factor(slopes.grade[own], walker)
        if slopes.steps[row]:
            factor = np.full(len(run), walker.steps_factor or 1.0)
        wait = walker.crossing_seconds * 1000 * slopes.crossing[row]
        exact = (run * 60 / walker.metres_per_minute * factor).sum() + wait
        found = cost(table, walker, slopes.length_mm[row], row=row)
        assert abs(found - exact) <= 0.5 * len(run) + 0.5
