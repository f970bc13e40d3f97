"""The steps most verbs share: open the district, answer the question, with progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.cli.options import Asked
from api.cli.progress import Progress
from api.cli.words import Words

_OPENING = Words("打开 {path}", "opening {path}")
_WARMING = Words(
    "准备计算（安装后首次运行需编译，至多一分钟，仅此一次）",
    "getting ready (the first run compiles for up to a minute, once)",
)
MEASURING = Words("沿街道计算步行距离", "measuring along the streets")


def open_district(folder: Path, lang: str) -> Any:
    """Load a district; its type is ``gis.District``."""
    with Progress(lang) as progress:
        progress(_OPENING.of(lang).format(path=folder))
        import gis

        return gis.load_district(folder)


@contextmanager
def measuring(lang: str, *, siting: bool = False) -> Iterator[Progress]:
    """
    Compile what is to be compiled, then say that measuring goes on while the block runs.

    ``siting``: sites are chosen too.
    """
    with Progress(lang) as progress:
        progress.stage(_WARMING)
        from gis.streets.graph import warm

        warm()
        if siting:
            from gis.siting import warm as warm_siting

            warm_siting()
        progress.stage(MEASURING)
        yield progress


def answered(district: Any, asked: Asked, lang: str) -> Any:
    """Measure the coverage asked for; its type is ``gis.Coverage``."""
    with measuring(lang):
        import gis

        return gis.cover(district, **asked.words())
