"""
How large a page is, and how long it takes to write and to draw, against ``folium.GeoJson``.

Both pages hold the same town and are drawn by the same browser with the network cut, in one run:

    python benchmarks/map_page.py --buildings 10000

Render time is from the start of navigation to the second animation frame after ``load``. folium
links its scripts from four hosts, so that its page draws nothing without internet; here it is
given Leaflet and jQuery inside the file, else there would be nothing to measure.
"""

import itertools
import os
import re
import shutil
import statistics
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
from results import arguments, installed, measuring
from shapely import LineString, box, points

import maps
from gis.privacy import Published, PublishedCoverage

CRS = "EPSG:4543"
BLOCK = 100.0  # metres
PER_BLOCK = 10  # buildings
HOUSEHOLDS = 2  # in a building, so that 10,000 buildings hold 20,000
SECOND_FRAME = """() => new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"""
LIMIT_BYTES, LIMIT_SECONDS = 4_000_000, 2.0


def town(buildings: int) -> Published:
    """Return blocks of ten buildings with streets around and lanes inside, at level planner."""
    side = int(np.ceil(np.sqrt(buildings / PER_BLOCK)))
    corners = [
        (500_000 + i * BLOCK, 2_770_000 + j * BLOCK)
        for i, j in itertools.product(range(side), repeat=2)
    ]
    places = {
        "grids": _grids(side),
        "buildings": _buildings(corners)[:buildings],
        "streets": _streets(corners),
        "stations": _stations(corners),
    }
    places = {name: table.to_crs(4326) for name, table in places.items()}
    none = pd.DataFrame({"name": []})
    return Published(
        level="planner",
        title="对比用合成城市",
        date="2026-01-01",
        attribution=("合成数据",),
        synthetic=True,
        k=5,
        places=places,
        coverages=(_coverage(places),),
        counts=none,
        needs=none,
    )


def _table(rows: dict[str, Any], shapes: Any) -> gpd.GeoDataFrame:
    index = pd.Index([f"r{n}" for n in range(len(shapes))], name="id")
    return gpd.GeoDataFrame(
        {name: np.asarray(row) for name, row in rows.items()},
        index=index,
        geometry=list(shapes),
        crs=CRS,
    )


def _grids(side: int) -> gpd.GeoDataFrame:
    step = side * BLOCK / 5
    shapes = [
        box(
            500_000 + i * step,
            2_770_000 + j * step,
            500_000 + (i + 1) * step,
            2_770_000 + (j + 1) * step,
        )
        for i, j in itertools.product(range(5), repeat=2)
    ]
    return _table({"name": [f"第{n + 1}网格" for n in range(25)]}, shapes)


