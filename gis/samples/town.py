"""
A whole invented district, ready to use: ``gis.sample("ginkgo")``.

    data/samples/ginkgo.toml --read_spec--> Spec --one_tile--> tables --tiled--> District

The same name, size and seed give the same tables. Everything is 合成数据; what was published and
what is ours is told in the spec and in docs/sample.md.
"""

import numpy as np
import pandas as pd

from gis.crs import scale_error_ppm
from gis.district import District, build_district
from gis.errors import InputError
from gis.samples.areas import (
    build_barriers,
    build_communities,
    build_compounds,
    build_gates,
    build_grids,
)
from gis.samples.buildings import build_buildings
from gis.samples.care import with_care
from gis.samples.ground import Ground
from gis.samples.people import build_households
from gis.samples.spec import Spec, read_spec
from gis.samples.stations import build_candidates, build_entrances, build_stations
from gis.samples.streets import build_streets
from gis.samples.tiles import Nodes, Tables, tiled
from gis.tables import COUNTS

SIZES = {"street": 1, "city": 8}
"""Tiles along each side: a city is 64 streets, about 900,000 households."""
LARGEST_SCALE = 30


def sample(
    name: str = "ginkgo", *, size: str = "street", scale: int | None = None, seed: int = 0
) -> District:
    """
    Build a sample district.

    Parameters
    ----------
    name
        A file of ``data/samples``: ``ginkgo`` is 银杏街道.
    size
        ``street`` (one tile) or ``city`` (8 x 8 tiles, for benchmarks).
    scale
        Tiles along each side, instead of ``size``; every tile repeats the street with its own
        codes, and the arterials run through.
    seed
        Draws households, floors and lanes; totals do not depend on it.

    Raises
    ------
    InputError
        No such sample or size.
    """
    spec = read_spec(name)
    side = _side(size, scale)
    tile, nodes = one_tile(spec, seed)
    tables = tiled(tile, nodes, spec, side)
    return build_district(
        spec.place["title"],
        spec.place["crs"],
        facts=_facts(tables, spec),
        provenance=_provenance(tables, spec, seed),
        **tables,
    )


def one_tile(spec: Spec, seed: int) -> tuple[Tables, Nodes]:
    """All tables of one street by name, and the plan point of every street node."""
    streets_rng, buildings_rng, people_rng, care_rng = (
        np.random.default_rng([seed, part]) for part in range(4)
    )
    ground = Ground(**spec.ground)
    plan = build_streets(spec, ground, streets_rng)
    buildings = build_buildings(spec, ground, buildings_rng)
    households = build_households(spec, buildings, people_rng)
    households = with_care(households, spec.place["data_date"], care_rng)
    tables = {
        "communities": build_communities(spec, ground),
        "grids": build_grids(spec, ground),
        "compounds": build_compounds(spec, ground),
        "gates": build_gates(spec, ground, plan),
        "barriers": build_barriers(spec, ground),
        "buildings": _counted(buildings, households),
        "entrances": build_entrances(spec, ground),
        "stations": build_stations(spec, ground),
        "candidates": build_candidates(spec, ground),
        "streets": plan.streets,
        "households": households,
    }
    return tables, plan.nodes


def _counted(buildings: pd.DataFrame, households: pd.DataFrame) -> pd.DataFrame:
    """Put counts of people on buildings; buildings nobody lives in count 0."""
    placed = households.dropna(subset="building").assign(households=1)
    counts = placed.groupby("building")[COUNTS].sum()
    return buildings.join(counts.reindex(buildings.index, fill_value=0))


def _side(size: str, scale: int | None) -> int:
    if size not in SIZES:
        known = "、".join(SIZES)
        raise InputError(
            f"示例：没有大小 '{size}'；可用：{known}",
            english=f"sample: no size '{size}'; there is: {', '.join(SIZES)}",
        )
    side = SIZES[size] if scale is None else scale
    if not 1 <= side <= LARGEST_SCALE:
        raise InputError(
            f"示例：scale 须在 1 到 {LARGEST_SCALE} 之间（给的是 {side}）",
            english=f"sample: scale must be 1 to {LARGEST_SCALE} (found {side})",
        )
    return side


def _facts(tables: Tables, spec: Spec) -> dict[str, str]:
    west, south, east, north = tables["communities"].to_crs("EPSG:4326").total_bounds
    crs = spec.place["crs"]
    errors = [scale_error_ppm(crs, lon, lat) for lon in (west, east) for lat in (south, north)]
    return {
        "title": spec.place["title"],
        "synthetic": "yes",
        "data_date": spec.place["data_date"],
        "attribution": spec.place["attribution"],
        "frame": crs,
        "scale_error_ppm": f"{max(errors, key=abs):.0f}",
    }


def _provenance(tables: Tables, spec: Spec, seed: int) -> pd.DataFrame:
    layers = list(tables)
    rows = [len(tables[layer]) for layer in layers]
    sources = "；".join(f"{one.name}：{one.source}" for one in spec.communities if one.published)
    return pd.DataFrame(
        {
            "layer": layers,
            "source": f"合成数据 {spec.place['name']} seed={seed}",
            "frame": spec.place["crs"],
            "rows_read": rows,
            "kept": rows,
            "rejected": 0,
            "data_date": spec.place["data_date"],
            "attribution": spec.place["attribution"],
            "note": [sources if layer == "households" else None for layer in layers],
        },
        index=pd.Index(layers, name="id"),
    )
