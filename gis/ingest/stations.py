"""
Places by their own file: stations, candidates, gates people pass, walls that stop them.

    rows --kinds_known--> kind and services of the catalogue --near_streets--> stations
"""

import difflib

import pandas as pd

from gis import tables
from gis.catalogue import Catalogue, plain_header
from gis.ingest.cells import list_reader, parse_cells
from gis.ingest.fit import near_streets, with_compound_of_gates
from gis.ingest.ground import Ground
from gis.ingest.intake import InputFile, Intake, Why, column_of, read_intake, rows_in_words
from gis.ingest.layers import check_shapes, place, with_ids
from gis.ingest.service_hours import read_service_hours
from gis.tables import LIST_SEPARATOR, split_service_hours

_POINTS = frozenset({"stations", "candidates", "gates", "buildings"})
"""Layers whose points lie in buildings or on streets, so that a wrong frame shows."""

NO_KIND = Why(
    "没有写明站点类型",
    "no kind of station is given",
    "填“类型”列（如 老年食堂），或导入时指明整张表的类型",
    "fill in the 'kind' column (such as elder_canteen), or name one kind for the whole file",
)


def read_stations(file: InputFile, ground: Ground, catalogue: Catalogue) -> Intake:
    """Read stations; kinds and services the catalogue does not know are turned away."""
    intake = read_points(file, "stations", tables.Stations, ground, catalogue)
    intake = _with_services(_with_kind(intake, file, catalogue), catalogue)
    intake = near_streets(_with_service_hours(intake, catalogue), ground.streets)
    frame = intake.frame
    state = column_of(frame, "state")
    return intake.replace(frame=frame.assign(state=state.fillna("open"))).require_rows()


def read_candidates(file: InputFile, ground: Ground, catalogue: Catalogue) -> Intake:
    """Read possible sites."""
    intake = read_points(file, "candidates", tables.Candidates, ground, catalogue)
    return near_streets(intake, ground.streets).require_rows()


def read_gates(
    file: InputFile, ground: Ground, catalogue: Catalogue, compounds: pd.DataFrame
) -> Intake:
    """Read gates and link them to compounds; what is not said about one is unknown."""
    intake = read_points(file, "gates", tables.Gates, ground, catalogue)
    nodes = {*ground.streets["u"], *ground.streets["v"]}
    node = column_of(intake.frame, "node")
    intake = intake.replace(frame=intake.frame.assign(node=node.where(node.isin(nodes))))
    intake = with_compound_of_gates(intake, compounds)
    frame = intake.frame
    users = column_of(frame, "users")
    frame = frame.assign(users=users.fillna("unknown"), source="given")
    return intake.replace(frame=frame).require_rows()


def read_barriers(file: InputFile, ground: Ground, catalogue: Catalogue) -> Intake:
    """Read lines that stop walkers; one whose kind is not said counts as a wall."""
    intake = read_points(file, "barriers", tables.Barriers, ground, catalogue)
    kinds = column_of(intake.frame, "kind")
    unsaid = int(kinds.isna().sum())
    intake = intake.replace(frame=intake.frame.assign(kind=kinds.fillna("wall")))
    if not unsaid:
        return intake
    return intake.noting(
        f"{unsaid} 条没有写类型，按围墙处理", f"{unsaid} line(s) without a kind count as walls"
    )


def read_points(
    file: InputFile, layer: str, contract: tables.Contract, ground: Ground, catalogue: Catalogue
) -> Intake:
    """Read any layer up to parsed cells, geometry in the district's frame, and ids."""
    return to_points(read_intake(file, layer, catalogue.columns), file, contract, ground, catalogue)


def to_points(
    intake: Intake,
    file: InputFile,
    contract: tables.Contract,
    ground: Ground,
    catalogue: Catalogue,
) -> Intake:
    """Place, parse and name the rows of a file already read."""
    mapped = ground.mapped if intake.layer in _POINTS else None
    intake = place(intake, file, ground.crs, near=ground.near, mapped=mapped)
    intake = check_shapes(intake, contract)
    if intake.layer == "stations":
        # kinds and services are checked against the catalogue, not only against spellings
        kept = [name for name in ("kind", "services") if name in intake.frame]
        words = intake.frame[kept]
        parsed = parse_cells(
            intake.replace(frame=intake.frame.drop(columns=kept)), contract, catalogue.columns
        )
        intake = parsed.replace(frame=parsed.frame.join(words))
    else:
        intake = parse_cells(intake, contract, catalogue.columns)
    return with_ids(intake)


