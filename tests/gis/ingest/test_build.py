"""Files of one place fit together: layers replaced or added, links, provenance, law 1."""

import hashlib

import networkx as nx
import osmnx as ox
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.catalogue import load_catalogue
from gis.crs import wgs84_to_bd09, wgs84_to_gcj02
from gis.errors import FrameError, InputError
from gis.ingest import InputFile, Sources, import_district
from gis.ingest.ground import read_ground
from gis.ingest.osm import read_osm
from gis.ingest.osm_notes import osm_note
from gis.ingest.stations import read_stations
from gis.store import save_district

STATION_HEAD = ["编号", "名称", "类型", "服务内容", "容量", "经度", "纬度"]


def test_streets_alone_make_a_district_with_all_mapped_layers(town):
    district = town.read()
    assert district.crs == "EPSG:4547"
    assert district.name == "town"
    assert list(district.buildings["name"].dropna()) == ["1栋", "2栋"]
    assert list(district.compounds["name"]) == ["银杏里"]
    assert list(district.gates["compound"]) == list(district.compounds.index)
    assert abs(float(district.facts["scale_error_ppm"])) < 20
    assert len(district.rejects) == 0


def test_provenance_names_file_hash_frame_and_counts(town, at):
    rows = [
        STATION_HEAD,
        ["S1", "食堂", "老年食堂", "", "60", *at(0, 9)],
        ["S2", "坏", "?", "", "", *at(0, 9)],
    ]
    file = town.csv("站点.csv", rows, frame="cgcs2000")
    row = town.read(stations=file).provenance.loc["stations:站点.csv"]
    assert row["sha256"] == hashlib.sha256(file.path.read_bytes()).hexdigest()
    assert row["frame"] == "cgcs2000"
    assert (row["rows_read"], row["kept"], row["rejected"]) == (2, 1, 1)


def test_given_stations_stand_in_place_of_mapped_ones(town, at):
    rows = [
        STATION_HEAD,
        ["S1", "食堂", "老年食堂", "", "60人", *at(0, 9)],
        ["S2", "驿站", "", "助餐、日间照料", "约20", *at(0, 9)],
        ["S3", "中心", "elder_daycare", "", "", *at(0, 9)],
    ]
    district = town.read(stations=town.csv("s.csv", rows, frame="wgs84"))
    stations = district.stations
    assert stations["kind"].fillna("").to_list() == ["elder_canteen", "", "elder_daycare"]
    assert stations["services"].to_list()[:2] == ["meals", "meals|day_care"]
    assert "day_care" in stations["services"].iloc[2]
    assert stations["capacity"].fillna(-1).to_list() == [60, -1, -1]
    assert stations["state"].to_list() == ["open"] * 3
    assert (
        "列“capacity”有 1 格读不出，按未知处理（第 3 行）"
        in district.provenance.loc["stations:s.csv", "note"]
    )


def test_one_kind_and_a_column_to_keep_turn_a_table_of_cells_into_stations(town, at):
    rows = [
        ["id", "lon", "lat", "population", "healthcare"],
        ["a", *at(0, 9), 120, 0],
        ["b", *at(50, 9), 80, 2],
    ]
    cells = town.csv("cells.csv", rows, frame="wgs84")
    clinics = InputFile(cells.path, frame="wgs84", kind="health_center", keep="healthcare")
    district = town.read(buildings=cells, stations=clinics)
    assert district.buildings["people"].to_dict() == {"a": 120, "b": 80}
    assert list(district.stations.index) == ["b"]
    assert list(district.stations["kind"]) == ["health_center"]
    note = district.provenance.loc["stations:cells.csv", "note"]
    assert "只取“healthcare”大于 0 的行，另有 1 行不在此列" in note


