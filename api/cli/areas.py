"""The verb that draws service areas into a file."""

from typing import Annotated, Literal

import typer

from api.cli.options import (
    At,
    Catalogues,
    Circle,
    DistrictFolder,
    Lang,
    Output,
    Profile,
    Service,
)
from api.cli.show import say
from api.cli.words import WRITTEN
from api.cli.work import measuring, open_district


def areas(  # noqa: PLR0913 - one parameter an option
    district: DistrictFolder,
    *,
    output: Output,
    circle: Circle = None,
    service: Service = None,
    limit: Annotated[list[str] | None, typer.Option("--limit", metavar="LIMIT")] = None,
    how: Annotated[Literal["merged", "overlapping", "nearest"], typer.Option("--how")] = "merged",
    profile: Profile = None,
    at: At = None,
    catalogue: Catalogues = None,
    lang: Lang = "zh",
) -> None:
    """Draw service areas."""
    place = open_district(district, lang)
    with measuring(lang):
        import gis
        from gis.export_areas import write_areas

        drawn = gis.service_areas(
            place,
            circle=circle,
            service=service,
            limits=limit or None,
            how=how,
            profile=profile,
            when=at,
            catalogue=gis.load_catalogue(*catalogue or ()),
        )
        write_areas(output, place, drawn)
    say(WRITTEN, lang, path=output)
