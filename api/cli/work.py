"""The two steps most verbs share: open the district, answer the question."""

from pathlib import Path
from typing import Any

from api.cli.options import Asked


def open_district(folder: Path, lang: str) -> Any:
    """Load a district."""
    import gis

    return gis.load_district(folder)


def answered(district: Any, asked: Asked) -> Any:
    """Measure the coverage asked for."""
    import gis

    return gis.cover(
        district,
        circle=asked.circle,
        service=asked.service,
        limit=asked.limit,
        profile=asked.profile,
        when=asked.at,
        weight=asked.weight,
        catalogue=gis.load_catalogue(*asked.catalogue or ()),
    )
