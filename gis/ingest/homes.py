"""
Buildings and who lives in them.

    buildings --in compound, community, grid--> linked     ledger + linked --> households
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gis import tables
from gis.ingest.addresses import grid_key
from gis.ingest.attributes import add_attributes
from gis.ingest.cells import parse_cells
from gis.ingest.draft import Draft
from gis.ingest.fit import Names, community_names, link_buildings
from gis.ingest.intake import InputFile, Why, has_places, read_intake
from gis.ingest.people import BuildingIndex, Places, place_households
from gis.ingest.stations import to_points

NO_SUCH_PLACE = Why(
    "所属楼栋或站点已由给定的表替代",
    "its building or station was replaced by a given table",
    "无需处理",
    "nothing to do",
)
_CALLED = ["name", "address", "compound", "compound_name", "community", "community_name", "grid"]


def add_buildings(draft: Draft, file: InputFile) -> None:
    """
    Read buildings, or what a list knows of the mapped ones.

    Buildings with a place stand instead of the mapped ones. A list without coordinates is joined
    to the mapped buildings by id, or by compound and building.
    """
    columns = draft.catalogue.columns
    intake = read_intake(file, "buildings", columns)
    if has_places(intake) or not {"name", "address", "id"} & set(intake.frame.columns):
        draft.take(to_points(intake, file, tables.Buildings, draft.ground, draft.catalogue))
        return
    mapped = draft.layer("buildings")
    index = BuildingIndex(link(draft))
    intake = parse_cells(intake, tables.Buildings, columns)
    intake, filled = add_attributes(intake, mapped, lambda row: _building(row, index, mapped))
    # compound, community and grid follow from where the building stands
    fixed = [name for name in ("compound", "community", "grid", "name") if name in mapped]
    filled[fixed] = mapped[fixed]
    draft.layers["buildings"] = filled
    draft.note(intake.require_rows())


def _building(row: Mapping[Any, Any], index: BuildingIndex, mapped: pd.DataFrame) -> str | None:
    if row.get("id") in mapped.index:
        return str(row["id"])
    words = (row.get(name) for name in ("community", "compound", "name", "address"))
    found = index.find(*(word if isinstance(word, str) else "" for word in words))
    return next(iter(found)) if len(found) == 1 else None


def link(draft: Draft) -> pd.DataFrame:
    """
    Give buildings their compound, community and grid; return what a ledger may call them.

    Returns
    -------
    DataFrame
        Index building id, as ``people.Places.buildings``.
    """
    communities, compounds = draft.layer("communities"), draft.layer("compounds")
    linked = link_buildings(draft.layer("buildings"), compounds, communities, draft.layer("grids"))
    draft.layers["buildings"] = linked
    called = linked["community"].map(communities["name"])
    plain = pd.DataFrame(linked.drop(columns="geometry"))
    return plain.assign(community_name=called).reindex(columns=_CALLED)


def check_entrances(draft: Draft) -> None:
    """Take out doors of buildings and stations that are no longer there."""
    doors = draft.layer("entrances")
    places = draft.layer("buildings").index.union(draft.layer("stations").index)
    draft.drop_mapped("entrances", doors.index[~doors["place"].isin(places)], NO_SUCH_PLACE)


def read_households(draft: Draft, file: InputFile, buildings: pd.DataFrame) -> pd.DataFrame:
    """Read a ledger, one row per household, and place each in its building."""
    columns = draft.catalogue.columns
    intake = parse_cells(read_intake(file, "households", columns), tables.Households, columns)
    intake = place_households(intake, _places(draft, buildings))
    draft.note(intake)
    return intake.frame.set_index("id").drop(columns="row")


def _places(draft: Draft, buildings: pd.DataFrame) -> Places:
    compounds, grids = draft.layer("compounds"), draft.layer("grids")
    of_grids = Names(grids, grid_key)
    belongs = grids["community"].to_dict()

    def grid(community: Any, text: Any) -> str | None:
        fitting = of_grids.all(text)
        known = isinstance(community, str)
        here = {each for each in fitting if known and belongs[each] == community} or fitting
        return next(iter(here)) if len(here) == 1 else None

    return Places(
        buildings=buildings,
        compound=Names(compounds).find,
        community=community_names(draft.layer("communities")).find,
        grid=grid,
        community_of_compound=compounds["community"].to_dict(),
    )
