"""Files in, one district out: OpenStreetMap, vector layers, spreadsheets, ledgers."""

from gis.ingest.build import Sources, import_district
from gis.ingest.fetch import fetch_place
from gis.ingest.intake import InputFile
from gis.ingest.sheets import Sheet, read_sheet
from gis.ingest.template import write_template
from gis.ingest.vector import read_vector

__all__ = [
    "InputFile",
    "Sheet",
    "Sources",
    "fetch_place",
    "import_district",
    "read_sheet",
    "read_vector",
    "write_template",
]