def _buildings(corners: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    shapes = [
        box(
            x + 8 + 44 * (n % 2),
            y + 10 + 17 * (n // 2),
            x + 46 + 44 * (n % 2),
            y + 21 + 17 * (n // 2),
        )
        for x, y in corners
        for n in range(PER_BLOCK)
    ]
    count = len(shapes)
    return _table(
        {
            "name": [f"{n % PER_BLOCK + 1}号楼" for n in range(count)],
            "use": ["residential"] * count,
            "floors": [6] * count,
        },
        shapes,
    )


def _streets(corners: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    shapes, kinds, names = [], [], []
    for place, (x, y) in enumerate(corners):
        around = [LineString([(x, y), (x + BLOCK, y)]), LineString([(x, y), (x, y + BLOCK)])]
        inside = [
            LineString([(x + 25 * m, y + 25 + 17 * n), (x + 25 * m + 25, y + 25 + 17 * n)])
            for n, m in itertools.product(range(4), repeat=2)
        ]
        shapes += around + inside
        kinds += ["residential"] * 2 + ["service"] * 16
        names += [f"银杏{place % 97}路", f"学府{place % 89}街", *[None] * 16]
    count = len(shapes)
    return _table(
        {"kind": kinds, "name": names, "steps": [False] * count, "users": ["everyone"] * count},
        shapes,
    )


def _stations(corners: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    chosen = np.array(corners[::20])
    count = len(chosen)
    return _table(
        {
            "name": [f"助餐点{n}" for n in range(count)],
            "kind": ["meal_point"] * count,
            "services": ["meals"] * count,
            "hours": ["Mo-Su 10:00-13:00"] * count,
            "state": ["open"] * count,
        },
        points(chosen),
    )


def _coverage(places: dict[str, gpd.GeoDataFrame]) -> PublishedCoverage:
    rng = np.random.default_rng(0)
    index = places["buildings"].index
    minutes = rng.uniform(1, 25, len(index)).round(1)
    covered = minutes < 15
    detail = pd.DataFrame(
        {
            "covered": pd.array(covered, dtype="boolean"),
            "reason": np.where(covered, "COVERED", "TOO_FAR"),
            "requirement": "meals",
            "minutes": minutes,
            "station": "助餐点1",
        },
        index=index,
    )
    total = HOUSEHOLDS * len(index)
    totals = {"total": total, "covered": HOUSEHOLDS * int(covered.sum())}
    share = totals["covered"] / total
    requirement = {
        "id": "meals",
        "name_zh": "助餐",
        "name_en": "meals",
        "services": ["meals"],
        "at_least": 1,
        "limit": "15min",
        "measure": "walk",
        "profile": "walk_48",
    }
    return PublishedCoverage(
        title_zh="助餐",
        title_en="meals",
        question={"requirements": [requirement]},
        when=None,
        unit="household",
        weight="households",
        totals={**totals, "share": share, "share_low": share, "share_high": share},
        reasons={"meals": {"COVERED": totals["covered"], "TOO_FAR": total - totals["covered"]}},
        by={},
        buildings=detail,
        areas=gpd.GeoDataFrame({"requirement": []}, geometry=[], crs=4326),
    )


def folium_page(published: Published) -> str:
    """Draw the same streets, buildings and stations with ``folium.GeoJson`` on canvas."""
    west, south, east, north = published.places["grids"].total_bounds
    sheet = folium.Map(tiles=None, prefer_canvas=True)
    places = dict(published.places)
    detail = published.coverages[0].buildings
    assert detail is not None
    places["buildings"] = places["buildings"].join(detail)
    colours = {"COVERED": "#2f8f83", "TOO_FAR": "#e58a4e"}
    folium.GeoJson(
        places["streets"], style_function=lambda _: {"color": "#999", "weight": 2}
    ).add_to(sheet)
    folium.GeoJson(
        places["buildings"],
        style_function=lambda row: {
            "fillColor": colours[row["properties"]["reason"]],
            "weight": 1,
            "fillOpacity": 1,
        },
        popup=folium.GeoJsonPopup(["name", "reason", "minutes", "station"]),
    ).add_to(sheet)
    folium.GeoJson(places["stations"], marker=folium.CircleMarker(radius=4)).add_to(sheet)
    sheet.fit_bounds([[south, west], [north, east]])
    return _with_assets(sheet.get_root().render())


def _with_assets(html: str) -> str:
    files = [("leaflet", "leaflet.js"), ("jquery", "jquery.min.js")]
    folders = {name: Path(import_module(f"xstatic.pkg.{name}").BASE_DIR) for name, _ in files}
    scripts = "".join(
        f"<script>{(folders[name] / file).read_text('utf-8')}</script>" for name, file in files
    )
    style = f"<style>{(folders['leaflet'] / 'leaflet.css').read_text('utf-8')}</style>"
    bare = re.sub(
        r'<script src="http[^>]*></script>|<link rel="stylesheet" href="http[^>]*>', "", html
    )
    return bare.replace("<head>", f"<head>{style}{scripts}", 1)


def render_seconds(browser: Any, path: Path, runs: int) -> float:
    """Return the median seconds to the second frame after ``load``, network cut."""
    seconds = []
    for _ in range(runs):
        context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
        page = context.new_page()
        page.goto(path.as_uri(), wait_until="load", timeout=120_000)
        seconds.append(page.evaluate(SECOND_FRAME) / 1000)
        context.close()
    return statistics.median(seconds)


def main() -> None:
    """Measure size, time to write and time to draw of both pages, and how they compare."""
    parser = arguments(__doc__)
    parser.add_argument("--buildings", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    if given.quick:
        given.buildings, given.runs = 200, 1
    published = town(given.buildings)
    maps.coverage_map(town(20))  # modules and the catalogue are read once per process
    with measuring("map_page", given) as sheet:
        if not _browser_is_here():
            sheet.missing(_title(published), "a browser (playwright and Chromium)")
            return
        found = _pages(published, given.runs)
        _report(published, found, sheet, asked=not given.quick)


def _pages(published: Published, runs: int) -> dict[str, tuple[float, float, float]]:
    """Return bytes, seconds to write and seconds to draw of each page."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only here is a browser needed

    makers = {
        "minqing": lambda: maps.coverage_map(published).html,
        "folium.GeoJson": lambda: folium_page(published),
    }
    found: dict[str, tuple[float, float, float]] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_browser(), args=["--no-sandbox"])
        for name, make in makers.items():
            began = time.perf_counter()
            html = make()
            wrote = time.perf_counter() - began
            path = Path(folder) / f"{name}.html"
            path.write_text(html, "utf-8")
            found[name] = (path.stat().st_size, wrote, render_seconds(browser, path, runs))
        browser.close()
    return found


def _browser() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


def _browser_is_here() -> bool:
    return installed("playwright") and _browser() is not None


def _title(published: Published) -> str:
    count, streets = (len(published.places[name]) for name in ("buildings", "streets"))
    return f"a page of {count:,} buildings, {HOUSEHOLDS * count:,} households, {streets:,} streets"


def _report(
    published: Published, found: dict[str, tuple[float, float, float]], sheet: Any, *, asked: bool
) -> None:
    ours = found["minqing"]
    for name, (size, wrote, drawn) in found.items():
        row = {"engine": name, "file_mb": size / 1e6, "write_s": wrote, "draw_s": drawn}
        if name != "minqing":
            each = zip(("size", "write", "draw"), ours, found[name], strict=True)
            row |= {f"{what}_ratio": other / mine for what, mine, other in each}
        elif asked:
            met = ours[0] < LIMIT_BYTES and ours[2] < LIMIT_SECONDS
            row["under_4_MB_and_2_s"] = met
        sheet.row(_title(published), **row)


if __name__ == "__main__":
    main()