def test_given_gate_is_added_and_replaces_a_mapped_one_at_the_same_place(town, at):
    rows = [
        ["编号", "小区", "名称", "通行", "开放时间", "经度", "纬度"],
        ["G1", "银杏里", "南门", "锁闭", "", *at(152, 101)],
        ["G2", "银杏里", "北门", "刷卡", "6:00-22:00", *at(150, 300)],
        ["G3", "", "路口", "", "", *at(800, 0)],
    ]
    before = town.read()
    after = town.read(gates=town.csv("g.csv", rows, frame="wgs84"), gates_complete=True)
    gates = after.gates
    assert list(gates.index) == ["G1", "G2", "G3"]
    assert gates["users"].to_list() == ["nobody", "residents", "unknown"]
    assert set(gates["source"]) == {"given"}
    assert gates["node"].to_dict()["G1"] == before.gates["node"].iloc[0]
    # 路口 stands across 学府路, which is cut there in two
    assert gates["node"].fillna("").to_list()[1:] == ["", "gG3"]
    assert len(after.streets) == len(before.streets) + 1
    assert sorted([*after.streets["u"], *after.streets["v"]]).count("gG3") == 2
    assert after.streets.length.sum() == pytest.approx(before.streets.length.sum())
    assert after.streets.index.is_unique
    compound = after.compounds.index[0]
    assert gates["compound"].fillna("").to_list() == [compound, compound, ""]
    assert after.compounds["gates_complete"].to_list() == [True]
    mapped = after.rejects.loc[f"gates-{before.gates.index[0]}"]
    assert mapped["reason"] == "给定的出入口表里有同一处出入口"
    row = after.provenance.loc["gates:town.osm"]
    assert (row["rows_read"], row["kept"], row["rejected"]) == (1, 0, 1)


def test_gate_in_the_middle_of_nowhere_is_kept_and_told(town, at):
    places = {"G1": (700, 40), "G2": (700, 3), "G3": (650, 3), "G4": (651, -3), "G5": (1002, 2)}
    rows = [["编号", "经度", "纬度"], *([gate, *at(*spot)] for gate, spot in places.items())]
    district = town.read(gates=town.csv("g.csv", rows, frame="wgs84"))
    assert district.gates.loc[["G1", "G2", "G3", "G4"], "node"].fillna("").to_list() == [
        "",
        "gG2",
        "gG3",
        "gG3",
    ]
    assert district.gates.loc["G5", "node"] in set(town.read().streets["v"])
    note = district.provenance.loc["gates:g.csv", "note"]
    assert note == "1 处出入口既不在小区边上，也不在街道上，不起作用"
    street = district.streets[district.streets["u"].eq("gG3") & district.streets["v"].eq("gG2")]
    assert street.length.iloc[0] == pytest.approx(50, rel=0.01)


def test_given_compounds_take_over_gates_and_buildings_inside_them(town):
    yard = [(-10, 100), (310, 100), (310, 310), (-10, 310), (-10, 100)]
    compounds = town.shapes("x.geojson", [({"编号": "C7", "小区": "新银杏里", "封闭": "是"}, yard)])
    district = town.read(compounds=compounds)
    assert list(district.compounds.index) == ["C7"]
    assert district.compounds.loc["C7", ["gated", "gated_source"]].to_list() == ["yes", "given"]
    assert list(district.gates["compound"]) == ["C7"]
    assert district.buildings["compound"].fillna("").to_list() == ["C7", "C7", ""]


def test_list_without_shapes_fills_in_what_is_known_of_mapped_compounds(town):
    rows = [["小区", "封闭", "建成年份"], ["银杏里", "是", "1986"], ["没有的小区", "否", "1990"]]
    district = town.read(compounds=town.csv("x.csv", rows))
    assert district.compounds[["gated", "gated_source"]].iloc[0].to_list() == ["yes", "given"]
    assert district.compounds["built_year"].to_list() == [1986]
    reject = district.rejects.loc["compounds-3"]
    assert reject["reason"] == "地图上没有这个小区，或同名的不止一个"


