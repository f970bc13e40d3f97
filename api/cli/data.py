"""The verbs that bring data in: template, import, fetch."""

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Catalogues, Lang, Output, keyword, with_parameters
from api.cli.show import say
from api.cli.words import LAYERS, WRITTEN


def template(*, output: Output = Path("minqing-template.xlsx"), lang: Lang = "zh") -> None:
    """Write blank workbooks."""
    from gis.ingest.template import write_template

    write_template(output, lang)
    say(WRITTEN, lang, path=output)


def fetch(
    place: Annotated[str, typer.Argument(metavar="PLACE")],
    *,
    output: Output = Path("streets.graphml"),
    nominatim: Annotated[str | None, typer.Option("--nominatim", metavar="URL")] = None,
    overpass: Annotated[str | None, typer.Option("--overpass", metavar="URL")] = None,
    lang: Lang = "zh",
) -> None:
    """Fetch walking streets with osmnx."""
    from gis.ingest.graph import fetch_place

    fetch_place(place, output)
    say(WRITTEN, lang, path=output)


def import_(**given: Any) -> None:
    """Read files into a district folder."""


def _layer_options() -> list[inspect.Parameter]:
    """Three options for each layer: the file, its frame, its layer or sheet."""
    path = Annotated[Path | None, typer.Option(metavar="FILE")]
    frame = Annotated[str | None, typer.Option(metavar="FRAME")]
    layer = Annotated[str | None, typer.Option(metavar="NAME")]
    return [
        keyword(name + suffix, annotation, None)
        for name in LAYERS
        for suffix, annotation in (("", path), ("_frame", frame), ("_layer", layer))
    ]


_TEXT = Annotated[str | None, typer.Option(metavar="NAME")]
_TEXTS = Annotated[list[str] | None, typer.Option(metavar="NAME")]

with_parameters(
    import_,
    [
        *_layer_options(),
        keyword("name", _TEXT, None),
        keyword("frame", _TEXT, None),
        keyword("convert", _TEXTS, None),
        keyword("gates_complete", Annotated[bool, typer.Option("--gates-complete")], False),
        keyword("stations_kind", _TEXT, None),
        keyword("stations_keep", _TEXTS, None),
        keyword("catalogue", Catalogues, None),
        keyword("output", Output),
        keyword("lang", Lang, "zh"),
    ],
)
