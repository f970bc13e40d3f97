"""Spreadsheets as offices save them."""

import datetime as dt
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import InputError
from gis.ingest.sheets import read_sheet

KNOWN = {"小区", "楼栋", "房号", "60岁以上", "80岁以上", "人口"}


def known(text):
    return text in KNOWN


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def book(path, rows, title="Sheet", merge=()):
    whole = openpyxl.Workbook()
    sheet = whole.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for reference in merge:
        sheet.merge_cells(reference)
    whole.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_reads_alike_in_every_encoding_and_with_every_delimiter(tmp_path, encoding, delimiter):
    text = "小区,楼栋,房号\n银杏里,3栋,0501\n".replace(",", delimiter)
    sheet = read_sheet(write(tmp_path / "a.csv", text, encoding))
    assert sheet.frame.to_dict("records") == [{"小区": "银杏里", "楼栋": "3栋", "房号": "0501"}]
    assert sheet.rows == (2,)
    assert sheet.source == "a.csv"


def test_row_numbers_are_those_of_the_file_titles_and_empty_rows_included(tmp_path):
    text = "银杏里社区住户台账\n\n小区,楼栋\n银杏里,1栋\n,,\n银杏里,2栋\n"
    sheet = read_sheet(write(tmp_path / "a.csv", text), known=known)
    assert list(sheet.frame["楼栋"]) == ["1栋", "2栋"]
    assert sheet.rows == (4, 6)


def test_quoted_cells_may_hold_delimiters_and_line_breaks(tmp_path):
    sheet = read_sheet(write(tmp_path / "a.csv", '小区,备注\n银杏里,"一,二\n三"\n'))
    assert sheet.frame["备注"][0] == "一,二\n三"


def test_numbers_dates_and_long_numbers_of_excel_stay_what_people_see(tmp_path):
    rows = [
        ["小区", "楼栋", "人口", "日期", "号码", "面积", "电梯", "时间"],
        ["银杏里", 3.0, 2, dt.date(2026, 3, 7), 110101199001011.0, 88.5, True, dt.time(9, 30)],
    ]
    sheet = read_sheet(book(tmp_path / "a.xlsx", rows))
    assert list(sheet.frame.iloc[0]) == [
        "银杏里",
        "3",
        "2",
        "2026-03-07",
        "110101199001011",
        "88.5",
        "true",
        "09:30:00",
    ]
    assert sheet.source == "a.xlsx[Sheet]"


def test_value_merged_over_rows_stands_in_each_of_them(tmp_path):
    rows = [
        ["小区", "楼栋", "房号"],
        ["银杏里", "1栋", "101"],
        [None, None, "102"],
        ["兴华苑", "1栋", "1"],
    ]
    sheet = read_sheet(book(tmp_path / "a.xlsx", rows, merge=["A2:A3", "B2:B3"]), known=known)
    assert list(sheet.frame["小区"]) == ["银杏里", "银杏里", "兴华苑"]
    assert list(sheet.frame["楼栋"]) == ["1栋", "1栋", "1栋"]


def test_second_header_line_is_joined_to_the_first(tmp_path):
    rows = [
        ["某社区台账", None, None, None],
        ["小区", "楼栋", "老年人", None],
        [None, None, "60岁以上", "80岁以上"],
        ["银杏里", "1栋", 2, 1],
    ]
    path = book(tmp_path / "a.xlsx", rows, merge=["A1:D1", "A2:A3", "B2:B3", "C2:D2"])
    sheet = read_sheet(path, known=known)
    assert list(sheet.frame.columns) == ["小区", "楼栋", "60岁以上", "80岁以上"]
    assert sheet.rows == (4,)


def test_sheet_is_chosen_by_name_by_title_or_by_its_header(tmp_path):
    whole = openpyxl.Workbook()
    whole.active.append(["说明"])
    for name, home in (("甲", "银杏里"), ("住户台账", "兴华苑")):
        whole.create_sheet(name).append(["小区", "楼栋"])
        whole[name].append([home, "1栋"])
    whole.save(tmp_path / "a.xlsx")
    by_header = read_sheet(tmp_path / "a.xlsx", known=known)
    by_title = read_sheet(tmp_path / "a.xlsx", known=known, titles=("住户台账",))
    by_name = read_sheet(tmp_path / "a.xlsx", sheet="住户台账", known=known)
    assert [sheet.frame["小区"][0] for sheet in (by_header, by_title, by_name)] == [
        "银杏里",
        "兴华苑",
        "兴华苑",
    ]
    with pytest.raises(InputError) as caught:
        read_sheet(tmp_path / "a.xlsx", sheet="丙")
    assert str(caught.value) == "a.xlsx：没有名为“丙”的工作表；有：Sheet、甲、住户台账。"


