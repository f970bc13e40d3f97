"""
Which headers and which cell values of a spreadsheet mean what.

The spellings stand in ``data/columns``, one file per table; here they are looked up without
regard to spaces, case, full-width letters and a unit in brackets: ``人口（人）`` is ``人口``.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gis.errors import InputError

_BRACKETS = re.compile(r"[\(\[【〔].*?[\)\]】〕]")
_SPACE = re.compile(r"[\s_\-:：*＊#./]+")


def plain_header(header: str) -> str:
    """Bring a header or a cell to the form in which spellings are compared."""
    text = unicodedata.normalize("NFKC", str(header)).lower()
    return _SPACE.sub("", _BRACKETS.sub("", text)) or _SPACE.sub("", text)


@dataclass(frozen=True)
class Column:
    """One column of a ledger: its names, whether it must be there, an example for the template."""

    name: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    note_zh: str = ""
    note_en: str = ""

    def label(self, lang: Literal["zh", "en"] = "zh") -> str:
        """Return the header a template shows."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class ColumnNames:
    """
    The accepted spellings of headers and values.

    Parameters
    ----------
    columns
        For each table its columns, in the order a template shows them.
    spellings
        For each table and column: a value as people write it -> the value of our table.
    policing
        Words of columns about persons in the policing sense: always left out, and said so.
    care
        Words that look like them and stay, being about care.
    personal
        Words of columns that name a person (name, id number, telephone): not kept.
    """

    columns: Mapping[str, tuple[Column, ...]]
    spellings: Mapping[str, Mapping[str, Mapping[str, str]]]
    policing: frozenset[str] = frozenset()
    care: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    _headers: dict[str, dict[str, str]] = field(default_factory=dict, repr=False, compare=False)

    def tables(self) -> tuple[str, ...]:
        """Return the tables that have spellings."""
        return tuple(self.columns)

    def of(self, table: str) -> tuple[Column, ...]:
        """Return the columns of one table; InputError names the tables there are."""
        if table not in self.columns:
            known = ", ".join(self.columns)
            raise InputError(
                f"columns：没有表“{table}”；可用：{known}",
                english=f"columns: no table '{table}'; use one of {known}",
            )
        return self.columns[table]

    def names(self, table: str) -> dict[str, str]:
        """Return every accepted header of a table (in plain form) with its column."""
        return {
            plain_header(spelling): column.name
            for column in self.of(table)
            for spelling in (column.name, column.zh, column.en, *column.also)
        }

    def find(self, table: str, header: str) -> str | None:
        """Return the column a header means, or nothing; left-out columns mean nothing."""
        if table not in self._headers:
            self._headers[table] = self.names(table)
        if self.left_out(header, table):
            return None
        return self._headers[table].get(plain_header(header))

    def left_out(
        self, header: str, table: str = "households"
    ) -> Literal["policing", "personal"] | None:
        """
        Tell whether a column must not be kept, and on which ground.

        A policing word anywhere in the header leaves it out of every table; a personal column is
        known by its whole header and left out of the households only (a station has a name).
        """
        text = plain_header(header)
        rest = text
        for word in self.care:
            rest = rest.replace(plain_header(word), "")
        if any(plain_header(word) in rest for word in self.policing):
            return "policing"
        personal = {plain_header(word) for word in self.personal}
        return "personal" if table == "households" and text in personal else None

    def values(self, table: str, column: str) -> dict[str, str]:
        """Return the accepted spellings of a column's values (in plain form); {} if any will do."""
        given = self.spellings.get(table, {}).get(column, {})
        return {plain_header(spelling): value for spelling, value in given.items()}

    def labels(self, table: str, lang: Literal["zh", "en"] = "zh") -> dict[str, str]:
        """Return column -> header as a template shows it."""
        return {column.name: column.label(lang) for column in self.of(table)}
