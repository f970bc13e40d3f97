"""Every bad input of the issue, with the exact message a planner reads."""

import zipfile

import pytest

from gis.crs import wgs84_to_gcj02
from gis.errors import FrameError, InputError
from gis.ingest import InputFile, Sources, import_district

HEAD = ["编号", "名称", "类型", "经度", "纬度"]


def station(at, x=150, y=20, number="S1"):
    return [number, "幸福食堂", "老年食堂", *at(x, y)]


def test_input_without_a_frame_is_refused(town, at):
    stations = town.csv("stations.csv", [HEAD, station(at)])
    with pytest.raises(FrameError) as caught:
        town.read(stations=stations)
    assert "没有声明坐标系" in str(caught.value)
    assert caught.value.english == (
        "stations.csv: no coordinate frame is declared; "
        "say which it is: wgs84, cgcs2000, gcj02, bd09 or EPSG:n"
    )


def test_swapped_latitude_and_longitude_are_refused(town, at):
    lon, lat = at(150, 20)
    stations = town.csv("s.csv", [HEAD, ["S1", "食堂", "老年食堂", lat, lon]], frame="wgs84")
    with pytest.raises(FrameError) as caught:
        town.read(stations=stations)
    assert "写反" in str(caught.value)
    assert caught.value.english == (
        "s.csv: row 2: longitude 22.5302, latitude 113.931: looks like latitude and longitude "
        "are swapped (1 of 1 rows)"
    )


def test_single_row_with_odd_degrees_is_turned_away_and_the_rest_kept(town, at):
    lon, lat = at(150, 20)
    rows = [
        HEAD,
        station(at),
        station(at, number="S2"),
        station(at, number="S3"),
        station(at, number="S4"),
    ]
    rows += [["S5", "食堂", "老年食堂", lat, lon], ["S6", "食堂", "老年食堂", lon, 2253.01]]
    district = town.read(stations=town.csv("s.csv", rows, frame="wgs84"))
    assert list(district.stations.index) == ["S1", "S2", "S3", "S4"]
    reasons = district.rejects.set_index("row")["reason"].to_dict()
    assert reasons == {"6": "经度和纬度写反了", "7": "不是以度为单位的经纬度"}


def test_template_that_was_not_filled_in_says_so(town, at):
    rows = [HEAD, ["示例1", "食堂", "老年食堂", *at(0, 9)], ["", "合计", "", "", ""]]
    with pytest.raises(InputError) as caught:
        town.read(stations=town.csv("s.csv", rows, frame="wgs84"))
    assert str(caught.value) == (
        "s.csv：2 行全部不能用：这是模板里的示例行（第 2 行）；这是合计行（第 3 行）。无需处理；也可以删去"
    )


def test_gcj02_without_a_conversion_is_refused(town, at):
    stations = town.csv("s.csv", [HEAD, station(at)], frame="gcj02")
    with pytest.raises(FrameError) as caught:
        town.read(stations=stations)
    assert "坐标偏移数百米" in str(caught.value)
    assert caught.value.english == (
        "s.csv: gcj02 coordinates are shifted by hundreds of metres and are not used as they "
        "are; name the conversion: --convert gcj02:wgs84"
    )


def test_gcj02_with_its_conversion_is_moved_and_written_down(town, at):
    stations = town.csv("s.csv", [HEAD, station(at)], frame="gcj02", convert="gcj02:wgs84")
    plain = town.csv("p.csv", [HEAD, station(at)], frame="wgs84")
    moved, still = town.read(stations=stations), town.read(stations=plain)
    metres = moved.stations.geometry.iloc[0].distance(still.stations.geometry.iloc[0])
    assert 300 < metres < 700
    row = moved.provenance.loc["stations:s.csv"]
    assert (row["frame"], row["conversion"]) == ("gcj02", "gcj02:wgs84")


def test_empty_file_is_refused(town):
    path = town.folder / "stations.csv"
    path.touch()
    with pytest.raises(InputError) as caught:
        town.read(stations=InputFile(path, frame="wgs84"))
    assert str(caught.value) == "stations.csv：文件是空的（0 字节）。请重新导出或重新下载。"
    assert caught.value.english == (
        "stations.csv: the file is empty (0 bytes). Export or download it again."
    )


def test_file_with_a_header_only_is_refused(town):
    stations = town.csv("stations.csv", [HEAD], frame="wgs84")
    with pytest.raises(InputError) as caught:
        town.read(stations=stations)
    assert str(caught.value) == "stations.csv：没有任何数据行。请检查文件内容。"


