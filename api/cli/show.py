"""
What the user sees: tables, JSON and CSV on stdout, talk on stderr.

    table (any frame) ─▶ aligned columns | JSON records | CSV
"""

import json
import sys
from typing import Any

from api.cli.help import width
from api.cli.words import COLUMNS, Words

_NOTHING = "–"


def say(words: Words, lang: str, **values: object) -> None:
    """Tell the user something, on stderr."""
    print(words.of(lang).format(**values), file=sys.stderr, flush=True)  # noqa: T201 - the talk


def put(text: str) -> None:
    """Answer, on stdout."""
    print(text)  # noqa: T201 - the answer


def put_json(value: Any) -> None:
    """Answer with JSON; a value that does not exist is null, never NaN."""
    put(json.dumps(plain(value), ensure_ascii=False, indent=2, allow_nan=False))


def put_frame(frame: Any, form: str, *, lang: str = "zh") -> None:
    """
    Answer with a table, in the form asked for.

    Parameters
    ----------
    frame
        Any DataFrame without geometry; its index is left out.
    lang
        Language of the titles of a table; JSON and CSV keep the names of the columns.
    """
    if form == "json":
        put_json(frame.to_dict("records"))
    elif form == "csv":
        sys.stdout.write(frame.to_csv(index=False, lineterminator="\n"))
    else:
        put(frame_text(frame, lang))


def frame_text(frame: Any, lang: str) -> str:
    """Lay out a table for people: titles in their language, numbers as they read them."""
    titles = [COLUMNS[name].of(lang) if name in COLUMNS else name for name in frame.columns]
    rows = [
        [cell(value, name) for name, value in zip(frame.columns, row, strict=True)]
        for row in frame.itertuples(index=False, name=None)
    ]
    return aligned(titles, rows)


def aligned(titles: list[str], rows: list[list[str]]) -> str:
    """Lay out columns for a terminal: wide characters count two, numbers stand right."""
    widths = [max(map(width, column)) for column in zip(titles, *rows, strict=True)]
    right = [
        bool(rows) and all(_is_number(row[place]) for row in rows) for place in range(len(titles))
    ]
    lines = [titles, ["─" * wide for wide in widths], *rows]
    return "\n".join("  ".join(map(_padded, line, widths, right)).rstrip() for line in lines)


def cell(value: Any, name: str = "") -> str:
    """Write one value for people: a missing one as a dash, a share in percent."""
    value = plain(value)
    if value is None or value == "":
        return _NOTHING
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, float) and name.startswith("share"):
        return f"{100 * value:.1f} %"
    if isinstance(value, float):
        return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def plain(value: Any) -> Any:
    """Turn numpy and pandas values into what JSON knows; every kind of missing becomes None."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None
    return None if str(value) in {"<NA>", "NaT"} else str(value)


def _is_number(text: str) -> bool:
    figure = text.removesuffix(" %").replace(".", "")
    # seven digits without a comma are a code, not a count
    is_code = figure.isdigit() and len(figure) > 6
    return text == _NOTHING or (figure.replace(",", "").isdigit() and not is_code)


def _padded(text: str, columns: int, right: bool) -> str:  # noqa: FBT001 - one per column, mapped
    space = " " * (columns - width(text))
    return space + text if right else text + space
