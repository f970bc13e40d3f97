"""The verbs that answer a question on stdout: check, cover, gaps, catalogue."""

from collections.abc import Iterable
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
    Week,
    WeekFrom,
    asks,
)
from api.cli.progress import Progress
from api.cli.show import put, put_frame, put_json, say
from api.cli.summary import coverage_text, fixes_text, gaps_text, headline, review_text
from api.cli.week import put_week, week_answered
from api.cli.words import WRITTEN, Words
from api.cli.work import answered, open_district

_LOOKING = Words("检查数据", "looking the district over")


def check(
    district: DistrictFolder,
    *,
    catalogue: Catalogues = None,
    form: Format = "table",
    lang: Lang = "zh",
) -> None:
    """List what is missing, doubtful or assumed."""
    place = open_district(district, lang)
    with Progress(lang) as progress:
        progress.stage(_LOOKING)
        import gis

        found = gis.review(place, gis.load_catalogue(*catalogue or ()))
    if form == "json":
        put_json(
            {
                "district": place.name,
                "weight": found.weight,
                "issues": found.issues.to_dict("records"),
                "parts": found.parts.to_dict("records"),
            }
        )
    elif form == "csv":
        put_frame(found.issues, form)
    else:
        put(review_text(place, found, lang))


@asks
def cover(
    district: DistrictFolder,
    asked: Asked,
    *,
    by: By = None,
    week: Week = False,
    week_from: WeekFrom = None,
    detail: Annotated[Path | None, typer.Option("--detail", metavar="FILE.csv")] = None,
    form: Format = "table",
    lang: Lang = "zh",
) -> None:
    """Tell who is inside the circle, at an hour or over a week."""
    place = open_district(district, lang)
    if week or week_from:
        put_week(week_answered(place, asked, week_from, lang), by, detail, form, lang)
        return
    coverage = answered(place, asked, lang)
    if detail is not None:
        with detail.open("w", encoding="utf-8", newline="") as file:
            coverage.detail.to_csv(file, index=False, lineterminator="\n")
        say(WRITTEN, lang, path=detail)
    if form == "json":
        put_json(coverage.to_dict(by))
    elif form == "csv":
        put_frame(coverage.summary(by).reset_index(), form)
    else:
        put(coverage_text(coverage, by, lang))


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
    from gis.gaps import explain, gaps_dict, group_fixes

    place = open_district(district, lang)
    coverage = answered(place, asked, lang)
    found = explain(place, coverage)
    if form == "json":
        put_json(gaps_dict(coverage, found))
    elif form == "csv":
        put_frame(found, form)
    elif output is None:
        parts = [headline(coverage, lang)]
        if len(found):
            parts.append(fixes_text(group_fixes(found), lang))
        put("\n\n".join([*parts, gaps_text(found, lang)]))
    if output is not None:
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
    from gis.catalogue import catalogue_dict, catalogue_tables, load_catalogue

    if schema is not None:
        put(_schema(schema))
        return
    in_force = load_catalogue(*catalogue or ())
    tables = catalogue_tables(in_force, lang)
    chosen = [table] if table else list(tables)
    if unknown := set(chosen) - set(tables):
        raise _not_among("--table", unknown.pop(), tables)
    if form == "json":
        whole = catalogue_dict(in_force)
        put_json(whole[table] if table else whole)
    elif form == "csv" and not table:
        raise _not_among("--format csv --table", "", tables)
    else:
        for name in chosen:
            if not table:
                put(f"\n{name}")
            put_frame(tables[name], form)


def _schema(name: str) -> str:
    from gis.catalogue import data_root

    known = {path.stem: path for path in sorted((data_root() / "schema").glob("*.json"))}
    if name not in known:
        raise _not_among("--schema", name, known)
    return known[name].read_text(encoding="utf-8").rstrip()


def _not_among(option: str, found: str, known: Iterable[str]) -> Exception:
    from gis.errors import InputError

    listed = ", ".join(known)
    return InputError(
        f"{option}：没有“{found}”；可用：{listed}",
        english=f"{option}: found '{found}'; use one of {listed}",
    )