def test_headers_that_repeat_are_told_apart(tmp_path):
    sheet = read_sheet(write(tmp_path / "a.csv", "小区,电话,电话,\n银杏里,1,2,3\n"))
    assert list(sheet.frame.columns) == ["小区", "电话", "电话#2", "#4"]


def test_table_without_a_known_header_is_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        read_sheet(write(tmp_path / "a.csv", "甲,乙\n1,2\n"), known=known)
    assert str(caught.value) == (
        "a.csv：前 20 行里没有找到认得的表头。"
        "请把列名写在第一行，可用 minqing template 生成空白表对照。"
    )


def test_old_or_locked_workbooks_are_refused_with_what_to_do(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    with pytest.raises(InputError) as caught:
        read_sheet(path)
    assert str(caught.value) == (
        "a.xlsx：旧版（.xls/.et/.ods）或加了密码的工作簿不能读取。"
        "请在 Excel 或 WPS 里取消密码并另存为 .xlsx。"
    )


@pytest.mark.parametrize("content", [b"PK\x03\x04 and nothing more", b"not a workbook at all"])
def test_workbook_that_is_no_zip_is_refused(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_sheet(path)
    assert str(caught.value) == (
        "a.xlsx：工作簿已损坏，打不开。请用 Excel 或 WPS 打开并另存为新的 .xlsx。"
    )


def test_workbook_that_blows_up_when_unpacked_is_not_opened(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    with pytest.raises(InputError) as caught:
        read_sheet(path)
    assert str(caught.value).startswith("a.xlsx：解压后有 48 MB，不像正常的台账，没有打开。")


def test_formulas_that_were_never_computed_are_refused(tmp_path):
    path = book(tmp_path / "a.xlsx", [["小区", "人口"], ["银杏里", "=1+2"], ["兴华苑", 4]])
    with pytest.raises(InputError) as caught:
        read_sheet(path, known=known)
    assert str(caught.value) == (
        "a.xlsx：工作表“Sheet”有 1 个公式没有算出结果（B2）。请用 Excel 或 WPS 打开，保存一次再导入。"
    )


def test_hidden_sheets_are_passed_over_unless_named(tmp_path):
    whole = openpyxl.Workbook()
    whole.active.append(["小区", "楼栋"])
    whole.active.append(["旧", "1栋"])
    whole.active.sheet_state = "hidden"
    for row in (["小区", "楼栋"], ["新", "1栋"]):
        whole["新表"].append(row) if "新表" in whole.sheetnames else whole.create_sheet(
            "新表"
        ).append(row)
    whole.save(tmp_path / "a.xlsx")
    assert read_sheet(tmp_path / "a.xlsx", known=known).frame["小区"][0] == "新"
    assert read_sheet(tmp_path / "a.xlsx", sheet="Sheet", known=known).frame["小区"][0] == "旧"


def test_utf_16_is_refused_as_another_encoding(tmp_path):
    with pytest.raises(InputError) as caught:
        read_sheet(write(tmp_path / "a.csv", "小区,楼栋\n银杏里,1栋\n", "utf-16"))
    assert "编码既不是 UTF-8 也不是 GB18030（第 1 行，第 1 个字节读不出）" in str(caught.value)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"a\.csv：找不到这个文件"):
        read_sheet(tmp_path / "a.csv")


CELL = st.text(
    st.characters(codec="gb18030", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cn", "Co")),
    min_size=1,
    max_size=5,
)


@settings(max_examples=20)
@given(st.lists(st.tuples(CELL, CELL), max_size=8), st.sampled_from(["utf-8", "gb18030"]))
def test_every_row_written_is_read_in_order(tmp_path_factory, rows, encoding):
    path = tmp_path_factory.mktemp("sheet") / "a.xlsx"
    book(path, [["小区", "楼栋"], *(["'" + a, "'" + b] for a, b in rows)])
    sheet = read_sheet(path, known=known)
    assert list(sheet.rows) == list(range(2, 2 + len(rows)))
    assert [tuple(cells) for cells in sheet.frame.itertuples(index=False)] == [
        ("'" + a, "'" + b) for a, b in rows
    ]
