"""Small towns for tests: drawn by hand, or at random from a seed."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, box

from gis.district import build_district

CRS = "EPSG:4543"


def frame(rows, geometry, **columns):
    """Return a GeoDataFrame of rows ``{id: shape}`` with columns given as lists."""
    index = pd.Index(list(rows), name="id")
    return gpd.GeoDataFrame(columns, index=index, geometry=list(geometry), crs=CRS)


def street_table(lines, **columns):
    """Return streets from ``{id: ((u, v), [coordinates])}``; the rest has its usual value."""
    count = len(lines)
    told = {
        "u": [ends[0] for ends, _ in lines.values()],
        "v": [ends[1] for ends, _ in lines.values()],
        "steps": [False] * count,
        "users": ["everyone"] * count,
    }
    return frame(lines, [LineString(xy) for _, xy in lines.values()], **(told | columns))


def points(places, **columns):
    """Return a table of points from ``{id: (x, y)}``."""
    return frame(places, [Point(xy) for xy in places.values()], **columns)


def stations(places, *, services="meals", **columns):
    """Return open stations from ``{id: (x, y)}``."""
    offered = services if isinstance(services, list) else [services] * len(places)
    return points(places, services=offered, state=["open"] * len(places), **columns)


def households(homes, **columns):
    """Return one household per entry ``{id: building}``."""
    index = pd.Index(list(homes), name="id")
    return pd.DataFrame({"building": list(homes.values()), **columns}, index=index)


def walled_town(*, gated="yes", gates=None, inner=True, gates_complete=None, **more):
    """
    One street, one compound on it, one home inside, one station at the street's west end.

          +--------+ y=110
          |    home (160,60)
          |  |     |
          +--+-----+ y=10      ring x 100..200, crossed at (150,10)
      s   |  |
      =======+============     street y=0, x 0..400

    Home to station: 10 (leg) + 50 (inner street) + 10 + 150 + 5 (leg) = 225 m.
    """
    lines = {"main1": (("a", "m"), [(0, 0), (150, 0)]), "main2": (("m", "z"), [(150, 0), (400, 0)])}
    if inner:
        lines["lane"] = (("m", "n"), [(150, 0), (150, 100)])
    compounds = frame(
        ["c1"],
        [box(100, 10, 200, 110)],
        name=["杏园"],
        gated=[gated],
        gates_complete=[gates_complete],
    )
    tables = {
        "streets": street_table(lines),
        "compounds": compounds,
        "buildings": points({"b1": (160, 60)}, households=[3]),
        "stations": stations({"s1": (0, 5)}),
        "gates": gates,
    }
    return build_district("墙里", CRS, **(tables | more))


def gate(place=(150, 10), users="everyone", compound="c1", **columns):
    """Return a table with one given gate."""
    told = {"compound": [compound], "users": [users], "source": ["given"]}
    return points({"g1": place}, **(told | columns))


def random_town(seed, *, compounds=True):
    """
    A lattice with missing, private and stepped streets, compounds, gates, walls and homes.

    Lattice lines lie 60 m apart; compounds are boxes off the lattice, so rings cross streets.
    """
    rng = np.random.default_rng(seed)
    columns, rows = rng.integers(3, 6, size=2)
    lines, steps, users = {}, [], []
    jitter = rng.uniform(-8, 8, size=(columns, rows, 2))
    place = {
        (i, j): tuple(np.array([60.0 * i, 60.0 * j]) + jitter[i, j])
        for i in range(columns)
        for j in range(rows)
    }
    for (i, j), xy in place.items():
        for other in ((i + 1, j), (i, j + 1)):
            if other in place and rng.random() < 0.85:
                lines[f"e{len(lines):02d}"] = (
                    (f"n{i}_{j}", f"n{other[0]}_{other[1]}"),
                    [xy, place[other]],
                )
                steps.append(bool(rng.random() < 0.1))
                users.append("residents" if compounds and rng.random() < 0.08 else "everyone")
    size = np.array([60.0 * columns, 60.0 * rows])
    spread = lambda count: {f"p{k}": tuple(rng.uniform(-20, size - 40)) for k in range(count)}  # noqa: E731
    homes = {f"b{name[1:]}": xy for name, xy in spread(int(rng.integers(1, 15))).items()}
    posts = {f"s{name[1:]}": xy for name, xy in spread(int(rng.integers(1, 5))).items()}
    tables = {
        "streets": street_table(lines, steps=steps, users=users),
        "buildings": points(homes, households=[int(rng.integers(1, 9)) for _ in homes]),
        "stations": stations(posts),
    }
    if compounds:
        tables |= _random_walls(rng, size)
    return build_district(f"town {seed}", CRS, **tables)


def _random_walls(rng, size):
    boxes, gated, complete, gates = {}, [], [], {}
    for k in range(int(rng.integers(0, 4))):
        x, y = rng.uniform(-10, size - 60)
        width, height = rng.uniform(50, 110, size=2)
        boxes[f"c{k}"] = box(x, y, x + width, y + height)
        gated.append(str(rng.choice(["yes", "unknown", "no"])))
        complete.append(bool(rng.random() < 0.2))
        for g in range(int(rng.integers(0, 3))):
            along = boxes[f"c{k}"].boundary.interpolate(rng.uniform(0, 200))
            gates[f"g{k}{g}"] = (
                f"c{k}",
                along,
                str(rng.choice(["everyone", "residents", "nobody", "unknown"])),
                [True, False, None][int(rng.integers(3))],
            )
    walls = {}
    for k in range(int(rng.integers(0, 3))):
        start = rng.uniform(0, size)
        walls[f"w{k}"] = LineString([start, start + rng.uniform(-60, 60, size=2)])
    return {
        "compounds": frame(boxes, boxes.values(), gated=gated, gates_complete=complete),
        "gates": frame(
            gates,
            [each[1] for each in gates.values()],
            compound=[each[0] for each in gates.values()],
            users=[each[2] for each in gates.values()],
            step_free=[each[3] for each in gates.values()],
            source=["given"] * len(gates),
        ),
        "barriers": frame(walls, walls.values(), kind=["wall"] * len(walls)),
    }
