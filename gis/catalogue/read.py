"""
Read the knowledge in ``data/``, and lay a planner's own files over it.

    data/, files --read_documents--> [[Document]] --lay over--> merged content --> Catalogue

A file laid on top replaces the rows (profiles, circles) with the same code and adds the others;
its OSM rules are asked first; its spellings of columns are added to ours. Columns that are never
kept can be added to, not taken from. A single file is known by its columns or keys.
"""

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gis.catalogue.columns import Column, ColumnNames
from gis.catalogue.documents import Document, read_documents
from gis.catalogue.layers import are_rules, lay_together
from gis.catalogue.osm import OsmRules, TagRule
from gis.catalogue.schema import data_root
from gis.catalogue.standards import Circle, Lang, Profile, Requirement, parse_limit, parse_slope
from gis.errors import InputError


@dataclass(frozen=True, eq=False)
class Catalogue:
    """
    What is in force: facilities, services, circles, profiles, OSM rules, column names.

    Parameters
    ----------
    facilities
        Index ``code``; name_zh, name_en, services (joined with ``|``), limit_metres,
        limit_minutes, measure, population_low, population_high, floor_area, source, clause,
        confidence, place, note. Figures not given are NA.
    services
        Index ``code``; name_zh, name_en.
    assumptions
        Index ``code``; name_zh, name_en, value, unit, source, clause, confidence, note: what is
        taken to hold where the data do not tell.
    files
        The files it was read from, the shipped ones summed up as ``minqing``.
    digest
        Hash of all that was read: two reports with the same digest used the same catalogue.
    """

    facilities: pd.DataFrame
    services: pd.DataFrame
    assumptions: pd.DataFrame
    circles: Mapping[str, Circle]
    profiles: Mapping[str, Profile]
    osm: OsmRules
    columns: ColumnNames
    files: tuple[str, ...]
    digest: str

    def circle(self, name: str) -> Circle:
        """Return a circle by id; InputError names the ones there are."""
        return _named(self.circles, name, "circle")

    def profile(self, name: str) -> Profile:
        """Return a walking profile by id; InputError names the ones there are."""
        return _named(self.profiles, name, "profile")

    def service(self, name: str) -> str:
        """Return the code of a service given by code or name; InputError names the codes."""
        if name in self.services.index:
            return name
        for column in ("name_zh", "name_en"):
            found = self.services.index[self.services[column].str.lower() == name.strip().lower()]
            if len(found):
                return str(found[0])
        raise _not_named(self.services.index, name, "service")

    def services_of(self, kind: str) -> tuple[str, ...]:
        """Return the services a kind of station offers; none for a kind not in the catalogue."""
        if kind not in self.facilities.index:
            return ()
        return tuple(self.facilities.loc[kind, "services"].split("|"))

    def kinds_of(self, service: str) -> tuple[str, ...]:
        """Return the kinds of station that offer a service, in the order of the catalogue."""
        offered = self.facilities["services"].str.split("|")
        return tuple(self.facilities.index[[service in each for each in offered]])

    def assumed(self, code: str) -> float:
        """Return the value of an assumption; InputError names the ones there are."""
        if code not in self.assumptions.index:
            raise _not_named(self.assumptions.index, code, "assumption")
        return float(self.assumptions.loc[code, "value"])

    def kind_name(self, kind: str, lang: Lang = "zh") -> str:
        """Return the name of a kind of station; the code itself where there is none."""
        return _name_in(self.facilities, kind, lang)

    def service_name(self, service: str, lang: Lang = "zh") -> str:
        """Return the name of a service; the code itself where there is none."""
        return _name_in(self.services, service, lang)

    @property
    def label(self) -> str:
        """What a report prints: the files in force and the first digits of the digest."""
        return f"{' + '.join(self.files)} ({self.digest[:8]})"


def load_catalogue(*extra: str | Path) -> Catalogue:
    """
    Read the shipped catalogue and lay the given files or folders over it, the last on top.

    Parameters
    ----------
    extra
        A folder laid out as ``data/``, or one ``.csv`` or ``.toml`` file.

    Returns
    -------
    Catalogue
        Shared where no file is given: treat it as a constant.

    Raises
    ------
    InputError
        A file is missing, unreadable or breaks its schema (file, row, column, found, what to
        do), or a name used in one place is defined nowhere.
    """
    if not extra:
        return _shipped()
    layers = [_shipped_documents(), *(read_documents(Path(path)) for path in extra)]
    return _assemble(layers, ("minqing", *(Path(path).name for path in extra)))


