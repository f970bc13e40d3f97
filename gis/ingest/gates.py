"""
Gates of compounds: those people listed, beside those on the map.

    given gates --at a ring, on a street node--> gates      mapped gate at the same place -> out
"""

import geopandas as gpd
import pandas as pd

from gis import tables
from gis.ingest.draft import Draft
from gis.ingest.fit import SAME_GATE_METRES, node_of
from gis.ingest.intake import InputFile, Why, column_of
from gis.ingest.layers import indexed, refuse_duplicates
from gis.ingest.stations import read_gates

SAME_GATE = Why(
    "给定的出入口表里有同一处出入口",
    "the given list has a gate at the same place",
    "无需处理",
    "nothing to do",
)


def add_gates(draft: Draft, file: InputFile, *, complete: bool) -> None:
    """
    Add given gates to the mapped ones; where both show the same gate, the given one stays.

    Parameters
    ----------
    complete
        The list names every gate of the compounds in it, so that none is assumed there. Of a
        compound that is not in it nothing follows.
    """
    intake = read_gates(file, draft.ground, draft.catalogue, draft.layer("compounds"))
    given = indexed(intake)
    given = given.assign(node=node_of(given.geometry, draft.ground.streets))
    mapped = draft.layer("gates")
    same = _same_gates(mapped, given)
    # the mapped gate is a street node: the given one takes its place in the network
    nodes = same.map(mapped["node"]).groupby(same.index).first() if len(same) else same
    given["node"] = given["node"].where(given["node"].notna(), given.index.map(nodes.to_dict()))
    draft.drop_mapped("gates", same.unique(), SAME_GATE)
    whole = pd.concat([draft.layer("gates"), tables.conform(given, tables.Gates)])
    refuse_duplicates(intake.source, whole.index.to_series())
    draft.layers["gates"] = whole
    draft.note(intake)
    if complete:
        _mark_complete(draft, given)


def _same_gates(mapped: gpd.GeoDataFrame, given: gpd.GeoDataFrame) -> pd.Series:
    """Return mapped gate ids by the given gate that shows the same place."""
    if not len(mapped) or not len(given):
        return pd.Series(dtype=object)
    rows, hits = given.sindex.nearest(
        mapped.geometry, max_distance=SAME_GATE_METRES, return_all=False
    )
    return pd.Series(mapped.index.to_numpy()[rows], index=given.index[hits], dtype=object)


def _mark_complete(draft: Draft, given: gpd.GeoDataFrame) -> None:
    compounds = draft.layer("compounds")
    listed = compounds.index.isin(set(given["compound"].dropna()))
    before = column_of(compounds, "gates_complete")
    draft.layers["compounds"] = compounds.assign(
        gates_complete=before.astype(object).where(~listed, other=True)
    )
