"""
The ginkgo street: published totals to the head, and a layout that could stand.

Sources of the expected figures: newspaper articles S0 永兴路社区 and S2 城东社区, as cited in
``data/samples/ginkgo.toml``.
"""

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from gis.catalogue import load_catalogue
from gis.district import PLACE_TABLES, District
from gis.errors import InputError
from gis.samples import sample, sample_names
from gis.tables import COUNTS

GINKGO = "990101001001"
CHENGDONG = "990101001002"


@pytest.fixture(scope="module")
def street() -> District:
    return sample("ginkgo")


def of(street: District, table: str, community: str) -> pd.DataFrame:
    frame = getattr(street, table)
    return frame[frame["community"] == community]


def test_first_community_has_the_published_totals(street: District) -> None:
    households = of(street, "households", GINKGO)
    homes = of(street, "buildings", GINKGO).query("use == 'residential'")
    assert len(households) == 2803
    assert households["people"].sum() == 8350
    assert households["elders_60"].sum() == 2249
    assert households["low_income"].sum() == 1023
    assert len(of(street, "grids", GINKGO)) == 4
    assert len(homes) == 86


def test_first_community_covers_a_fifth_of_a_square_kilometre(street: District) -> None:
    assert street.communities.area[GINKGO] == pytest.approx(200_000, abs=50)


def test_second_community_has_the_published_totals(street: District) -> None:
    households = of(street, "households", CHENGDONG)
    alone = households["flags"].str.contains("living_alone", na=False)
    assert households["elders_60"].sum() == 1523
    assert households["children_0_12"].sum() == 2125
    assert households["dual_earner_children"].sum() == 120
    assert alone.sum() == 11
    assert households["people"].sum() == 16_922
    assert round(1523 / households["people"].sum(), 2) == 0.09


def test_totals_do_not_depend_on_the_seed(street: District) -> None:
    other = sample("ginkgo", seed=7)
    columns = [*COUNTS[1:], "dual_earner_children"]
    for district in (street, other):
        totals = district.households.groupby("community")[columns].sum()
        assert totals.loc[GINKGO, "elders_60"] == 2249
    assert not street.households["people"].equals(other.households["people"])


def test_same_seed_gives_the_same_tables(street: District) -> None:
    again = sample("ginkgo", seed=0)
    for name in [*PLACE_TABLES, "households", "provenance"]:
        assert_frame_equal(getattr(street, name), getattr(again, name))


def test_everything_is_labelled_as_synthetic(street: District) -> None:
    assert street.facts["synthetic"] == "yes"
    assert "合成数据" in street.name
    assert street.provenance["source"].str.contains("合成数据").all()
    assert street.communities["code"].str.startswith("99").all()


def test_codes_inherit_the_code_above(street: District) -> None:
    assert (street.grids["code"].str[:12] == street.grids["community"]).all()
    assert (street.buildings.index.str[:12] == street.buildings["community"]).all()
    assert (street.buildings["grid"].str[:12] == street.buildings["community"]).all()
    assert street.buildings.index.str.len().unique().tolist() == [17]
    assert street.gates.index.str.fullmatch(r"\d{15}").all()


def test_grids_are_numbered_from_the_north_west(street: District) -> None:
    corners = street.grids.bounds
    for _, grids in street.grids.groupby("community"):
        first = grids.index.min()
        assert corners.loc[grids.index, "maxy"].max() - corners.loc[first, "maxy"] < 60


def test_grids_fill_their_community_without_overlap(street: District) -> None:
    parts = street.grids.dissolve("community").area
    assert np.allclose(parts, street.grids.area.groupby(street.grids["community"]).sum())
    assert np.allclose(parts, street.communities.area[parts.index])