def _with_kind(intake: Intake, file: InputFile, catalogue: Catalogue) -> Intake:
    known = kind_spellings(catalogue)
    frame = intake.frame
    written = column_of(frame, "kind")
    if file.kind is not None:
        written = written.fillna(file.kind)
    kinds = written.map(
        lambda text: known.get(plain_header(text)) if isinstance(text, str) else None
    )
    services = column_of(frame, "services")
    intake = intake.replace(frame=frame.assign(kind=kinds.astype(object)))
    intake = intake.without(written.isna() & services.isna(), NO_KIND, column="kind")
    unknown = kinds.isna() & written.notna()
    whys = written[unknown].map(lambda text: _unknown(text, known, catalogue, "kind"))
    return intake.without(unknown, whys, column="kind", found=written)


def _with_services(intake: Intake, catalogue: Catalogue) -> Intake:
    frame = intake.frame
    of_kind = frame["kind"].map(
        lambda kind: (
            LIST_SEPARATOR.join(catalogue.services_of(kind)) or None
            if isinstance(kind, str)
            else None
        )
    )
    if "services" not in frame:
        return intake.replace(frame=frame.assign(services=of_kind.astype(object)))
    known = service_spellings(catalogue)
    read = list_reader(known, frozenset(catalogue.services.index))
    written = frame["services"]
    answers = written.map(lambda text: read(text) if isinstance(text, str) else (None, True))
    services = answers.map(lambda answer: answer[0]).astype(object)
    unknown = ~answers.map(lambda answer: answer[1]).astype(bool)
    whys = written[unknown].map(lambda text: _unknown(text, known, catalogue, "services"))
    services = services.where(services.notna(), of_kind)
    intake = intake.replace(frame=frame.assign(services=services))
    return intake.without(unknown, whys, column="services", found=written)


def _with_service_hours(intake: Intake, catalogue: Catalogue) -> Intake:
    """Read hours of single services; a service with hours of its own is one that is offered."""
    if "service_hours" not in intake.frame:
        return intake
    frame, known = intake.frame, service_spellings(catalogue)
    read = frame["service_hours"].map(
        lambda text: read_service_hours(text, known) if isinstance(text, str) else (None, ())
    )
    hours = read.map(lambda told: told[0]).astype(object)
    offered = [_joined(*each) for each in zip(column_of(frame, "services"), hours, strict=True)]
    services = pd.Series(offered, index=frame.index, dtype=object)
    intake = intake.replace(frame=frame.assign(service_hours=hours, services=services))
    unread = read[read.map(lambda told: bool(told[1])).astype(bool)]
    if unread.empty:
        return intake
    rows = rows_in_words(list(unread.index))
    parts = list(dict.fromkeys(part for _, parts in unread for part in parts))
    return intake.noting(
        f"列“service_hours”有读不出的部分，未采用：{'、'.join(parts[:5])}（第 {rows} 行）",
        f"column 'service_hours': parts that could not be read are left out: "
        f"{', '.join(parts[:5])} (rows {rows})",
    )


def _joined(services: object, hours: object) -> str | None:
    own = services.split(LIST_SEPARATOR) if isinstance(services, str) else []
    timed = split_service_hours(hours) if isinstance(hours, str) else {}
    return LIST_SEPARATOR.join(dict.fromkeys([*own, *timed])) or None


def kind_spellings(catalogue: Catalogue) -> dict[str, str]:
    """Return every accepted way of writing a kind of station (plain form) -> its code."""
    facilities = catalogue.facilities
    names = {
        plain_header(str(name)): str(code)
        for column in ("name_en", "name_zh")
        for code, name in facilities[column].dropna().items()
    }
    codes = {plain_header(str(code)): str(code) for code in facilities.index}
    return names | catalogue.columns.values("stations", "kind") | codes


def service_spellings(catalogue: Catalogue) -> dict[str, str]:
    """Return every accepted way of writing a service (plain form) -> its code."""
    services = catalogue.services
    names = {
        plain_header(str(name)): str(code)
        for column in ("name_en", "name_zh")
        for code, name in services[column].dropna().items()
    }
    codes = {plain_header(str(code)): str(code) for code in services.index}
    return names | catalogue.columns.values("stations", "services") | codes


def _unknown(text: str, known: dict[str, str], catalogue: Catalogue, column: str) -> Why:
    table = catalogue.facilities if column == "kind" else catalogue.services
    near = difflib.get_close_matches(plain_header(text), known, n=3, cutoff=0.4)
    codes = list(dict.fromkeys(known[each] for each in near)) or list(table.index[:3])
    zh = "、".join(str(table["name_zh"][code]) for code in codes)
    en = ", ".join(codes)
    what_zh, what_en = ("站点类型", "kind of station") if column == "kind" else ("服务", "service")
    return Why(
        f"不认识的{what_zh}",
        f"unknown {what_en}",
        f"可用：{zh} 等 {len(table)} 种，全部见 minqing catalogue",
        f"use {en} or another of {len(table)}; `minqing catalogue` lists them",
    )
