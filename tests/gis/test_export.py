"""Lists in Excel: staff only, inert, the same bytes for the same content."""

import openpyxl
import pandas as pd
import pytest

import gis
from gis.export import STAFF_ONLY, safe_text, write_gaps, write_rejects


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


def test_summary_adds_up_to_everyone(town, meals, tmp_path):
    path = write_gaps(tmp_path / "gaps.xlsx", town, meals, gis.explain(town, meals))
    rows = rows_of(path, sheet=1)[3:]
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
