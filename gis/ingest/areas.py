"""
Communities, grids and compounds: who belongs where.

    communities ──▶ grids (inside one community), compounds (inside one community) ──▶ their gates
"""

import geopandas as gpd

from gis import tables
from gis.district import PLACE_TABLES
from gis.ingest.attributes import add_attributes
from gis.ingest.cells import parse_cells
from gis.ingest.draft import Draft
from gis.ingest.fit import COMPOUND_SHARE, Names, nearest_compound, shares, with_community
from gis.ingest.intake import InputFile, Intake, column_of, has_places, read_intake
from gis.ingest.stations import read_points, to_points


def add_communities(draft: Draft, file: InputFile) -> None:
    """Read communities."""
    draft.take(_read(draft, file, "communities"))


def add_grids(draft: Draft, file: InputFile) -> None:
    """Read grids; one that lies over two communities is turned away."""
    intake = with_community(_read(draft, file, "grids"), draft.layer("communities"))
    draft.take(intake.require_rows())


def add_compounds(draft: Draft, file: InputFile) -> None:
    """
    Read compounds, or what a list knows of the mapped ones.

    Compounds with a shape stand in place of the mapped ones, and mapped gates are linked anew. A
    list without shapes is joined to the mapped compounds by id or name.
    """
    columns = draft.catalogue.columns
    intake = read_intake(file, "compounds", columns)
    mapped = draft.layer("compounds")
    if not has_places(intake):
        names = Names(mapped)
        intake = parse_cells(intake, tables.Compounds, columns)
        intake, filled = add_attributes(
            intake, mapped, lambda row: names.find(row.get("id")) or names.find(row.get("name"))
        )
        draft.layers["compounds"] = _with_source(filled, intake)
        draft.note(intake.require_rows())
        return
    intake = to_points(intake, file, tables.Compounds, draft.ground, draft.catalogue)
    intake = with_community(intake, draft.layer("communities")).require_rows()
    frame = intake.frame
    gated = column_of(frame, "gated")
    source = gated.map(lambda value: "given" if isinstance(value, str) else None)
    intake = intake.replace(frame=frame.assign(gated=gated.fillna("unknown"), gated_source=source))
    draft.take(intake)
    gates = draft.layer("gates")
    draft.layers["gates"] = gates.assign(
        compound=nearest_compound(gates.geometry, draft.layer("compounds"))
    )


def _with_source(compounds: gpd.GeoDataFrame, intake: Intake) -> gpd.GeoDataFrame:
    frame = intake.frame
    if "gated" not in frame:
        return compounds
    names = Names(compounds)
    told = frame[frame["gated"].notna()]
    ids = {names.find(row.get("id")) or names.find(row.get("name")) for _, row in told.iterrows()}
    source = compounds["gated_source"].astype(object)
    return compounds.assign(gated_source=source.where(~compounds.index.isin(ids), "given"))


def settle_mapped_compounds(draft: Draft) -> None:
    """
    Give mapped compounds their community.

    Mapped residential land does not follow communities, so the larger part decides and none is
    turned away.
    """
    compounds, communities = draft.layer("compounds"), draft.layer("communities")
    if len(compounds) and len(communities):
        parts = shares(compounds.geometry, communities)
        main = parts.idxmax(axis=1).where(parts.max(axis=1) > 0)
        draft.layers["compounds"] = compounds.assign(community=main.astype(object))
        part = parts.max(axis=1)
        split = int(((part > 0) & (part < COMPOUND_SHARE)).sum())
        if split:
            draft.say(
                "compounds",
                f"{split} 个小区跨社区，按较大的部分归属",
                f"{split} compound(s) lie over two communities; the larger part counts",
            )


def _read(draft: Draft, file: InputFile, layer: str) -> Intake:
    return read_points(file, layer, PLACE_TABLES[layer], draft.ground, draft.catalogue)