def test_households_stand_where_their_building_stands(street: District) -> None:
    placed = street.households.dropna(subset="building")
    buildings = street.buildings.loc[placed["building"]]
    for column in ("community", "grid"):
        assert (placed[column].to_numpy() == buildings[column].to_numpy()).all()
    assert placed["compound"].fillna("").tolist() == buildings["compound"].fillna("").tolist()
    assert (placed["floor"].to_numpy() <= buildings["floors"].to_numpy()).all()
    assert (placed["unit"].astype(int).to_numpy() <= buildings["units"].to_numpy()).all()
    assert (placed["room"].astype(int).to_numpy() // 100 == placed["floor"].to_numpy()).all()


def test_a_few_households_have_no_building(street: District) -> None:
    lost = street.households["building"].isna()
    assert 0 < lost.mean() <= 0.003
    assert (
        street.households.geometry[lost].isna().all()
        | street.households.geometry[lost].is_empty.all()
    )
    assert street.households.loc[lost, "grid"].notna().all()


def test_buildings_count_their_households(street: District) -> None:
    placed = street.households.dropna(subset="building")
    assert street.buildings["households"].sum() == len(placed)
    assert street.buildings["elders_60"].sum() == placed["elders_60"].sum()


def test_persons_of_a_household_fit_into_it(street: District) -> None:
    homes = street.households
    assert (homes["people"] >= 1).all()
    assert (homes["elders_60"] + homes["children_0_12"] <= homes["people"]).all()
    assert (homes["children_0_12"] < homes["people"]).all()
    assert (homes["elders_80"] <= homes["elders_60"]).all()
    assert (homes["low_income"] <= homes["people"]).all()
    assert (homes["dual_earner_children"] <= homes["children_0_12"]).all()


def test_whoever_lives_alone_is_one_elder(street: District) -> None:
    alone = street.households[street.households["flags"].str.contains("living_alone", na=False)]
    assert (alone["people"] == 1).all()
    assert (alone["elders_60"] == 1).all()


def test_no_visit_lies_in_the_future(street: District) -> None:
    assert (street.households["last_visit"] < street.facts["data_date"]).all()


def test_needs_and_services_are_known_to_the_catalogue(street: District) -> None:
    known = set(load_catalogue().services.index)
    for values in (
        street.households["needs"],
        street.stations["services"],
        street.candidates["services"],
    ):
        assert set(values.dropna().str.split("|").explode()) <= known


def test_homes_lie_inside_their_compound_and_grid(street: District) -> None:
    homes = street.buildings.dropna(subset="compound")
    rings = street.compounds.geometry[homes["compound"]]
    assert homes.geometry.within(gpd.GeoSeries(rings.array, index=homes.index)).all()
    grids = street.grids.geometry[street.buildings["grid"]]
    centres = street.buildings.centroid
    assert centres.within(gpd.GeoSeries(grids.array, index=centres.index)).all()


def test_no_two_buildings_overlap(street: District) -> None:
    shapes = street.buildings.geometry
    first, second = shapes.sindex.query(shapes, predicate="intersects")
    assert (first == second).all()


def test_no_street_runs_through_a_building(street: District) -> None:
    _, hit = street.streets.sindex.query(street.buildings.geometry, predicate="intersects")
    assert street.streets.index[hit].tolist() == []


def test_gates_lie_on_the_ring_and_on_a_street_node(street: District) -> None:
    gates = street.gates.dropna(subset="compound")
    rings = gpd.GeoSeries(street.compounds.geometry[gates["compound"]].array, index=gates.index)
    assert gates.distance(rings.boundary).max() < 0.01
    # a compound without mapped lanes has a gate that no street runs through
    gates = gates[gates["node"].notna()]
    assert gates["compound"].nunique() == street.gates["compound"].nunique() - 1
    ends = node_points(street)
    at = gpd.GeoSeries(
        shapely.points(ends.loc[gates["node"]].to_numpy()), index=gates.index, crs=gates.crs
    )
    assert gates.distance(at).max() < 0.01


def test_one_gate_stands_across_a_street(street: District) -> None:
    node = street.gates.loc[street.gates["compound"].isna(), "node"].item()
    ends = street.streets[["u", "v"]]
    lanes = street.streets[(ends == node).any(axis=1)]
    assert lanes["name"].tolist() == ["致果巷", "致果巷"]


def test_compounds_come_with_every_kind_of_gate_knowledge(street: District) -> None:
    crossing = street.compounds[street.compounds["gated"].isin(["yes", "unknown"])]
    rings = crossing.geometry.boundary
    crossed = {name: street.streets.intersects(ring).any() for name, ring in rings.items()}
    mapped = set(street.gates["compound"].dropna())
    unmapped = [name for name in crossing.index if name not in mapped]
    assert {crossed[name] for name in unmapped} == {True, False}
    assert set(street.compounds["gated"]) == {"yes", "no", "unknown"}
    assert set(street.gates["users"]) == {"everyone", "residents", "nobody", "unknown"}


def test_streets_on_one_layer_meet_only_at_nodes(street: District) -> None:
    lines = street.streets
    first, second = lines.sindex.query(lines.geometry, predicate="intersects")
    pairs = (first < second) & (
        lines["layer"].to_numpy()[first] == lines["layer"].to_numpy()[second]
    )
    one, two = lines.iloc[first[pairs]], lines.iloc[second[pairs]]
    shared = [
        bool({a, b} & {c, d})
        for a, b, c, d in zip(one["u"], one["v"], two["u"], two["v"], strict=True)
    ]
    assert all(shared)
    meets = shapely.intersection(one.geometry.array, two.geometry.array)
    assert (shapely.length(meets) == 0).all()


def test_equal_node_ids_mean_equal_places(street: District) -> None:
    ends = pd.concat([ends_of(street, "u", 0), ends_of(street, "v", -1)])
    spread = ends.groupby(level=0).agg(np.ptp)
    assert spread.to_numpy().max() == 0


def test_the_river_is_crossed_on_two_bridges_only(street: District) -> None:
    river = street.barriers[street.barriers["kind"] == "river"].union_all()
    over = street.streets[street.streets.intersects(river)]
    assert sorted(over["name"]) == ["杏东桥", "银杏大桥"]
    assert (over["layer"] == 1).all()


def test_all_streets_hang_together_but_those_of_the_compound_without_a_way_out(
    street: District,
) -> None:
    graph = nx.from_pandas_edgelist(street.streets, "u", "v")
    island, _ = sorted(nx.connected_components(graph), key=len)
    lanes = street.streets[street.streets["u"].isin(island)]
    assert lanes.within(shut_in(street)).all()


def test_grades_rise_up_the_hill_and_turn_round_with_the_line(street: District) -> None:
    steps = street.streets[street.streets["steps"] & (street.streets["name"] == "百步梯")]
    assert steps["grade"].abs().max() > 0.1
    assert street.streets["grade"].notna().all()


def test_unknown_sample_and_size_are_named_with_the_known_ones() -> None:
    assert "ginkgo" in sample_names()
    with pytest.raises(InputError, match="ginkgo"):
        sample("bamboo")
    with pytest.raises(InputError, match="street"):
        sample("ginkgo", size="village")
    with pytest.raises(InputError, match="1 到"):
        sample("ginkgo", scale=0)


def test_four_tiles_hold_four_streets_joined_by_their_arterials() -> None:
    city = sample("ginkgo", scale=2)
    assert len(city.households) == 4 * 14_000
    assert len(city.communities) == 4 * 6
    graph = nx.from_pandas_edgelist(city.streets, "u", "v")
    assert nx.number_connected_components(graph) == 1 + 4  # four compounds without a way out
    ends = pd.concat([ends_of(city, "u", 0), ends_of(city, "v", -1)])
    assert ends.groupby(level=0).agg(np.ptp).to_numpy().max() < 1e-6
    placed = city.households.dropna(subset="building")
    assert (
        placed["grid"].to_numpy() == city.buildings.loc[placed["building"], "grid"].to_numpy()
    ).all()
    assert (city.grids["code"].str[:12] == city.grids["community"]).all()


def test_courtyards_five_by_five_are_ten_thousand_houses() -> None:
    houses = sample("courtyards", scale=5)
    assert len(houses.buildings) == 10_000
    assert len(houses.households) == 20_000
    assert nx.is_connected(nx.from_pandas_edgelist(houses.streets, "u", "v"))


def shut_in(street: District) -> shapely.Polygon:
    """The compound no street leads into."""
    ring = street.compounds.set_index("name").geometry["云杏公寓"]
    assert not street.streets.crosses(ring).any()
    return ring


def ends_of(district: District, column: str, end: int) -> pd.DataFrame:
    points = shapely.get_coordinates(shapely.get_point(district.streets.geometry.array, end))
    return pd.DataFrame(points, index=district.streets[column], columns=["x", "y"])


def node_points(district: District) -> pd.DataFrame:
    ends = pd.concat([ends_of(district, "u", 0), ends_of(district, "v", -1)])
    return ends[~ends.index.duplicated()]
