"""
Where the households of a ledger live: the building of each, by exact address.

A ledger has no coordinates. A household is placed by compound and building, spelled in any usual
way, or by its courtyard (``82号院``); a household that fits no building, or several, stays in the
table without one and shows up later as BAD_POSITION. Nothing is guessed.

    ledger rows + buildings --place_households--> households with their building

Messages name rows and columns, never what stands in a household's cells.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gis.ingest.addresses import building_key, community_key, is_yard, plain_place
from gis.ingest.cells import NOTHING
from gis.ingest.intake import Intake, Why, rows_in_words
from gis.tables import LIST_SEPARATOR

ADDRESS = ("compound", "building", "unit", "room", "address")
_COUNTS = ("people", "elders_60", "elders_80", "children_0_12", "low_income")
_FLOOR_OF_ROOM = re.compile(r"(\d{1,2})\d{2}")

NO_HOUSEHOLD = Why(
    "没有地址，也没有人数，不是一户",
    "neither an address nor a number of people: no household",
    "补上小区、楼栋、房号，或删去这一行",
    "fill in compound, building and room, or delete the row",
)


@dataclass(frozen=True)
class Places:
    """
    What a ledger's words may mean in this district.

    Parameters
    ----------
    buildings
        Index building id; columns ``name``, ``address``, ``compound``, ``compound_name``,
        ``community``, ``community_name``, ``grid``, any of them missing where unknown.
    compound, community
        From what is written to an id, or nothing.
    grid
        From a community id (or nothing) and what is written to an id, or nothing.
    """

    buildings: pd.DataFrame
    compound: Callable[[Any], str | None]
    community: Callable[[Any], str | None]
    grid: Callable[[Any, Any], str | None]
    community_of_compound: Mapping[str, Any]


def place_households(intake: Intake, places: Places) -> Intake:
    """
    Find the building of every household.

    Parameters
    ----------
    intake
        Ledger rows, parsed; the columns ``compound``, ``building``, ``community`` and ``grid``
        hold what was written.

    Returns
    -------
    Intake
        ``id`` is the household number, or made from the address; ``building``, ``compound``,
        ``community`` and ``grid`` are ids or missing: those of the building, and for a household
        without one what is written, where it is known. Rejected are only rows without any
        household and rows that repeat one.
    """
    intake = _without_repeats(_without_fillers(_with_columns(intake)))
    written = intake.frame
    found, why = _find(written, places.buildings)
    frame = written.assign(building=found)
    lone = found.isna()
    compound = found.map(places.buildings["compound"]).where(
        ~lone, written["compound"].map(places.compound)
    )
    community = found.map(places.buildings["community"]).where(
        ~lone, written["community"].map(places.community)
    )
    community = community.where(community.notna(), compound.map(places.community_of_compound))
    pairs = zip(community, written["grid"], strict=True)
    named = pd.Series([places.grid(*pair) for pair in pairs], index=frame.index, dtype=object)
    grid = found.map(places.buildings["grid"]).where(~lone, named)
    frame = frame.assign(compound=compound, community=community, grid=grid)
    intake = _said(_with_floor(intake.replace(frame=frame)), why)
    intake = _differing(
        intake, "社区", "community", community, written["community"].map(places.community)
    )
    return _differing(intake, "网格", "grid", grid, named)


def _differing(intake: Intake, zh: str, en: str, stands: pd.Series, written: pd.Series) -> Intake:
    """Say where a ledger names another community or grid than the one the building is in."""
    other = stands.notna() & written.notna() & (stands != written)
    if not other.any():
        return intake
    rows = rows_in_words(list(other.index[other]))
    return intake.noting(
        f"{int(other.sum())} 户写的{zh}与楼栋所在的不同，以楼栋为准（第 {rows} 行）",
        f"{int(other.sum())} household(s) name another {en} than their building's, which counts "
        f"(rows {rows})",
    )


def _with_columns(intake: Intake) -> Intake:
    frame = intake.frame.copy()
    for name in (*ADDRESS, *_COUNTS, "id", "community", "grid", "floor"):
        if name not in frame:
            frame[name] = pd.Series(None, index=frame.index, dtype=object)
    return intake.replace(frame=frame)


def _without_fillers(intake: Intake) -> Intake:
    meaning = [*ADDRESS, *_COUNTS, "id"]
    nothing = intake.frame[meaning].isna().all(axis=1)
    return intake.without(nothing, NO_HOUSEHOLD)


def _without_repeats(intake: Intake) -> Intake:
    frame = intake.frame
    keys = _address_keys(frame)
    numbers = frame["id"].where(frame["id"].notna(), None)
    first = _first_alike(numbers, keys)
    whys = first.map(lambda row: None if pd.isna(row) else _repeated(int(row))).astype(object)
    made = [_made_id(intake.layer, row, key) for row, key in keys.items()]
    ids = numbers.where(numbers.notna(), pd.Series(made, index=frame.index)).astype(str)
    frame = frame.assign(id=ids, row=frame.index)
    return intake.replace(frame=frame).without(first.notna(), whys)


def _first_alike(numbers: pd.Series, keys: pd.Series) -> pd.Series:
    """
    Return, for a row that repeats an earlier household, the number of that row.

    Two household numbers at one address are two households (families do share a flat); where
    one of the rows has no number, the address decides.
    """
    unnumbered = keys.where(numbers.isna())
    first = _first_rows(numbers)
    among_unnumbered = unnumbered.dropna().drop_duplicates()
    earlier = pd.Series(among_unnumbered.index, index=among_unnumbered)
    seen = keys.map(earlier)
    by_unnumbered = seen.where(seen < pd.Series(keys.index, index=keys.index))
    by_anybody = _first_rows(keys).where(numbers.isna())
    return first.fillna(by_unnumbered.astype("Int64")).fillna(by_anybody)


def _first_rows(keys: pd.Series) -> pd.Series:
    """Return, for a row that repeats an earlier one, the number of that earlier row."""
    rows = pd.Series(keys.index, index=keys.index)
    first = rows.groupby(keys).transform("first")
    return first.where(keys.notna() & (first != rows)).astype("Int64")


def _repeated(row: int) -> Why:
    return Why(
        f"与第 {row} 行是同一户（户号或地址相同）",
        f"the same household as row {row} (same number or address)",
        "删去重复行；若表里一行是一个人，请先按户汇总",
        "delete the repeated row; where a row is a person, sum up by household first",
    )


def _address_keys(frame: pd.DataFrame) -> pd.Series:
    """Return one text per full address; missing where compound, building or room is."""
    compound = frame["compound"].where(frame["compound"].notna(), frame["address"])
    parts = [
        frame["community"].map(_text(community_key)).fillna(""),
        compound.map(_text(plain_place)),
        frame["building"].map(_text(building_key)).fillna(""),
        frame["unit"].map(_text(building_key)).fillna(""),
        frame["room"].map(_text(plain_place)),
    ]
    whole = pd.concat(parts, axis=1).isna().any(axis=1)
    joined = parts[0].astype(object)
    for part in parts[1:]:
        joined = joined + LIST_SEPARATOR + part.fillna("").astype(object)
    return joined.where(~whole, None)


def _text(read: Callable[[str], str]) -> Callable[[Any], str | None]:
    return lambda cell: read(cell) if isinstance(cell, str) and cell not in NOTHING else None


def _made_id(layer: str, row: Any, key: Any) -> str:
    if not isinstance(key, str):
        return f"{layer}-{row}"
    # from the address, so that a ledger sorted anew keeps its ids; who knows the addresses can
    # find them again, so an id made here is as personal as the address
    return "h" + hashlib.blake2s(key.encode(), digest_size=6).hexdigest()


def _find(written: pd.DataFrame, buildings: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the building id or nothing, and ``none``, ``several`` or nothing for the reason."""
    index = BuildingIndex(buildings)
    cells = written[["community", "compound", "building", "address"]].astype(object)
    words = list(cells.where(cells.notna(), "").itertuples(index=False, name=None))
    # a ledger repeats few addresses of buildings, so each is looked up once
    answers = {address: index.find(*address) for address in set(words)}
    fitting = [answers[address] for address in words]
    found = [next(iter(ids)) if len(ids) == 1 else None for ids in fitting]
    why = [None if len(ids) == 1 else "several" if ids else "none" for ids in fitting]
    return (
        pd.Series(found, index=written.index, dtype=object),
        pd.Series(why, index=written.index, dtype=object),
    )


