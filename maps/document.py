"""
The parts every page shares: the ground of the map, the document, the check at the door.

    Published ─check─▶ bounds, origin ─▶ map with base layers ─▶ (results) ─▶ panel ─▶ Page
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np

from gis.catalogue import Catalogue
from gis.coverage.reasons import NAMES
from gis.errors import InputError
from gis.privacy import Published
from maps import words
from maps.layers.barriers import barriers
from maps.layers.borders import borders
from maps.layers.buildings import buildings
from maps.layers.compounds import compounds
from maps.layers.gates import gates
from maps.layers.stations import stations
from maps.layers.streets import streets
from maps.layers.tiles import Tiles, tiles
from maps.naming import Names, names_of
from maps.offline import Block, OfflineFigure, OfflineMap
from maps.packing import Origin, origin_of
from maps.page import Page
from maps.texts import page_facts

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, eq=False)
class Document:
    """
    A map under construction.

    ``origin`` is the corner its positions count from, ``facts`` what the page says about itself.
    """

    sheet: OfflineMap
    origin: Origin
    names: Names
    facts: dict[str, Any]

    def add(self, blocks: Iterable[Block | None]) -> None:
        """Add layers; none is passed over."""
        for block in blocks:
            if block is not None:
                self.sheet.add_child(block)

    def finish(self, model: Mapping[str, Any]) -> Page:
        """Add the panel and write the page."""
        panel = {**self.facts, **model, "words": _words()}
        self.sheet.add_child(Block("panel", panel))
        return Page(self.sheet.to_html())


def check_published(value: Any) -> Published:
    """Return the argument; maps draw nothing that was not published."""
    if not isinstance(value, Published):
        found = type(value).__name__
        raise TypeError(
            f"maps draw published results only (found {found}); "
            "call gis.publish(district, ..., level=...) first"
        )
    return value


def open_document(
    published: Published,
    *,
    lang: str,
    title: str | None,
    tile_choice: Tiles | None,
    catalogue: Catalogue | None,
) -> Document:
    """Start a page with its frame and its tile layers, still without ground and results."""
    if lang not in LANGUAGES:
        raise InputError(
            f"lang：应为 zh 或 en（写的是 {lang!r}）",
            english=f"lang: expected 'zh' or 'en' (found {lang!r})",
        )
    choice = tile_choice or Tiles()
    facts = page_facts(published, title, lang)
    bounds = _bounds(published.places)
    origin = origin_of(bounds)
    figure = OfflineFigure(title=facts["title"], lang=lang, image_hosts=choice.hosts)
    sheet = OfflineMap(bounds, figure=figure)
    frame = {"origin": [origin.x, origin.y], "bounds": bounds, "lang": lang}
    sheet.add_child(Block("frame", frame))
    for layer, switch in tiles(choice):
        sheet.add_child(layer)
        sheet.add_child(switch)
    return Document(sheet, origin, names_of(catalogue), facts)


def base_layers(
    published: Published, document: Document, asked: Iterable[frozenset[str]] = ()
) -> list[Block]:
    """Return the ground from our own data, bottom first, and the stations on top."""
    places, origin = _Places(published.places), document.origin
    compound_table = places["compounds"]
    return [
        compounds(compound_table, origin),
        streets(places["streets"], origin),
        buildings(places["buildings"], compound_table, origin),
        barriers(places["barriers"], origin),
        borders("communities", places["communities"], origin),
        borders("grids", places["grids"], origin),
        gates(places["gates"], compound_table, origin),
        stations(
            places["stations"],
            origin,
            kinds=document.names.kinds,
            services=document.names.services,
            asked=list(asked),
        ),
    ]


class _Places:
    """Tables of places by name; a table the level leaves out is an empty one."""

    def __init__(self, tables: Mapping[str, gpd.GeoDataFrame]) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> gpd.GeoDataFrame:
        table = self._tables.get(name)
        return gpd.GeoDataFrame(geometry=[], crs="EPSG:4326") if table is None else table


def _bounds(places: Mapping[str, gpd.GeoDataFrame]) -> list[float]:
    """West, south, east, north of what the page is about: its areas, else all it has."""
    for names in (("grids", "communities"), ("compounds", "buildings"), tuple(places)):
        found = [places[name].total_bounds for name in names if len(places.get(name, ()))]
        if found:
            corners = np.array(found)
            low, high = corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)
            return [float(value) for value in (*low, *high)]
    raise InputError(
        "地图：发布的片区里没有可画的图形",
        english="map: the published place has no geometry to draw",
    )


def _words() -> dict[str, Any]:
    return {
        "page": words.PAGE,
        "reasons": NAMES,
        "values": words.VALUES,
        "legend": words.LEGEND,
        "layers": words.LAYERS,
    }
