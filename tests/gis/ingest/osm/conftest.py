"""Reading tiny drawings; see ``osm_drawing``."""

import pytest
from osm_drawing import osm_text, square

from gis.catalogue import load_catalogue
from gis.ingest.osm import read_osm


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


@pytest.fixture
def draw(tmp_path):
    """Return a function that writes a drawing as ``place.osm``."""

    def write(nodes, ways, relations=None, *, head="", name="place.osm"):
        path = tmp_path / name
        path.write_text(osm_text(nodes, ways, relations, head), encoding="utf-8")
        return path

    return write


@pytest.fixture
def read(draw, catalogue):
    """Return a function that reads a drawing."""

    def read_drawing(nodes, ways, relations=None, **options):
        return read_osm(draw(nodes, ways, relations, **options), catalogue=catalogue)

    return read_drawing


@pytest.fixture(name="square")
def _square():
    return square
