"""
The knowledge in ``data/``, read and checked: what counts as what, how far is near, how sure we are.

    data/*.csv, data/*/*.toml  --load_catalogue-->  Catalogue  --catalogue_tables-->  text
"""

from gis.catalogue.columns import Column, ColumnNames, plain_header
from gis.catalogue.osm import OsmRules, TagRule, first_match
from gis.catalogue.read import Catalogue, load_catalogue
from gis.catalogue.schema import data_root, schema_validator
from gis.catalogue.show import (
    catalogue_dict,
    catalogue_tables,
    confidence_text,
    requirement_dict,
)
from gis.catalogue.standards import (
    CONFIDENCE,
    PENDING,
    Circle,
    Limit,
    Profile,
    Requirement,
    parse_limit,
    pending,
)

__all__ = [
    "CONFIDENCE",
    "PENDING",
    "Catalogue",
    "Circle",
    "Column",
    "ColumnNames",
    "Limit",
    "OsmRules",
    "Profile",
    "Requirement",
    "TagRule",
    "catalogue_dict",
    "catalogue_tables",
    "confidence_text",
    "data_root",
    "first_match",
    "load_catalogue",
    "parse_limit",
    "pending",
    "plain_header",
    "requirement_dict",
    "schema_validator",
]
