"""
A blank workbook to fill in: one sheet per list, with headers, examples and allowed values.

The headers are those of the catalogue, so what is filled in is read back without a word of
explanation. The example rows are marked as such and are turned away when they are left in.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from gis.catalogue import Catalogue, Column, load_catalogue
from gis.ingest.cells import LISTS
from gis.ingest.intake import TITLES

Lang = Literal["zh", "en"]

SHEETS = ("households", "stations", "compounds", "buildings", "gates", "candidates")
"""The lists people keep in spreadsheets, in the order of the sheets."""

ROWS_WITH_CHOICES = 5000
"""Ours: drop-down lists reach down to this row."""

_EXAMPLES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "households": (
        {
            "compound": "银杏里",
            "building": "3栋",
            "unit": "2",
            "room": "501",
            "floor": "5",
            "people": "3",
            "elders_60": "2",
            "flags": "空巢",
            "needs": "助餐",
            "colour": "黄",
            "last_visit": "2026-03-07",
        },
        {"compound": "82号院", "building": "1栋", "room": "102", "people": "1", "elders_60": "1"},
    ),
    "stations": (
        {
            "name": "银杏里老年食堂",
            "kind": "社区老年食堂",
            "hours": "周一至周五 11:00-13:00",
            "service_hours": "助餐=周一至周五 11:00-13:00|课后托管=周末 9:00-17:00",
            "capacity": "60",
            "state": "开放",
            "lon": "102.7146",
            "lat": "25.0492",
        },
        {
            "name": "学府路社区卫生服务站",
            "kind": "社区卫生服务站",
            "hours": "9:00-17:00",
            "lon": "102.7161",
            "lat": "25.0477",
        },
    ),
    "compounds": (
        {"name": "银杏里", "gated": "是", "built_year": "1986"},
        {"name": "82号院", "gated": "否"},
    ),
    "buildings": (
        {"compound": "银杏里", "name": "3栋", "floors": "6", "lift": "否"},
        {"name": "82号院", "floors": "4", "lift": "否"},
    ),
    "gates": (
        {
            "compound": "银杏里",
            "name": "南门",
            "hours": "6:00-23:00",
            "users": "所有人",
            "lon": "102.7146",
            "lat": "25.0488",
        },
        {
            "compound": "银杏里",
            "name": "北门",
            "users": "锁闭",
            "lon": "102.7147",
            "lat": "25.0497",
        },
    ),
    "candidates": (
        {
            "name": "原粮站仓库",
            "premises_source": "闲置用房",
            "area": "220",
            "lon": "102.7150",
            "lat": "25.0490",
        },
        {"name": "文化室二楼", "area": "120", "lon": "102.7158", "lat": "25.0484"},
    ),
}
"""Invented places; the coordinates lie in no real compound."""

_GUIDE = {
    "zh": ("说明", "可选值"),
    "en": ("guide", "choices"),
}
_HEAD = PatternFill("solid", fgColor="DDE7F0")
_NEEDED = PatternFill("solid", fgColor="F6D9A8")


def write_template(
    path: str | Path, lang: Lang = "zh", *, catalogue: Catalogue | None = None
) -> Path:
    """
    Write the blank workbook; a file of that name is replaced whole.

    Parameters
    ----------
    lang
        Language of headers and choices; both are read back.
    catalogue
        Names the columns and what may stand in them; the shipped one without it.
    """
    catalogue = catalogue or load_catalogue()
    book = Workbook()
    book.remove(book.active)
    guide, lists = (book.create_sheet(name) for name in _GUIDE[lang])
    for position, table in enumerate(SHEETS):
        sheet = book.create_sheet(title_of(table, lang), index=position)
        _fill(sheet, table, lang, catalogue, lists)
    _explain(guide, lang, catalogue)
    lists.sheet_state = "hidden"
    book.active = 0
    path = Path(path)
    content = io.BytesIO()
    book.save(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(_timeless(content))
    part.replace(path)
    return path


def _timeless(book: io.BytesIO) -> bytes:
    """Return the workbook without the time of writing, so that equal content is an equal file."""
    whole = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>2000-01-01T00:00:00Z", data)
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def title_of(table: str, lang: Lang) -> str:
    """Return the name of a table's sheet."""
    return TITLES[table][0 if lang == "zh" else 1]


