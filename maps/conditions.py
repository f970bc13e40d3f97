"""
The people's-conditions map (民情地图): who lives where, what they need, how well they are served.

Counts stand per grid and are coloured by density, so that a large grid does not look full only
because it is large. A count that may not be shown is hatched and says so.

    Published ─▶ ground + counts and needs by grid + shares by area + stations ─▶ Page
"""

from gis.catalogue import Catalogue
from gis.privacy import Published
from maps.document import base_layers, check_published, open_document
from maps.layers.counts import counts
from maps.layers.tiles import Tiles
from maps.page import Page
from maps.results import result_model, services_asked


def conditions_map(
    published: Published,
    *,
    lang: str = "zh",
    title: str | None = None,
    tiles: Tiles | None = None,
    catalogue: Catalogue | None = None,
) -> Page:
    """
    Draw people and needs by grid, with stations and shares covered.

    Parameters and errors as for ``coverage_map``.
    """
    check_published(published)
    document = open_document(
        published, lang=lang, title=title, tile_choice=tiles, catalogue=catalogue
    )
    asked = [services_asked(result.question) for result in published.coverages]
    document.add(base_layers(published, document, asked))
    grids = published.places.get("grids")
    if grids is not None and len(grids):
        document.add([counts(grids, published.counts, published.needs, document.names.services)])
    models = [result_model(one, published.k, document.names) for one in published.coverages]
    return document.finish({"page": "conditions", "coverages": models})
