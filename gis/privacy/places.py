"""The white-list: which columns of which tables of places may be published, at any level."""

import geopandas as gpd

from gis.district import District

WHITE_LIST = {
    "communities": ("name", "code"),
    "grids": ("name", "code", "community"),
    "compounds": ("name", "community", "gated"),
    "gates": ("compound", "name", "users", "hours", "source"),
    "barriers": ("kind", "name"),
    "buildings": ("compound", "name", "floors", "use"),
    "stations": ("name", "kind", "services", "hours", "service_hours", "state"),
    "candidates": ("name",),
    "streets": ("kind", "steps", "users", "name"),
}
"""Columns that may be shown. Grid workers, owners, counts of people are not among them."""

LON_LAT = "EPSG:4326"


def publish_places(district: District) -> dict[str, gpd.GeoDataFrame]:
    """Return the white-listed columns of every table of places, in longitude and latitude."""
    return {
        name: district.table(name)[[*columns, "geometry"]].to_crs(LON_LAT)
        for name, columns in WHITE_LIST.items()
    }
