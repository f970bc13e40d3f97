"""The verbs that make or serve pages: demo, map, serve."""

import shutil
import socket
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from api.cli.options import (
    Asked,
    Catalogues,
    DistrictFolder,
    Lang,
    Output,
    Week,
    WeekFrom,
    asks,
)
from api.cli.progress import Progress
from api.cli.show import put, say
from api.cli.summary import coverage_text
from api.cli.week import week_answered
from api.cli.words import WRITTEN, Words
from api.cli.work import MEASURING, answered, open_district

HOST = "127.0.0.1"
DEFAULT_CIRCLE = "elder"
DEMO_PLAN: dict[str, Any] = {
    "service": "meals",
    "count": 2,
    "profile": "walk_48",
    "weight": "elders_60",
}
"""What the demo asks for: two more canteens for the old, within 15 minutes."""
_MADE = (
    "district",
    "coverage.html",
    "conditions.html",
    "plan.html",
    "gaps.xlsx",
    "scenario.json",
)
_DEFAULT_CIRCLE = Words(
    "没有给出 --circle 或 --service，按 {circle} 画",
    "no --circle or --service given: {circle} it is",
)
_OPENING = Words("打开街道", "opening the district")
_SERVING = Words("在 {address} 提供服务，按 Ctrl-C 停止", "serving at {address}; Ctrl-C stops it")
_STOPPED = Words("已停止", "stopped")
_MAKING = Words("生成虚构的银杏街道", "inventing 银杏街道")
_SAVING = Words("写入街道文件夹", "writing the district")
_DRAWING = Words("画地图", "drawing maps")
_CHOOSING = Words("为新站点选址", "choosing sites for new stations")
_EXPLAINING = Words("查找缺口的原因", "finding reasons")


def demo(*, output: Output = Path("out"), lang: Lang = "zh") -> None:
    """Make the sample district, its maps, a plan and its gap list."""
    with Progress(lang) as progress:
        progress.stage(_MAKING)
        import gis
        import maps
        from gis.catalogue import data_root
        from gis.export import write_gaps

        place = gis.sample("ginkgo")
        progress.stage(_SAVING)
        gis.save_district(place, output / "district")
        progress.stage(MEASURING)
        coverage = gis.cover(place, circle="elder", weight="elders_60")
        progress.stage(_DRAWING)
        planner = gis.publish(place, coverage, level="planner")
        maps.coverage_map(planner, lang=lang).save(output / "coverage.html")
        public = gis.publish(place, coverage, level="public")
        maps.conditions_map(public, lang=lang).save(output / "conditions.html")
        progress.stage(_CHOOSING)
        plan = gis.choose_sites(place, **DEMO_PLAN, network=coverage.network)
        planned = gis.publish(place, plan, level="planner")
        maps.plan_map(planned, lang=lang).save(output / "plan.html")
        progress.stage(_EXPLAINING)
        write_gaps(output / "gaps.xlsx", place, coverage, gis.explain(place, coverage), lang=lang)
        shutil.copyfile(data_root() / "samples" / "ginkgo_scenario.json", output / "scenario.json")
    put(coverage_text(coverage, "grid", lang))
    for made in _MADE:
        say(WRITTEN, lang, path=output / made)


@asks
def map_(  # noqa: PLR0913 - one parameter per option
    district: DistrictFolder,
    asked: Asked,
    *,
    level: Annotated[Literal["public", "planner"], typer.Option("--level")] = "public",
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT")] = None,
    date: Annotated[str | None, typer.Option("--date", metavar="DATE")] = None,
    tiles: Annotated[str | None, typer.Option("--tiles", metavar="URL")] = None,
    tianditu_key: Annotated[str | None, typer.Option("--tianditu-key", metavar="KEY")] = None,
    week: Week = False,
    week_from: WeekFrom = None,
    output: Output = Path("map.html"),
    lang: Lang = "zh",
) -> None:
    """Draw one offline HTML page."""
    place = open_district(district, lang)
    if asked.circle is None and asked.service is None:
        say(_DEFAULT_CIRCLE, lang, circle=DEFAULT_CIRCLE)
        asked = replace(asked, circle=DEFAULT_CIRCLE)
    results = [answered(place, asked, lang)]
    if week or week_from:
        results.append(week_answered(place, replace(asked, at=None), week_from, lang))
    with Progress(lang) as progress:
        progress.stage(_DRAWING)
        import gis
        import maps

        published = gis.publish(place, *results, level=level, title=title, date=date)
        choice = maps.Tiles(url=tiles, tianditu_key=tianditu_key)
        maps.coverage_map(published, lang=lang, tiles=choice).save(output)
    say(WRITTEN, lang, path=output)


def serve(
    district: DistrictFolder,
    *,
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8760,
    catalogue: Catalogues = None,
    lang: Lang = "zh",
) -> None:
    """Serve a district on this machine until it is stopped."""
    listening = _listen(port)
    with Progress(lang) as progress:
        progress.stage(_OPENING)
        import uvicorn

        from api.service import create_app
        from api.settings import Settings

        settings = Settings(
            district=district, catalogue=tuple(catalogue or ()), port=port, lang=lang
        )
        app = create_app(settings)
    say(_SERVING, lang, address=f"http://{HOST}:{port}/")
    try:
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
    except KeyboardInterrupt:
        say(_STOPPED, lang)


def _listen(port: int) -> socket.socket:
    """Take the port first, so that a port in use is told before anything is loaded."""
    listening = socket.socket()
    try:
        # a server stopped a moment ago must not block the next one
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        from gis.errors import InputError

        raise InputError(
            f"端口 {port} 不能用（{error.strerror}）；换一个，如 --port {port + 1}",
            english=f"port {port} cannot be used ({error.strerror}); try another, "
            f"such as --port {port + 1}",
        ) from None
    return listening