class BuildingIndex:
    """Buildings by the ways a ledger may name them; every answer is a set of building ids."""

    def __init__(self, buildings: pd.DataFrame) -> None:
        self._in_compound: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._of_compound: dict[str, set[str]] = defaultdict(set)
        self._at: dict[str, set[str]] = defaultdict(set)
        self._community: dict[str, str] = {}
        for row in buildings.itertuples():
            compounds = (_cell(row.compound_name) or "").split(LIST_SEPARATOR)
            compounds = [compound for compound in compounds if compound]
            name, address = _cell(row.name), _cell(row.address)
            identity = str(row.Index)
            self._community[identity] = community_key(_cell(row.community_name) or "")
            for compound in compounds:
                self._of_compound[plain_place(compound)].add(identity)
                if name:
                    key = (plain_place(compound), building_key(name, compound))
                    self._in_compound[key].add(identity)
            for text in {name if name and is_yard(name) else "", address} - {"", None}:
                self._at[plain_place(str(text))].add(identity)

    def find(self, community: str, compound: str, building: str, address: str) -> frozenset[str]:
        """Return the buildings these words of a ledger stand for; an empty text is unknown."""
        fitting = self._fitting(compound, building, address)
        if len(fitting) > 1 and community:
            key = community_key(community)
            fitting = {each for each in fitting if self._community[each] == key} or fitting
        return frozenset(fitting)

    def _fitting(self, compound: str, building: str, address: str) -> set[str]:
        place = plain_place(compound)
        if compound and building:
            return self._in_compound.get((place, building_key(building, compound)), set())
        if building and is_yard(building):
            place = plain_place(building)
        elif not compound and address:
            place = plain_place(address)
        if not place:
            return set()
        # a courtyard, or a compound of one building, is a whole address
        return self._of_compound.get(place, set()) or self._at.get(place, set())


