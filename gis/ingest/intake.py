"""
One input on its way into a table: its rows, what was turned away, what has to be said about it.

    file --read_intake--> Intake (our column names, text) --many steps--> Intake (typed, placed)

Each step returns a new intake. A row leaves only through ``without``, which writes down where it
stood and why; so ``read = kept + rejected`` holds by construction (law 1).
"""

import dataclasses
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.catalogue.columns import ColumnNames, plain_header
from gis.errors import InputError
from gis.ingest.sheets import SHEET_SUFFIXES, read_sheet
from gis.ingest.vector import VECTOR_SUFFIXES, read_vector

SHOWN_ROWS = 5
"""How many row numbers a message lists before it says how many more there are."""

TITLES: dict[str, tuple[str, ...]] = {
    "households": ("住户台账", "households"),
    "stations": ("服务站点", "stations"),
    "compounds": ("小区", "compounds"),
    "gates": ("出入口", "gates"),
    "buildings": ("楼栋", "buildings"),
    "candidates": ("候选点", "candidates"),
    "communities": ("社区", "communities"),
    "grids": ("网格", "grids"),
    "barriers": ("围墙", "barriers"),
    "streets": ("街道", "streets", "edges", "lines"),
}
"""What a sheet or layer of each table is called, in templates and in our own files."""


@dataclass(frozen=True)
class InputFile:
    """
    One file and what its user says about it.

    Parameters
    ----------
    path
        Where the file is; for streets also a graph in memory, as osmnx makes it.
    frame
        Declared coordinate frame (``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``, ``EPSG:n``);
        may be missing where the file itself names one.
    convert
        ``gcj02:wgs84`` or ``bd09:wgs84``.
    layer
        Sheet of a workbook or layer of a vector file.
    kind
        Station kind of rows that name none.
    keep
        A column (as written in the file) whose number must be above zero for a row to be meant:
        ``healthcare`` of a table that counts clinics per cell.
    trusted
        The declared frame was verified: how the points lie on the map is not asked. The test is
        wrong about one table in a hundred or fewer, and a right table must not be locked out.
    """

    path: Any
    frame: str | None = None
    convert: str | None = None
    layer: str | None = None
    kind: str | None = None
    keep: str | None = None
    trusted: bool = False

    @property
    def name(self) -> str:
        """File name without the folder."""
        return Path(self.path).name if isinstance(self.path, str | Path) else "graph"


@dataclass(frozen=True)
class Why:
    """Why a row is turned away and what to do about it, in both languages."""

    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


TOTALS = Why(
    "这是合计行",
    "a row of totals",
    "无需处理；合计由程序计算",
    "nothing to do; totals are computed",
)
EXAMPLE = Why(
    "这是模板里的示例行",
    "an example row of the template",
    "无需处理；也可以删去",
    "nothing to do; it may be deleted",
)
_EXAMPLE = re.compile(r"示例\s*\d*|example\s*\d*", re.IGNORECASE)
_TOTAL = re.compile(
    r"(?:本页)?(?:合\s*计|总\s*计|小\s*计|共\s*计)\s*[:\uff1a]?[\d,.\s]*[户人处栋个]?|total[:\s\d]*",
    re.IGNORECASE,
)


_NO_DATA = frozenset({TOTALS.zh, EXAMPLE.zh})
"""Reasons that explain a file without rows least."""


