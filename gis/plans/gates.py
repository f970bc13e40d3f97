"""
What opening one gate would do: whom it brings within reach of which station.

    stations ──▶ the gate's near side ─(opened)─▶ its far side ──▶ homes

A shortest way passes a gate at most once, so a way through one newly opened gate is one search up
to it and one search from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.catalogue import Catalogue
from gis.coverage.question import Asked
from gis.coverage.searcher import Searcher
from gis.district import District
from gis.scenarios.changes import apply_scenario
from gis.scenarios.scenario import Scenario
from gis.streets.access import Access, stepped_gates
from gis.streets.graph import NONE
from gis.streets.layout import LINK
from gis.streets.network import Network
from gis.streets.search import Priced, cost_of_weight, limit_weight

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_CHUNK = 256
"""Stations searched at a time, so that nodes reached need not all be kept."""
_OPENED = ("ring", "street")


@dataclass(frozen=True, eq=False)
class Doors:
    """
    Gates that are not open to everybody, and the arcs through them that are barred.

    ``rows`` are their rows in ``network.gates``, by id; ``arc`` the barred arcs and ``gate`` the
    position in ``rows`` of each.
    """

    rows: Ints
    arc: Ints
    gate: Ints


def find_doors(searcher: Searcher, asked: Asked) -> Doors:
    """Find the gates that could be opened: none with steps for walkers who take none, no wall."""
    network = searcher.network
    priced = searcher.priced(asked, Access())
    door = network.gates["kind"].isin(_OPENED).to_numpy(dtype=bool)
    door = door & ~stepped_gates(network, asked.walker, Access())
    arcs = network.arcs
    barred = np.flatnonzero((arcs["kind"].to_numpy() == LINK) & ~priced.allowed)
    gate = arcs["gate"].to_numpy()[barred]
    barred, gate = barred[door[gate]], gate[door[gate]]
    rows, position = np.unique(gate, return_inverse=True)
    return Doors(rows, barred, position.reshape(-1))


def pairs_through(
    priced: Priced, doors: Doors, stations: Ints, limit: int, limits: Ints | None
) -> pd.DataFrame:
    """
    List the pairs of a station and a building whose way leads through one newly opened gate.

    Returns
    -------
    DataFrame
        ``station``, ``building``, ``gate`` (position in ``doors.rows``), ``cost``: the least for
        each three. Cost: one search a station and one a gate's side, and the pairs that meet there.
    """
    network, arcs = priced.network, priced.network.arcs
    tail, head = (arcs[end].to_numpy()[doors.arc] for end in ("tail", "head"))
    before = _labels(priced, network.station[stations], tail, limit)
    after = _labels(priced, head, network.building, limit)
    most = int(limit_weight(limit))
    parts = []
    for number in range(len(doors.arc)):
        site, one = _of(before, "node", tail[number], "origin")
        home, two = _of(after, "origin", number, "node")
        weight = one[:, None] + priced.weight[doors.arc[number]] + two[None, :]
        i, j = np.nonzero(weight <= most)
        told = {"station": site[i], "building": home[j], "cost": cost_of_weight(weight[i, j])}
        parts.append(pd.DataFrame({**told, "gate": doors.gate[number]}))
    if not parts:
        return pd.DataFrame({name: np.empty(0, np.int64) for name in _TOLD})
    table = pd.concat(parts, ignore_index=True)
    if limits is not None:
        table = table[table["cost"].to_numpy() <= limits[table["station"].to_numpy()]]
    row = np.full(network.size, NONE, dtype=np.int64)
    row[network.building] = np.arange(len(network.building))
    table = table.assign(
        station=stations[table["station"].to_numpy()], building=row[table["building"].to_numpy()]
    )
    return table.groupby(["station", "building", "gate"], as_index=False)["cost"].min()


_TOLD = ("station", "building", "gate", "cost")


def _labels(priced: Priced, origins: Ints, wanted: Ints, limit: int) -> pd.DataFrame:
    """Weights from each origin (position) to the wanted nodes within a limit."""
    some = np.zeros(priced.network.size, dtype=bool)
    some[wanted] = True
    parts = [pd.DataFrame({"origin": [], "node": [], "weight": []}, dtype=np.int64)]
    for start in range(0, len(origins), _CHUNK):
        reach = priced.graph.reach(origins[start : start + _CHUNK], int(limit_weight(limit)))
        met = some[reach.node]
        told = {"origin": start + reach.origin[met], "node": reach.node[met]}
        parts.append(pd.DataFrame({**told, "weight": reach.weight[met]}, dtype=np.int64))
    return pd.concat(parts, ignore_index=True)


def _of(labels: pd.DataFrame, by: str, value: int, told: str) -> tuple[Ints, Ints]:
    mine = labels[by].to_numpy() == value
    return labels[told].to_numpy()[mine], labels["weight"].to_numpy()[mine]


def with_gates_open(
    district: District, network: Network, names: Sequence[str], catalogue: Catalogue
) -> tuple[District, Network]:
    """Open gates to everybody and at all hours, as the scenario ``open_gate`` does."""
    if not names:
        return district, network
    changes = tuple({"do": "open_gate", "gate": name} for name in names)
    changed = apply_scenario(district, Scenario("plan", changes), network, catalogue)
    return changed.district, changed.network