@functools.cache
def _shipped() -> Catalogue:
    return _assemble([_shipped_documents()], ("minqing",))


@functools.cache
def _shipped_documents() -> list[Document]:
    return read_documents(data_root())


def _assemble(layers: Sequence[Sequence[Document]], names: tuple[str, ...]) -> Catalogue:
    merged = lay_together(layers)
    catalogue = Catalogue(
        facilities=_table(merged["facilities"], _FACILITY_COLUMNS),
        services=_table(merged["services"], _SERVICE_COLUMNS),
        assumptions=_table(merged["assumptions"], _ASSUMPTION_COLUMNS),
        circles={name: _circle(name, merged["circle"]) for name in merged["circle"]},
        profiles={key: _profile(row) for key, row in merged["profiles"].items()},
        osm=_osm_rules(merged["osm"]),
        columns=_column_names(merged["columns"], merged["left_out"]),
        files=names,
        digest=hashlib.sha256(repr(merged).encode()).hexdigest(),
    )
    _check_names(catalogue)
    return catalogue


_FACILITY_COLUMNS = {
    "name_zh": "string",
    "name_en": "string",
    "services": "string",
    "limit_metres": "float64",
    "limit_minutes": "float64",
    "measure": "string",
    "population_low": "float64",
    "population_high": "float64",
    "floor_area": "float64",
    "source": "string",
    "clause": "string",
    "confidence": "string",
    "place": "string",
    "note": "string",
}
_SERVICE_COLUMNS = {"name_zh": "string", "name_en": "string", "note": "string"}
_ASSUMPTION_COLUMNS = {
    "name_zh": "string",
    "name_en": "string",
    "value": "float64",
    "unit": "string",
    "source": "string",
    "clause": "string",
    "confidence": "string",
    "note": "string",
}


def _table(rows: Mapping[str, Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    index = pd.Index(list(rows), dtype="str", name="code")
    return pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in rows.values()], index=index, dtype=dtype)
            for name, dtype in columns.items()
        },
        index=index,
    )


