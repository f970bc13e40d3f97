"""Check parsed content against its JSON schema, and say what is wrong in a planner's words."""

import functools
import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema

from gis.catalogue.standards import Lang
from gis.errors import InputError


def data_root() -> Path:
    """Return the folder of the shipped data: ``gis/_data`` in a wheel, ``data`` in a checkout."""
    packed = Path(str(files("gis").joinpath("_data")))
    return packed if packed.is_dir() else packed.parent.parent / "data"


@functools.cache
def schema_validator(name: str) -> Any:
    """Return the validator of one schema in ``data/schema``, by its name without ``.json``."""
    schema = json.loads((data_root() / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def check_document(kind: str, content: Any, name: str, rows: Sequence[int] = ()) -> None:
    """
    Refuse content that breaks the schema of its kind.

    Parameters
    ----------
    rows
        For a table: the row in the file of each record of ``content``.

    Raises
    ------
    InputError
        Lists every fault as ``file, row, column: found …; what to do``.
    """
    errors = sorted(schema_validator(kind).iter_errors(content), key=_order)
    if not errors:
        return
    chinese, english = (
        [_fault(error, name, rows, lang) for error in errors] for lang in ("zh", "en")
    )
    more = len(errors) - 1
    raise InputError(
        chinese[0] + (f"（另有 {more} 处）" if more else ""),
        english=english[0] + (f" (and {more} more)" if more else ""),
        problems=chinese,
    )


def _order(error: jsonschema.ValidationError) -> list[tuple[bool, int, str]]:
    steps = error.absolute_path
    return [(isinstance(s, str), s if isinstance(s, int) else 0, str(s)) for s in steps]


def _fault(error: jsonschema.ValidationError, name: str, rows: Sequence[int], lang: Lang) -> str:
    place, (found, remedy) = _place(list(error.absolute_path), rows, lang), _remedy(error, lang)
    if lang == "zh":
        return f"{name}{place}：{found}；{remedy}"
    return f"{name}{place}: {found}; {remedy}"


def _place(path: Sequence[str | int], rows: Sequence[int], lang: Lang) -> str:
    """Say where: the row and the column of a sheet, the keys (counted from 1) of a TOML file."""
    if not path:
        return ""
    if not rows:
        steps = [f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path]
        return (" " if lang == "zh" else ", ") + "".join(steps).lstrip(".")
    row = rows[int(path[0])]
    column = str(path[1]) if len(path) > 1 else ""
    if lang == "zh":
        return f" 第 {row} 行" + (f"“{column}”列" if column else "")
    return f", row {row}" + (f", column '{column}'" if column else "")


def _remedy(error: jsonschema.ValidationError, lang: Lang) -> tuple[str, str]:
    """Return what was found, and what to do."""
    found, asked, schema = error.instance, error.validator_value, error.schema
    zh = lang == "zh"
    if error.validator in {"required", "anyOf"}:
        each = asked if error.validator == "required" else [a["required"][0] for a in asked]
        missing = (", " if error.validator == "required" else " / ").join(
            key for key in each if key not in found
        )
        return (f"缺少 {missing}", "请补上") if zh else (f"found no {missing}", "fill it in")
    if error.validator == "additionalProperties":
        unknown = ", ".join(sorted(set(found) - set(schema["properties"])))
        known = ", ".join(schema["properties"])
        return (
            (f"不认识 {unknown}", f"可用：{known}")
            if zh
            else (f"found unknown {unknown}", f"use {known}")
        )
    advice = _advice(str(error.validator), asked, schema)
    chinese, english = advice or (str(error.message), str(error.message))
    return (f"现为“{found}”", chinese) if zh else (f"found '{found}'", english)


def _advice(rule: str, asked: Any, schema: Any) -> tuple[str, str] | None:
    if rule in {"type", "minItems", "maxItems"} and "x-zh" in schema:
        return f"请写{schema['x-zh']}", str(schema["description"])
    if rule == "enum":
        listed = ", ".join(map(str, asked))
        return f"请用其中之一：{listed}", f"use one of {listed}"
    if rule == "pattern":
        hint = schema.get("description", f"{asked}")
        return f"格式：{schema.get('x-zh', hint)}", f"{hint}"
    types = {
        "number": "数字",
        "string": "文字",
        "array": "列表",
        "integer": "整数",
        "boolean": "true 或 false",
        "object": "一组名称和值",
    }
    return {
        "type": (f"请写{types.get(str(asked), asked)}", f"write a {asked}"),
        "minimum": (f"请写不小于 {asked} 的数", f"write a number from {asked} up"),
        "exclusiveMinimum": (f"请写大于 {asked} 的数", f"write a number above {asked}"),
        "minLength": ("请补上文字", "fill it in"),
        "minItems": ("至少写一项", "name at least one"),
        "uniqueItems": ("每项只写一次", "name each once"),
    }.get(rule)
