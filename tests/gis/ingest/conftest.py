"""A town small enough to count by hand, and files of all kinds to read into it.

     north (y)
      300 +-----------------------------+
          |  银杏里 (gated by nobody     |
          |   knows)                    |
          |   [1栋]      [2栋]          |        [兴华街71号]
      100 +------------ gate -----------+
        0 =============== 学府路 ====================  (street, x -500 … 1000)
          0            150             300      600 east (x)

Metres from 113.93° E, 22.53° N; 学府路 and a lane from it to the gate.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from gis.ingest import InputFile, Sources, import_district

LON, LAT = 113.93, 22.53
LON_METRES, LAT_METRES = 102_850.0, 110_750.0

YARD = [(0, 100), (300, 100), (300, 300), (0, 300), (0, 100)]


def square(x, y, side=20):
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]


def lonlat(x, y):
    return round(LON + x / LON_METRES, 7), round(LAT + y / LAT_METRES, 7)


class OsmText:
    """Write nodes and ways as OSM XML."""

    def __init__(self):
        self.nodes, self.ways = {}, []

    def node(self, x, y, **tags):
        key = (x, y)
        if key not in self.nodes or tags:
            self.nodes[key] = (len(self.nodes) + 1, tags)
        return self.nodes[key][0]

    def way(self, points, **tags):
        refs = [self.nodes[p][0] if p in self.nodes else self.node(*p) for p in points]
        self.ways.append((refs, tags))

    def text(self):
        def tags(given):
            return "".join(
                f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in given.items()
            )

        nodes = "".join(
            '<node id="{}" version="1" lon="{}" lat="{}">{}</node>'.format(
                number, *lonlat(x, y), tags(given)
            )
            for (x, y), (number, given) in self.nodes.items()
        )
        ways = "".join(
            f'<way id="{100 + at}" version="1">'
            + "".join(f'<nd ref="{ref}"/>' for ref in refs)
            + f"{tags(given)}</way>"
            for at, (refs, given) in enumerate(self.ways)
        )
        return f'<?xml version="1.0"?><osm version="0.6">{nodes}{ways}</osm>'


def osm_town():
    osm = OsmText()
    osm.node(150, 100, barrier="gate")
    osm.way([(-500, 0), (150, 0), (1000, 0)], highway="residential", name="学府路")
    osm.way([(150, 0), (150, 100), (150, 150)], highway="footway")
    osm.way(YARD, landuse="residential", name="银杏里")
    osm.way(square(60, 200), building="apartments", name="1栋")
    osm.way(square(220, 200), building="apartments", name="2栋")
    osm.way(square(600, 60), building="yes", addr__street="兴华街", addr__housenumber="71号")
    return osm.text()


@dataclass(frozen=True)
class Town:
    """The town's files, in one folder."""

    folder: Path

    @property
    def streets(self):
        path = self.folder / "town.osm"
        if not path.exists():
            path.write_text(osm_town(), encoding="utf-8")
        return InputFile(path)

    def csv(self, name, rows, encoding="utf-8", **declared):
        path = self.folder / name
        with path.open("w", newline="", encoding=encoding) as file:
            csv.writer(file).writerows(rows)
        return InputFile(path, **declared)

    def xlsx(self, name, rows, **declared):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(self.folder / name)
        return InputFile(self.folder / name, **declared)

    def shapes(self, name, features, kind="Polygon", **declared):
        """Write ``[(properties, [(x, y) …]) …]`` as GeoJSON, in degrees."""
        places = {
            "Polygon": lambda ring: [[lonlat(*point) for point in ring]],
            "LineString": lambda line: [lonlat(*point) for point in line],
            "Point": lambda point: lonlat(*point),
        }[kind]
        content = {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": properties,
                    "geometry": {"type": kind, "coordinates": places(points)},
                }
                for properties, points in features
            ],
        }
        path = self.folder / name
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return InputFile(path, **declared)

    def read(self, **files):
        """Import, and hold law 1: every row that was read is kept or turned away."""
        district = import_district(Sources(**{"streets": self.streets, **files}))
        rejected = district.rejects.groupby(["layer", "source"]).size()
        for row in district.provenance.itertuples():
            assert row.rows_read == row.kept + row.rejected
            assert row.rejected == rejected.get((row.layer, row.source), 0)
        return district


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path)


@pytest.fixture
def at():
    """Return the function from metres in the town to longitude and latitude."""
    return lonlat