def _cell(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _with_floor(intake: Intake) -> Intake:
    """Fill the floor from a room number of three or four digits: 502 is on 5, 1203 on 12."""
    frame = intake.frame
    rooms = frame["room"].map(lambda cell: cell.strip() if isinstance(cell, str) else "")
    floors = rooms.map(_floor_of).astype(object).where(frame["floor"].isna(), None)
    told = int(floors.notna().sum())
    intake = intake.replace(frame=frame.assign(floor=frame["floor"].where(floors.isna(), floors)))
    if not told:
        return intake
    return intake.noting(
        f"{told} 户没有写楼层，按房号推算（502 为 5 层）",
        f"{told} household(s) without a floor: taken from the room number (502 is on 5)",
    )


def _floor_of(room: str) -> int | None:
    match = _FLOOR_OF_ROOM.fullmatch(room)
    return int(match[1]) if match and int(match[1]) > 0 else None


def _said(intake: Intake, why: pd.Series) -> Intake:
    several = list(why.index[why == "several"])
    none = list(why.index[why == "none"])
    if none:
        rows = rows_in_words(none)
        intake = intake.noting(
            f"{len(none)} 户的地址在楼栋表中找不到，保留但未落位（第 {rows} 行）",
            f"{len(none)} household(s) fit no building; kept without a place (rows {rows})",
        )
    if several:
        rows = rows_in_words(several)
        intake = intake.noting(
            f"{len(several)} 户的地址对应不止一栋楼，保留但未落位（第 {rows} 行）",
            f"{len(several)} household(s) fit several buildings; kept without a place "
            f"(rows {rows})",
        )
    return intake
