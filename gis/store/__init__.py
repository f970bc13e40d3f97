"""A district as a folder: ``place.gpkg`` (places only) and ``people.db`` (people only)."""

from gis.store.folder import load_district, save_district
from gis.store.journal import Change, append_changes, read_changes

__all__ = ["Change", "append_changes", "load_district", "read_changes", "save_district"]
