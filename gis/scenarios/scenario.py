"""
A scenario: a small JSON file of changes, read and checked (``data/schema/scenario.json``).

    file or plain values  --read_scenario-->  Scenario
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gis.catalogue.schema import check_document
from gis.errors import InputError


@dataclass(frozen=True)
class Scenario:
    """
    Changes to a district, in the order they are made.

    Each change is a mapping with ``do`` and what that needs; places are [longitude, latitude] in
    WGS-84.
    """

    name: str
    changes: tuple[Mapping[str, Any], ...]


def read_scenario(given: Scenario | Mapping[str, Any] | str | Path) -> Scenario:
    """
    Read a scenario from a JSON file, or from the same content as plain values.

    Raises
    ------
    InputError
        The file is not there, is no JSON, or breaks the schema; every fault is listed with the
        number of the change (from 1), the field, what was found, and what to write.
    """
    if isinstance(given, Scenario):
        return given
    content, name = (given, "scenario") if isinstance(given, Mapping) else _content(Path(given))
    check_document("scenario", content, name)
    return Scenario(content["name"], tuple(content["changes"]))


def _content(path: Path) -> tuple[Any, str]:
    if not path.is_file():
        raise InputError(
            f"情景文件：找不到 {path}；请检查路径",
            english=f"scenario: found no file {path}; check the path",
        )
    try:
        return json.loads(path.read_text(encoding="utf-8-sig")), path.name
    except UnicodeDecodeError:
        raise InputError(
            f"{path.name}：不是 UTF-8 文本；请另存为 UTF-8",
            english=f"{path.name}: is not UTF-8 text; save it as UTF-8",
        ) from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path.name}：第 {error.lineno} 行第 {error.colno} 列不是 JSON；"
            "请检查逗号、引号和括号",
            english=f"{path.name}, line {error.lineno}, column {error.colno}: is not JSON "
            f"({error.msg}); check commas, quotes and brackets",
        ) from None
