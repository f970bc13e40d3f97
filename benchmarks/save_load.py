"""
How long a district takes to save and to load.

    python benchmarks/save_load.py [BUILDINGS …] [--rounds 3] [--quick]

A district of n buildings is measured alone, and again with n streets and a ledger of 2 n
households. The best of the rounds counts; CPU seconds stand beside the seconds on the clock,
because the disk and other programs have a say in the latter.
"""

import tempfile
import time
from itertools import product
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from results import arguments, measuring

from gis.district import District, build_district
from gis.store import load_district, save_district

CRS = "EPSG:4543"


def draw(count, *, ledger):
    """Set ``count`` buildings on a grid of 20 m, with a street before each of them."""
    x, y = np.arange(count) % 1000 * 20.0 + 500_000, np.arange(count) // 1000 * 20.0 + 4_420_000
    ids = [f"b{i}" for i in range(count)]
    buildings = gpd.GeoDataFrame(
        {"name": [f"{i}号楼" for i in range(count)], "floors": 6, "lift": False},
        index=ids,
        geometry=shapely.box(x, y, x + 12, y + 10),
        crs=CRS,
    )
    if not ledger:
        return build_district("", CRS, buildings=buildings)
    ends = np.stack([np.stack([x, y], axis=1), np.stack([x + 20, y], axis=1)], axis=1)
    nodes = [f"n{i}" for i in range(count + 1)]
    streets = gpd.GeoDataFrame(
        {"u": nodes[:-1], "v": nodes[1:], "steps": False, "users": "everyone"},
        index=[f"w{i}" for i in range(count)],
        geometry=shapely.linestrings(ends),
        crs=CRS,
    )
    households = pd.DataFrame(
        {"building": np.repeat(ids, 2), "unit": "1", "room": "101", "people": 3},
        index=[f"h{i}" for i in range(2 * count)],
    )
    return build_district("", CRS, buildings=buildings, streets=streets, households=households)


def measure(district: District, folder: Path, rounds: int):
    """Return the best seconds and CPU seconds of saving, then of loading."""
    seen = []
    for _ in range(rounds):
        marks = [(time.perf_counter(), time.process_time())]
        for work in (lambda: save_district(district, folder), lambda: load_district(folder)):
            work()
            marks.append((time.perf_counter(), time.process_time()))
        seen.append(np.diff(marks, axis=0).ravel())
    return np.min(seen, axis=0)


def main():
    """Measure every district and put a line each on the sheet."""
    parser = arguments(__doc__)
    parser.add_argument("buildings", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    counts = [500] if given.quick else given.buildings
    with measuring("save_load", given) as sheet:
        for count, ledger in product(counts, (False, True)):
            district = draw(count, ledger=ledger)
            with tempfile.TemporaryDirectory() as name:
                save, save_cpu, load, load_cpu = measure(district, Path(name), given.rounds)
                size = sum(each.stat().st_size for each in Path(name).iterdir()) / 1e6
            sheet.row(
                "a district to a folder and back",
                buildings=count,
                more="streets, ledger" if ledger else "",
                file_megabytes=size,
                save_s=float(save),
                save_cpu_s=float(save_cpu),
                load_s=float(load),
                load_cpu_s=float(load_cpu),
            )


if __name__ == "__main__":
    main()
