"""Strips against what GEOS makes of the same street parts."""

import numpy as np
import pytest
import shapely
import shapely.ops
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gis.strips import (
    CELL_METRES,
    INSIDE_METRES,
    OUTSIDE_METRES,
    SLIVER_SQUARE_METRES,
    STRIP_METRES,
    Segments,
    build_lines,
    cut_lines,
    split_strips,
    straight_segments,
    strips,
    warm,
    whole,
)

seeds = st.integers(0, 100_000)
few = settings(max_examples=40, deadline=None)
CELL = CELL_METRES


@pytest.fixture(autouse=True, scope="module")
def _compiled():
    warm()


def random_parts(seed, *, groups=4, spread=400.0):
    """Short walks of a few corners, each of one group; some end where others begin."""
    rng = np.random.default_rng(seed)
    walks, owner = [], []
    for _ in range(int(rng.integers(1, 14))):
        start = rng.uniform(0, spread, 2) if not walks or rng.random() < 0.4 else walks[-1][-1]
        steps = rng.uniform(-60, 60, size=(int(rng.integers(1, 5)), 2))
        walks.append(np.vstack([start, start + np.cumsum(steps, axis=0)]))
        owner.append(int(rng.integers(groups)))
    lines = build_lines(
        shapely.linestrings(
            np.concatenate(walks),
            indices=np.repeat(np.arange(len(walks)), [len(walk) for walk in walks]),
        )
    )
    number = np.arange(len(walks))
    length = shapely.length([LineString(walk) for walk in walks])
    segments = cut_lines(lines, number, np.zeros(len(walks)), length, np.array(owner))
    return segments, [LineString(walk) for walk in walks], np.array(owner)


def exact(segments, more=0.0):
    shapes = shapely.linestrings(segments.xy.reshape(-1, 2, 2))
    return shapely.union_all(shapely.buffer(shapes, STRIP_METRES + more, quad_segs=32))


def likeness(one, two):
    return shapely.area(shapely.intersection(one, two)) / shapely.area(shapely.union(one, two))


def test_one_street_has_a_strip_of_25_m_on_both_sides_and_around_its_ends():
    segments = straight_segments([[3.0, 4.0]], [[103.0, 4.0]], np.array([0]))
    (area,) = strips(segments, 1)
    assert shapely.area(area) == pytest.approx(100 * 50 + np.pi * 25**2, rel=4e-3)
    assert shapely.hausdorff_distance(area, exact(segments)) < 0.5


def test_a_block_of_streets_keeps_its_hole():
    ring = build_lines(np.array([box(0, 0, 200, 200).exterior]))
    parts = cut_lines(ring, np.array([0]), np.zeros(1), np.array([800.0]), np.array([0]))
    (area,) = strips(parts, 1)
    (hole,) = area.interiors
    assert shapely.area(shapely.Polygon(hole)) == pytest.approx(
        150 * 150, rel=4e-3
    )  # corners are cut


def test_groups_without_parts_have_an_empty_area():
    none = Segments(np.empty((0, 4)), np.empty(0, dtype=np.int64))
    for make in (strips, split_strips):
        assert [area.is_empty for area in make(none, 2)] == [True, True]
        some = straight_segments([[0.0, 0.0]], [[9.0, 0.0]], np.array([1]))
        assert [area.is_empty for area in make(some, 3)] == [True, False, True]


def test_a_part_of_no_length_is_a_disc():
    (area,) = strips(straight_segments([[7.0, 7.0]], [[7.0, 7.0]], np.array([0])), 1)
    assert likeness(area, shapely.Point(7, 7).buffer(25)) > 0.99


def test_an_area_wider_than_a_window_is_joined_from_several():
    x = np.arange(0, 7000, 60.0)
    start = np.stack([x, np.zeros_like(x)], axis=1)
    rungs = straight_segments(start, start + np.array([0, 150]), np.zeros(len(x), dtype=np.int64))
    rails = straight_segments([[0, 0], [0, 150]], [[6960, 0], [6960, 150]], np.array([0, 0]))
    segments = Segments(np.vstack([rungs.xy, rails.xy]), np.r_[rungs.group, rails.group])
    (area,) = strips(segments, 1)
    assert area.is_valid
    assert area.geom_type == "Polygon"
    assert len(area.interiors) == len(x) - 1
    assert likeness(area, exact(segments)) > 0.99


