"""A drawn town for pages, and one browser that is cut from every network."""

import itertools
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import sync_playwright
from shapely.geometry import LineString, Point, Polygon, box

from gis.privacy import Published, PublishedCoverage

CRS = "EPSG:4543"
WEST, SOUTH = 567_000.0, 2_770_000.0
BLOCK = 200.0  # metres from street to street
HOSTILE = [
    '<img src=x onerror="window.hurt=1">',
    "${window.hurt=2}",
    "`+(window.hurt=3)+`",
    "</script><script>window.hurt=4</script>",
    "{{ 7 * 7 }}{% raise %}",
    "<!--<script>",
    "银杏\u2028里",
]


def _shown(rows: list[dict], crs: str = CRS) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(rows, crs=crs).set_index("id")
    return frame.to_crs(4326)


def _streets(columns: int, lines: int) -> list[dict]:
    rows = []
    for i, j in itertools.product(range(columns + 1), range(lines + 1)):
        here = (WEST + i * BLOCK, SOUTH + j * BLOCK)
        for name, kind, there in (
            (f"学府{j}路", "primary" if j == 1 else "residential", (here[0] + BLOCK, here[1])),
            (f"银杏{i}巷", "tertiary" if i == 2 else "residential", (here[0], here[1] + BLOCK)),
        ):
            inside = there[0] <= WEST + columns * BLOCK and there[1] <= SOUTH + lines * BLOCK
            if inside:
                line = LineString([here, there])
                rows.append(
                    {
                        "id": f"s{len(rows)}",
                        "name": name,
                        "kind": kind,
                        "steps": False,
                        "users": "everyone",
                        "geometry": line,
                    }
                )
    steps = LineString([(WEST + 50, SOUTH), (WEST + 50, SOUTH + BLOCK)])
    rows.append(
        {
            "id": "steps",
            "name": None,
            "kind": "steps",
            "steps": True,
            "users": "everyone",
            "geometry": steps,
        }
    )
    return rows