def test_list_of_buildings_fills_in_floors_and_lifts_by_address(town):
    rows = [
        ["小区", "楼栋", "层数", "电梯"],
        ["银杏里", "1号楼", "6", "无"],
        ["银杏里", "2幢", "18层", "有"],
        ["银杏里", "3幢", "6", ""],
    ]
    district = town.read(buildings=town.csv("b.csv", rows))
    known = district.buildings.set_index("name")
    assert known.loc[["1栋", "2栋"], "floors"].to_list() == [6, 18]
    assert known.loc[["1栋", "2栋"], "lift"].to_list() == [False, True]
    assert len(district.buildings) == 3
    assert list(district.rejects["row"]) == ["4"]


def test_lines_without_osm_nodes_join_where_they_cross(town):
    lines = [
        ({"路名": "东西路"}, [(0, 0), (400, 0)]),
        ({"路名": "南北路"}, [(200, -200), (200, 200)]),
    ]
    streets = town.shapes("roads.geojson", lines, "LineString")
    district = import_district(Sources(streets))
    assert len(district.streets) == 4
    ends = [*district.streets["u"], *district.streets["v"]]
    assert max(ends.count(node) for node in ends) == 4
    assert district.provenance.loc["streets:roads.geojson", "rows_read"] == 2


def test_graph_in_memory_and_in_a_file_make_the_same_streets(town):
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node, x in ((1, 113.93), (2, 113.931)):
        graph.add_node(node, x=x, y=22.53)
    graph.add_edge(1, 2, highway="residential", length=103.0, osmid=7)
    ox.save_graphml(graph, town.folder / "a.graphml")
    memory = import_district(Sources(InputFile(graph)), name="town")
    file = import_district(Sources(InputFile(town.folder / "a.graphml")))
    assert memory.crs == file.crs == "EPSG:4547"
    assert list(memory.streets["u"]) == list(file.streets["u"])
    assert memory.streets.geometry.geom_equals(file.streets.geometry, align=False).all()
    assert memory.provenance["source"].to_list() == ["graph"]


def test_streets_with_node_ids_join_by_them_alone(town):
    # the second crosses the first on a bridge; the third is the first, drawn backwards
    lines = [
        ({"u": "a", "v": "b"}, [(0, 0), (400, 0)]),
        ({"u": "c", "v": "d"}, [(200, -200), (200, 200)]),
        ({"u": "b", "v": "a"}, [(400, 0), (0, 0)]),
    ]
    streets = town.shapes("roads.geojson", lines, "LineString")
    district = import_district(Sources(streets))
    assert list(zip(district.streets["u"], district.streets["v"], strict=True)) == [
        ("a", "b"),
        ("c", "d"),
    ]


def test_saved_district_is_read_back_from_its_own_file(town):
    before = town.read()
    save_district(before, town.folder / "district")
    place = InputFile(town.folder / "district" / "place.gpkg")
    layers = ("streets", "compounds", "gates", "buildings")
    after = import_district(Sources(**dict.fromkeys(layers, place)))
    for layer in layers:
        one, two = before.table(layer), after.table(layer)
        assert list(one.index) == list(two.index)
        assert one.geometry.geom_equals_exact(two.geometry, 0.001).all()
    assert set(zip(after.streets["u"], after.streets["v"], strict=True)) == set(
        zip(before.streets["u"], before.streets["v"], strict=True)
    )


def test_line_without_a_kind_counts_as_a_wall_and_the_note_says_so(town):
    lines = [({"类型": "河道"}, [(0, 50), (99, 50)]), ({}, [(0, 60), (99, 60)])]
    district = town.read(barriers=town.shapes("b.geojson", lines, "LineString"))
    assert list(district.barriers["kind"]) == ["river", "wall"]
    assert district.provenance.loc["barriers:b.geojson", "note"] == "1 条没有写类型，按围墙处理"


def test_two_columns_of_one_meaning_are_told(town, at):
    rows = [["名称", "站点名称", "类型", "经度", "纬度"], ["甲", "乙", "药店", *at(0, 9)]]
    district = town.read(stations=town.csv("s.csv", rows, frame="wgs84"))
    assert list(district.stations["name"]) == ["甲"]
    note = district.provenance.loc["stations:s.csv", "note"]
    assert note == "以下列与前面的列同义，未使用：站点名称"


