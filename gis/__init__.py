"""
minqing 民情: who is inside the 15-minute service circle, who is not and why.

    town = gis.sample("ginkgo")
    elders = gis.cover(town, circle="elder", weight="elders_60")
    gaps = gis.explain(town, elders)
    page = maps.coverage_map(gis.publish(town, elders, level="public"))

Names are looked up when they are first used, so that importing ``gis`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gis.capacity import assign_places, catchment_scores
    from gis.catalogue import load_catalogue
    from gis.coverage import Coverage, cover, reach, service_areas
    from gis.district import District, build_district
    from gis.doubts import Review, review
    from gis.errors import FrameError, GisError, InputError, ResultError
    from gis.gaps import explain
    from gis.ingest import InputFile, Sources, fetch_place, import_district, write_template
    from gis.plans import Plan, choose_sites
    from gis.privacy import Published, publish
    from gis.samples import sample
    from gis.scenarios import Compared, Scenario, read_scenario, what_if
    from gis.store import load_district, save_district
    from gis.streets import build_network
    from gis.week import WeekCoverage, cover_week

_HOMES = {
    "Compared": "gis.scenarios",
    "Coverage": "gis.coverage",
    "District": "gis.district",
    "FrameError": "gis.errors",
    "GisError": "gis.errors",
    "InputError": "gis.errors",
    "InputFile": "gis.ingest",
    "Plan": "gis.plans",
    "Published": "gis.privacy",
    "ResultError": "gis.errors",
    "Review": "gis.doubts",
    "Scenario": "gis.scenarios",
    "Sources": "gis.ingest",
    "WeekCoverage": "gis.week",
    "assign_places": "gis.capacity",
    "build_district": "gis.district",
    "build_network": "gis.streets",
    "catchment_scores": "gis.capacity",
    "choose_sites": "gis.plans",
    "cover": "gis.coverage",
    "cover_week": "gis.week",
    "explain": "gis.gaps",
    "fetch_place": "gis.ingest",
    "import_district": "gis.ingest",
    "load_catalogue": "gis.catalogue",
    "load_district": "gis.store",
    "publish": "gis.privacy",
    "reach": "gis.coverage",
    "read_scenario": "gis.scenarios",
    "review": "gis.doubts",
    "sample": "gis.samples",
    "save_district": "gis.store",
    "service_areas": "gis.coverage",
    "what_if": "gis.scenarios",
    "write_template": "gis.ingest",
}

_ROOMS = frozenset(
    [
        "capacity",
        "catalogue",
        "crs",
        "errors",
        "export",
        "plans",
        "privacy",
        "siting",
        "streets",
        "tables",
    ]
)

__all__ = [
    "Compared",
    "Coverage",
    "District",
    "FrameError",
    "GisError",
    "InputError",
    "InputFile",
    "Plan",
    "Published",
    "ResultError",
    "Review",
    "Scenario",
    "Sources",
    "WeekCoverage",
    "assign_places",
    "build_district",
    "build_network",
    "catchment_scores",
    "choose_sites",
    "cover",
    "cover_week",
    "explain",
    "fetch_place",
    "import_district",
    "load_catalogue",
    "load_district",
    "publish",
    "reach",
    "read_scenario",
    "review",
    "sample",
    "save_district",
    "service_areas",
    "what_if",
    "write_template",
]


def __getattr__(name: str) -> Any:
    """Find a public name in its module, once; submodules stay reachable as usual."""
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    if name in _ROOMS:
        return import_module(f"gis.{name}")
    raise AttributeError(f"module 'gis' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
