"""Households find their building by exact address, and nobody is guessed or lost."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.catalogue import load_catalogue
from gis.ingest import InputFile
from gis.ingest.addresses import building_key, community_key, grid_key, is_yard, plain_place
from gis.ingest.cells import parse_cells
from gis.ingest.fit import Names
from gis.ingest.intake import read_intake
from gis.ingest.people import Places, place_households
from gis.tables import Households

HEAD = ["户号", "社区", "小区", "楼栋", "单元", "房号", "人口", "60岁以上"]


@pytest.mark.parametrize(
    "text",
    ["3栋", "3幢", "3号楼", "3号", "3#", "３栋", "03栋", "第3栋", "三栋", "第三幢", " 3 栋", "3"],
)
def test_usual_spellings_of_a_building_are_one_building(text):
    assert building_key(text) == "3"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("A座", "a"),
        ("A3栋", "a3"),
        ("3栋B", "3栋b"),
        ("十二栋", "12"),
        ("一百零五栋", "105"),
        ("银杏里3栋", "3"),
    ],
)
def test_letters_and_chinese_numbers_are_read(text, key):
    assert building_key(text, "银杏里") == key


def test_different_buildings_stay_different():
    names = ["1栋", "11栋", "A1栋", "B1栋", "A座", "82号院", "1栋A"]
    assert len({building_key(name) for name in names}) == len(names)


def test_communities_grids_and_yards_are_known_by_their_core():
    names = ["银杏社区居委会", "银杏社区", "银杏居委会", "银 杏社区居民委员会", "银杏"]
    assert {community_key(name) for name in names} == {"银杏"}
    assert community_key("社区") == "社区"
    assert {grid_key(name) for name in ["第一网格", "1网格", "01", "第1网格"]} == {"1"}
    assert is_yard("82号院")
    assert is_yard("致果巷2号院坝")
    assert not is_yard("银杏里")
    assert plain_place("银杏·里-（南区）") == "银杏里南区"


def ledger(town, rows, **options):
    return town.csv("台账.csv", [HEAD, *rows], **options)


def test_households_stand_in_the_building_their_address_names(town):
    rows = [
        ["H1", "", "银杏里", "1号楼", "2", "501", 3, 2],
        ["H2", "", "银 杏里", "第二幢", "", "102", 1, 1],
    ]
    district = town.read(households=ledger(town, rows))
    names = district.households["building"].map(district.buildings["name"])
    assert names.to_dict() == {"H1": "1栋", "H2": "2栋"}
    compound = district.compounds.index[0]
    assert set(district.households["compound"]) == {compound}
    assert not district.households.geometry.isna().any()
    assert district.households["floor"].to_dict() == {"H1": 5, "H2": 1}


def test_household_without_a_building_stays_and_is_counted(town):
    rows = [["H1", "", "银杏里", "9栋", "", "1", 3, 2], ["H2", "", "无名里", "1栋", "", "1", 2, 0]]
    district = town.read(households=ledger(town, rows))
    assert district.households["building"].isna().all()
    assert district.households.geometry.isna().all()
    row = district.provenance.loc["households:台账.csv"]
    assert (row["rows_read"], row["kept"], row["rejected"]) == (2, 2, 0)
    assert "2 户的地址在楼栋表中找不到，保留但未落位（第 2, 3 行）" in row["note"]
    # the compound it names is known, so it still counts there
    assert district.households["compound"].notna().to_dict() == {"H1": True, "H2": False}


def test_full_address_places_a_household_without_a_compound(town):
    head = ["户号", "小区", "楼栋", "房号", "人口"]
    file = town.csv(
        "台账.csv", [head, ["H1", "", "兴华街71号院", "3", 2], ["H2", "", "兴华街71号", "3", 2]]
    )
    district = town.read(households=file)
    # 71号院 is a courtyard of its own, not the house number 71号
    assert district.households["building"].isna().all()
    buildings = town.csv(
        "b.csv",
        [["编号", "楼栋", "经度", "纬度"], ["B1", "兴华街71号院", 113.936, 22.5306]],
        frame="wgs84",
    )
    placed = town.read(households=file, buildings=buildings).households["building"]
    assert placed["H1"] == "B1"


def test_building_names_that_repeat_in_compounds_of_one_name_place_nobody(town):
    buildings = town.csv(
        "b.csv",
        [
            ["编号", "小区", "楼栋", "经度", "纬度"],
            ["B1", "银杏里", "1栋", 113.9301, 22.5301],
            ["B2", "银杏里", "1号楼", 113.9362, 22.5301],
        ],
        frame="wgs84",
    )
    rows = [["H1", "", "银杏里", "1栋", "", "1", 3, 2]]
    district = town.read(buildings=buildings, households=ledger(town, rows))
    assert district.households["building"].isna().all()
    note = district.provenance.loc["households:台账.csv", "note"]
    assert "1 户的地址对应不止一栋楼，保留但未落位（第 2 行）" in note


def test_totals_repeats_and_fillers_are_no_households(town):
    rows = [
        ["H1", "", "银杏里", "1栋", "1", "501", 3, 2],
        ["", "", "银杏里", "1号楼", "一", "501", 3, 2],
        ["H1", "", "银杏里", "2栋", "1", "501", 3, 2],
        ["", "", "银杏里", "2栋", "1", "502", "", ""],
        ["H5", "", "银杏里", "2幢", "1", "502", 2, 0],
        ["合计", "", "", "", "", "", 9, 6],
        ["", "银杏社区", "", "", "", "", "", ""],
    ]
    district = town.read(households=ledger(town, rows))
    assert len(district.households) == 2
    reasons = district.rejects.set_index("row")["reason"].to_dict()
    assert reasons == {
        "3": "与第 2 行是同一户（户号或地址相同）",
        "4": "与第 2 行是同一户（户号或地址相同）",
        "6": "与第 5 行是同一户（户号或地址相同）",
        "7": "这是合计行",
        "8": "没有地址，也没有人数，不是一户",
    }


def test_two_household_numbers_in_one_flat_are_two_households(town):
    rows = [
        ["H1", "", "银杏里", "1栋", "1", "501", 3, 2],
        ["H2", "", "银杏里", "1栋", "1", "501", 2, 0],
    ]
    assert len(town.read(households=ledger(town, rows)).households) == 2


def test_street_address_places_a_household_of_an_open_quarter(town):
    head = ["户号", "地址", "房号", "人口"]
    rows = [
        ["H1", "兴华街71号", "2", 2],
        ["H2", "兴华街 ７１号", "3", 1],
        ["H3", "兴华街72号", "1", 1],
    ]
    homes = town.read(households=town.csv("台账.csv", [head, *rows])).households
    assert homes["building"].notna().to_list() == [True, True, False]
    assert "address" not in homes


def test_ids_made_from_addresses_survive_sorting_the_ledger(town):
    head = ["小区", "楼栋", "单元", "房号", "人口"]
    rows = [["银杏里", "1栋", "1", str(room), 2] for room in (101, 102, 201)]
    one = town.read(households=town.csv("a.csv", [head, *rows])).households
    two = town.read(households=town.csv("b.csv", [head, *reversed(rows)])).households
    assert one["room"].to_dict() == two["room"].to_dict()


def test_names_and_policing_columns_are_not_kept_and_the_note_says_so(town):
    head = [*HEAD, "户主姓名", "身份证号", "联系电话", "重点人员", "政治面貌", "血型"]
    rows = [
        [
            "H1",
            "",
            "银杏里",
            "1栋",
            "1",
            "501",
            3,
            2,
            "张三",
            "11010119900101123X",
            "13812345678",
            "是",
            "党员",
            "A",
        ]
    ]
    district = town.read(households=town.csv("台账.csv", [head, *rows]))
    note = district.provenance.loc["households:台账.csv", "note"]
    assert "以下个人信息列未导入：户主姓名、身份证号、联系电话" in note
    assert "本工具只用于关怀服务，以下列一律不导入：重点人员、政治面貌" in note
    assert "以下列不认识，未使用：血型" in note
    kept = district.households.drop(columns="geometry").to_string()
    for secret in ("张三", "1101011990", "138123", "党员"):
        assert secret not in kept
        assert secret not in district.provenance.to_string() + district.rejects.to_string()


def test_care_words_are_brought_to_one_spelling_and_others_dropped(town):
    head = ["户号", "小区", "楼栋", "特殊关怀标识", "服务需求", "管理颜色", "最近走访日期"]
    rows = [
        ["H1", "银杏里", "1栋", "独居、失能", "助餐", "红", "2025.3.1"],
        ["H2", "银杏里", "1栋", "空巢 某种标记", "", "特殊户", "45717"],
    ]
    district = town.read(households=town.csv("台账.csv", [head, *rows]))
    homes = district.households
    assert homes["flags"].to_list() == ["living_alone|disabled_function", "empty_nest"]
    assert homes["needs"].iloc[0] == "meals"
    assert homes["colour"].to_list() == ["red", "yellow"]
    assert homes["last_visit"].to_list() == ["2025-03-01", "2025-03-01"]
    note = district.provenance.loc["households:台账.csv", "note"]
    assert "列“flags”有 1 格读不出，按未知处理（第 3 行）" in note
    assert "某种标记" not in note


def test_community_and_grid_are_those_of_the_building(town):
    whole = [(-600, -200), (1100, -200), (1100, 500), (-600, 500), (-600, -200)]
    west = [(-600, -200), (150, -200), (150, 500), (-600, 500), (-600, -200)]
    communities = town.shapes("c.geojson", [({"社区": "银杏社区"}, whole)])
    grids = town.shapes("g.geojson", [({"网格": "第一网格"}, west)])
    rows = [
        ["H1", "别的社区", "银杏里", "1栋", "", "1", 3, 2],
        ["H2", "银杏社区居委会", "不存在", "1栋", "", "1", 3, 2],
    ]
    district = town.read(communities=communities, grids=grids, households=ledger(town, rows))
    community, grid = district.communities.index[0], district.grids.index[0]
    assert district.households["community"].to_list() == [community, community]
    assert district.households.loc["H1", "grid"] == grid
    assert district.households["grid"].isna().to_list() == [False, True]


def test_note_tells_where_a_ledger_names_another_community_than_the_buildings(town):
    west = [(-600, -200), (150, -200), (150, 500), (-600, 500), (-600, -200)]
    east = [(150, -200), (1100, -200), (1100, 500), (150, 500), (150, -200)]
    communities = town.shapes("c.geojson", [({"社区": "西社区"}, west), ({"社区": "东社区"}, east)])
    rows = [
        ["H1", "东社区", "银杏里", "1栋", "", "1", 3, 2],
        ["H2", "东社区", "银杏里", "2栋", "", "1", 3, 2],
    ]
    district = town.read(communities=communities, households=ledger(town, rows))
    note = district.provenance.loc["households:台账.csv", "note"]
    assert "1 户写的社区与楼栋所在的不同，以楼栋为准（第 2 行）" in note
    mapped = district.provenance.loc["compounds:town.osm", "note"]
    assert mapped == "1 个小区跨社区，按较大的部分归属"


CELLS = st.sampled_from(
    ["", "银杏里", "1栋", "2", "501", "合计", "无", "3", "示例1", "82号院", "x"]
)


@settings(max_examples=40)
@given(rows=st.lists(st.tuples(*[CELLS] * len(HEAD)), min_size=1, max_size=12))
def test_every_row_of_a_ledger_is_a_household_or_a_reject(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("ledger") / "a.csv"
    lines = [HEAD, *([*row[:-1], row[-1] or "."] for row in rows)]
    path.write_text("\n".join(",".join(line) for line in lines), encoding="utf-8")
    columns = load_catalogue().columns
    intake = parse_cells(read_intake(InputFile(path), "households", columns), Households, columns)
    names = ["name", "address", "compound", "compound_name", "community", "community_name", "grid"]
    buildings = pd.DataFrame(
        [["1栋", None, "c1", "银杏里", None, None, None]], columns=names, index=["b1"], dtype=object
    )
    compounds = pd.DataFrame({"name": ["银杏里"]}, index=["c1"])
    places = Places(buildings, Names(compounds).find, lambda _: None, lambda *_: None, {"c1": None})
    done = place_households(intake, places)
    rejected = [int(str(reject["row"])) for reject in done.rejects]
    assert sorted([*done.frame["row"], *rejected]) == list(range(2, 2 + len(rows)))
    assert done.frame["id"].is_unique
    assert done.rows_read == len(rows)
    assert set(done.frame["building"].dropna()) <= {"b1"}
