"""
What the tables of a district look like: the contracts, and how a table is brought under one.

``id`` is the index of every table: text, unique. Unknown is NA in a nullable type (``str``,
``Int64``, ``boolean``, ``float64``), so that a column keeps its type even when all of it is
missing. Lists in one cell are joined with ``|`` (``meals|day_care``).

    any frame --conform(frame, Contract)--> frame with every column of the contract, checked
"""

import re
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Index, Series

from gis.errors import InputError

LIST_SEPARATOR = "|"
YES_NO_UNKNOWN = ["yes", "no", "unknown"]
GATE_USERS = ["everyone", "residents", "nobody", "unknown"]
COUNTS = ["households", "people", "elders_60", "elders_80", "children_0_12", "low_income"]

_NEXT_SERVICE = re.compile(r"\|(?=[^|=\s]+=)")
_HEIGHT = r"(-?\d{1,5}(\.\d+)?)"
_POINT = frozenset({"Point"})
_LINE = frozenset({"LineString", "MultiLineString"})
_AREA = frozenset({"Polygon", "MultiPolygon"})


class _Table(pa.DataFrameModel):
    """Rows with a unique text id."""

    id: Index[str] = pa.Field(unique=True, check_name=True)


def _text(**options: Any) -> Any:
    return pa.Field(nullable=True, **options)


class Communities(_Table):
    """社区: one polygon each."""

    code: Series[str] = _text(str_matches=r"^\d{12}$")
    name: Series[str] = _text()
    street: Series[str] = _text()


class Grids(_Table):
    """网格: one polygon each, inside one community."""

    code: Series[str] = _text(str_matches=r"^\d{15}$")
    name: Series[str] = _text()
    community: Series[str] = _text()
    kind: Series[str] = _text(isin=["basic", "dedicated"])
    worker: Series[str] = _text()


class Compounds(_Table):
    """小区: one polygon each; ``gated`` says whether a wall stops walkers."""

    name: Series[str] = _text()
    community: Series[str] = _text()
    kind: Series[str] = _text()
    built_year: Series[pd.Int64Dtype] = _text(ge=1000, le=2200)
    gated: Series[str] = pa.Field(isin=YES_NO_UNKNOWN)
    gated_source: Series[str] = _text(isin=["given", "osm", "assumed"])
    gates_complete: Series[pd.BooleanDtype] = _text()
    property_mode: Series[str] = _text()
    organisation_covered: Series[pd.BooleanDtype] = _text()
    property_covered: Series[pd.BooleanDtype] = _text()


class Gates(_Table):
    """小区出入口 (``compound`` set), or a gate across a street (``compound`` missing)."""

    compound: Series[str] = _text()
    name: Series[str] = _text()
    hours: Series[str] = _text()
    users: Series[str] = pa.Field(isin=GATE_USERS)
    step_free: Series[pd.BooleanDtype] = _text()
    source: Series[str] = pa.Field(isin=["given", "osm", "assumed"])
    node: Series[str] = _text()


class Barriers(_Table):
    """What stops a walker off the mapped streets: wall, fence, rail, river; one line each."""

    kind: Series[str] = pa.Field()
    name: Series[str] = _text()


class Buildings(_Table):
    """楼栋: polygon or point, with counts of people where they are known."""

    compound: Series[str] = _text()
    community: Series[str] = _text()
    grid: Series[str] = _text()
    name: Series[str] = _text()
    address: Series[str] = _text()
    use: Series[str] = _text(isin=["residential", "other"])
    floors: Series[pd.Int64Dtype] = _text(ge=0, le=300)
    units: Series[pd.Int64Dtype] = _text(ge=0)
    lift: Series[pd.BooleanDtype] = _text()
    households: Series[pd.Int64Dtype] = _text(ge=0)
    people: Series[pd.Int64Dtype] = _text(ge=0)
    elders_60: Series[pd.Int64Dtype] = _text(ge=0)
    elders_80: Series[pd.Int64Dtype] = _text(ge=0)
    children_0_12: Series[pd.Int64Dtype] = _text(ge=0)
    low_income: Series[pd.Int64Dtype] = _text(ge=0)


class Entrances(_Table):
    """Doors of buildings and stations; ``place`` is the id of the building or station."""

    place: Series[str] = pa.Field()
    kind: Series[str] = _text()


class Stations(_Table):
    """
    服务站点: point or polygon; ``services`` joined with ``|``, from the catalogue's kinds.

    ``service_hours`` are hours of single services (``meals=Mo-Fr 10:00-13:00|reading=周末 白天``);
    services it does not name follow ``hours``.
    """

    code: Series[str] = _text()
    name: Series[str] = _text()
    kind: Series[str] = _text()
    services: Series[str] = _text()
    hours: Series[str] = _text()
    service_hours: Series[str] = _text()
    capacity: Series[pd.Int64Dtype] = _text(ge=0)
    audience: Series[str] = _text()
    state: Series[str] = pa.Field(isin=["open", "planned", "closed"])


