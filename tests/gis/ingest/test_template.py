"""What is filled into a template is read back, in both languages."""

import openpyxl
import pytest

from gis.catalogue import load_catalogue
from gis.ingest import InputFile, write_template

FILLED = {
    "zh": {
        "住户台账": {
            "户号": "H1",
            "小区": "银杏里",
            "楼栋": "1栋",
            "房号": "0501",
            "人口": 3,
            "人员类别": "独居、失能",
            "管理颜色": "红",
        },
        "服务站点": {
            "编号": "S1",
            "名称": "食堂",
            "类型": "社区老年食堂",
            "容量": 60,
            "状态": "规划",
            "经度": 113.9301,
            "纬度": 22.5301,
        },
        "小区": {"小区": "银杏里", "封闭": "是", "建成年份": 1986},
        "楼栋": {"小区": "银杏里", "楼栋": "2栋", "层数": 6, "电梯": "是"},
        "出入口": {
            "编号": "G1",
            "小区": "银杏里",
            "通行": "居民",
            "经度": 113.93146,
            "纬度": 22.53271,
        },
        "候选点": {
            "编号": "K1",
            "名称": "仓库",
            "房屋来源": "租用",
            "面积": 220,
            "可提供服务": "助餐",
            "经度": 113.9301,
            "纬度": 22.5301,
        },
    },
    "en": {
        "households": {
            "household no.": "H1",
            "compound": "银杏里",
            "building": "1栋",
            "room": "0501",
            "people": 3,
            "care flags": "living_alone|disabled_function",
            "colour": "red",
        },
        "stations": {
            "id": "S1",
            "name": "canteen",
            "kind": "elder canteen",
            "capacity": 60,
            "state": "planned",
            "longitude": 113.9301,
            "latitude": 22.5301,
        },
        "compounds": {"name": "银杏里", "gated": "yes", "built year": 1986},
        "buildings": {"compound": "银杏里", "building name": "2栋", "floors": 6, "lift": "true"},
        "gates": {
            "id": "G1",
            "compound": "银杏里",
            "users": "residents",
            "longitude": 113.93146,
            "latitude": 22.53271,
        },
        "candidates": {
            "id": "K1",
            "name": "store",
            "premises source": "rented",
            "area": 220,
            "services": "meals",
            "longitude": 113.9301,
            "latitude": 22.5301,
        },
    },
}


def fill(path, lang):
    book = openpyxl.load_workbook(path)
    for sheet, cells in FILLED[lang].items():
        head = [cell.value for cell in book[sheet][1]]
        assert set(cells) <= set(head), (sheet, head)
        for name, value in cells.items():
            book[sheet].cell(4, head.index(name) + 1, value)
    book.save(path)
    return InputFile(path, frame="wgs84")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_filled_template_is_read_back_whole(town, lang):
    path = write_template(town.folder / "t.xlsx", lang)
    file = fill(path, lang)
    layers = ("households", "stations", "compounds", "buildings", "gates", "candidates")
    district = town.read(**dict.fromkeys(layers, file))
    home = district.households.loc["H1"]
    assert home["building"] == district.buildings.index[district.buildings["name"] == "1栋"][0]
    assert home[["room", "people", "flags", "colour"]].to_list() == [
        "0501",
        3,
        "living_alone|disabled_function",
        "red",
    ]
    assert district.stations.loc["S1", ["kind", "state"]].to_list() == ["elder_canteen", "planned"]
    assert district.stations.loc["S1", "services"] == "meals"
    assert district.compounds[["gated", "built_year"]].iloc[0].to_list() == ["yes", 1986]
    two = district.buildings.set_index("name").loc["2栋"]
    assert two[["floors", "lift"]].to_list() == [6, True]
    assert district.gates.loc["G1", "users"] == "residents"
    assert district.candidates.loc["K1", ["premises_source", "services"]].to_list() == [
        "rented",
        "meals",
    ]
    # the two example rows of each sheet are turned away by name
    examples = district.rejects[district.rejects["reason"] == "这是模板里的示例行"]
    assert sorted(examples.index) == sorted(f"{layer}-{row}" for layer in layers for row in (2, 3))


def test_drop_down_lists_offer_every_kind_and_point_at_the_choices(tmp_path):
    path = write_template(tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(path)
    rules = book["服务站点"].data_validations.dataValidation
    assert len(rules) == 3
    kinds = next(rule for rule in rules if str(rule.sqref).startswith("D2"))
    assert kinds.formula1.startswith("'可选值'!$")
    column = kinds.formula1.split("$")[1]
    offered = {cell.value for cell in book["可选值"][column] if cell.value}
    assert offered == set(load_catalogue().facilities["name_zh"])
    assert book.sheetnames[:6] == ["住户台账", "服务站点", "小区", "楼栋", "出入口", "候选点"]
    assert book["可选值"].sheet_state == "hidden"


def test_same_template_is_the_same_file(tmp_path):
    one, two = write_template(tmp_path / "a.xlsx"), write_template(tmp_path / "b.xlsx")
    assert one.read_bytes() == two.read_bytes()
