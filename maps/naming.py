"""What people call the codes of a catalogue, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis.catalogue import Catalogue, load_catalogue
from maps.words import Both


@dataclass(frozen=True)
class Names:
    """Names by code; ``pending`` holds the profiles whose figures wait for confirmation."""

    kinds: Mapping[str, Both]
    services: Mapping[str, Both]
    profiles: Mapping[str, Both]
    pending: frozenset[str]


def names_of(catalogue: Catalogue | None) -> Names:
    """Return the names of a catalogue, or of the one that ships with the library."""
    known = catalogue or load_catalogue()
    profiles = known.profiles
    return Names(
        kinds=_columns(known.facilities),
        services=_columns(known.services),
        profiles={code: (one.name_zh, one.name_en) for code, one in profiles.items()},
        pending=frozenset(code for code, one in profiles.items() if one.pending),
    )


def _columns(table: Any) -> dict[str, Both]:
    english = table["name_en"].fillna(table["name_zh"])
    return {
        str(code): (str(zh), str(en))
        for code, zh, en in zip(table.index, table["name_zh"], english, strict=True)
    }
