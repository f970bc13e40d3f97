"""
The streets of a place, and with them its frame: everything else is laid on this ground.

    streets file --read_ground--> Ground (frame in metres, tables, the box in degrees)
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from gis import tables
from gis.catalogue import Catalogue
from gis.crs import scale_error_ppm, to_frame, zone_crs
from gis.errors import InputError
from gis.ingest.cells import parse_cells
from gis.ingest.graph import read_graph
from gis.ingest.intake import InputFile, Intake, column_of, read_intake, sha256_of
from gis.ingest.layers import Box, check_shapes, indexed, place, with_ids
from gis.ingest.lines import node_lines
from gis.ingest.osm import read_osm
from gis.ingest.osm_file import Progress
from gis.ingest.osm_notes import osm_note

_OSM = (".osm", ".pbf", ".osm.gz", ".osm.bz2", ".osm.xz")
_LONLAT = "EPSG:4326"
_SAME_AS_WGS84 = frozenset({"wgs84", "cgcs2000", "epsg:4326", "epsg:4490"})
_NEAR_DEGREES = 0.5
"""Ours: how far outside of the streets' box a point may lie before its axes are doubted."""


@dataclass(frozen=True, eq=False)
class Ground:
    """
    What the streets input gives.

    Parameters
    ----------
    crs
        The frame of the district, fixed here once.
    layers
        Tables by name, in ``crs``; from OpenStreetMap all of them, otherwise the streets.
    box
        West, south, east, north of the streets in degrees.
    mapped
        Streets and buildings in degrees, by which the frame of points is doubted.
    provenance
        One row per layer.
    """

    crs: str
    layers: dict[str, gpd.GeoDataFrame]
    box: Box
    mapped: tuple[Any, Any]
    provenance: tuple[dict[str, Any], ...]
    rejects: tuple[dict[str, str | None], ...] = ()
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def streets(self) -> gpd.GeoDataFrame:
        """The street table."""
        return self.layers["streets"]

    @property
    def near(self) -> Box:
        """The box, widened by ``_NEAR_DEGREES``."""
        west, south, east, north = self.box
        return (
            west - _NEAR_DEGREES,
            south - _NEAR_DEGREES,
            east + _NEAR_DEGREES,
            north + _NEAR_DEGREES,
        )


def read_ground(file: InputFile, catalogue: Catalogue, progress: Progress) -> Ground:
    """
    Read streets from OpenStreetMap, an osmnx graph, or a layer of lines.

    Raises
    ------
    InputError
        The file cannot be read or holds no street people walk on.
    """
    name = file.name.lower()
    if name.endswith(_OSM):
        ground = _from_osm(file, catalogue, progress)
    elif name.endswith(".graphml") or not isinstance(file.path, str | Path):
        ground = _from_graph(file, catalogue)
    else:
        ground = _from_lines(file, catalogue)
    return ground


def _from_osm(file: InputFile, catalogue: Catalogue, progress: Progress) -> Ground:
    declared = (file.frame or "wgs84").lower().replace("-", "")
    if declared not in _SAME_AS_WGS84 or file.convert:
        raise InputError(
            f"{file.name}：OpenStreetMap 数据一律是 wgs84，不能声明为 {file.frame}。请去掉。",
            english=f"{file.name}: OpenStreetMap data are always wgs84, not {file.frame}. "
            "Leave the declaration out.",
        )
    osm = read_osm(file.path, catalogue=catalogue, progress=progress)
    names = ("streets", "buildings", "gates", "entrances", "barriers", "compounds", "stations")
    lonlat = {name: getattr(osm, name) for name in names}
    digest = sha256_of(file.path)
    rows = tuple(
        _provenance(file, name, digest, len(table), osm_note(name, osm.counts))
        | {"data_date": osm.data_date, "attribution": osm.attribution}
        for name, table in lonlat.items()
    )
    facts = {"attribution": osm.attribution}
    if osm.data_date:
        facts["data_date"] = osm.data_date
    return _on_ground(lonlat, file, rows, facts)


def _from_graph(file: InputFile, catalogue: Catalogue) -> Ground:
    streets = read_graph(file.path, catalogue)
    digest = sha256_of(file.path) if isinstance(file.path, str | Path) else None
    frame = file.frame or f"EPSG:{streets.crs.to_epsg()}"
    lonlat = to_frame(streets, frame=frame, convert=file.convert, crs=_LONLAT, where=file.name)
    row = _provenance(file, "streets", digest, len(streets), None)
    row |= {"frame": frame, "conversion": file.convert}
    return _on_ground({"streets": lonlat}, file, (row,), {})


