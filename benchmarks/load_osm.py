"""
How long a file takes to become a street network: minqing, pyrosm, osmnx, in one run.

    python benchmarks/load_osm.py FILE.osm.pbf … [--rounds 3]

Each reader runs in its own process, one after the other, so that they share whatever the machine
is doing; the best of the rounds counts. ``minqing`` is everything ``read_osm`` gives (streets,
buildings, gates, walls, compounds, stations); ``minqing-streets`` stops at the street pieces, as
the others do. ``pyrosm`` (walking network and networkx graph) and ``osmnx`` (``graph_from_xml``,
unsimplified) take part where they are installed.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

READERS = {
    "minqing-streets": """
from gis.catalogue import load_catalogue
from gis.ingest.osm_file import read_osm_file
from gis.ingest.osm_streets import build_streets
catalogue = load_catalogue()
def load(path):
    ways = ["highway", "railway", "public_transport", "man_made"]
    file = read_osm_file(path, node_keys=["barrier", "entrance"], way_keys=ways)
    streets = build_streets(file, catalogue.osm).streets
    return len({*streets["u"], *streets["v"]}), len(streets)
""",
    "minqing": """
from gis.catalogue import load_catalogue
from gis.ingest.osm import read_osm
catalogue = load_catalogue()
def load(path):
    layers = read_osm(path, catalogue=catalogue)
    return len({*layers.streets["u"], *layers.streets["v"]}), len(layers.streets)
""",
    "pyrosm": """
import pyrosm
def load(path):
    osm = pyrosm.OSM(path)
    nodes, edges = osm.get_network(network_type="walking", nodes=True)
    graph = osm.to_graph(nodes, edges, graph_type="networkx", simplify=True)
    return graph.number_of_nodes(), graph.number_of_edges() // 2
""",
    "osmnx": """
import osmium, osmnx, os, tempfile
def load(path):
    with tempfile.TemporaryDirectory() as folder:
        plain = os.path.join(folder, "streets.osm")
        with osmium.SimpleWriter(plain) as writer:
            osmium.apply(path, writer)
        graph = osmnx.graph_from_xml(plain, bidirectional=True, simplify=True, retain_all=True)
    return graph.number_of_nodes(), graph.number_of_edges() // 2
""",
}
MEASURE = """
import json, resource, sys, time
started = time.perf_counter(), time.process_time()
nodes, edges = load(sys.argv[1])
print(json.dumps({
    "seconds": time.perf_counter() - started[0],
    "cpu": time.process_time() - started[1],
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "nodes": nodes,
    "edges": edges,
}))
"""
NEEDS = {"pyrosm": "pyrosm", "osmnx": "osmnx"}


def measure(reader, path):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READERS[reader] + MEASURE, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"{reader}: {done.stderr.splitlines()[-1]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def readable(path, folder):
    """Return the file in a packing every reader opens: .xz is unpacked to .pbf."""
    if path.suffix != ".xz":
        return path
    import lzma  # noqa: PLC0415

    import osmium  # noqa: PLC0415

    packed = Path(folder) / (path.name.removesuffix(".osm.xz") + ".osm.pbf")
    with osmium.SimpleWriter(str(packed)) as writer:
        osmium.apply(osmium.io.FileBuffer(lzma.decompress(path.read_bytes()), "osm"), writer)
    return packed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    readers = [r for r in READERS if r not in NEEDS or importlib.util.find_spec(NEEDS[r])]
    head = f"{'file':24} {'reader':16} {'seconds':>8} {'cpu':>7} {'x':>6} {'MB':>6}"
    print(head + f" {'nodes':>8} {'edges':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for path in given.files:
            compare(readable(path, folder), readers, given.rounds)


def compare(path, readers, rounds):
    best = {}
    for _ in range(rounds):
        for reader in readers:
            found = measure(reader, path)
            if found and (reader not in best or found["cpu"] < best[reader]["cpu"]):
                best[reader] = found
    for reader, row in best.items():
        ratio = row["cpu"] / best["minqing-streets"]["cpu"]
        print(
            f"{path.name:24} {reader:16} {row['seconds']:8.2f} {row['cpu']:7.2f} {ratio:6.1f} "
            f"{row['megabytes']:6.0f} {row['nodes']:8} {row['edges']:8}"
        )


if __name__ == "__main__":
    main()