class Candidates(_Table):
    """A possible site for a station."""

    name: Series[str] = _text()
    premises_source: Series[str] = _text()
    cost: Series[float] = _text(ge=0)
    area: Series[float] = _text(ge=0)
    services: Series[str] = _text()


class Streets(_Table):
    """
    A walkable line between two street nodes ``u`` and ``v``; lines join where ids are equal.

    ``users`` is ``everyone`` or ``residents`` (access=private); ``grade`` is rise over run from u
    to v, of the whole line; ``heights`` are metres above sea level at equal steps from u to v,
    both ends among them (``12.3|12.9||14``, nothing where unknown); ``crossing`` is a way over a
    carriageway; ``layer`` as in OSM.
    """

    u: Series[str] = pa.Field()
    v: Series[str] = pa.Field()
    kind: Series[str] = _text()
    name: Series[str] = _text()
    steps: Series[bool] = pa.Field()
    users: Series[str] = pa.Field(isin=["everyone", "residents"])
    hours: Series[str] = _text()
    grade: Series[float] = _text(ge=-1, le=1)
    heights: Series[str] = _text(str_matches=rf"^{_HEIGHT}?(\|{_HEIGHT}?)+$")
    crossing: Series[pd.BooleanDtype] = _text()
    layer: Series[pd.Int64Dtype] = _text()


class Households(_Table):
    """户: people's table. ``building`` is missing for a household that could not be placed."""

    building: Series[str] = _text()
    compound: Series[str] = _text()
    community: Series[str] = _text()
    grid: Series[str] = _text()
    unit: Series[str] = _text()
    room: Series[str] = _text()
    floor: Series[pd.Int64Dtype] = _text(ge=-10, le=300)
    people: Series[pd.Int64Dtype] = _text(ge=0)
    elders_60: Series[pd.Int64Dtype] = _text(ge=0)
    elders_80: Series[pd.Int64Dtype] = _text(ge=0)
    children_0_12: Series[pd.Int64Dtype] = _text(ge=0)
    low_income: Series[pd.Int64Dtype] = _text(ge=0)
    dual_earner_children: Series[pd.Int64Dtype] = _text(ge=0)
    flags: Series[str] = _text()
    needs: Series[str] = _text()
    colour: Series[str] = _text(isin=["red", "yellow", "green"])
    last_visit: Series[str] = _text(str_matches=r"^\d{4}-\d{2}-\d{2}$")


class Rejects(_Table):
    """
    An input row that could not be kept: where it stood and why. Holds no personal value.

    ``reason`` and ``remedy`` are Chinese; ``reason_en`` and ``remedy_en`` say the same in English.
    """

    source: Series[str] = pa.Field()
    layer: Series[str] = pa.Field()
    row: Series[str] = _text()
    column: Series[str] = _text()
    found: Series[str] = _text()
    reason: Series[str] = pa.Field()
    remedy: Series[str] = _text()
    reason_en: Series[str] = _text()
    remedy_en: Series[str] = _text()


class Provenance(_Table):
    """Where a layer came from: ``rows_read = kept + rejected``."""

    layer: Series[str] = pa.Field()
    source: Series[str] = pa.Field()
    sha256: Series[str] = _text()
    frame: Series[str] = _text()
    conversion: Series[str] = _text()
    rows_read: Series[pd.Int64Dtype] = pa.Field(ge=0)
    kept: Series[pd.Int64Dtype] = pa.Field(ge=0)
    rejected: Series[pd.Int64Dtype] = pa.Field(ge=0)
    data_date: Series[str] = _text()
    attribution: Series[str] = _text()
    note: Series[str] = _text()
    note_en: Series[str] = _text()


type_of_geometry: dict[str, frozenset[str]] = {
    "Communities": _AREA,
    "Grids": _AREA,
    "Compounds": _AREA,
    "Gates": _POINT,
    "Barriers": _LINE,
    "Buildings": _AREA | _POINT,
    "Entrances": _POINT,
    "Stations": _AREA | _POINT,
    "Candidates": _POINT,
    "Streets": frozenset({"LineString"}),
    "Households": _POINT,
}
"""Which geometry types each contract allows; a contract not named here has no geometry."""

_PERSONAL = frozenset({"Households"})

Contract = type[_Table]


def join_service_hours(hours: Mapping[str, str]) -> str:
    """Write hours of services into one cell: ``code=hours`` joined with ``|``."""
    return LIST_SEPARATOR.join(f"{service}={text}" for service, text in hours.items())


