"""
How often the offset test of ``gis.crs.guess_frame`` finds a shifted table, and how often it errs.

    python benchmarks/frame_guess.py [folder with the real extracts] [--quick]

A table of 20 to 60 points is drawn from a place: buildings; stations in premises; open-air
stations (parks, pitches, bus stops: mostly neither at a building nor on a street, so little can be
told); or points anywhere (which follow nothing, so that no answer is the right one). Each point is
up to some metres off, as geocoders are. Then the table is shifted to GCJ-02 or BD-09 ("found": the
test names that frame) or left alone ("false alarm": the test says it is shifted). Places outside
China are first moved to 大同, where the shift is 612 m.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from gis.catalogue import load_catalogue
from gis.crs import FrameGuess, guess_frame, in_china, wgs84_to_bd09, wgs84_to_gcj02
from gis.ingest.osm import read_osm

METRES_PER_DEGREE = 111_320.0
DATONG = (113.30, 40.09)
NOISE_METRES = 5.0
SHIFTS = {
    "wgs84": lambda lon, lat: (lon, lat),
    "gcj02": wgs84_to_gcj02,
    "bd09": wgs84_to_bd09,
}
OPEN_AIR = (
    "bus_stop",
    "park",
    "parking",
    "playground",
    "sports_small",
    "square",
    "transit_station",
)
TITLE = "tables shifted, and whether it is noticed"
REAL = {
    "Nanshan": "shenzhen-nanshan.osm.xz",
    "Helsinki": "helsinki.osm.pbf",
    "Porto Alegre": "porto-alegre/poa_osm.pbf",
}


@dataclass(frozen=True, eq=False)
class Place:
    name: str
    streets: np.ndarray
    buildings: np.ndarray
    stations: np.ndarray
    open_air: np.ndarray


@dataclass(frozen=True)
class Tally:
    shifted: int
    found: int
    misnamed: int
    unshifted: int
    alarms: int


def invented(rng: np.random.Generator, *, blocks: int = 14) -> Place:
    """
    Draw a town: streets about 150 m apart, none straight, buildings in rows inside the blocks.

    A fifth of the buildings is left off the map, but not off the tables.
    """
    grid = np.stack(np.meshgrid(*[np.arange(blocks + 1) * 150.0] * 2, indexing="ij"), axis=-1)
    grid = grid + rng.normal(0.0, 18.0, grid.shape)
    along = np.stack([grid[:-1], grid[1:]], axis=2).reshape(-1, 2, 2)
    across = np.stack([grid[:, :-1], grid[:, 1:]], axis=2).reshape(-1, 2, 2)
    inside = (grid[:-1, :-1, None, :] + grid[1:, 1:, None, :]) / 2
    rows = inside + rng.uniform(-55.0, 55.0, (blocks, blocks, 7, 2))
    centres = rows.reshape(-1, 2)
    half = rng.uniform(5.0, 16.0, centres.shape)
    areas = shapely.box(*(centres - half).T, *(centres + half).T)
    mapped = rng.random(len(areas)) < 0.8
    shops = areas[rng.choice(len(areas), 300, replace=False)]
    town = shapely.linestrings([*along, *across]), areas[mapped], shops
    streets, buildings, stations = (shapely.transform(shapes, _onto_datong) for shapes in town)
    return Place("invented town", streets, buildings, stations, stations[:0])


def _onto_datong(metres: np.ndarray) -> np.ndarray:
    across = METRES_PER_DEGREE * np.cos(np.radians(DATONG[1]))
    return metres / [across, METRES_PER_DEGREE] + DATONG


def real(name: str, folder: Path) -> Place:
    layers = read_osm(folder / REAL[name], catalogue=load_catalogue())
    open_air = layers.stations["kind"].isin(OPEN_AIR)
    tables = layers.streets, layers.buildings, layers.stations[~open_air], layers.stations[open_air]
    shapes = [table.geometry.to_numpy() for table in tables]
    middle = np.median(shapely.get_coordinates(shapes[0]), axis=0)
    if not in_china(*middle):
        shapes = [shapely.transform(shape, lambda xy: _moved(xy, middle)) for shape in shapes]
    return Place(name, *shapes)


def _moved(lonlat: np.ndarray, middle: np.ndarray) -> np.ndarray:
    narrower = np.cos(np.radians(middle[1])) / np.cos(np.radians(DATONG[1]))
    return (lonlat - middle) * [narrower, 1.0] + DATONG


def drawn_table(place: Place, kind: str, size: int, rng: np.random.Generator) -> np.ndarray:
    """Return true places of a table, n x 2, longitude and latitude."""
    shapes = {"stations": place.stations, "open air": place.open_air}.get(kind, place.buildings)
    pool = shapely.get_coordinates(shapely.point_on_surface(shapes))
    if kind == "anywhere":
        west_south, east_north = np.quantile(pool, [0.02, 0.98], axis=0)
        return rng.uniform(west_south, east_north, (size, 2))
    chosen = pool[rng.choice(len(pool), min(size, len(pool)), replace=False)]
    return chosen + rng.normal(0.0, NOISE_METRES, chosen.shape) / METRES_PER_DEGREE


def guessed(place: Place, table: np.ndarray, frame: str) -> FrameGuess:
    points = shapely.points(np.column_stack(SHIFTS[frame](*table.T)))
    return guess_frame(points, place.streets, place.buildings)


def tally(
    place: Place,
    rng: np.random.Generator,
    *,
    tables: int = 200,
    kinds: tuple[str, ...] = ("buildings", "stations"),
    sizes: tuple[int, int] = (20, 60),
) -> Tally:
    """Shift ``tables`` tables, half to each frame, and leave as many alone."""
    found = misnamed = alarms = 0
    for number in range(tables):
        kind = kinds[number % len(kinds)]
        size = int(rng.integers(sizes[0], sizes[1] + 1))
        frame = ("gcj02", "bd09")[number // len(kinds) % 2]
        guess = guessed(place, drawn_table(place, kind, size, rng), frame)
        found += guess.confident and guess.best == frame
        misnamed += guess.confident and guess.best != frame
        left_alone = guessed(place, drawn_table(place, kind, size, rng), "wgs84")
        alarms += left_alone.contradicts("wgs84")
    return Tally(tables, found, misnamed, tables, alarms)


def main() -> None:
    from results import arguments, measuring  # noqa: PLC0415  a test takes the rest from elsewhere

    parser = arguments(__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("MINQING_REAL_DATA"))
    parser.add_argument("--tables", type=int, default=200)
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    tables = 4 if given.quick else given.tables
    names = REAL if given.folder and not given.quick else ()
    places = [invented(rng), *(real(name, Path(given.folder)) for name in names)]
    with measuring("frame_guess", given) as sheet:
        for place in places:
            # Porto Alegre has 19 buildings on the map: its tables are stations only
            kinds = ["stations"] if place.name == "Porto Alegre" else ["buildings", "stations"]
            sheet.row(TITLE, **_line(place, tuple(kinds), (20, 60), rng, tables))
            for kind in [*kinds, "open air", "anywhere"]:
                for size in (20, 40, 60) if kind != "open air" or len(place.open_air) else ():
                    sheet.row(TITLE, **_line(place, (kind,), (size, size), rng, tables))


def _line(
    place: Place,
    kinds: tuple[str, ...],
    sizes: tuple[int, int],
    rng: np.random.Generator,
    tables: int,
) -> dict[str, str | float]:
    start = time.perf_counter()
    done = tally(place, rng, kinds=kinds, sizes=sizes, tables=tables)
    return {
        "place": place.name,
        "tables": " + ".join(kinds),
        "points": str(sizes[0]) if sizes[0] == sizes[1] else f"{sizes[0]}-{sizes[1]}",
        "found": f"{done.found / done.shifted:.1%}",
        "wrong_frame": f"{done.misnamed / done.shifted:.1%}",
        "false_alarms": f"{done.alarms / done.unshifted:.1%}",
        "seconds": time.perf_counter() - start,
    }


if __name__ == "__main__":
    main()
