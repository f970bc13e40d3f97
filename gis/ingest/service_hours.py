"""
Hours of single services, as people type them into one cell (错时利用).

    meals=Mo-Fr 10:00-13:00|after_school_care=周末 9:00-17:00
    助餐：周一至周五 10:00-13:00；课后托管：周末 9:00-17:00

    cell --read_service_hours--> code=hours|code=hours, and the names nobody knows

A service's name stands before ``=`` or a colon; what follows belongs to it up to the next name.
The hours stay as they were written.
"""

import re
from collections.abc import Iterator, Mapping

from gis.catalogue import plain_header
from gis.tables import join_service_hours

_NAME = re.compile(
    r"(?:^|[|;\uff1b\n,\uff0c、])\s*([^\d=:\uff1a\uff1d|;\uff1b,\uff0c、\n]{1,20}?)\s*([=\uff1d:\uff1a])"
)
_TIME_WORD = re.compile(
    r"[每逢]|周|星期|礼拜|上午|下午|早|中午|晚|白天|工作|双休|法定|节|夏|冬|午休|开放|营业|服务时间|时间"
)
_ENDS = "|;\uff1b\n,\uff0c、 "


def read_service_hours(text: str, known: Mapping[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """
    Read one cell.

    Parameters
    ----------
    known
        Every way of writing a service (plain form) -> its code.

    Returns
    -------
    tuple
        ``code=hours`` joined with ``|`` in the order of the cell, or nothing; then the parts
        that could not be read: names of no service, text without a name, a service without hours.
        A service named twice has both hours.
    """
    hours: dict[str, str] = {}
    unread = []
    for name, rest in _parts(text, known):
        code = known.get(plain_header(name))
        if code is None or not rest:
            unread.append(name or rest)
        else:
            hours[code] = f"{hours[code]}; {rest}" if code in hours else rest
    return join_service_hours(hours) or None, tuple(unread)


def _parts(text: str, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Cut a cell at the names in it; what stands before the first has an empty name."""
    heads = [
        found
        for found in _NAME.finditer(text)
        # 周末：9:00-17:00 names a day and belongs to the service before it
        if plain_header(found[1]) in known or not _TIME_WORD.match(found[1])
    ]
    starts = [found.start() for found in heads]
    first = text[: starts[0]] if starts else text
    if first.strip(_ENDS):
        yield "", first.strip(_ENDS)
    ends = [*starts[1:], len(text)][: len(heads)]
    for found, end in zip(heads, ends, strict=True):
        yield found[1].strip(), text[found.end() : end].strip(_ENDS)