def test_compound_is_known_by_its_name_on_the_map_and_in_the_list(town):
    buildings = town.csv(
        "b.csv",
        [["编号", "小区", "楼栋", "经度", "纬度"], ["B1", "银杏里南区", "1栋", 113.9307, 22.5319]],
        frame="wgs84",
    )
    rows = [
        ["户号", "小区", "楼栋", "人口"],
        ["H1", "银杏里南区", "1栋", 2],
        ["H2", "银杏里", "1号楼", 2],
    ]
    district = town.read(buildings=buildings, households=town.csv("h.csv", rows))
    assert list(district.households["building"]) == ["B1", "B1"]


@pytest.mark.parametrize(
    "frame", ["cgcs2000", "EPSG:4490", "EPSG:4547", "EPSG:32650", "gcj02", "bd09"]
)
def test_the_same_place_in_any_frame_is_the_same_place(town, at, frame):
    lon, lat = at(150, 20)
    shifted = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}
    if frame in shifted:
        x, y = (float(value) for value in shifted[frame](lon, lat))
    elif frame.startswith("EPSG"):
        x, y = pyproj.Transformer.from_crs("EPSG:4326", frame, always_xy=True).transform(lon, lat)
    else:
        x, y = lon, lat
    convert = f"{frame}:wgs84" if frame in shifted else None
    head = ["编号", "类型", "经度", "纬度"]
    there = town.csv(
        "a.csv", [head, ["S1", "药店", repr(x), repr(y)]], frame=frame, convert=convert
    )
    here = town.csv("b.csv", [head, ["S1", "药店", lon, lat]], frame="wgs84")
    spots = [town.read(stations=file).stations.geometry["S1"] for file in (there, here)]
    assert spots[0].distance(spots[1]) < 0.001


def test_areas_link_by_containment(town):
    west = [(-600, -100), (200, -100), (200, 500), (-600, 500), (-600, -100)]
    east = [(200, -100), (1100, -100), (1100, 500), (200, 500), (200, -100)]
    features = [
        ({"社区代码": "440305001001", "社区": "西"}, west),
        ({"社区代码": "440305001002", "社区": "东"}, east),
    ]
    district = town.read(communities=town.shapes("c.geojson", features))
    assert list(district.communities.index) == ["440305001001", "440305001002"]
    by_name = district.buildings.set_index(district.buildings["name"].fillna("71号"))["community"]
    assert by_name.to_dict() == {
        "1栋": "440305001001",
        "2栋": "440305001002",
        "71号": "440305001002",
    }


def test_unknown_kind_of_file_and_missing_column_are_refused(town):
    (town.folder / "a.doc").write_text("x")
    with pytest.raises(InputError) as caught:
        town.read(stations=InputFile(town.folder / "a.doc", frame="wgs84"))
    assert "不认识的文件类型“.doc”" in str(caught.value)
    cells = town.csv(
        "cells.csv", [["名称", "经度", "纬度"], ["a", 1, 2]], frame="wgs84", keep="clinics"
    )
    with pytest.raises(InputError) as caught:
        town.read(stations=cells)
    assert str(caught.value) == "cells.csv：没有列“clinics”；有：名称, 经度, 纬度。"


def test_no_input_column_of_coordinates_is_named(town):
    with pytest.raises(InputError) as caught:
        town.read(
            stations=town.csv("s.csv", [["名称", "类型"], ["食堂", "老年食堂"]], frame="wgs84")
        )
    assert str(caught.value).startswith("s.csv：没有经纬度列。请加上“经度”“纬度”两列")


def test_openstreetmap_cannot_be_declared_to_be_something_else(town):
    with pytest.raises(InputError) as caught:
        import_district(Sources(InputFile(town.streets.path, frame="gcj02")))
    assert "OpenStreetMap 数据一律是 wgs84" in str(caught.value)