def _fill(sheet: Any, table: str, lang: Lang, catalogue: Catalogue, lists: Any) -> None:
    columns = catalogue.columns.of(table)
    sheet.append([column.label(lang) for column in columns])
    for number, example in enumerate(_EXAMPLES[table], 1):
        sheet.append(
            [_example(column, example, number, table, lang, catalogue) for column in columns]
        )
    for at, column in enumerate(columns, 1):
        head = sheet.cell(1, at)
        head.font, head.fill = Font(bold=True), _NEEDED if column.required else _HEAD
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = max(12, 2.2 * len(column.label(lang)))
        # as text, so that 0101 stays 0101 and a date stays as typed
        sheet.column_dimensions[letter].number_format = "@"
        note = column.note_zh if lang == "zh" else column.note_en or column.note_zh
        if note:
            head.comment = Comment(note, "minqing")
        choices = choices_of(table, column.name, lang, catalogue)
        if choices:
            _offer(sheet, letter, choices, lists, strict=column.name not in LISTS)
    for row in sheet.iter_rows(min_row=2, max_row=1 + len(_EXAMPLES[table])):
        for cell in row:
            cell.font = Font(italic=True, color="808080")
    sheet.freeze_panes = "A2"


def _example(
    column: Column,
    example: Mapping[str, str],
    number: int,
    table: str,
    lang: Lang,
    catalogue: Catalogue,
) -> str | None:
    if column.name == "id":
        return f"示例{number}" if lang == "zh" else f"example {number}"
    text = example.get(column.name)
    if text is None or lang == "zh":
        return text
    spelled = spellings_of(table, column.name, catalogue)
    return next((name for name, code in spelled.items() if _same(text, code, spelled)), text)


def _same(text: str, code: str, spelled: Mapping[str, str]) -> bool:
    return spelled.get(text) == code


def spellings_of(table: str, column: str, catalogue: Catalogue) -> Mapping[str, str]:
    """Return every way of writing a column's values, ours first, as written."""
    return catalogue.columns.spellings.get(table, {}).get(column, {})


def choices_of(table: str, column: str, lang: Lang, catalogue: Catalogue) -> list[str]:
    """Return what a drop-down list offers, one word for each value; nothing where any will do."""
    if column == "kind" and table == "stations":
        names = catalogue.facilities[f"name_{lang}"].dropna()
        return list(dict.fromkeys(map(str, names)))
    if column == "services":
        services = catalogue.services
        return list(map(str, services.index if lang == "en" else services["name_zh"]))
    spelled = spellings_of(table, column, catalogue)
    words: dict[str, str] = {}
    for name, value in spelled.items():
        # ours comes first and serves in English; the next is the usual Chinese word
        if lang == "en":
            words.setdefault(value, value)
        elif name != value:
            words.setdefault(value, name)
    return list(words.values())


def _offer(sheet: Any, letter: str, choices: Sequence[str], lists: Any, *, strict: bool) -> None:
    # a list in the cell's own formula may have 255 characters; a sheet of choices has no limit
    at = 1 if lists.max_column == 1 and lists.cell(1, 1).value is None else lists.max_column + 1
    for row, choice in enumerate(choices, 1):
        lists.cell(row, at, choice)
    column = get_column_letter(at)
    rule = DataValidation(
        type="list",
        formula1=f"'{lists.title}'!${column}$1:${column}${len(choices)}",
        allow_blank=True,
        # other spellings are read as well, so Excel only asks
        showErrorMessage=strict,
        errorStyle="warning",
    )
    rule.add(f"{letter}2:{letter}{ROWS_WITH_CHOICES}")
    sheet.add_data_validation(rule)


def _explain(sheet: Any, lang: Lang, catalogue: Catalogue) -> None:
    for line in _WORDS[lang]:
        sheet.append([line])
    sheet.append([])
    sheet.append(list(_HEADINGS[lang]))
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for table in SHEETS:
        for column in catalogue.columns.of(table):
            choices = choices_of(table, column.name, lang, catalogue)
            needed = ("必填", "required")[lang == "en"] if column.required else ""
            note = column.note_zh if lang == "zh" else column.note_en
            sheet.append(
                [title_of(table, lang), column.label(lang), needed, "、".join(choices), note]
            )
    for letter, width in zip("ABCDE", (14, 20, 10, 60, 40), strict=True):
        sheet.column_dimensions[letter].width = width


_HEADINGS = {
    "zh": ("工作表", "列", "必填", "可选值", "说明"),
    "en": ("sheet", "column", "required", "choices", "note"),
}
_WORDS = {
    "zh": (
        "在各工作表里填写；灰色斜体的“示例”行不会导入，删去或留着都行。",
        "橙色表头的列必填，其余不知道的就空着，不要写“无”或猜。",
        "住户台账一行一户，不填姓名、身份证号、电话；住户按“小区+楼栋”落到楼栋。",
        "经纬度写十进制度数，经度在前；导入时要声明坐标系（如 wgs84、cgcs2000、gcj02）。",
        "小区、楼栋两表没有图形时，按名称补充到已有地图上的小区、楼栋。",
    ),
    "en": (
        "Fill in the sheets; the grey rows marked 'example' are not imported.",
        "Columns with an orange header are needed; leave the others empty where unknown.",
        "households: a row per household, no names or numbers; placed by compound and building.",
        "Longitude and latitude are decimal degrees; the frame is declared on import.",
        "compounds and buildings without a shape are joined to the mapped ones by name.",
    ),
}