def _profile(row: Mapping[str, Any]) -> Profile:
    steps = row["steps"]
    pairs = [pair.split(":") for pair in row.get("distances", "").split("|") if pair]
    return Profile(
        id=row["id"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        metres_per_minute=row.get("metres_per_minute"),
        steps=steps if steps in {"same", "avoid"} else float(steps),
        max_grade=row.get("max_grade"),
        source=row["source"],
        clause=row.get("clause", ""),
        confidence=row["confidence"],
        distances={float(minutes): float(metres) for minutes, metres in pairs},
        note=row.get("note", ""),
        slope=parse_slope(row["slope"], row["id"]) if "slope" in row else None,
        crossing_seconds=row.get("crossing_seconds", 0.0),
        storey_seconds=row.get("storey_seconds", 0.0),
        max_storeys=int(row["max_storeys"]) if "max_storeys" in row else None,
    )


def _circle(name: str, found: Mapping[str, Mapping[str, Any]]) -> Circle:
    content = found[name]
    requirements = [_requirement(each, content) for each in content.get("requirement", [])]
    for included in content.get("include", []):
        # one level deep: a level of GB 50180 includes no other
        if included not in found or "include" in found[included]:
            raise InputError(
                f"circle {name}，include：现为“{included}”；请写已有的、自身不含 include 的服务圈",
                english=f"circle {name}, include: found '{included}'; name a circle that exists "
                "and includes no other",
            )
        requirements += [
            _requirement(each, found[included]) for each in found[included]["requirement"]
        ]
    ids = [each.id for each in requirements]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise InputError(
            f"circle {name}：要求的 id “{twice[0]}”用了两次；请改一个",
            english=f"circle {name}: requirement id '{twice[0]}' is used twice; rename one",
        )
    text = {key: content.get(key, "") for key in ("source", "clause", "confidence", "note")}
    return Circle(
        id=name,
        name_zh=content["name_zh"],
        name_en=content["name_en"],
        requirements=tuple(requirements),
        **text,
    )


def _requirement(content: Mapping[str, Any], circle: Mapping[str, Any]) -> Requirement:
    return Requirement(
        id=content["id"],
        name_zh=content["name_zh"],
        name_en=content["name_en"],
        services=tuple(content["services"]),
        at_least=content["at_least"],
        limit=parse_limit(content["limit"]),
        measure=content["measure"],
        profile=content["profile"],
        source=content.get("source", circle["source"]),
        clause=content.get("clause", circle.get("clause", "")),
        confidence=content["confidence"],
        note=content.get("note", ""),
    )


def _osm_rules(content: Mapping[str, Any]) -> OsmRules:
    def shaped(value: Any) -> Any:
        return tuple(_tag_rule(each) for each in value) if are_rules(value) else frozenset(value)

    rules = {key: shaped(value) for key, value in content.items()}
    rules["gate_hours"] = tuple(content["gate_hours"])
    return OsmRules(**rules)


def _tag_rule(content: Mapping[str, Any]) -> TagRule:
    def values(tags: Mapping[str, Any]) -> dict[str, frozenset[str]]:
        return {
            key: frozenset([value] if isinstance(value, str) else value)
            for key, value in tags.items()
        }

    return TagRule(
        kind=content["kind"],
        tags=values(content.get("tags", {})),
        unless=values(content.get("unless", {})),
        name_has=tuple(content.get("name_has", ())),
    )


def _column_names(found: Mapping[str, Any], left_out: Mapping[str, Any]) -> ColumnNames:
    columns = {
        table: tuple(
            Column(**{**each, "also": tuple(each.get("also", ()))}) for each in content["column"]
        )
        for table, content in found.items()
    }
    spellings = {
        table: {
            column: {
                spelling: value
                for value, accepted in values.items()
                for spelling in (value, *accepted)
            }
            for column, values in content.get("values", {}).items()
        }
        for table, content in found.items()
    }
    return ColumnNames(
        columns=columns,
        spellings=spellings,
        policing=frozenset(left_out.get("policing", ())),
        care=frozenset(left_out.get("care", ())),
        personal=frozenset(left_out.get("personal", ())),
    )


def _name_in(table: pd.DataFrame, code: str, lang: Lang) -> str:
    return str(table.loc[code, f"name_{lang}"]) if code in table.index else code


def _named(found: Mapping[str, Any], name: str, what: str) -> Any:
    if name not in found:
        raise _not_named(found, name, what)
    return found[name]


def _not_named(known: Iterable[str], name: str, what: str) -> InputError:
    listed = ", ".join(known)
    return InputError(
        f"{what}：目录里没有“{name}”；可用：{listed}",
        english=f"{what}: found '{name}', which is not in the catalogue; use one of {listed}",
    )


def _check_names(catalogue: Catalogue) -> None:
    """Refuse a catalogue in which a name used in one place is defined nowhere."""
    lost = [*_of_facilities(catalogue), *_of_circles(catalogue), *_of_rules(catalogue)]
    if lost:
        chinese = [f"{where}：“{name}”不在 {table} 里" for where, name, table in lost]
        where, name, table = lost[0]
        raise InputError(
            f"{chinese[0]}；请先在那里补上，或改正名称",
            english=f"{where}: found '{name}', which is not in {table}; add it or mend the name",
            problems=chinese,
        )


Lost = tuple[str, str, str]
"""Where a name is used, the name, the table that lacks it."""


def _of_facilities(catalogue: Catalogue) -> Iterator[Lost]:
    for code, services in catalogue.facilities["services"].items():
        for name in services.split("|"):
            if name not in catalogue.services.index:
                yield f"facilities, {code}", name, "services.csv"


def _of_circles(catalogue: Catalogue) -> Iterator[Lost]:
    for circle in catalogue.circles.values():
        for requirement in circle.requirements:
            where = f"circle {circle.id}, {requirement.id}"
            for name in requirement.services:
                if name not in catalogue.services.index:
                    yield where, name, "services.csv"
            if requirement.profile not in catalogue.profiles:
                yield where, requirement.profile, "profiles.csv"


def _of_rules(catalogue: Catalogue) -> Iterator[Lost]:
    for rule in catalogue.osm.stations:
        if rule.kind not in catalogue.facilities.index:
            yield "osm, stations", rule.kind, "facilities.csv"
