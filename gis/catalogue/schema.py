"""Check parsed content against its JSON schema, and say what is wrong in a planner's words."""

import functools
import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema

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
    errors = sorted(schema_validator(kind).iter_errors(content), key=lambda each: str(each.path))
    problems = [f"{name}, {_place(error, rows)}: {_remedy(error)}" for error in errors]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(problems[0] + more, problems=problems)


def _place(error: jsonschema.ValidationError, rows: Sequence[int]) -> str:
    path = list(error.absolute_path)
    if rows and path:
        row = f"row {rows[int(path[0])]}"
        return f"{row}, column '{path[1]}'" if len(path) > 1 else row
    return ".".join(str(step) for step in path) or "whole file"


def _remedy(error: jsonschema.ValidationError) -> str:
    """Turn one schema error into what was found and what to do."""
    found, asked, schema = error.instance, error.validator_value, error.schema
    if error.validator == "required":
        return f"found no {', '.join(key for key in asked if key not in found)}; fill it in"
    if error.validator == "additionalProperties":
        unknown = sorted(set(found) - set(schema["properties"]))
        return f"found unknown {', '.join(unknown)}; use {', '.join(schema['properties'])}"
    advice: dict[str, str] = {
        "enum": f"use one of {', '.join(map(str, asked))}" if isinstance(asked, list) else "",
        "type": f"write a {asked}",
        "pattern": schema.get("description", f"it must match {asked}"),
        "minimum": f"write a number from {asked} up",
        "exclusiveMinimum": f"write a number above {asked}",
    }
    remedy = advice.get(str(error.validator))
    return f"found {found!r}; {remedy}" if remedy else str(error.message)
