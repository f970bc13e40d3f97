"""
What a scenario costs beside asking the changed district anew, on a network of 326,000 nodes.

    python benchmarks/what_if.py [--rounds 5] [--scale 9]

The sample street laid side by side 9 x 9 times (synthetic, 1.1 million households). Each change is
applied at random places of the same district, once a round; *what-if* is ``gis.what_if`` from the
scenario to the answer. Against it stands ``gis.cover`` on the changed network, which is built
already: *anew* with all that can be prepared for searching it prepared (the ratio is to this one),
*first* with a network nobody has searched yet. Building the network is listed apart. The first
what-if of a process sorts what the later ones use; the median counts, and the first is told.

Answers are compared: labels at nodes, ways of buildings, reasons of households.
"""

import statistics
import time

import geopandas as gpd
import numpy as np
from results import arguments, measuring

import gis

QUESTIONS = {"one service": {"service": "meals"}, "elder circle": {"circle": "elder"}}
NEEDED, LARGE = 20, 300_000
"""The full recomputation over the what-if, asked for on a network of so many nodes."""


def main():
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=int, default=9)
    given = parser.parse_args()
    scale, rounds = (1, 2) if given.quick else (given.scale, given.rounds)
    with measuring("what_if", given) as sheet:
        town = gis.sample("ginkgo", scale=scale)
        build, network = timed(lambda: gis.build_network(town))
        title = f"{network.size:,} nodes, {len(town.households):,} households"
        sheet.row(f"before, {title}", step="build the network", seconds=build)
        for name, question in QUESTIONS.items():
            cold, before = timed(lambda q=question: gis.cover(town, network=network, **q))
            sheet.row(f"before, {title}", step=f"answer the first question ({name})", seconds=cold)
            for change, draw in CHANGES.items():
                if change == "station added" or name == "one service":
                    measure(sheet, f"{name}, {title}", change, draw, before, rounds, question)


def measure(sheet, title, change, draw, before, rounds, question):
    town = before.district
    rng = np.random.default_rng(0)
    took, compared = [], None
    for number in range(rounds + 1):
        scenario = {"name": change, "changes": [draw(rng, before, number)]}
        seconds, compared = timed(lambda s=scenario: gis.what_if(town, s, before))
        took.append(seconds)
    after = compared.after
    for each in scenario["changes"]:
        question = question | ({"limit": each["limit"]} if "limit" in each else {})
    first, _ = timed(lambda: gis.cover(after.district, network=after.network, **question))
    anew, full = min(
        (timed(lambda: gis.cover(after.district, network=after.network, **question)) for _ in "12"),
        key=lambda each: each[0],
    )
    what_if = statistics.median(took[1:])
    needed = change == "station added" and before.network.size >= LARGE
    sheet.row(
        title,
        change=change,
        ms=1000 * what_if,
        first_ms=1000 * took[0],
        anew_ms=1000 * anew,
        unprepared_ms=1000 * first,
        ratio=anew / what_if,
        **({"needed": NEEDED} if needed else {}),
        answers="equal" if equal(after, full) else "DIFFER",
    )


def timed(call):
    began = time.perf_counter()
    found = call()
    return time.perf_counter() - began, found


def equal(one, two):
    """Tell whether two coverages say the same, to the bit."""
    for a, b in zip(one.answers, two.answers, strict=True):
        same = [np.array_equal(a.found.weight, b.found.weight), np.array_equal(a.owner, b.owner)]
        same += [np.array_equal(getattr(a.ways, x), getattr(b.ways, x)) for x in vars(a.ways)]
        same += [np.array_equal(getattr(a.units, x), getattr(b.units, x)) for x in vars(a.units)]
        if not all(same):
            return False
    return True


def lonlat(town, shape):
    point = gpd.GeoSeries([shape.centroid], crs=town.crs).to_crs("EPSG:4326").iloc[0]
    return [point.x, point.y]


def some_home(rng, town):
    return lonlat(town, town.buildings.geometry.iloc[int(rng.integers(len(town.buildings)))])


def added(rng, before, number):
    at = some_home(rng, before.district)
    return {"do": "add_station", "id": f"new{number}", "at": at, "kind": "elder_canteen"}


def canteen(rng, before):
    stations = before.district.stations
    names = stations.index[stations["kind"] == "elder_canteen"]
    return str(names[int(rng.integers(len(names)))])


def moved(rng, before, _):
    at = some_home(rng, before.district)
    return {"do": "move_station", "station": canteen(rng, before), "at": at}


def closed(rng, before, _):
    return {"do": "close_station", "station": canteen(rng, before)}


def opened(rng, before, _):
    gates = before.network.gates
    shut = gates.index[(gates["users"] == "nobody") & (gates["kind"] == "ring")]
    return {"do": "open_gate", "gate": str(shut[int(rng.integers(len(shut)))])}


def shut(rng, before, _):
    gates = before.network.gates
    free = gates.index[(gates["users"] == "everyone") & (gates["kind"] == "ring")]
    return {"do": "close_gate", "gate": str(free[int(rng.integers(len(free)))])}


def limited(_rng, _before, number):
    return {"do": "set_limit", "limit": f"{800 + 50 * number}m"}


CHANGES = {
    "station added": added,
    "station moved": moved,
    "station closed": closed,
    "gate opened": opened,
    "gate closed": shut,
    "limit changed": limited,
}


if __name__ == "__main__":
    main()