def test_wrong_geometry_type_is_refused(town):
    lines = town.shapes(
        "stations.geojson", [({"类型": "老年食堂"}, [(0, 0), (9, 9)])], "LineString"
    )
    with pytest.raises(InputError) as caught:
        town.read(stations=lines)
    assert str(caught.value) == (
        "stations.geojson：需要点或面，文件里却是线。请检查是否选错了文件或图层。"
    )
    assert caught.value.english == (
        "stations.geojson: expected MultiPolygon or Point or Polygon, found LineString. "
        "Check whether this is the right file or layer."
    )


BOW = [(0, 0), (300, 300), (300, 0), (0, 300), (0, 0)]
WHOLE = [(0, 0), (400, 0), (400, 400), (0, 400), (0, 0)]


def test_self_crossing_polygon_is_turned_away_and_the_rest_kept(town, at):
    communities = town.shapes("c.geojson", [({"社区": "甲"}, WHOLE), ({"社区": "乙"}, BOW)])
    district = town.read(communities=communities)
    assert list(district.communities["name"]) == ["甲"]
    reject = district.rejects.loc["communities-2"]
    lon, lat = at(150, 150)
    assert reject["reason"] == f"面自相交 ({lon:.6f}, {lat:.6f})"
    assert reject["reason_en"] == f"the polygon crosses itself ({lon:.6f}, {lat:.6f})"
    assert reject["remedy"] == "在 QGIS 里用“修复几何图形”改好后重新导入"


def test_nothing_but_self_crossing_polygons_is_refused(town, at):
    communities = town.shapes("c.geojson", [({"社区": "乙"}, BOW)])
    with pytest.raises(InputError) as caught:
        town.read(communities=communities)
    lon, lat = at(150, 150)
    assert str(caught.value) == (
        f"c.geojson：1 行全部不能用：面自相交 ({lon:.6f}, {lat:.6f})（第 1 行）。"
        "在 QGIS 里用“修复几何图形”改好后重新导入"
    )


def test_duplicate_ids_are_refused_with_their_rows(town, at):
    rows = [HEAD, station(at), station(at, 160), station(at, 170, number="S2")]
    with pytest.raises(InputError) as caught:
        town.read(stations=town.csv("stations.csv", rows, frame="wgs84"))
    assert str(caught.value) == (
        "stations.csv：有 1 个编号重复：S1 (2, 3)（括号内为行号）。每行的编号必须不同。"
    )
    assert caught.value.english == (
        "stations.csv: 1 id(s) stand in several rows: S1 (2, 3) (row numbers in brackets). "
        "Ids must differ."
    )
    assert caught.value.problems == ("S1: 2, 3",)


def test_station_three_kilometres_from_any_street_is_turned_away(town, at):
    rows = [HEAD, station(at), station(at, 150, 3012, number="S2")]
    district = town.read(stations=town.csv("stations.csv", rows, frame="wgs84"))
    assert list(district.stations.index) == ["S1"]
    # the lane to the gate ends at y = 150
    reject = district.rejects.loc["stations-3"]
    assert reject["reason_en"] == "station is 2,862 m from any street"
    assert reject["reason"] == "站点离最近的街道 2,862 米"
    assert reject["remedy"] == "检查经纬度是否写错，或街道数据是否不全"


def test_district_without_stations_is_a_district(town):
    district = town.read()
    assert len(district.stations) == 0
    assert len(district.buildings) == 3


def test_workbook_with_a_broken_sheet_is_refused(town, at):
    whole = town.xlsx("whole.xlsx", [HEAD, station(at)])
    broken = town.folder / "stations.xlsx"
    with zipfile.ZipFile(whole.path) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if name.endswith("sheet1.xml") else data)
    with pytest.raises(InputError) as caught:
        town.read(stations=InputFile(broken, frame="wgs84"))
    assert str(caught.value) == (
        "stations.xlsx：工作表“Sheet”已损坏，读不下去（ParseError）。"
        "请用 Excel 或 WPS 打开并另存为新的 .xlsx。"
    )
    assert caught.value.english == (
        "stations.xlsx: sheet 'Sheet' is broken (ParseError). "
        "Open it in Excel or WPS and save it as a new .xlsx."
    )