@dataclass(frozen=True, eq=False)
class Intake:
    """
    The rows of one input that are still in.

    Parameters
    ----------
    frame
        Index ``row``: the row number in the file. Columns are ours, as text until parsed.
    rows_read
        How many rows the file holds, empty ones left out.
    rejects
        Rows turned away so far, in the columns of ``tables.Rejects``.
    notes
        What has to be said, as (Chinese, English).
    """

    layer: str
    source: str
    frame: Any
    rows_read: int
    rejects: tuple[dict[str, str | None], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    sha256: str | None = None
    frame_name: str | None = None
    conversion: str | None = None

    def replace(self, **changes: Any) -> "Intake":
        """Return a copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    def noting(self, zh: str, en: str) -> "Intake":
        """Return a copy with one more thing to say."""
        return self.replace(notes=(*self.notes, (zh, en)))

    def without(
        self,
        bad: pd.Series,
        why: Why | pd.Series,
        *,
        column: str | None = None,
        found: pd.Series | None = None,
    ) -> "Intake":
        """
        Return a copy without the rows marked ``bad``, each written down with its reason.

        Parameters
        ----------
        bad
            Booleans over the rows.
        why
            One reason for all, or one for each row.
        found
            What stood in ``column``; leave it out for anything personal.
        """
        rows = self.frame.index[bad.reindex(self.frame.index).fillna(value=False).astype(bool)]
        turned_away = tuple(
            _reject(
                self,
                row,
                why[row] if isinstance(why, pd.Series) else why,
                column,
                None if found is None or pd.isna(found[row]) else str(found[row]),
            )
            for row in rows
        )
        return self.replace(
            frame=self.frame.drop(index=rows), rejects=(*self.rejects, *turned_away)
        )

    def require_rows(self) -> "Intake":
        """Return itself, or refuse an input of which nothing is left."""
        if len(self.frame) or not self.rows_read:
            return self
        groups: dict[tuple[str | None, ...], list[str]] = {}
        for each in self.rejects:
            says = (each["reason"], each["reason_en"], each["remedy"], each["remedy_en"])
            groups.setdefault(says, []).append(str(each["row"]))
        reasons = sorted(groups, key=lambda says: (says[0] in _NO_DATA, -len(groups[says])))
        zh = "；".join(f"{says[0]}（第 {rows_in_words(groups[says])} 行）" for says in reasons[:3])
        en = "; ".join(f"{says[1]} (rows {rows_in_words(groups[says])})" for says in reasons[:3])
        raise InputError(
            f"{self.source}：{self.rows_read} 行全部不能用：{zh}。{reasons[0][2]}",
            english=f"{self.source}: none of {self.rows_read} rows can be used: {en}. "
            f"{reasons[0][3]}",
            problems=[f"{each['row']}: {each['reason']}" for each in self.rejects],
        )


def _reject(
    intake: Intake, row: Any, why: Why, column: str | None, found: str | None
) -> dict[str, str | None]:
    return {
        "id": f"{intake.layer}-{row}",
        "source": intake.source,
        "layer": intake.layer,
        "row": str(row),
        "column": column,
        "found": found,
        "reason": why.zh,
        "remedy": why.remedy_zh,
        "reason_en": why.en,
        "remedy_en": why.remedy_en,
    }


def rows_in_words(rows: Sequence[Any]) -> str:
    """Return ``3, 5, 8`` or ``3, 5, 8, 9, 12 … (40)`` for a message."""
    shown = ", ".join(str(row) for row in rows[:SHOWN_ROWS])
    return shown if len(rows) <= SHOWN_ROWS else f"{shown} … ({len(rows)})"


def read_intake(file: InputFile, layer: str, columns: ColumnNames) -> Intake:
    """
    Read a file and give its columns our names; nothing is parsed yet.

    Raises
    ------
    InputError
        The file cannot be read, is of an unknown kind, or holds no rows.
    """
    path = Path(file.path)
    suffix = path.suffix.lower()
    if suffix not in SHEET_SUFFIXES | VECTOR_SUFFIXES:
        known = ".csv .xlsx .gpkg .geojson .shp .parquet"
        raise InputError(
            f"{path.name}：不认识的文件类型“{suffix}”；可用：{known}。",
            english=f"{path.name}: unknown kind of file '{suffix}'; use one of {known}.",
        )
    if suffix in SHEET_SUFFIXES:
        raw, source = _sheet_rows(file, layer, columns)
    else:
        raw = read_vector(path, layer=file.layer, titles=TITLES[layer])
        source = path.name if file.layer is None else f"{path.name}[{file.layer}]"
    raw, kept_note = _kept(raw, file, source)
    if not len(raw):
        raise InputError(
            f"{source}：没有任何数据行。请检查文件内容。",
            english=f"{source}: holds no rows. Check what is in the file.",
        )
    intake = Intake(layer, source, raw, len(raw), sha256=sha256_of(path))
    # before columns are left out: 合计 often stands under 姓名 or 序号
    for form, why in ((_EXAMPLE, EXAMPLE), (_TOTAL, TOTALS)):
        intake = intake.without(_some_cell(intake.frame, form), why)
    named = _with_our_names(intake, columns)
    return named.noting(*kept_note) if kept_note else named


_NODES = {"streets": ("u", "v"), "gates": ("node",)}
"""Columns that tell how streets join; our own files have them, and those of osmnx."""


def _names(columns: ColumnNames, layer: str) -> dict[str, str]:
    return columns.names(layer) | {name: name for name in _NODES.get(layer, ())}


def sha256_of(path: str | Path) -> str:
    """Return the hash by which a file is known in the provenance."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sheet_rows(file: InputFile, layer: str, columns: ColumnNames) -> tuple[pd.DataFrame, str]:
    names = _names(columns, layer)

    def known(text: str) -> bool:
        return plain_header(text) in names or columns.left_out(text) is not None

    sheet = read_sheet(file.path, sheet=file.layer, titles=TITLES[layer], known=known)
    return sheet.frame.set_axis(pd.Index(sheet.rows, name="row", dtype="int64")), sheet.source


def _some_cell(raw: pd.DataFrame, form: re.Pattern[str]) -> pd.Series:
    """Tell which rows have a cell of this form."""
    hit = pd.Series(False, index=raw.index)
    for header in raw.columns.drop("geometry", errors="ignore"):
        texts = [text for text in raw[header].dropna().unique() if form.fullmatch(text)]
        if texts:
            hit |= raw[header].isin(texts)
    return hit


def _kept(
    raw: pd.DataFrame, file: InputFile, source: str
) -> tuple[pd.DataFrame, tuple[str, str] | None]:
    if file.keep is None:
        return raw, None
    if file.keep not in raw.columns:
        listed = ", ".join(str(name) for name in raw.columns)
        raise InputError(
            f"{source}：没有列“{file.keep}”；有：{listed}。",
            english=f"{source}: no column '{file.keep}'; there are: {listed}.",
        )
    meant = pd.to_numeric(raw[file.keep], errors="coerce").fillna(0) > 0
    left = int((~meant).sum())
    note = (
        f"只取“{file.keep}”大于 0 的行，另有 {left} 行不在此列",
        f"only rows with '{file.keep}' above 0; {left} other rows were not meant",
    )
    return raw[meant], note


def _with_our_names(intake: Intake, columns: ColumnNames) -> Intake:
    ours: dict[str, str] = {}
    aside: dict[str, list[str]] = {ground: [] for ground in _LEFT_OUT}
    names = _names(columns, intake.layer)
    for header in intake.frame.columns.drop("geometry", errors="ignore"):
        ground = columns.left_out(header)
        name = names.get(plain_header(header))
        # the name of a station is a "name" as well: what a table knows is not a person's
        if ground == "policing" or (ground is not None and name is None):
            aside[ground].append(header)
        elif name is None:
            aside["unknown"].append(header)
        elif name in ours:
            aside["twice"].append(header)
        else:
            ours[name] = header
    frame = intake.frame.drop(columns=[header for group in aside.values() for header in group])
    frame = frame.rename(columns={header: name for name, header in ours.items()})
    for what, headers in aside.items():
        if headers:
            zh, en = _LEFT_OUT[what]
            listed = "、".join(headers), ", ".join(headers)
            intake = intake.noting(f"{zh}：{listed[0]}", f"{en}: {listed[1]}")
    return intake.replace(frame=frame)


_LEFT_OUT = {
    "policing": (
        "本工具只用于关怀服务，以下列一律不导入",
        "this tool is for care; these columns are never imported",
    ),
    "personal": ("以下个人信息列未导入", "columns naming persons, not imported"),
    "twice": ("以下列与前面的列同义，未使用", "columns that mean the same as another, not used"),
    "unknown": ("以下列不认识，未使用", "columns not known, not used"),
}


def column_of(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column, or nothing but missing values where there is none."""
    if name in frame:
        return frame[name].astype(object)
    return pd.Series(None, index=frame.index, dtype=object)


def has_places(intake: Intake) -> bool:
    """Tell whether any row says where it is: a geometry, or a longitude or latitude."""
    frame = intake.frame
    written = [column_of(frame, name).notna().any() for name in ("lon", "lat")]
    return "geometry" in frame or any(written)


def placed(intake: Intake, geometry: Any, crs: Any) -> Intake:
    """Return a copy whose rows have this geometry."""
    frame = gpd.GeoDataFrame(
        intake.frame.drop(columns="geometry", errors="ignore"), geometry=geometry, crs=crs
    )
    return intake.replace(frame=frame)
