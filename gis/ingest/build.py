"""
From files to one district: the frame fixed once, each layer read, checked, and fitted together.

    streets ──▶ frame, streets (OpenStreetMap: every layer)
    heights ──▶ slopes of streets
    communities, grids, compounds ──▶ areas          buildings ──▶ in compound, community, grid
    gates ──▶ at a compound's ring                   stations, candidates ──▶ near a street
    households ──▶ in buildings, by address

A layer that is given stands in place of OpenStreetMap's; given gates are added to it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gis.catalogue import Catalogue, load_catalogue
from gis.district import PLACE_TABLES, District, build_district
from gis.errors import InputError
from gis.ingest import areas, gates, homes
from gis.ingest.draft import Draft, start
from gis.ingest.ground import read_ground
from gis.ingest.intake import InputFile
from gis.ingest.osm_file import Progress
from gis.ingest.stations import read_barriers, read_candidates, read_stations
from gis.ingest.terrain import with_heights


@dataclass(frozen=True)
class Sources:
    """
    The files of one district.

    Parameters
    ----------
    streets
        ``.osm``, ``.osm.pbf`` (also packed), ``.graphml``, or a vector file of lines.
    gates_complete
        The gate list names every gate of the compounds it names: none is assumed there.
    heights
        An elevation raster (GeoTIFF) from which the streets get their slopes.
    """

    streets: InputFile
    communities: InputFile | None = None
    grids: InputFile | None = None
    compounds: InputFile | None = None
    gates: InputFile | None = None
    barriers: InputFile | None = None
    buildings: InputFile | None = None
    stations: InputFile | None = None
    candidates: InputFile | None = None
    households: InputFile | None = None
    gates_complete: bool = False
    heights: str | Path | None = None


def import_district(
    sources: Sources,
    *,
    name: str | None = None,
    catalogue: Catalogue | None = None,
    progress: Progress | None = None,
) -> District:
    """
    Read files into a district.

    Parameters
    ----------
    name
        What to call the place; the streets' file name without one.
    catalogue
        What kinds, services and headers mean; the shipped one without it.
    progress
        Called with a message and the part done (0 to 1).

    Returns
    -------
    District
        Every input row is in one of its tables or in ``rejects``; each layer has a row in
        ``provenance``. A district without stations or people is a district.

    Raises
    ------
    FrameError
        An input's coordinate frame is missing, shifted without a named conversion, or wrong.
    InputError
        A file cannot be used at all.
    """
    catalogue = catalogue or load_catalogue()
    tell = progress or _silent
    file = sources.streets
    tell("街道", 0.0)
    ground = read_ground(file, catalogue, lambda text, part: tell(text, 0.6 * (part or 0.0)))
    draft = start(ground, catalogue)
    if sources.heights is not None:
        _add_heights(draft, Path(sources.heights))
    tell("社区、网格、小区", 0.6)
    _add_areas(draft, sources)
    tell("楼栋、站点、出入口", 0.7)
    _add_places(draft, sources)
    buildings = homes.link(draft)
    homes.check_entrances(draft)
    tell("住户", 0.85)
    ledger = sources.households
    households = None if ledger is None else homes.read_households(draft, ledger, buildings)
    tell("完成", 1.0)
    return build_district(
        name or file.name.split(".")[0],
        ground.crs,
        facts=ground.facts,
        **{layer: draft.layer(layer) for layer in PLACE_TABLES},
        households=households,
        rejects=_table(draft.rejects),
        provenance=_table(draft.provenance),
    )


def _silent(message: str, part: float | None) -> None:
    """Tell nobody."""


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame | None:
    return pd.DataFrame(rows).set_index("id") if rows else None


def _add_heights(draft: Draft, path: Path) -> None:
    streets = with_heights(draft.layer("streets"), path)
    count, told = len(streets), int(streets["heights"].notna().sum())
    if not told:
        raise InputError(
            f"{path.name}：{count} 条街道都不在这个高程栅格的范围内；请检查文件",
            english=f"{path.name}: none of the {count} streets lies on this raster; check the file",
        )
    draft.layers["streets"] = streets
    draft.say(
        "streets",
        f"{count} 条街道中 {told} 条由 {path.name} 得到高程",
        f"{told} of {count} streets got heights from {path.name}",
    )


def _add_areas(draft: Draft, sources: Sources) -> None:
    if sources.communities is not None:
        areas.add_communities(draft, sources.communities)
    if sources.grids is not None:
        areas.add_grids(draft, sources.grids)
    if sources.compounds is not None:
        areas.add_compounds(draft, sources.compounds)
    areas.settle_mapped_compounds(draft)


def _add_places(draft: Draft, sources: Sources) -> None:
    ground, catalogue = draft.ground, draft.catalogue
    if sources.barriers is not None:
        draft.take(read_barriers(sources.barriers, ground, catalogue))
    if sources.buildings is not None:
        homes.add_buildings(draft, sources.buildings)
    if sources.stations is not None:
        draft.take(read_stations(sources.stations, ground, catalogue))
    if sources.candidates is not None:
        draft.take(read_candidates(sources.candidates, ground, catalogue))
    if sources.gates is not None:
        gates.add_gates(draft, sources.gates, complete=sources.gates_complete)
