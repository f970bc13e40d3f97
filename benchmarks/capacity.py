"""
Places that run out: catchment scores against PySAL ``access``, assignment against networkx.

    python benchmarks/capacity.py

Everything is random and drawn afresh from a seed: origins and stations evenly over a square, a
pair for each station within the distance that gives the wanted number of pairs. Scores: both
sides get the same tables (numbers as ids, as ``access`` is quickest with) and take turns; the
median counts, the ratio is that of the medians. Assignment: 5,000 units at as many origins and
1,000 stations for several numbers of people a place, then a size at which networkx
(``max_flow_min_cost``) can still take part; once each.
"""

import statistics
import time
import warnings
from functools import partial

import networkx as nx
import numpy as np
import pandas as pd
from access.fca import three_stage_fca, two_stage_fca
from access.weights import step_fn
from results import arguments, measuring
from scipy.spatial import cKDTree

from gis.capacity import assign_places, catchment_scores

LIMIT = 15.0
BANDS = {5.0: 1.0, 10.0: 0.68, 15.0: 0.22}
SCORES = ((50_000, 500, 277_000), (50_000, 3_000, 1_540_000))
LOADS = (0.6, 0.8, 0.95, 1.0, 1.3)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with measuring("capacity", given) as sheet:
        for size in ((2_000, 50, 10_000),) if given.quick else SCORES:
            score(sheet, size, 1 if given.quick else given.rounds)
        for load in LOADS:
            assign(sheet, (300, 60, 4_000) if given.quick else (5_000, 1_000, 237_000), load)
        for load in (0.8, 1.0, 1.3):
            against_networkx(sheet, (100, 20, 500) if given.quick else (1_000, 200, 20_000), load)


def draw(origins, stations, pairs):
    """Origins, stations and the pairs within the limit, nearest metre by metre."""
    rng = np.random.default_rng(0)
    radius = np.sqrt(pairs / (origins * stations) / np.pi)
    trees = [cKDTree(rng.random((count, 2))) for count in (origins, stations)]
    found = trees[0].sparse_distance_matrix(trees[1], radius, output_type="coo_matrix")
    order = np.lexsort((found.col, found.row))
    minutes = np.round(found.data[order] / radius * LIMIT, 3)
    columns = {"origin": found.row[order], "station": found.col[order], "minutes": minutes}
    return rng, pd.DataFrame(columns).astype({"origin": "int64", "station": "int64"})


def score(sheet, size, rounds):
    origins, stations, _ = size
    rng, table = draw(*size)
    people = pd.Series(rng.integers(1, 60, origins), name="people")
    places = pd.Series(rng.integers(10, 200, stations), name="places")
    for method in ("2sfca", "e2sfca", "3sfca"):
        ask = partial(mine, table, people, places, method)
        other = partial(peer, table, people, places, method)
        ours, theirs = [], []
        for _ in range(rounds):
            found = timed(ours, ask)
            told = timed(theirs, other).reindex(found.index).fillna(0.0)
        apart = float((found - told).abs().div(found.where(found > 0, 1.0)).max())
        ms, peers_ms = (1000 * statistics.median(each) for each in (ours, theirs))
        sheet.row(
            f"scores of {origins:,} origins and {stations:,} stations, {len(table):,} pairs",
            method=method,
            ms=ms,
            access_ms=peers_ms,
            ratio=peers_ms / ms,
            answers="equal to 1e-9" if apart < 1e-9 else f"DIFFER by {apart:.0e}",
        )


def mine(table, people, places, method):
    bands = None if method == "2sfca" else BANDS
    return catchment_scores(table, people, places, method=method, bands=bands).scores["score"]


def peer(table, people, places, method):
    demand, supply = people.to_frame(), places.to_frame()
    # copied for the method that writes into its input
    pairs = table.copy() if method == "3sfca" else table
    names = {"demand_index": True, "demand_name": "people", "supply_index": True}
    names |= {"supply_name": "places", "cost_dest": "station", "cost_name": "minutes"}
    demand.index.name, supply.index.name = "origin", "station"
    weight = None if method == "2sfca" else step_fn(BANDS)
    ask = three_stage_fca if method == "3sfca" else two_stage_fca
    return ask(demand, supply, pairs, LIMIT, weight_fn=weight, **names)


def timed(times, work):
    started = time.perf_counter()
    result = work()
    times.append(time.perf_counter() - started)
    return result


def question(origins, stations, pairs, load):
    rng, table = draw(origins, stations, pairs)
    units = pd.DataFrame({"origin": np.arange(origins), "people": rng.integers(1, 6, origins)})
    total = int(units["people"].sum() / load)
    places = pd.Series(rng.multinomial(total, np.full(stations, 1 / stations)))
    priority = pd.Series(rng.integers(1, 3, origins), index=units.index)
    return table, units, places, priority


def assign(sheet, size, load):
    table, units, places, priority = question(*size, load)
    times = []
    found = timed(times, lambda: assign_places(table, units, places, priority=priority))
    sheet.row(
        f"assignment, {size[0]:,} units and {size[1]:,} stations, {len(table):,} pairs",
        people_a_place=load,
        seconds=times[0],
        served=found.served,
        full=found.full,
    )


def against_networkx(sheet, size, load):
    table, units, places, priority = question(*size, load)
    ours, theirs = [], []
    found = timed(ours, lambda: assign_places(table, units, places, priority=priority))
    served, minutes = timed(theirs, lambda: by_networkx(table, units, places, priority))
    same = served == found.served and abs(minutes - found.minutes) < 1e-6 * max(minutes, 1)
    sheet.row(
        f"assignment, {size[0]:,} units and {size[1]:,} stations, {len(table):,} pairs, "
        "and networkx",
        people_a_place=load,
        seconds=ours[0],
        networkx_seconds=theirs[0],
        ratio=theirs[0] / ours[0],
        answers="as many, as near" if same else "DIFFER",
    )


def by_networkx(table, units, places, priority):
    """The same question as one minimum cost flow with a reward for each class."""
    cost = np.rint(table["minutes"] * 60_000).astype(int).tolist()
    reward = 2 * (len(places) + 1) * max(cost)
    graph = nx.DiGraph()
    for unit, people in units["people"].items():
        graph.add_edge("from", ("o", unit), capacity=people, weight=reward * (priority[unit] - 3))
    for origin, station, ms in zip(table["origin"], table["station"], cost, strict=True):
        graph.add_edge(("o", origin), ("s", station), weight=ms)
    for station, room in places.items():
        graph.add_edge(("s", station), "to", capacity=room, weight=0)
    flow = nx.max_flow_min_cost(graph, "from", "to")
    served = sum(flow["from"].values())
    pairs = zip(table["origin"], table["station"], cost, strict=True)
    total = sum(flow["o", origin][("s", station)] * ms for origin, station, ms in pairs)
    return served, total / 60_000


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # access warns of its own pandas calls
    main()
