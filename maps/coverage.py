"""
The coverage map: who is inside the service circle, who is not, and why.

    Published ─▶ ground + service areas + buildings by result (planner) + shares by area ─▶ Page
"""

from gis.catalogue import Catalogue
from gis.privacy import Published
from maps.document import base_layers, check_published, open_document
from maps.layers.areas import areas
from maps.layers.covered import covered
from maps.layers.tiles import Tiles
from maps.page import Page
from maps.results import result_model, services_asked
from maps.weeks import week_model


def coverage_map(
    published: Published,
    *,
    lang: str = "zh",
    title: str | None = None,
    tiles: Tiles | None = None,
    catalogue: Catalogue | None = None,
) -> Page:
    """
    Draw all coverages of a publication on one page, with the shares of its weeks by the hour.

    Parameters
    ----------
    published
        From ``gis.publish``; with no coverage the page shows the place alone.
    lang
        ``zh`` or ``en``: the language on opening; the page holds both.
    title
        Stands at the head of the page; the publication's own title without it.
    tiles
        Tile servers the reader may turn on; none without it.
    catalogue
        Where kinds, services and profiles have their names; the shipped one without it.

    Raises
    ------
    TypeError
        ``published`` is anything but ``Published``.
    InputError
        Unknown language, or nothing to draw.
    """
    check_published(published)
    results = published.coverages
    document = open_document(
        published, lang=lang, title=title, tile_choice=tiles, catalogue=catalogue
    )
    asked = [services_asked(result.question) for result in results]
    document.add([areas([result.areas for result in results], document.origin)])
    document.add(base_layers(published, document, asked))
    buildings = published.places.get("buildings")
    if buildings is not None:
        document.add([covered([result.buildings for result in results], buildings)])
    models = [result_model(result, published.k, document.names) for result in results]
    weeks = [week_model(week) for week in published.weeks]
    return document.finish({"page": "coverage", "coverages": models, "weeks": weeks})
