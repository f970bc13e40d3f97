"""The verbs that make or serve pages: demo, map, serve."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.options import Asked, Catalogues, DistrictFolder, Lang, Output, asks
from api.cli.show import say
from api.cli.words import WRITTEN
from api.cli.work import answered, open_district


def demo(*, output: Output = Path("out"), lang: Lang = "zh") -> None:
    """Make the sample district, its maps and its gap list."""
    import gis

    gis.sample("ginkgo")


@asks
def map_(
    district: DistrictFolder,
    asked: Asked,
    *,
    level: Annotated[Literal["public", "planner"], typer.Option("--level")] = "public",
    date: Annotated[str | None, typer.Option("--date", metavar="DATE")] = None,
    tiles: Annotated[str | None, typer.Option("--tiles", metavar="URL")] = None,
    tianditu_key: Annotated[str | None, typer.Option("--tianditu-key", metavar="KEY")] = None,
    output: Output = Path("map.html"),
    lang: Lang = "zh",
) -> None:
    """Draw one offline HTML page."""
    import gis
    import maps

    place = open_district(district, lang)
    published = gis.publish(place, answered(place, asked), level=level)
    maps.coverage_map(published, lang).save(output)
    say(WRITTEN, lang, path=output)


def serve(
    district: DistrictFolder,
    *,
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8760,
    catalogue: Catalogues = None,
    lang: Lang = "zh",
) -> None:
    """Serve a district on this machine."""
    import gis

    gis.load_district(district)
