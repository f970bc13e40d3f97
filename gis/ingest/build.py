"""
From files to one district: the frame fixed once, each layer read, checked, and fitted together.

    streets ──▶ frame, streets (OpenStreetMap: every layer)
    communities, grids, compounds ──▶ areas          buildings ──▶ in compound, community, grid
    gates ──▶ at a compound's ring                   stations, candidates ──▶ near a street
    households ──▶ in buildings, by address

A layer that is given stands in place of OpenStreetMap's; given gates are added to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from gis import tables
from gis.catalogue import Catalogue, load_catalogue
from gis.district import PLACE_TABLES, District, build_district
from gis.ingest.addresses import grid_key
from gis.ingest.cells import parse_cells
from gis.ingest.fit import (
    SAME_GATE_METRES,
    Names,
    community_names,
    link_buildings,
    nearest_compound,
    node_of,
    shares,
    with_community,
)
from gis.ingest.ground import Ground, provenance_of, read_ground
from gis.ingest.intake import InputFile, Intake, read_intake
from gis.ingest.layers import indexed
from gis.ingest.osm_file import Progress
from gis.ingest.people import Places, place_households
from gis.ingest.stations import read_candidates, read_gates, read_points, read_stations


@dataclass(frozen=True)
class Sources:
    """
    The files of one district.

    Parameters
    ----------
    streets
        ``.osm``, ``.osm.pbf`` (also packed), ``.graphml``, or a vector file of lines.
    gates_complete
        The gate list names every gate of the compounds it names: none is assumed there.
    """

    streets: InputFile
    communities: InputFile | None = None
    grids: InputFile | None = None
    compounds: InputFile | None = None
    gates: InputFile | None = None
    barriers: InputFile | None = None
    buildings: InputFile | None = None
    stations: InputFile | None = None
    candidates: InputFile | None = None
    households: InputFile | None = None
    gates_complete: bool = False


@dataclass
class _Draft:
    """The district while it is being put together."""

    ground: Ground
    catalogue: Catalogue
    layers: dict[str, gpd.GeoDataFrame]
    provenance: list[dict[str, Any]]
    rejects: list[dict[str, str | None]]

    def take(self, intake: Intake, table: gpd.GeoDataFrame | None = None) -> None:
        """Let an intake become its layer, and write down where it came from."""
        layer = intake.layer
        self.layers[layer] = indexed(intake) if table is None else table
        self.note(intake)

    def note(self, intake: Intake) -> None:
        self.provenance.append(provenance_of(intake, len(intake.frame)))
        self.rejects.extend(intake.rejects)

    def layer(self, name: str) -> gpd.GeoDataFrame:
        if name not in self.layers:
            self.layers[name] = tables.empty(PLACE_TABLES[name], self.ground.crs)
        return self.layers[name]

    def drop_provenance(self, layer: str) -> None:
        self.provenance = [row for row in self.provenance if row["layer"] != layer]


def import_district(
    sources: Sources,
    *,
    name: str | None = None,
    catalogue: Catalogue | None = None,
    progress: Progress | None = None,
) -> District:
    """
    Read files into a district.

    Parameters
    ----------
    name
        What to call the place; the streets' file name without one.
    catalogue
        What kinds, services and headers mean; the shipped one without it.
    progress
        Called with a message and the part done (0 to 1).

    Returns
    -------
    District
        Every input row is in one of its tables or in ``rejects``; each layer has a row in
        ``provenance``. A district without stations or people is a district.

    Raises
    ------
    FrameError
        An input's coordinate frame is missing, shifted without a named conversion, or wrong.
    InputError
        A file cannot be used at all.
    """
    catalogue = catalogue or load_catalogue()
    tell = progress or _silent
    tell(f"读取 {sources.streets.name}", 0.0)
    ground = read_ground(
        sources.streets, catalogue, lambda text, part: tell(text, (part or 0) * 0.6)
    )
    draft = _Draft(
        ground, catalogue, dict(ground.layers), list(ground.provenance), list(ground.rejects)
    )
    tell("社区、网格、小区", 0.6)
    _read_areas(draft, sources)
    tell("楼栋、站点、出入口", 0.7)
    _read_places(draft, sources)
    tell("住户", 0.9)
    names = _link_buildings(draft)
    households = _read_households(draft, sources, names)
    tell("完成", 1.0)
    return build_district(
        name or sources.streets.name.split(".")[0],
        ground.crs,
        facts=ground.facts,
        **{key: draft.layer(key) for key in PLACE_TABLES},
        households=households,
        rejects=_table(draft.rejects),
        provenance=_table(draft.provenance),
    )


def _silent(message: str, part: float | None) -> None:
    """Tell nobody."""


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame | None:
    return pd.DataFrame(rows).set_index("id") if rows else None


def _read_areas(draft: _Draft, sources: Sources) -> None:
    if sources.communities is not None:
        draft.take(_read(sources.communities, "communities", draft))
    communities = draft.layer("communities")
    if sources.grids is not None:
        draft.take(with_community(_read(sources.grids, "grids", draft), communities).require_rows())
    if sources.compounds is not None:
        intake = _read(sources.compounds, "compounds", draft)
        intake = with_community(intake, communities).require_rows()
        frame = intake.frame
        gated = frame.get("gated", pd.Series(None, index=frame.index, dtype=object))
        frame = frame.assign(
            gated=gated.fillna("unknown"),
            gated_source=gated.map(lambda value: "given" if isinstance(value, str) else None),
        )
        draft.drop_provenance("compounds")
        draft.take(intake.replace(frame=frame))
        osm_gates = draft.layer("gates")
        draft.layers["gates"] = osm_gates.assign(
            compound=nearest_compound(osm_gates.geometry, draft.layer("compounds"))
        )
    elif len(communities) and len(draft.layer("compounds")):
        draft.layers["compounds"] = _osm_compounds_in(draft.layer("compounds"), communities)


def _osm_compounds_in(
    compounds: gpd.GeoDataFrame, communities: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    # mapped residential land does not follow communities; the larger part decides
    parts = shares(compounds.geometry, communities)
    return compounds.assign(community=parts.idxmax(axis=1).where(parts.max(axis=1) > 0))


def _read(file: InputFile, layer: str, draft: _Draft) -> Intake:
    return read_points(file, layer, PLACE_TABLES[layer], draft.ground, draft.catalogue)


def _read_places(draft: _Draft, sources: Sources) -> None:
    ground, catalogue = draft.ground, draft.catalogue
    for layer in ("barriers", "buildings"):
        file = getattr(sources, layer)
        if file is not None:
            draft.drop_provenance(layer)
            draft.take(_read(file, layer, draft))
    if sources.stations is not None:
        draft.drop_provenance("stations")
        draft.take(read_stations(sources.stations, ground, catalogue))
    if sources.candidates is not None:
        draft.take(read_candidates(sources.candidates, ground, catalogue))
    if sources.gates is not None:
        _add_gates(draft, sources)


def _add_gates(draft: _Draft, sources: Sources) -> None:
    """Add given gates to the mapped ones; where both show the same gate, the given one stays."""
    if sources.gates is None:
        return
    intake = read_gates(sources.gates, draft.ground, draft.catalogue, draft.layer("compounds"))
    given = indexed(intake)
    mapped = draft.layer("gates")
    given = given.assign(node=node_of(given.geometry, draft.ground.streets))
    if len(mapped) and len(given):
        (rows, hits), _ = given.sindex.nearest(
            mapped.geometry, max_distance=SAME_GATE_METRES, return_distance=True, return_all=False
        )
        replaced = mapped.index[rows]
        same = pd.Series(mapped["node"].to_numpy()[rows], index=given.index[hits])
        same = same[~same.index.duplicated()]
        given["node"] = given["node"].where(given["node"].notna(), given.index.map(same))
        mapped = mapped.drop(index=replaced)
        _reject_mapped(draft, "gates", replaced)
    draft.layers["gates"] = pd.concat([mapped, tables.conform(given, tables.Gates)])
    draft.note(intake)
    if sources.gates_complete:
        compounds = draft.layer("compounds")
        listed = compounds.index.isin(set(given["compound"].dropna()))
        complete = compounds.get("gates_complete", pd.Series(None, index=compounds.index))
        draft.layers["compounds"] = compounds.assign(
            gates_complete=complete.astype(object).where(~listed, other=True)
        )


def _reject_mapped(draft: _Draft, layer: str, ids: pd.Index) -> None:
    """Write down mapped rows that a given row stands in for."""
    whys = {
        "gates": ("给定的出入口表里有同一处出入口", "the given list has a gate at the same place"),
        "entrances": ("所属楼栋或站点已由给定的表替代", "its building or station was replaced"),
    }
    row = next(row for row in draft.provenance if row["layer"] == layer)
    row["kept"] -= len(ids)
    row["rejected"] += len(ids)
    draft.rejects.extend(
        {
            "id": f"{layer}-{identity}",
            "source": row["source"],
            "layer": layer,
            "row": str(identity),
            "reason": whys[layer][0],
            "remedy": "无需处理",
            "reason_en": whys[layer][1],
            "remedy_en": "nothing to do",
        }
        for identity in ids
    )


def _link_buildings(draft: _Draft) -> pd.DataFrame:
    """Fix the places of buildings; return what a ledger may call them."""
    communities, compounds = draft.layer("communities"), draft.layer("compounds")
    linked = link_buildings(draft.layer("buildings"), compounds, communities, draft.layer("grids"))
    draft.layers["buildings"] = linked
    _check_entrances(draft)
    called = linked["community"].map(communities["name"])
    return (
        pd.DataFrame(linked.drop(columns="geometry"))
        .assign(community_name=called)
        .reindex(
            columns=[
                "name",
                "address",
                "compound",
                "compound_name",
                "community",
                "community_name",
                "grid",
            ]
        )
    )


def _check_entrances(draft: _Draft) -> None:
    """Keep doors of buildings and stations that are still there."""
    doors = draft.layer("entrances")
    places = draft.layer("buildings").index.union(draft.layer("stations").index)
    gone = doors.index[~doors["place"].isin(places)]
    if len(gone):
        draft.layers["entrances"] = doors.drop(index=gone)
        _reject_mapped(draft, "entrances", gone)


def _read_households(
    draft: _Draft, sources: Sources, buildings: pd.DataFrame
) -> pd.DataFrame | None:
    if sources.households is None:
        return None
    columns = draft.catalogue.columns
    intake = read_intake(sources.households, "households", columns)
    # which building a row names is text here; the contract's id comes from matching it
    intake = parse_cells(intake, tables.Households, columns)
    intake = place_households(intake, _ledger_places(draft, buildings))
    draft.note(intake)
    return intake.frame.set_index("id").drop(columns="row")


def _ledger_places(draft: _Draft, buildings: pd.DataFrame) -> Places:
    compounds, grids = draft.layer("compounds"), draft.layer("grids")
    of_grids = Names(grids, grid_key)
    belongs: Mapping[str, Any] = grids["community"].to_dict()

    def grid(community: Any, text: Any) -> str | None:
        fitting = of_grids.all(text)
        here = {each for each in fitting if belongs[each] == community}
        lone = here or fitting
        return next(iter(lone)) if len(lone) == 1 else None

    return Places(
        buildings=buildings,
        compound=Names(compounds).find,
        community=community_names(draft.layer("communities")).find,
        grid=grid,
        community_of_compound=compounds["community"].to_dict(),
    )