def _tables(columns: int, lines: int) -> dict[str, gpd.GeoDataFrame]:
    compounds, buildings, gates, barriers, grids = [], [], [], [], []
    for i, j in itertools.product(range(columns), range(lines)):
        x, y = WEST + i * BLOCK, SOUTH + j * BLOCK
        key = f"{i}{j}"
        ring = box(x + 15, y + 15, x + BLOCK - 15, y + BLOCK - 15)
        grids.append(
            {
                "id": f"g{key}",
                "name": f"第{i * lines + j + 1}网格",
                "code": None,
                "community": f"c{i // 3}",
                "geometry": box(x, y, x + BLOCK, y + BLOCK),
            }
        )
        gated = ("yes", "unknown", "no")[(i + j) % 3]
        compounds.append(
            {
                "id": f"p{key}",
                "name": f"银杏里{key}",
                "community": f"c{i // 3}",
                "gated": gated,
                "geometry": ring,
            }
        )
        if gated != "no":
            users = ("everyone", "residents", "nobody", "unknown")[(i + 2 * j) % 4]
            gates.append(
                {
                    "id": f"t{key}",
                    "name": "南门",
                    "compound": f"p{key}",
                    "users": users,
                    "hours": "06:00-22:00",
                    "source": "assumed" if users == "unknown" else "given",
                    "geometry": Point(x + BLOCK / 2, y + 15),
                }
            )
        if gated == "yes":
            barriers.append(
                {"id": f"w{key}", "kind": "wall", "name": None, "geometry": ring.exterior}
            )
        for place in range(8):
            bx, by = x + 28 + (place % 2) * 78, y + 30 + (place // 2) * 38
            buildings.append(
                {
                    "id": f"b{key}{place}",
                    "compound": f"p{key}",
                    "name": f"{place + 1}号楼",
                    "floors": 6,
                    "use": "residential" if place else "other",
                    "geometry": box(bx, by, bx + 62, by + 14),
                }
            )
    river = LineString(
        [(WEST - 60, SOUTH + 2.5 * BLOCK), (WEST + columns * BLOCK + 60, SOUTH + 2.6 * BLOCK)]
    )
    barriers.append({"id": "river", "kind": "river", "name": "银溪", "geometry": river})
    spots = [
        ("elder_canteen", "银杏老年食堂", "meals", "open", 1.5, 1.1),
        ("health_station", "学府卫生服务站", "health", "open", 3.2, 2.1),
        ("party_service_center", "党群服务中心", "party", "open", 2.1, 0.2),
        ("kindergarten", "蓝天幼儿园", "kindergarten", "open", 0.9, 2.9),
        ("elder_daycare", "日间照料中心", "day_care|meals", "planned", 4.1, 3.05),
        ("culture_station", "文化活动站", "culture", "closed", 2.6, 3.1),
    ]
    stations = [
        {
            "id": f"z{n}",
            "name": name,
            "kind": kind,
            "services": services,
            "hours": "Mo-Fr 10:00-13:00",
            "state": state,
            "geometry": Point(WEST + i * BLOCK, SOUTH + j * BLOCK + 8),
        }
        for n, (kind, name, services, state, i, j) in enumerate(spots)
    ]
    halves = [("c0", "银杏社区", 0, 3), ("c1", "学府社区", 3, columns)]
    communities = [
        {
            "id": key,
            "name": name,
            "code": None,
            "geometry": box(WEST + a * BLOCK, SOUTH, WEST + b * BLOCK, SOUTH + lines * BLOCK),
        }
        for key, name, a, b in halves
    ]
    return {
        name: _shown(rows)
        for name, rows in {
            "communities": communities,
            "grids": grids,
            "compounds": compounds,
            "gates": gates,
            "barriers": barriers,
            "buildings": buildings,
            "stations": stations,
            "streets": _streets(columns, lines),
        }.items()
    }


def _coverage(places: dict[str, gpd.GeoDataFrame], level: str) -> PublishedCoverage:
    homes = places["buildings"][places["buildings"]["use"] == "residential"]
    near = homes.to_crs(CRS).distance(Point(WEST + 1.5 * BLOCK, SOUTH + 1.1 * BLOCK)).to_numpy()
    covered = pd.array(near < 420, dtype="boolean")
    covered[near > 900] = pd.NA
    detail = pd.DataFrame(
        {
            "covered": covered,
            "reason": np.where(near < 420, "COVERED", np.where(near < 600, "WALL", "TOO_FAR")),
            "minutes": pd.array(np.where(near < 840, near / 48 * 1.3, np.nan)),
            "station": "银杏老年食堂",
            "requirement": "meals",
        },
        index=homes.index,
    )
    grids = places["grids"]
    share = pd.Series(np.linspace(1, 0.2, len(grids)), index=grids.index)
    by_grid = pd.DataFrame(
        {"name": grids["name"], "total": 120.0, "covered": 120 * share, "share": share}
    )
    by_grid.iloc[3, 1:] = np.nan
    by_community = pd.DataFrame(
        {
            "name": ["银杏社区", "学府社区"],
            "total": [1400, 849],
            "covered": [1100, 654],
            "share": [0.786, 0.77],
        },
        index=["c0", "c1"],
    )
    middle = Point(WEST + 1.5 * BLOCK, SOUTH + 1.1 * BLOCK).buffer(430, quad_segs=5)
    areas = gpd.GeoDataFrame(
        {"requirement": ["meals", "health"]},
        crs=CRS,
        geometry=[
            middle,
            Polygon(
                Point(WEST + 3.2 * BLOCK, SOUTH + 2.1 * BLOCK).buffer(380, quad_segs=3).exterior
            ),
        ],
    )
    requirements = [
        {
            "id": "meals",
            "name_zh": "助餐",
            "name_en": "Meals",
            "services": ("meals",),
            "at_least": 1,
            "limit": "15min",
            "measure": "walk",
            "profile": "walk_48",
            "pending": True,
            "source": "本地实践",
        },
        {
            "id": "health",
            "name_zh": "健康",
            "name_en": "Health",
            "services": ("health",),
            "at_least": 1,
            "limit": "1000m",
            "measure": "walk",
            "profile": "gb50180",
            "pending": False,
            "source": "GB 50180-2018",
            "clause": "附录C",
        },
    ]
    return PublishedCoverage(
        title_zh="15分钟为老服务圈",
        title_en="15-minute circle for elders",
        question={"circle": "elder", "service": None, "requirements": requirements, "when": None},
        when=None,
        unit="household",
        weight="elders_60",
        totals={
            "total": 2249,
            "covered": 1754,
            "share": 0.78,
            "share_low": 0.71,
            "share_high": 0.83,
        },
        reasons={
            "meals": {"COVERED": 1754, "WALL": 310, "TOO_FAR": 180, "LOCKED_IN": None},
            "health": {"COVERED": 2000, "TOO_FAR": 249},
        },
        by={"grid": by_grid, "community": by_community},
        buildings=detail if level == "planner" else None,
        areas=areas.to_crs(4326),
    )


def _counts(grids: gpd.GeoDataFrame) -> pd.DataFrame:
    people = np.linspace(200, 900, len(grids)).round()
    table = pd.DataFrame(
        {
            "people": people,
            "households": (people / 3).round(),
            "elders_60": (people * 0.27).round(),
            "children_0_12": (people * 0.1).round(),
            "low_income": (people * 0.02).round(),
        },
        index=grids.index,
    )
    return table.mask(table < 5).astype("Float64")


def _needs(grids: gpd.GeoDataFrame) -> pd.DataFrame:
    meals = np.arange(len(grids)) * 3.0
    return pd.DataFrame({"meals": meals}, index=grids.index).mask(lambda t: t < 5).astype("Float64")


def town(level: str = "planner", columns: int = 5, lines: int = 4) -> Published:
    """A grid of blocks, each one compound of eight buildings, with a river through the middle."""
    places = _tables(columns, lines)
    return Published(
        level=level,
        title="银杏街道",
        date="2026-03-01",
        attribution=("银杏街道合成数据",),
        synthetic=True,
        places=places,
        coverages=(_coverage(places, level),),
        counts=_counts(places["grids"]),
        needs=_needs(places["grids"]),
        k=5,
    )


def chromium_path() -> str | None:
    """CHROMIUM names a browser; else the first that is installed, else playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, names)]
    return next(filter(None, found), None)


@dataclass(frozen=True)
class Opened:
    """A page in the browser, and what it asked for and said."""

    page: object
    requests: list[str]
    said: list[str]


@pytest.fixture(scope="session")
def browser():
    """Chromium without any network; CHROMIUM names another one."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def show(browser, tmp_path):
    """Open a ``maps.Page`` from disk with the network cut."""
    contexts = []

    def open_page(page, *, width=1280, height=800) -> Opened:
        path = page.save(tmp_path / "page.html")
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
        contexts.append(context)
        tab = context.new_page()
        opened = Opened(tab, [], [])
        tab.on("request", lambda request: opened.requests.append(request.url))
        tab.on("console", lambda message: opened.said.append(message.text))
        tab.on("pageerror", lambda error: opened.said.append(str(error)))
        tab.goto(Path(path).as_uri())
        tab.wait_for_selector("html[data-ready]", timeout=20_000)
        return opened

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def planner():
    """The town as a planner may see it."""
    return town("planner")


@pytest.fixture(scope="session")
def public():
    """The town as everybody may see it."""
    return town("public")


@pytest.fixture(scope="session")
def draw_town():
    """``town(level, columns, lines)`` for tests that change it."""
    return town


@pytest.fixture(scope="session")
def hostile():
    """Names that would hurt a page that took them for code."""
    return HOSTILE