TEXT = st.sampled_from(
    ["", "S1", "食堂", "老年食堂", "elder_canteen", "食唐", "助餐", "合计", "示例1", "9.5", "x"]
)
LON = st.sampled_from(["113.9301", "113.9344", "114.2", "", "abc", "１１３.93", "113.9301°"])
LAT = st.sampled_from(["22.5301", "22.5299", "22.9", "", "-", "２２.53"])


@settings(max_examples=25)
@given(rows=st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT, LON, LAT), min_size=1, max_size=10))
def test_every_row_of_a_station_list_is_a_station_or_a_reject(tmp_path_factory, ground, rows):
    path = tmp_path_factory.mktemp("stations") / "s.csv"
    lines = [STATION_HEAD, *([f"N{at}", *row] for at, row in enumerate(rows))]
    path.write_text("\n".join(",".join(line) for line in lines), encoding="utf-8")
    file = InputFile(path, frame="wgs84")
    try:
        intake = read_stations(file, ground, load_catalogue())
    except InputError as error:
        reasons = error.problems
    else:
        reasons = None
    if reasons is not None:
        # refused as a whole: then every row has its reason
        assert len(reasons) == len(rows)
        return
    rejected = [int(str(reject["row"])) for reject in intake.rejects]
    assert sorted([*intake.frame["row"], *rejected]) == list(range(2, 2 + len(rows)))
    assert all(reject["reason"] and reject["reason_en"] for reject in intake.rejects)


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    path = tmp_path_factory.mktemp("ground") / "a.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
        '{"type":"LineString","coordinates":[[113.92,22.53],[113.94,22.53]]}}]}'
    )
    return read_ground(InputFile(path), load_catalogue(), lambda *_: None)


@pytest.mark.real
def test_porto_alegre_keeps_every_hexagon_and_every_clinic(real_data):
    folder = real_data / "porto-alegre"
    cells = InputFile(folder / "poa_hexgrid.csv", frame="wgs84")
    clinics = InputFile(cells.path, frame="wgs84", kind="health_center", keep="healthcare")
    district = import_district(
        Sources(InputFile(folder / "poa_osm.pbf"), buildings=cells, stations=clinics)
    )
    # 1,227 lines below the header; awk -F, '{p += $4} $7 > 0 {n++}' gives 812,935 and 117
    assert len(district.buildings) == 1227
    assert district.buildings["people"].sum() == 812_935
    assert len(district.stations) == 117
    assert district.crs == "EPSG:32722"


@pytest.mark.real
def test_swapped_axes_are_found_outside_of_china_too(real_data, tmp_path):
    folder = real_data / "porto-alegre"
    rows = (folder / "poa_points_of_interest.csv").read_text().splitlines()
    assert rows[0] == "id,lat,lon"
    (tmp_path / "p.csv").write_text("\n".join(["id,lon,lat", *rows[1:]]))
    stations = InputFile(tmp_path / "p.csv", frame="wgs84", kind="park")
    with pytest.raises(FrameError) as caught:
        import_district(Sources(InputFile(folder / "poa_osm.pbf"), stations=stations))
    assert caught.value.english == (
        "p.csv: row 2: longitude -30.0276, latitude -51.2278: "
        "looks like latitude and longitude are swapped (15 of 15 rows)"
    )


def test_what_was_left_out_of_openstreetmap_is_told_layer_by_layer():
    counts = {
        "highways read": 1_253,
        "highways dropped: class (trunk)": 12,
        "buildings": 4,
        "highways dropped: foot": 0,
    }
    assert osm_note("streets", counts) == (
        "道路 1,253 条，trunk 类 12 条不步行",
        "highways read 1,253, highways dropped: class (trunk) 12",
    )
    assert osm_note("buildings", counts) is None


@pytest.mark.real
def test_every_count_of_the_reader_has_its_chinese_words(real_data):
    layers = read_osm(real_data / "helsinki.osm.pbf", catalogue=load_catalogue())
    names = ("streets", "buildings", "gates", "entrances", "barriers", "compounds", "stations")
    notes = [note[0] for note in (osm_note(name, layers.counts) for name in names) if note]
    assert notes
    assert not any("dropped" in note or "left out" in note for note in notes)