@few
@given(seeds)
def test_outlines_are_valid_and_run_where_they_are_said_to_run(seed):
    segments, _, _ = random_parts(seed)
    areas = strips(segments, 4)
    assert shapely.is_valid(areas).all()
    for group, area in enumerate(areas):
        of_group = segments.of(segments.group == group)
        assert area.is_empty == (not len(of_group.xy))
        if area.is_empty:
            continue
        assert likeness(area, exact(of_group)) > 0.98
        assert shapely.covers(area, exact(of_group, -INSIDE_METRES))
        assert shapely.covers(exact(of_group, OUTSIDE_METRES), area)


@few
@given(seeds)
def test_a_group_has_the_same_area_whatever_the_others_are(seed):
    segments, _, _ = random_parts(seed)
    together = strips(segments, 4)
    for group in range(4):
        alone = segments.of(segments.group == group)
        (area,) = strips(Segments(alone.xy, np.zeros(len(alone.xy), dtype=np.int64)), 1)
        assert shapely.equals_exact(area, together[group], 0)


@few
@given(seeds)
def test_split_areas_do_not_overlap_and_together_are_the_merged_one(seed):
    segments, _, _ = random_parts(seed)
    (merged,) = strips(Segments(segments.xy, np.zeros(len(segments.xy), dtype=np.int64)), 1)
    split = split_strips(segments, 4)
    assert shapely.is_valid(split).all()
    one, two = np.triu_indices(4, k=1)
    overlap = shapely.area(shapely.intersection(split[one], split[two]))
    # a spot of less than a cell at each end of a common border
    assert overlap.sum() <= 0.01 * merged.area
    joined = shapely.union_all(split)
    assert shapely.area(shapely.difference(joined, merged)) <= 0.001 * merged.area
    lost = shapely.difference(merged, joined)
    assert lost.area <= 0.04 * merged.area  # drawn to be hard: many groups on one spot
    assert shapely.buffer(lost, -0.75 * CELL).is_empty


@few
@given(seeds)
def test_each_point_lies_in_the_area_of_its_nearest_group(seed):
    segments, _, _ = random_parts(seed)
    split = split_strips(segments, 4)
    rng = np.random.default_rng(seed)
    points = shapely.points(rng.uniform(-50, 450, size=(200, 2)))
    away = np.full((4, len(points)), np.inf)
    for group in set(segments.group.tolist()):
        lines = shapely.linestrings(segments.xy[segments.group == group].reshape(-1, 2, 2))
        away[group] = shapely.distance(shapely.multilinestrings(lines), points)
    nearest = np.argmin(away, axis=0)
    first, second = np.sort(away, axis=0)[:2]
    clear = (second - first > 2 * CELL) & (np.abs(first - STRIP_METRES) > CELL)
    for point, owner, near in zip(points[clear], nearest[clear], first[clear], strict=True):
        inside = [bool(shapely.intersects(area, point)) for area in split]
        assert inside == [near < STRIP_METRES and group == owner for group in range(4)]


@few
@given(seeds, st.sampled_from([(5120.0, -10_240.0), (1.0, 2.0), (500_000.0, 4_400_000.0)]))
def test_moving_the_plane_moves_the_area(seed, shift):
    segments, _, _ = random_parts(seed)
    moved = Segments(segments.xy + np.r_[shift, shift], segments.group)
    for one, two in zip(strips(segments, 4), strips(moved, 4), strict=True):
        back = shapely.transform(two, lambda xy: xy - shift)
        assert one.is_empty == two.is_empty
        assert one.is_empty or likeness(one, back) > 0.99


@few
@given(seeds)
def test_cut_lines_are_what_shapely_cuts(seed):
    rng = np.random.default_rng(seed)
    _, walks, _ = random_parts(seed)
    lines = build_lines(np.array(walks))
    number = rng.integers(len(walks), size=20)
    length = shapely.length(walks)[number]
    start, stop = np.sort(rng.uniform(0, 1, size=(2, 20)), axis=0) * length
    parts = cut_lines(lines, number, start, stop, np.arange(20))
    for part in range(20):
        mine = shapely.linestrings(parts.xy[parts.group == part].reshape(-1, 2, 2))
        wanted = shapely.ops.substring(walks[number[part]], start[part], stop[part])
        assert (
            shapely.hausdorff_distance(shapely.line_merge(shapely.multilinestrings(mine)), wanted)
            < 1e-6
        )
        assert shapely.length(mine).sum() == pytest.approx(wanted.length)


def test_slivers_lines_and_points_are_left_out_of_an_area():
    sliver = box(50, 0, 50.1, SLIVER_SQUARE_METRES)
    mixed = shapely.geometrycollections([box(0, 0, 9, 9), sliver, LineString([(0, 0), (9, 9)])])
    assert whole(mixed).equals(box(0, 0, 9, 9))
    assert whole(shapely.geometrycollections([sliver])).is_empty
