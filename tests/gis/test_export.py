"""Lists in Excel: staff only, inert, the same bytes for the same content."""

import openpyxl
import pandas as pd
import pytest

import gis
from gis.errors import InputError
from gis.export import STAFF_ONLY, safe_text, write_detail, write_gaps, write_rejects


@pytest.fixture(scope="module")
def town():
    return gis.sample("ginkgo")


@pytest.fixture(scope="module")
def meals(town):
    return gis.cover(town, service="meals", limit="15min", profile="walk_48")


def rows_of(path, sheet=0):
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for row in book.worksheets[sheet].iter_rows()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_first_row_of_every_sheet_says_staff_only(town, meals, lang, tmp_path):
    path = write_gaps(tmp_path / "gaps.xlsx", town, meals, gis.explain(town, meals), lang)
    for sheet in openpyxl.load_workbook(path).worksheets:
        assert sheet["A1"].value == STAFF_ONLY[lang]


def test_one_row_for_each_gap_and_none_names_a_person(town, meals, tmp_path):
    gaps = gis.explain(town, meals)
    rows = rows_of(write_gaps(tmp_path / "gaps.xlsx", town, meals, gaps))
    assert len(rows) == 3 + len(gaps)
    titles = rows[2]
    assert not {"姓名", "电话", "房号", "单元", "身份证"} & set(titles)
    assert [row[0] for row in rows[3:]] == gaps["id"].tolist()


def test_a_walk_beyond_the_horizon_says_over(town, meals, tmp_path):
    gaps = gis.explain(town, meals).head(2).copy()
    gaps["minutes"], gaps["metres"] = [12.34, float("nan")], [600.2, float("nan")]
    gaps["over_minutes"] = [float("nan"), 45.0]
    rows = rows_of(write_gaps(tmp_path / "gaps.xlsx", town, meals, gaps))
    minutes = rows[2].index("步行分钟")
    assert [row[minutes] for row in rows[3:]] == [12.3, ">45"]


def test_nobody_left_out_leaves_the_titles(town, meals, tmp_path):
    nobody = gis.explain(town, meals).head(0)
    assert len(rows_of(write_gaps(tmp_path / "gaps.xlsx", town, meals, nobody))) == 3


def test_changes_stand_on_a_sheet_of_their_own_with_the_most_helpful_first(town, meals, tmp_path):
    path = write_gaps(tmp_path / "gaps.xlsx", town, meals, gis.explain(town, meals))
    rows = rows_of(path, sheet=1)[3:]
    helped = [row[4] for row in rows]
    assert helped == sorted(helped, reverse=True)
    assert any("对外开放" in row[1] for row in rows)


def test_summary_adds_up_to_everyone(town, meals, tmp_path):
    path = write_gaps(tmp_path / "gaps.xlsx", town, meals, gis.explain(town, meals))
    rows = rows_of(path, sheet=2)[3:]
    assert sum(row[3] for row in rows if row[0] == "grid") == meals.total


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@cmd", "\tx"])
def test_formulas_are_made_inert(text, town, meals, tmp_path):
    assert safe_text(text) == f"'{text}"
    gaps = gis.explain(town, meals).head(1).assign(station_name=text)
    rows = rows_of(write_gaps(tmp_path / "gaps.xlsx", town, meals, gaps))
    assert rows[3][rows[2].index("最近站点")] == f"'{text}"


def test_same_content_gives_the_same_file(town, meals, tmp_path):
    gaps = gis.explain(town, meals).head(20)
    one = write_gaps(tmp_path / "one.xlsx", town, meals, gaps).read_bytes()
    assert write_gaps(tmp_path / "two.xlsx", town, meals, gaps).read_bytes() == one
    assert [each.name for each in tmp_path.iterdir()].count("one.xlsx") == 1


def test_no_cell_of_the_file_is_a_formula(town, meals, tmp_path):
    stations = town.stations.assign(name="=cmd|' /C calc'!A1")
    hostile = town.replace(stations=stations, name="=1+1")
    path = write_gaps(tmp_path / "gaps.xlsx", hostile, meals, gis.explain(town, meals).head(5))
    for sheet in openpyxl.load_workbook(path).worksheets:
        assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}


def test_characters_that_excel_forbids_are_shown_as_such():
    assert safe_text("甲\x0b乙") == "甲\N{REPLACEMENT CHARACTER}乙"


def test_titles_stay_in_sight_and_can_be_filtered(town, meals, tmp_path):
    gaps = gis.explain(town, meals).head(7)
    book = openpyxl.load_workbook(write_gaps(tmp_path / "gaps.xlsx", town, meals, gaps))
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == f"A3:{sheet.cell(3, sheet.max_column).column_letter}10"


def test_detail_is_read_by_excel_and_by_pandas(town, meals, tmp_path):
    path = write_detail(tmp_path / "detail.csv", meals)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,requirement,reason,")
    again = pd.read_csv(path, dtype={"id": "str"}, encoding="utf-8-sig")
    assert list(again.columns) == list(meals.detail.columns)
    assert again["id"].tolist() == meals.detail["id"].tolist()
    assert again["minutes"].isna().equals(meals.detail["minutes"].isna().reset_index(drop=True))


def test_detail_holds_no_formula(meals, tmp_path):
    class Hostile:
        detail = meals.detail.head(2).assign(station="=1+1")

    assert (
        pd.read_csv(write_detail(tmp_path / "d.csv", Hostile))["station"].tolist() == ["'=1+1"] * 2
    )


def test_a_file_that_cannot_be_replaced_is_named(town, meals, tmp_path):
    (tmp_path / "gaps.xlsx").mkdir()
    with pytest.raises(InputError) as error:
        write_gaps(tmp_path / "gaps.xlsx", town, meals, gis.explain(town, meals).head(1))
    assert error.value.english == (
        f"{tmp_path / 'gaps.xlsx'} cannot be written (Is a directory); "
        "if it is open in Excel, close it"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["gaps.xlsx"]


def test_rejected_rows_say_where_why_and_what_to_do(town, tmp_path):
    reject = {
        "source": "台账.xlsx",
        "layer": "households",
        "row": "7",
        "column": "楼栋",
        "found": "=9号楼",
        "reason": "没有这栋楼",
        "remedy": "核对楼号",
        "reason_en": "no such building",
        "remedy_en": "check the number",
    }
    some = town.replace(rejects=pd.DataFrame([reject], index=["households-7"]))
    chinese = rows_of(write_rejects(tmp_path / "a.xlsx", some))
    assert chinese[3] == [
        "台账.xlsx", "households", "7", "楼栋", "'=9号楼", "没有这栋楼", "核对楼号",
    ]  # fmt: skip
    english = rows_of(write_rejects(tmp_path / "b.xlsx", some, "en"))
    assert english[3][5:] == ["no such building", "check the number"]