def split_service_hours(cell: str) -> dict[str, str]:
    """
    Read a cell of ``Stations.service_hours``: service -> hours.

    Cells are cut before a ``code=`` only, for ``||`` is OSM syntax too.
    """
    pairs = [part.partition("=") for part in _NEXT_SERVICE.split(cell) if "=" in part]
    return {service.strip(): text.strip() for service, _, text in pairs}


def columns_of(contract: Contract) -> list[str]:
    """Names of a contract's columns, in order, without ``id`` and ``geometry``."""
    return list(contract.to_schema().columns)


def empty(contract: Contract, crs: str | None = None) -> Any:
    """Return a table with no rows; a GeoDataFrame where the contract has a geometry."""
    index = pd.Index([], dtype="str", name="id")
    if contract.__name__ in type_of_geometry:
        return conform(gpd.GeoDataFrame(index=index, geometry=[], crs=crs), contract)
    return conform(pd.DataFrame(index=index), contract)


def conform(frame: Any, contract: Contract) -> Any:
    """
    Return a copy with every column of the contract in its type, checked as a whole.

    Parameters
    ----------
    frame
        A (Geo)DataFrame whose index is the id. Missing columns become NA where the contract
        allows it; columns beyond the contract are dropped.
    contract
        One of the classes of this module.

    Raises
    ------
    InputError
        Lists every fault as ``table, row id, column: what was found``. Values of personal
        tables are not repeated.
    """
    schema = contract.to_schema()
    whole = frame.copy()
    whole.index = pd.Index(whole.index.astype("str"), dtype="str", name="id")
    for name, column in schema.columns.items():
        dtype = str(column.dtype)
        if name in whole.columns:
            whole[name] = _cast(whole[name], dtype, name, contract)
        else:
            # a bool cannot be unknown: as object the check below will say so
            blank = "object" if dtype == "bool" and len(whole) else dtype
            whole[name] = pd.Series(np.nan, index=whole.index, dtype=blank)
    has_geometry = contract.__name__ in type_of_geometry
    order = [*schema.columns, *(["geometry"] if has_geometry else [])]
    whole = whole[order]
    _check(whole, contract)
    return whole


def _cast(values: pd.Series, dtype: str, name: str, contract: Contract) -> pd.Series:
    try:
        if dtype.startswith("str"):
            return _cast_text(values)
        if dtype in {"Int64", "boolean"} and values.dtype == object:
            values = values.where(values.notna(), None)
            values = pd.Series(pd.array(values.tolist(), dtype=dtype), index=values.index)
        if dtype == "float64":
            return pd.to_numeric(values).astype("float64")
        return values.astype(dtype)
    except (TypeError, ValueError) as error:
        shown = "" if contract.__name__ in _PERSONAL else f" ({error})"
        table = contract.__name__.lower()
        raise InputError(
            f"{table}：列“{name}”不能读作 {dtype}{shown}",
            english=f"{table}: column '{name}' cannot be read as {dtype}{shown}",
        ) from None


def _cast_text(values: pd.Series) -> pd.Series:
    if not isinstance(values.dtype, pd.StringDtype):
        known = values.notna()
        values = values.astype("object").where(known, None).map(_as_text)
    return values.astype("string")


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)


def _check(frame: Any, contract: Contract) -> None:
    problems = [*_contract_problems(frame, contract), *_geometry_problems(frame, contract)]
    if problems:
        table = contract.__name__.lower()
        raise InputError(
            f"{table}：{len(problems)} 处问题，第一处：{problems[0]}",
            english=f"{table}: {len(problems)} problem(s); first: {problems[0]}",
            problems=problems,
        )


def _contract_problems(frame: Any, contract: Contract) -> list[str]:
    if not len(frame):
        return []
    try:
        contract.to_schema().validate(pd.DataFrame(frame), lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        hidden = contract.__name__ in _PERSONAL
        return [
            f"row {case.index}, column '{case.column if case.schema_context == 'Column' else 'id'}'"
            f": {case.check}" + ("" if hidden else f" (found {case.failure_case!r})")
            for case in cases.itertuples(index=False, name="Case")
        ]
    return []


def _geometry_problems(frame: Any, contract: Contract) -> list[str]:
    allowed = type_of_geometry.get(contract.__name__)
    if allowed is None:
        return []
    kinds = frame.geometry.geom_type
    wrong = kinds.notna() & ~kinds.isin(sorted(allowed))
    expected = " or ".join(sorted(allowed))
    problems = [
        f"row {row}, column 'geometry': expected {expected} (found {kind})"
        for row, kind in kinds[wrong].items()
    ]
    if contract.__name__ not in _PERSONAL:
        missing = frame.geometry.isna() | frame.geometry.is_empty
        problems += [f"row {row}, column 'geometry': is empty" for row in frame.index[missing]]
    return problems
