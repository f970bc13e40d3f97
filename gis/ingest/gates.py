"""
Gates of compounds: those people listed, beside those on the map.

    given gates --at a ring, on a street--> gates      mapped gate at the same place -> out
    streets     --cut where a given gate stands across one--> streets
"""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.ops import substring

from gis import tables
from gis.ingest.draft import Draft
from gis.ingest.fit import ON_NODE_METRES, SAME_GATE_METRES, node_of
from gis.ingest.intake import InputFile, Why, column_of
from gis.ingest.layers import indexed, refuse_duplicates
from gis.ingest.stations import read_gates

ON_STREET_METRES = 5.0
"""Ours: a gate of no compound this near to a street stands across it."""

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
    near = node_of(given.geometry, draft.ground.streets)
    given = given.assign(node=given["node"].where(given["node"].notna(), near))
    mapped = draft.layer("gates")
    same = _same_gates(mapped, given)
    # the mapped gate is a street node: the given one takes its place in the network
    nodes = same.map(mapped["node"]).groupby(same.index).first() if len(same) else same
    given["node"] = given["node"].where(given["node"].notna(), given.index.map(nodes.to_dict()))
    draft.drop_mapped("gates", same.unique(), SAME_GATE)
    given, draft.layers["streets"] = across_streets(given, draft.layer("streets"))
    idle = given.index[given["compound"].isna() & given["node"].isna()]
    if len(idle):
        intake = intake.noting(
            f"{len(idle)} 处出入口既不在小区边上，也不在街道上，不起作用",
            f"{len(idle)} gate(s) lie at no compound and on no street and change nothing",
        )
    whole = pd.concat([draft.layer("gates"), tables.conform(given, tables.Gates)])
    refuse_duplicates(intake.source, whole.index.to_series())
    draft.layers["gates"] = whole
    draft.note(intake)
    if complete:
        _mark_complete(draft, given)


def across_streets(
    gates: gpd.GeoDataFrame, streets: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """
    Cut streets where a gate without a compound stands across one.

    Returns
    -------
    GeoDataFrame
        The gates; those within ``ON_STREET_METRES`` of a street have a ``node`` on it.
    GeoDataFrame
        The streets; a street that was cut at k gates is k + 1 pieces, ``w7`` and ``w7.g1`` ….
    """
    free = gates[gates["compound"].isna() & gates["node"].isna()]
    if not len(free) or not len(streets):
        return gates, streets
    rows, hits = streets.sindex.nearest(
        free.geometry, max_distance=ON_STREET_METRES, return_all=False
    )
    found: dict[str, str] = {}
    pieces = []
    for street, gate in pd.Series(free.index[rows]).groupby(streets.index[hits]):
        cut, nodes = _cut_at(streets.loc[street], str(street), free.geometry[list(gate)])
        pieces.append(cut)
        found |= nodes
    if not pieces:
        return gates, streets
    node = gates["node"].where(gates["node"].notna(), gates.index.map(found))
    kept = streets.drop(index=streets.index[np.unique(hits)])
    cuts = gpd.GeoDataFrame(pd.concat(pieces), crs=streets.crs).astype(streets.dtypes)
    return gates.assign(node=node), pd.concat([kept, cuts]).rename_axis("id")


def _cut_at(
    street: pd.Series, name: str, gates: gpd.GeoSeries
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the pieces of one street, and the node of each gate."""
    line = street["geometry"]
    stops, nodes, found = [0.0], [street["u"]], {}
    for gate, at in gates.map(line.project).sort_values(kind="stable").items():
        if line.length - at <= ON_NODE_METRES:
            found[str(gate)] = street["v"]
            continue
        if at - stops[-1] > ON_NODE_METRES:
            stops.append(at)
            nodes.append(f"g{gate}")
        found[str(gate)] = nodes[-1]
    stops, nodes = [*stops, line.length], [*nodes, street["v"]]
    rows = [
        {**street, "u": nodes[i], "v": nodes[i + 1], "geometry": substring(line, *stops[i : i + 2])}
        for i in range(len(stops) - 1)
    ]
    ids = [name, *(f"{name}.g{i}" for i in range(1, len(rows)))]
    return pd.DataFrame(rows, index=pd.Index(ids, dtype="str")), found


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
