"""
Places that run out: catchment scores against PySAL ``access``, assignment against networkx.

    python benchmarks/capacity.py [--rounds 5] [--skip-large]

Everything is random and drawn afresh from a seed: origins and stations evenly over a square, a
pair for each station within the distance that gives the wanted number of pairs. Scores: both
sides get the same tables (numbers as ids, as ``access`` is quickest with) and take turns; the
median counts, the ratio is that of the medians, ``difference`` the greatest one between the
scores relative to the score. Assignment: 5,000 units at as many origins and 1,000 stations at
several loads (people over places), then a size networkx (``max_flow_min_cost``) can still do.
"""

import argparse
import statistics
import time
import warnings

import networkx as nx
import numpy as np
import pandas as pd
from access.fca import three_stage_fca, two_stage_fca
from access.weights import step_fn
from scipy.spatial import cKDTree

from gis.capacity import assign_places, catchment_scores

LIMIT = 15.0
BANDS = {5.0: 1.0, 10.0: 0.68, 15.0: 0.22}
SCORES = ((50_000, 500, 277_000), (50_000, 3_000, 1_540_000))
LOADS = (0.6, 0.8, 0.95, 1.0, 1.3)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--skip-large", action="store_true", help="leave the 1.5 m pairs out")
    given = parser.parse_args()
    head = f"{'scores':16} {'pairs':>9} {'method':7} {'minqing ms':>11} {'access ms':>10} {'x':>6}"
    print(head, "  difference")
    for size in SCORES[: 1 if given.skip_large else 2]:
        score(*size, given.rounds)
    print(
        f"\n{'assignment':16} {'pairs':>9} {'load':>7} {'seconds':>11} {'served':>10} {'full':>6}"
    )
    for load in LOADS:
        assign(5_000, 1_000, 237_000, load)
    print(
        f"\n{'assignment':16} {'pairs':>9} {'load':>7} {'minqing ms':>11} {'networkx':>10} {'x':>6}"
    )
    for load in LOADS:
        against_networkx(300, 60, 4_000, load)


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


def score(origins, stations, pairs, rounds):
    rng, table = draw(origins, stations, pairs)
    people = pd.Series(rng.integers(1, 60, origins), name="people")
    places = pd.Series(rng.integers(10, 200, stations), name="places")
    for method in ("2sfca", "e2sfca", "3sfca"):
        bands = None if method == "2sfca" else BANDS
        ours, theirs = [], []
        for _ in range(rounds):
            mine = timed(
                ours,
                lambda method=method, bands=bands: catchment_scores(
                    table, people, places, method=method, bands=bands
                ).scores["score"],
            )
            other = timed(theirs, lambda method=method: peer(table, people, places, method))
        other = other.reindex(mine.index).fillna(0.0)
        apart = float((mine - other).abs().div(mine.where(mine > 0, 1.0)).max())
        times = [1000 * statistics.median(each) for each in (ours, theirs)]
        name = f"{origins} x {stations}"
        print(
            f"{name:16} {len(table):>9} {method:7} {times[0]:>11.1f} {times[1]:>10.1f}"
            f" {times[1] / times[0]:>6.1f}   {apart:.0e}"
        )


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


def assign(origins, stations, pairs, load):
    table, units, places, priority = question(origins, stations, pairs, load)
    times = []
    found = timed(times, lambda: assign_places(table, units, places, priority=priority))
    name = f"{origins} x {stations}"
    print(
        f"{name:16} {len(table):>9} {load:>7} {times[0]:>11.2f} {found.served:>10} {found.full:>6}",
        flush=True,
    )


def against_networkx(origins, stations, pairs, load):
    table, units, places, priority = question(origins, stations, pairs, load)
    ours, theirs = [], []
    found = timed(ours, lambda: assign_places(table, units, places, priority=priority))
    served, minutes = timed(theirs, lambda: by_networkx(table, units, places, priority))
    assert served == found.served
    assert abs(minutes - found.minutes) < 1e-6 * max(minutes, 1)
    name = f"{origins} x {stations}"
    print(
        f"{name:16} {len(table):>9} {load:>7} {1000 * ours[0]:>11.0f} {1000 * theirs[0]:>10.0f}"
        f" {theirs[0] / ours[0]:>6.0f}"
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
