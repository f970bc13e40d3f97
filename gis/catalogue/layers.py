"""
A planner's own files laid over the shipped ones.

    [[Document]] (the shipped first) --lay_together--> kind -> key -> content

Rows, profiles and circles with the same code are replaced and others added; OSM rules laid on
top are asked first; spellings of columns are added to those known. Columns that are never kept
can be added to, not taken from.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gis.catalogue.documents import TABLES, Document
from gis.errors import InputError


def lay_together(layers: Sequence[Sequence[Document]]) -> dict[str, dict[str, Any]]:
    """
    Lay every file over those before it.

    Raises
    ------
    InputError
        A code stands twice in one file, or an added file would let left-out columns in.
    """
    merged: dict[str, dict[str, Any]] = {}
    for depth, documents in enumerate(layers):
        for document in documents:
            _lay_over(merged.setdefault(document.kind, {}), document, on_top=depth > 0)
    return merged


def are_rules(value: Sequence[Any]) -> bool:
    """Tell a list of tag rules from a list of words."""
    return bool(value) and isinstance(value[0], Mapping)


def _lay_over(target: dict[str, Any], document: Document, *, on_top: bool) -> None:
    """Put one file over what is there, in place."""
    content = document.content
    if document.kind in TABLES:
        _lay_rows(target, document)
    elif document.kind == "circle":
        target[content["id"]] = content
    elif document.kind == "columns":
        target[content["table"]] = _joined_columns(target.get(content["table"], {}), content)
    elif document.kind == "hours":
        target.update({key: {**target.get(key, {}), **words} for key, words in content.items()})
    elif document.kind == "left_out":
        _lay_left_out(target, document, on_top=on_top)
    else:
        # rules are asked in order: those laid on top come first; a list of words is replaced
        rules = {
            key: [*value, *target.get(key, [])]
            for key, value in content.items()
            if are_rules(value)
        }
        target.update({**content, **rules})


def _lay_rows(target: dict[str, Any], document: Document) -> None:
    key = "id" if document.kind == "profiles" else "code"
    seen: dict[str, int] = {}
    for row, number in zip(document.content, document.rows, strict=True):
        if row[key] in seen:
            raise InputError(
                f"{document.name} 第 {number} 行“{key}”列：“{row[key]}”重复"
                f"（首次在第 {seen[row[key]]} 行）；请只留一行",
                english=f"{document.name}, row {number}, column '{key}': found '{row[key]}' "
                f"again (first in row {seen[row[key]]}); keep one of them",
            )
        seen[row[key]] = number
        target[row[key]] = row


def _joined_columns(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Add the spellings of ``new``: a header that was understood stays understood."""
    columns = {each["name"]: each for each in old.get("column", [])}
    for each in new["column"]:
        known = columns.get(each["name"], {})
        kept = [known[key] for key in ("zh", "en") if key in known]
        also = dict.fromkeys([*known.get("also", []), *kept, *each.get("also", [])])
        columns[each["name"]] = {**known, **each, "also": list(also)}
    values = {column: dict(accepted) for column, accepted in old.get("values", {}).items()}
    for column, accepted in new.get("values", {}).items():
        for value, spellings in accepted.items():
            into = values.setdefault(column, {})
            into[value] = list(dict.fromkeys([*into.get(value, []), *spellings]))
    return {"table": new["table"], "column": list(columns.values()), "values": values}


def _lay_left_out(target: dict[str, Any], document: Document, *, on_top: bool) -> None:
    if on_top and "care" in document.content:
        # an exception added here would let policing columns in
        raise InputError(
            f"{document.name}：care 不能由外加文件改动；请只写 policing 或 personal",
            english=f"{document.name}: found care, which no added file may change; "
            "write policing or personal only",
        )
    for key, words in document.content.items():
        target[key] = list(dict.fromkeys([*target.get(key, []), *words]))
