"""
How cost grows with the size of a place: seconds and peak memory of each step.

    python benchmarks/growth.py [--scales 2 5 16] [--households 1000 … 1000000] [--quick]

Places are invented: the sample street laid side by side k x k times (``gis.sample(scale=k)``). The
first table grows everything, the second only the ledger, on one place. Each line is a process of
its own. Memory is the most the process held during that step, the district it works on included.
"""

import json
import subprocess
import sys
import time
from contextlib import contextmanager

import numpy as np
from results import arguments, forget_peak, measuring, peak_megabytes

LIMIT = 1_200_000  # mm
ORIGINS = 1_000


@contextmanager
def step(told, name):
    """Note the seconds of a step and the most memory held during it."""
    forget_peak()
    began = time.perf_counter()
    yield
    told[f"{name}_s"] = time.perf_counter() - began
    told[f"{name}_megabytes"] = round(peak_megabytes())


def place(scale, households):
    """Return a sample place with some of its households, drawn at random (all if None)."""
    import gis  # noqa: PLC0415

    town = gis.sample("ginkgo", scale=scale)
    if households is None:
        return town
    rows = np.random.default_rng(0).choice(len(town.households), households, replace=False)
    return town.replace(households=town.households.iloc[np.sort(rows)])


def measure(scale, households):
    """Be the process of one line."""
    import gis  # noqa: PLC0415
    from gis.streets.graph import build_graph, warm  # noqa: PLC0415

    warm()
    small = gis.sample("ginkgo")
    gis.cover(small, circle="elder")  # modules and the catalogue are read once per process
    town = place(scale, households)
    told = {}
    with step(told, "build_network"):
        network = gis.build_network(town)
    arcs = network.arcs
    with step(told, "build_graph"):
        ends = arcs["tail"].to_numpy(), arcs["head"].to_numpy()
        graph = build_graph(*ends, arcs["mm"].to_numpy(), size=network.size)
    with step(told, "nearest"):
        graph.nearest(network.station, LIMIT)
    origins = np.random.default_rng(0).permutation(network.size)[:ORIGINS]
    with step(told, "reach"):
        pairs = len(graph.reach(origins, LIMIT, threads=2).node)
    with step(told, "cover"):
        gis.cover(town, circle="elder", weight="households", network=network)
    counts = {
        "nodes": network.size,
        "arcs": len(arcs),
        "stations": len(town.stations),
        "households": len(town.households),
        "pairs": pairs,
    }
    print(json.dumps(counts | told))


def in_a_process(scale, households=None):
    words = [str(scale), "all" if households is None else str(households)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, "--one", *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main():
    if sys.argv[1:2] == ["--one"]:
        scale, households = sys.argv[2:]
        measure(int(scale), None if households == "all" else int(households))
        return
    parser = arguments(__doc__)
    parser.add_argument("--scales", type=int, nargs="+", default=[2, 5, 16])
    parser.add_argument(
        "--households", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000]
    )
    given = parser.parse_args()
    if given.quick:
        given.scales, given.households = [1], [1_000]
    with measuring("growth", given) as sheet:
        for scale in given.scales:
            told = in_a_process(scale)
            table_of_steps(sheet, f"{scale} x {scale} streets", told)
        # the smallest place that has so many households
        scale = int(np.ceil(np.sqrt(max(given.households) / 14_000)))
        for households in given.households:
            told = in_a_process(scale, households)
            sheet.row(
                f"the ledger alone grows: {told['nodes']:,} nodes, {told['stations']:,} stations",
                households=told["households"],
                **{key: told[key] for key in told if key.startswith("cover")},
            )


def table_of_steps(sheet, size, told):
    counts = ("nodes", "arcs", "stations", "households")
    everything = {"place": size} | {key: told[key] for key in counts}
    seconds = {key: each for key, each in told.items() if key.endswith("_s")}
    memory = {key: each for key, each in told.items() if key.endswith("_megabytes")}
    pairs = {"pairs of reach": told["pairs"]}
    sheet.row("everything grows: seconds", **everything, **seconds, **pairs)
    sheet.row("everything grows: peak memory", **everything, **memory)


if __name__ == "__main__":
    main()
