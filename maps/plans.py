"""
The map of plans: where the next stations belong, how good that is, and why each of them.

    Published.plans ─▶ ground + sites by number + buildings before and after + curve ─▶ Page
"""

import pandas as pd

from gis.catalogue import Catalogue
from gis.errors import InputError
from gis.privacy import Published, PublishedCoverage
from maps.document import base_layers, check_published, open_document
from maps.layers.covered import covered
from maps.layers.sites import candidates, opened_gates, site_areas, sites
from maps.layers.tiles import Tiles
from maps.page import Page
from maps.plan_texts import differences, plan_model
from maps.results import result_model, services_asked


def plan_map(
    published: Published,
    *,
    lang: str = "zh",
    title: str | None = None,
    tiles: Tiles | None = None,
    catalogue: Catalogue | None = None,
) -> Page:
    """
    Draw the plans of a publication on one page; of several one is on show, and a table compares.

    Sites stand by number, in order of what they contribute, with a card each; buildings (planner)
    tell whether they were covered before, are newly covered or still left out.

    Parameters and errors as for ``coverage_map``; ``InputError`` also where there is no plan.
    """
    check_published(published)
    plans = published.plans
    if not plans:
        raise InputError(
            "地图：发布的内容里没有方案；请先 gis.publish(district, plan)",
            english="map: nothing published is a plan; call gis.publish(district, plan) first",
        )
    document = open_document(
        published, lang=lang, title=title, tile_choice=tiles, catalogue=catalogue
    )
    told = [
        (place, plan, before, after)
        for place, plan in enumerate(plans)
        for before, after in zip(plan.before, plan.after, strict=True)
    ]
    document.add([site_areas(plans, document.origin)])
    document.add(
        base_layers(published, document, [services_asked(each[-1].question) for each in told])
    )
    buildings = published.places.get("buildings")
    if buildings is not None:
        tables = [_buildings(before, after) for _, _, before, after in told]
        document.add([covered(tables, buildings)])
    document.add(
        [each(plans, document.origin) for each in (candidates, opened_gates, sites)],
    )
    models = [
        {**result_model(after, published.k, document.names), "plan": place}
        for place, _, _, after in told
    ]
    names = document.names
    return document.finish(
        {
            "page": "plan",
            "coverages": models,
            "plans": [
                plan_model(plan, place, len(plans), published.k, names)
                for place, plan in enumerate(plans)
            ],
            "differences": differences(plans, published.places.get("grids"), published.k),
        }
    )


def _buildings(before: PublishedCoverage, after: PublishedCoverage) -> pd.DataFrame | None:
    if before.buildings is None or after.buildings is None:
        return None
    return after.buildings.assign(was=before.buildings["covered"])