def test_csv_in_another_encoding_is_refused_with_the_place(town):
    path = town.folder / "stations.csv"
    path.write_bytes("编号,名称\nS1,食堂\n".encode() + b"S2,\xff\xfe\n")
    with pytest.raises(InputError) as caught:
        town.read(stations=InputFile(path, frame="wgs84"))
    assert str(caught.value) == (
        "stations.csv：编码既不是 UTF-8 也不是 GB18030（第 3 行，第 28 个字节读不出）。"
        "请在 Excel 或 WPS 里另存为“CSV UTF-8”。"
    )


@pytest.mark.parametrize("content", [b"", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18"])
def test_empty_or_truncated_pbf_is_refused(town, content):
    path = town.folder / "town.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        import_district(Sources(InputFile(path)))
    assert "town.osm.pbf" in str(caught.value)
    assert "请重新下载或导出" in str(caught.value)


def test_gate_80_metres_off_its_ring_is_turned_away(town, at):
    rows = [
        ["小区", "名称", "通行", "经度", "纬度"],
        ["银杏里", "东门", "所有人", *at(302, 200)],
        ["银杏里", "西门", "所有人", *at(-80, 200)],
    ]
    district = town.read(gates=town.csv("gates.csv", rows, frame="wgs84"))
    assert "gates-2" in district.gates.index
    reject = district.rejects.loc["gates-3"]
    assert reject["reason_en"] == "gate is 80 m off the ring of its compound"
    assert reject["reason"] == "出入口离所属小区的边界 80 米"
    assert reject["remedy"] == "改正坐标或小区名称（不得超过 15 米）"
    assert reject["found"] == "银杏里"


def test_compound_over_two_communities_is_turned_away_with_both_names(town):
    west = [(-100, 0), (100, 0), (100, 400), (-100, 400), (-100, 0)]
    east = [(100, 0), (400, 0), (400, 400), (100, 400), (100, 0)]
    communities = town.shapes("c.geojson", [({"社区": "西社区"}, west), ({"社区": "东社区"}, east)])
    inside = [(110, 110), (200, 110), (200, 200), (110, 200), (110, 110)]
    yard = [(0, 100), (300, 100), (300, 300), (0, 300), (0, 100)]
    compounds = town.shapes("x.geojson", [({"小区": "甲苑"}, inside), ({"小区": "乙苑"}, yard)])
    district = town.read(communities=communities, compounds=compounds)
    assert list(district.compounds["name"]) == ["甲苑"]
    assert list(district.compounds["community"]) == ["communities-2"]
    reject = district.rejects.loc["compounds-2"]
    assert reject["reason_en"] == "compound lies over two communities: 东社区 67%, 西社区 33%"
    assert reject["reason"] == "小区跨两个社区：东社区 67%，西社区 33%"
    assert reject["found"] == "乙苑"


def test_unknown_kind_is_turned_away_with_kinds_to_choose_from(town, at):
    rows = [HEAD, station(at), ["S2", "某处", "老年食唐", *at(150, 20)]]
    district = town.read(stations=town.csv("s.csv", rows, frame="wgs84"))
    reject = district.rejects.loc["stations-3"]
    assert (reject["column"], reject["found"]) == ("kind", "老年食唐")
    assert reject["reason"] == "不认识的站点类型"
    assert "社区老年食堂" in reject["remedy"]
    assert "elder_canteen" in reject["remedy_en"]


def test_points_that_fit_the_map_only_when_shifted_back_are_refused(real_data, town):
    source = InputFile(real_data / "shenzhen-nanshan.osm.xz")
    mapped = import_district(Sources(source)).buildings.geometry.centroid.to_crs("EPSG:4326")
    lon, lat = wgs84_to_gcj02(mapped.x[::4], mapped.y[::4])
    rows = [["类型", "经度", "纬度"], *(["老年食堂", x, y] for x, y in zip(lon, lat, strict=True))]
    stations = town.csv("stations.csv", rows, frame="wgs84")
    trusted = InputFile(stations.path, frame="wgs84", trusted=True)
    assert len(import_district(Sources(source, stations=trusted)).stations) == len(rows) - 1
    with pytest.raises(FrameError) as caught:
        import_district(Sources(source, stations=stations))
    assert str(caught.value) == (
        "stations.csv：声明的坐标系是 wgs84，但这些点与街道、建筑对不上，更像是 gcj02。"
        "请核对来源；若确为 gcj02，请声明 gcj02 --convert gcj02:wgs84。"
    )
