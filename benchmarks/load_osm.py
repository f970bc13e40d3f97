"""
How long a file takes to become a street network: minqing, pyrosm, osmnx, in one run.

    python benchmarks/load_osm.py [FILE.osm.pbf …] [--rounds 3] [--quick]

Each reader runs in its own process, one after the other, so that they share whatever the machine
is doing. It reads the file twice: the second reading counts, so that what a process loads or
compiles once does not (the first reading is listed apart); and of the rounds the one that took
least processor time. ``minqing`` is everything ``read_osm`` gives (streets, buildings, gates,
walls, compounds, stations); ``minqing-streets`` stops at the street pieces, as the others do.
``pyrosm`` is its walking network and its networkx graph, ``osmnx`` is ``graph_from_xml`` on the
file as XML (the conversion counts: it reads nothing else). Both simplify, as ours does. Peak
memory is that of the process.

Without files: the real extracts of the folder MINQING_REAL_DATA; without that, and for a smoke
run, a small map made here.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import networks
import osmium
from results import arguments, installed, measuring

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
import json, sys, time
from results import peak_megabytes
began = time.process_time()
load(sys.argv[1])
started = time.perf_counter(), time.process_time()
nodes, edges = load(sys.argv[1])
print(json.dumps({
    "seconds": time.perf_counter() - started[0],
    "cpu_seconds": time.process_time() - started[1],
    "first_cpu_s": started[1] - began,
    "megabytes": peak_megabytes(),
    "nodes": nodes,
    "edges": edges,
}))
"""
PEERS = ("pyrosm", "osmnx")
NEEDED = {"pyrosm": 3, "osmnx": 20}
OURS = "minqing-streets"


def measure(reader, path):
    """Return what reading took in a process of its own, or the error it ended with."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code + READERS[reader] + MEASURE, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return {"note": f"cannot read it: {done.stderr.splitlines()[-1]}"}
    return json.loads(done.stdout.splitlines()[-1])


def readable(path, folder):
    """Return the file in a packing every reader opens: .xz is unpacked to .pbf."""
    if path.suffix != ".xz":
        return path
    import lzma  # noqa: PLC0415

    packed = folder / (path.name.removesuffix(".osm.xz") + ".osm.pbf")
    with osmium.SimpleWriter(str(packed)) as writer:
        osmium.apply(osmium.io.FileBuffer(lzma.decompress(path.read_bytes()), "osm"), writer)
    return packed


def invented(folder):
    """Write a small map: the streets of an invented town, each edge a way."""
    roads, path = networks.invented(500), folder / "invented.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (x, y) in enumerate(zip(roads.x, roads.y, strict=True), start=1):
            place = (113.3 + x / 100_000, 40.1 + y / 111_320)
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place, version=1))
        for number, ends in enumerate(zip(roads.tail, roads.head, strict=True), start=1):
            nodes, tags = [int(end) + 1 for end in ends], {"highway": "footway"}
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags, version=1))
    return path


def files(given, folder):
    if given.files:
        return [readable(path, folder) for path in given.files]
    if given.quick or not networks.folder():
        return [invented(folder)]
    return [networks.folder() / name for name in networks.FILES.values()]


def compare(path, sheet, rounds):
    best = {}
    readers = [one for one in READERS if one not in PEERS or installed(one)]
    for _ in range(rounds):
        for reader in readers:
            found = measure(reader, path)
            if "note" in found:
                best.setdefault(reader, found)
            elif found["cpu_seconds"] < best.get(reader, found)["cpu_seconds"] or (
                reader not in best
            ):
                best[reader] = found
    ours = best[OURS]
    for reader in READERS:
        if reader not in readers:
            sheet.missing(path.name, reader)
            continue
        row = best[reader]
        if reader != OURS and "cpu_seconds" in row:
            row["ratio"] = row["cpu_seconds"] / ours["cpu_seconds"]
            row["at_first_ratio"] = row["first_cpu_s"] / ours["first_cpu_s"]
            # small files are read before a reader has warmed up
            if reader in NEEDED and path.stat().st_size > 2_000_000:
                row["needed"] = NEEDED[reader]
        sheet.row(path.name, engine=reader, **row)


def main():
    parser = arguments(__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, measuring("load_osm", given) as sheet:
        for path in files(given, Path(name)):
            compare(path, sheet, 1 if given.quick else given.rounds)


if __name__ == "__main__":
    main()