def _from_lines(file: InputFile, catalogue: Catalogue) -> Ground:
    intake = place(read_intake(file, "streets", catalogue.columns), file, _LONLAT)
    # the contract of lines in parts: a street may be drawn in several pieces
    intake = check_shapes(intake, tables.Barriers)
    intake = with_ids(parse_cells(intake, tables.Streets, catalogue.columns))
    frame = indexed(intake)
    steps, users = column_of(frame, "steps"), column_of(frame, "users")
    frame = frame.assign(
        steps=steps.map(lambda value: value is True), users=users.fillna("everyone")
    )
    if column_of(frame, "u").notna().all() and column_of(frame, "v").notna().all():
        streets = _joined_by_ids(frame)
    else:
        streets = node_lines(frame.to_crs(zone_crs(*_middle(frame))))
    row = provenance_of(intake, len(intake.frame))
    return _on_ground({"streets": streets.to_crs(_LONLAT)}, file, (row,), {}, intake.rejects)


def _joined_by_ids(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return streets whose nodes are known; a piece drawn in both directions is one piece."""
    parts = frame.explode(index_parts=False)
    ends = parts[["u", "v"]].apply(lambda ends: "|".join(sorted(ends)), axis=1)
    key = ends + parts.geometry.normalize().to_wkb(hex=True)
    single = parts[~key.duplicated() & ~parts.index.duplicated()]
    return tables.conform(single, tables.Streets)


def _on_ground(
    lonlat: dict[str, gpd.GeoDataFrame],
    file: InputFile,
    provenance: tuple[dict[str, Any], ...],
    facts: dict[str, str],
    rejects: tuple[dict[str, str | None], ...] = (),
) -> Ground:
    streets = lonlat["streets"]
    if not len(streets):
        raise InputError(
            f"{file.name}：里面没有可以步行的街道。请检查导出的范围和图层。",
            english=f"{file.name}: holds no street to walk on. Check what was exported.",
        )
    crs = zone_crs(*_middle(streets))
    box = tuple(float(edge) for edge in streets.total_bounds)
    worst = max(
        (scale_error_ppm(crs, lon, lat) for lon in (box[0], box[2]) for lat in (box[1], box[3])),
        key=abs,
    )
    return Ground(
        crs=crs,
        layers={name: table.to_crs(crs) for name, table in lonlat.items()},
        box=(box[0], box[1], box[2], box[3]),
        mapped=(
            streets.geometry.array,
            lonlat["buildings"].geometry.array if "buildings" in lonlat else [],
        ),
        provenance=provenance,
        rejects=rejects,
        facts=facts | {"scale_error_ppm": f"{worst:.0f}", "frame": crs},
    )


def _middle(table: gpd.GeoDataFrame) -> tuple[float, float]:
    # the median, because an extract may have a few nodes far outside
    bounds = table.geometry.bounds
    lon = np.median((bounds["minx"] + bounds["maxx"]) / 2)
    lat = np.median((bounds["miny"] + bounds["maxy"]) / 2)
    return float(lon), float(lat)


def _provenance(
    file: InputFile, layer: str, digest: str | None, rows: int, note: tuple[str, str] | None
) -> dict[str, Any]:
    return {
        "id": f"{layer}:{file.name}",
        "layer": layer,
        "source": file.name,
        "sha256": digest,
        "frame": "wgs84",
        "conversion": None,
        "rows_read": rows,
        "kept": rows,
        "rejected": 0,
        "note": note[0] if note else None,
        "note_en": note[1] if note else None,
    }


def provenance_of(intake: Intake, kept: int) -> dict[str, Any]:
    """Return the provenance row of an intake that has become a table of ``kept`` rows."""
    return {
        "id": f"{intake.layer}:{intake.source}",
        "layer": intake.layer,
        "source": intake.source,
        "sha256": intake.sha256,
        "frame": intake.frame_name,
        "conversion": intake.conversion,
        "rows_read": intake.rows_read,
        "kept": kept,
        "rejected": len(intake.rejects),
        "note": "；".join(zh for zh, _ in intake.notes) or None,
        "note_en": "; ".join(en for _, en in intake.notes) or None,
    }
