"""The verbs that answer a question on stdout: check, cover, gaps, catalogue."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import (
    Asked,
    By,
    Catalogues,
    DistrictFolder,
    Format,
    Lang,
    OptionalOutput,
    asks,
)
from api.cli.show import put, put_frame, put_json, say
from api.cli.words import WRITTEN
from api.cli.work import answered, open_district


def check(
    district: DistrictFolder,
    *,
    catalogue: Catalogues = None,
    form: Format = "table",
    lang: Lang = "zh",
) -> None:
    """List what is missing, doubtful or assumed."""
    import gis

    review = gis.review(open_district(district, lang), gis.load_catalogue(*catalogue or ()))
    put_frame(review.issues, form)


@asks
def cover(
    district: DistrictFolder,
    asked: Asked,
    *,
    by: By = None,
    detail: Annotated[Path | None, typer.Option("--detail", metavar="FILE.csv")] = None,
    form: Format = "table",
    lang: Lang = "zh",
) -> None:
    """Tell who is inside the circle."""
    coverage = answered(open_district(district, lang), asked)
    if detail is not None:
        coverage.detail.to_csv(detail, index=False, lineterminator="\n")
        say(WRITTEN, lang, path=detail)
    if form == "json":
        put_json(coverage.to_dict())
    else:
        put_frame(coverage.summary(by=by or "community"), form)


@asks
def gaps(
    district: DistrictFolder,
    asked: Asked,
    *,
    output: OptionalOutput = None,
    form: Format = "table",
    lang: Lang = "zh",
) -> None:
    """List who is left out and why."""
    from gis.export import write_gaps

    import gis

    place = open_district(district, lang)
    coverage = answered(place, asked)
    found = gis.explain(place, coverage)
    if output is None:
        put_frame(found, form)
        return
    write_gaps(output, place, coverage, found, lang=lang)
    say(WRITTEN, lang, path=output)


def catalogue(
    *,
    table: Annotated[str | None, typer.Option("--table", metavar="NAME")] = None,
    schema: Annotated[str | None, typer.Option("--schema", metavar="NAME")] = None,
    catalogue: Catalogues = None,
    form: Format = "table",
    lang: Lang = "zh",
) -> None:
    """Print the knowledge in force."""
    from gis.catalogue import catalogue_tables, load_catalogue

    tables = catalogue_tables(load_catalogue(*catalogue or ()), lang)
    for name, frame in tables.items():
        if table in (None, name):
            put(f"\n{name}")
            put_frame(frame, form)
