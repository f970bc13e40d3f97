"""
Lists in Excel for staff: who is left out, and which input rows could not be kept.

    gaps ─write_gaps─▶ gaps.xlsx          District.rejects ─write_rejects─▶ rejects.xlsx
    Coverage.detail ─write_detail─▶ detail.csv

The workbooks are of level staff and say so in their first row. They carry ids and buildings, no
names and no rooms. A text that a spreadsheet would take for a formula gets an apostrophe before
it (OWASP, "CSV Injection"). The same content gives the same file: no time of writing is kept.
"""

import contextlib
import io
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from gis.catalogue.standards import PENDING, Lang
from gis.coverage import Coverage
from gis.district import District
from gis.errors import InputError
from gis.gaps import group_fixes
from gis.places.demand import GROUPS, UNIT_NAMES, WEIGHT_NAMES

STAFF_ONLY = {
    "zh": "内部资料 · 工作人员级 · 只供本街道、社区工作使用，不得外传或上网",
    "en": "For staff of this street and community only. Do not pass on or publish.",
}
_SYNTHETIC = {"zh": "合成数据", "en": "synthetic data"}
_NO_HOURS = {"zh": "未计时段", "en": "opening hours not considered"}
_SHEETS = {
    "gaps": {"zh": "缺口清单", "en": "gaps"},
    "fixes": {"zh": "改进建议", "en": "changes"},
    "summary": {"zh": "汇总", "en": "summary"},
    "asked": {"zh": "口径", "en": "question"},
    "rejects": {"zh": "未读入的行", "en": "rejected rows"},
}
_GAPS = {
    "id": ("户/楼栋编号", "household or building"),
    "building": ("楼栋编号", "building"),
    "building_name": ("楼栋", "building name"),
    "compound": ("小区", "compound"),
    "community": ("社区", "community"),
    "grid": ("网格", "grid"),
    "weight": ("计数", "counts for"),
    "requirement": ("要求", "requirement"),
    "reason": ("原因", "reason"),
    "station": ("最近站点编号", "nearest station"),
    "station_name": ("最近站点", "name of station"),
    "metres": ("步行米数", "metres on foot"),
    "minutes": ("步行分钟", "minutes on foot"),
    "line_metres": ("直线米数", "metres in a straight line"),
    "gate": ("经过的出入口", "gate"),
    "estimated": ("院内路线为估计", "inside leg estimated"),
    "covered_at": ("何限值内可达", "limits that would cover"),
    "fix": ("最小改动", "smallest change"),
    "fix_minutes": ("改后分钟", "minutes after it"),
    "fix_weight": ("该改动共惠及", "helped by it in all"),
}
_FIXES = {
    "requirement": ("要求", "requirement"),
    "fix": ("改动", "change"),
    "fix_subject": ("对象编号", "where"),
    "grid": ("网格", "grid"),
    "helped": ("惠及", "helped"),
    "gaps": ("缺口数", "gaps"),
    "minutes_gained": ("节省分钟(中位数)", "minutes gained (median)"),
}
_REJECTS = {
    "source": ("文件", "file"),
    "layer": ("图层", "layer"),
    "row": ("行号", "row"),
    "column": ("列", "column"),
    "found": ("原内容", "found"),
    "reason": ("原因", "reason"),
    "remedy": ("改法", "remedy"),
}
_SUMMARY = {
    "by": ("汇总方式", "by"),
    "id": ("编号", "id"),
    "name": ("名称", "name"),
    "total": ("合计", "total"),
    "covered": ("圈内", "covered"),
    "share": ("覆盖率", "share"),
    "share_low": ("若出入口不明的小区不对外开放", "share if unknown compounds are closed"),
    "share_high": ("若对外开放", "share if they are open"),
}
_ASKED = {
    "name": ("要求", "requirement"),
    "limit": ("限值", "limit"),
    "at_least": ("至少几处", "at least"),
    "profile": ("步行方式", "profile"),
    "source": ("依据", "source"),
    "pending": ("核实", "verified"),
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_WIDE = {"fix", "remedy", "reason", "source", "name"}


def write_gaps(
    path: str | Path,
    district: District,
    coverage: Coverage,
    gaps: pd.DataFrame,
    lang: Lang = "zh",
) -> Path:
    """
    Write the gap list, its summary by group, and what was asked.

    Parameters
    ----------
    gaps
        From ``gis.explain`` of the same coverage. With no rows the list holds its titles.

    Returns
    -------
    Path
        The file written; an older one is replaced whole.
    """
    book = Workbook(write_only=True)
    notes = _notes(district, coverage, lang)
    _fill(book, "gaps", _GAPS, _gap_rows(district, gaps, lang), notes, lang)
    _fill(book, "fixes", _FIXES, _fix_rows(district, coverage, gaps, lang), notes, lang)
    _fill(book, "summary", _SUMMARY, _summary_rows(coverage), notes, lang)
    _fill(book, "asked", _ASKED, _asked_rows(coverage, lang), notes, lang)
    return _save(book, path)


def write_rejects(path: str | Path, district: District, lang: Lang = "zh") -> Path:
    """Write every input row that could not be kept: where it stood, why, what to do."""
    book = Workbook(write_only=True)
    names = {"reason": "reason_en", "remedy": "remedy_en"} if lang == "en" else {}
    columns = [names.get(column, column) for column in _REJECTS]
    rows = district.rejects[columns].itertuples(index=False, name=None)
    _fill(book, "rejects", _REJECTS, rows, [district.name], lang)
    return _save(book, path)


def write_detail(path: str | Path, coverage: Coverage) -> Path:
    """Write one row per household (or building) and requirement as CSV that Excel reads."""
    table = coverage.detail.copy()
    for name in table.select_dtypes(["object", "string", "category"]):
        table[name] = table[name].astype("object").map(_inert, na_action="ignore")
    # Excel takes a CSV without this mark for the code page of the machine
    text = table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
    return write_whole(path, text)


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula, without characters Excel forbids."""
    text = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _inert(value: Any) -> Any:
    return safe_text(value) if isinstance(value, str) else value


def _notes(district: District, coverage: Coverage, lang: Lang) -> list[str]:
    question = coverage.question
    asked = question.circle or question.asked[0].requirement
    when = question.when.text if question.when else _NO_HOURS[lang]
    made_up = [_SYNTHETIC[lang]] if district.facts.get("synthetic") == "yes" else []
    place = int(lang == "en")
    unit, weight = UNIT_NAMES[coverage.unit][place], WEIGHT_NAMES[coverage.weight][place]
    counted = f"{unit} / {weight}"
    return [district.name, asked.name(lang), counted, when, *made_up]


def _gap_rows(district: District, gaps: pd.DataFrame, lang: Lang) -> Iterator[tuple[Any, ...]]:
    said = {name: gaps[f"{name}_{lang}"] for name in ("requirement", "reason", "fix")}
    named = gaps.assign(
        **said,
        minutes=_minutes(gaps),
        metres=gaps["metres"].round(),
        line_metres=gaps["line_metres"].round(),
        weight=gaps["weight"].round(1),
        fix_minutes=gaps["fix_minutes"].round(1),
        fix_weight=gaps["fix_weight"].where(gaps["fix_subject"].notna()).round(1),
        building_name=gaps["building"].map(district.buildings["name"].to_dict()),
        compound=_names(gaps["compound"], district.compounds),
        community=_names(gaps["community"], district.communities),
        grid=_names(gaps["grid"], district.grids),
    )
    return named[list(_GAPS)].itertuples(index=False, name=None)


def _fix_rows(
    district: District, coverage: Coverage, gaps: pd.DataFrame, lang: Lang
) -> Iterator[tuple[Any, ...]]:
    """Write the changes that help, most people first."""
    table = group_fixes(gaps)
    names = {each.requirement.id: each.requirement.name(lang) for each in coverage.question.asked}
    named = table.assign(
        requirement=table["requirement"].map(names),
        fix=table[f"fix_{lang}"],
        grid=_names(table["grid"], district.grids),
        helped=table["helped"].round(1),
        minutes_gained=table["minutes_gained"].round(1),
    )
    return named[list(_FIXES)].itertuples(index=False, name=None)


def _minutes(gaps: pd.DataFrame) -> pd.Series:
    """Minutes to one decimal; ``>45`` where the search ended without a station."""
    beyond = gaps["over_minutes"].astype("object").map(">{:g}".format, na_action="ignore")
    return gaps["minutes"].round(1).astype("object").where(gaps["over_minutes"].isna(), beyond)


def _names(ids: pd.Series, areas: pd.DataFrame) -> pd.Series:
    named = ids.map(areas["name"].dropna().to_dict())
    return named.astype("object").where(named.notna(), ids)


def _summary_rows(coverage: Coverage) -> Iterator[tuple[Any, ...]]:
    for by in GROUPS:
        rows = coverage.summary(by).reset_index()[list(_SUMMARY)[1:]]
        rows = rows.round({"total": 1, "covered": 1, "share": 4, "share_low": 4, "share_high": 4})
        for row in rows.itertuples(index=False, name=None):
            yield (by, *row)


def _asked_rows(coverage: Coverage, lang: Lang) -> Iterator[tuple[Any, ...]]:
    for asked in coverage.question.asked:
        each = asked.requirement
        yield (
            each.name(lang),
            str(each.limit),
            each.at_least,
            each.profile,
            " ".join(filter(None, [each.source, each.clause])),
            PENDING[lang] if each.pending else "✓",
        )


def _fill(
    book: Workbook,
    name: str,
    titles: dict[str, tuple[str, str]],
    rows: Iterable[Sequence[Any]],
    notes: Sequence[str],
    lang: Lang,
) -> None:
    sheet = book.create_sheet(_SHEETS[name][lang])
    sheet.freeze_panes = "A4"
    for place, column in enumerate(titles, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = 36 if column in _WIDE else 16
    sheet.append([_styled(sheet, STAFF_ONLY[lang], Font(bold=True, color="B00020"))])
    sheet.append([safe_text(" · ".join(notes))])
    head = PatternFill("solid", fgColor="DDE7F0")
    sheet.append([_styled(sheet, title[lang == "en"], fill=head) for title in titles.values()])
    count = 3
    for row in rows:
        sheet.append([_cell(value) for value in row])
        count += 1
    sheet.auto_filter.ref = f"A3:{get_column_letter(len(titles))}{count}"


def _styled(sheet: Any, text: str, font: Font | None = None, fill: Any = None) -> Any:
    cell = WriteOnlyCell(sheet, text)
    if font is not None:
        cell.font = font
    if fill is not None:
        cell.fill = fill
    return cell


def _cell(value: Any) -> Any:
    if value is None or pd.isna(value):
        return None
    return _inert(value.item() if hasattr(value, "item") else value)


def _save(book: Workbook, path: str | Path) -> Path:
    content = io.BytesIO()
    book.save(content)
    return write_whole(path, _timeless(content))


def write_whole(path: str | os.PathLike[str], content: bytes) -> Path:
    """
    Write a file whole or not at all; an older one is replaced, missing folders are made.

    Raises
    ------
    InputError
        The file cannot be written there, for example because another program holds it open.
    """
    path = Path(path)
    # beside the target, because a rename is atomic only within one file system
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):  # the folder itself may be what is wrong
            part.unlink(missing_ok=True)
        sheet = path.suffix in {".xlsx", ".csv"}
        zh, en = ("Excel", "Excel") if sheet else ("其他程序", "another program")
        raise InputError(
            f"不能写入 {path}（{error.strerror}）；若已在 {zh} 中打开，请先关闭",
            english=f"{path} cannot be written ({error.strerror}); if it is open in {en}, close it",
        ) from None
    return path


def _timeless(book: io.BytesIO) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = _STAMP.sub(rb"\g<1>2000-01-01T00:00:00Z", old.read(name))
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return whole.getvalue()
