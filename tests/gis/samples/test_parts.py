"""The parts a sample is made of, each on a case small enough to count by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, box

from gis.errors import InputError
from gis.samples.care import with_care
from gis.samples.ground import Ground
from gis.samples.people import UNPLACED, build_households, share_out
from gis.samples.spec import Block, Gate, ordered, read_spec
from gis.samples.streets import Way, node
from gis.samples.tiles import street_code


def way(*points: tuple[float, float], layer: int = 0) -> Way:
    return Way(LineString(points), "residential", layer=layer)


def test_two_streets_that_cross_become_four_pieces_with_one_node_between() -> None:
    pieces, nodes = node([way((0, 5), (10, 5)), way((5, 0), (5, 10))])
    assert len(pieces) == 4
    middle = next(name for name, place in nodes.items() if place == (5.0, 5.0))
    assert [(row.u, row.v).count(middle) for row in pieces.itertuples()] == [1, 1, 1, 1]


def test_a_bridge_joins_at_its_ends_and_not_below() -> None:
    """West bank (0, 0), east bank (10, 0), a path below the bridge from south to north."""
    ways = [way((0, 0), (10, 0), layer=1), way((10, 0), (20, 0)), way((5, -5), (5, 5))]
    pieces, nodes = node(ways)
    assert len(pieces) == 3
    assert nodes[pieces["v"].iloc[0]] == nodes[pieces["u"].iloc[1]] == (10.0, 0.0)


def test_slanting_streets_meet_at_one_place_to_the_centimetre() -> None:
    pieces, nodes = node([way((0, 0), (10, 3.33)), way((0, 3), (10, 0.1)), way((3, -1), (3.7, 9))])
    places = list(nodes.values())
    assert len(pieces) == 3 * 3
    assert len(places) == len(set(places)) == 6 + 3


def test_a_street_that_ends_on_another_divides_it() -> None:
    pieces, _ = node([way((0, 0), (10, 0)), way((4, 0), (4, 7))])
    assert sorted(line.length for line in pieces["geometry"]) == [4, 6, 7]


def test_bending_keeps_areas_and_fits_tile_to_tile() -> None:
    ground = Ground((0.0, 0.0), (0, 0, 800, 600), [(20.0, 1)], [(15.0, 2)], {})
    block = ground.place_shapes([box(100, 100, 400, 300)])[0]
    assert block.area == pytest.approx(300 * 200, rel=1e-3)
    west, east = ground.place(np.array([[0.0, 123.0], [800.0, 123.0]]))
    assert east - west == pytest.approx([800, 0])
    south, north = ground.place(np.array([[321.0, 0.0], [321.0, 600.0]]))
    assert north - south == pytest.approx([0, 600])


def test_turn_is_the_angle_of_a_line_laid_east() -> None:
    ground = Ground((0.0, 0.0), (0, 0, 1000, 1000), [], [(30.0, 1)], {})
    slope = 30 * 2 * np.pi / 1000  # of the sine where it crosses zero
    assert ground.turn(np.array([[0.0, 50.0]]))[0] == pytest.approx(np.arctan(slope), abs=1e-5)


def test_shares_add_up_and_follow_the_weights() -> None:
    counts = share_out(10, np.array([1.0, 1.0, 2.0]))
    assert counts.tolist() == [3, 2, 5]
    assert share_out(7, np.array([1.0, 1.0, 1.0])).sum() == 7


def test_totals_that_cannot_be_met_are_refused() -> None:
    spec = read_spec("courtyards")
    spec.communities[0].totals["people"] = 799  # 800 households
    with pytest.raises(InputError, match="800 户容不下 799 人"):
        build_households(spec, houses(), np.random.default_rng(0))


def test_as_many_households_are_lost_as_said() -> None:
    homes = build_households(read_spec("courtyards"), houses(), np.random.default_rng(0))
    assert homes["building"].isna().sum() == int(UNPLACED * 800)
    assert homes.index.is_unique


def houses() -> pd.DataFrame:
    """One hundred houses of two floors with one unit and two doors: 400 rooms for 800."""
    ids = [f"990201001001{number:05d}" for number in range(1, 101)]
    return pd.DataFrame(
        {
            "community": "990201001001",
            "grid": "990201001001001",
            "compound": None,
            "use": "residential",
            "floors": 2,
            "units": 1,
            "doors": 2,
            "weight": 1.0,
        },
        index=pd.Index(ids, name="id"),
    )


def test_flags_follow_from_the_counts_and_colour_from_the_flags() -> None:
    """One elder alone, an old couple, a grandmother with two children, a young pair."""
    rows = pd.DataFrame(
        {
            "people": [1, 2, 3, 2],
            "elders_60": [1, 2, 1, 0],
            "elders_80": [1, 0, 0, 0],
            "children_0_12": [0, 0, 2, 0],
            "low_income": [0, 0, 0, 0],
            "dual_earner_children": [0, 0, 0, 0],
        }
    )
    told = with_care(rows, "2026-03-06", np.random.default_rng(1))
    expected = ["living_alone", "empty_nest", "left_behind_child"]
    for flags, flag in zip(told["flags"], expected, strict=False):
        assert flag in flags.split("|")
    assert told["colour"].tolist()[:3:2] == ["red", "yellow"]
    assert told["last_visit"].str.fullmatch(r"\d{4}-\d{2}-\d{2}").all()


def test_grids_are_ordered_in_rows_from_the_north_each_from_the_west() -> None:
    boxes = [(0, 0, 1, 1), (1, 1, 2, 2), (0, 1, 1, 2), (1, 0, 2, 1)]
    assert ordered(boxes) == [(0, 1, 1, 2), (1, 1, 2, 2), (0, 0, 1, 1), (1, 0, 2, 1)]


def test_ninety_nine_streets_make_a_county() -> None:
    spec = read_spec("ginkgo")
    assert street_code(spec, 0) == "990101001"
    assert street_code(spec, 98) == "990101099"
    assert street_code(spec, 99) == "990102001"


def test_ring_of_a_block_is_its_street_box_less_the_setbacks() -> None:
    block = Block("测试", "compound", (0, 0, 100, 60), (5, 5, 5, 5), 2, 2, (6, 6), 2, 2,
                  gated="yes", gates=[Gate("south", 0.5)])  # fmt: skip
    assert block.ring == (5, 5, 95, 55)
    assert block.is_compound
    assert shapely.box(*block.box).contains(shapely.box(*block.ring))


def test_points_outside_every_grid_are_refused() -> None:
    with pytest.raises(InputError, match="没有网格"):
        read_spec("ginkgo").grids_at(np.array([[9e6, 0.0]]))
