"""
The verb site: where the next stations belong, with the proof.

    district, SitesAsked ─choose_sites─▶ Plan ─▶ text | JSON | CSV, map, curve, details
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from api.cli.options import (
    At,
    Capacity,
    Catalogues,
    Direction,
    DistrictFolder,
    Format,
    Lang,
    Limit,
    Profile,
    Weight,
    asks,
    question_words,
)
from api.cli.plan_text import plan_text
from api.cli.progress import Progress
from api.cli.show import put, put_frame, put_json, say
from api.cli.words import WRITTEN, Words
from api.cli.work import measuring, open_district

_SOLVING = Words("求解", "solving")
_SOLVING_GAP = Words("求解，差距 {gap}", "solving, gap {gap}")
_CURVE = Words("逐个处数求解", "solving for each number of stations")
_DRAWING = Words("画地图", "drawing the map")
_UNPROVED = Words(
    "没有证明到底就停下了：给出的是目前最好的方案和它的界限",
    "stopped before the proof was complete: this is the best found, with its bound",
)
_Names = list[str] | None


@dataclass(frozen=True)
class SitesAsked:
    """What the user asks of a plan."""

    service: Annotated[_Names, typer.Option("--service", metavar="NAME")] = None
    count: Annotated[int | None, typer.Option("--count", metavar="NUMBER")] = None
    budget: Annotated[float | None, typer.Option("--budget", metavar="COST")] = None
    share: Annotated[str | None, typer.Option("--share", metavar="SHARE")] = None
    goal: Annotated[
        Literal["coverage", "minutes", "farthest", "backup"], typer.Option("--goal")
    ] = "coverage"
    candidates: Annotated[_Names, typer.Option("--candidates", metavar="KIND")] = None
    require: Annotated[_Names, typer.Option("--require", metavar="ID")] = None
    forbid: Annotated[_Names, typer.Option("--forbid", metavar="ID")] = None
    may_close: Annotated[_Names, typer.Option("--may-close", metavar="ID")] = None
    floor: Annotated[_Names, typer.Option("--floor", metavar="NAME=SHARE")] = None
    apart: Annotated[float | None, typer.Option("--apart", metavar="METRES")] = None
    open_gates: Annotated[bool, typer.Option("--open-gates")] = False
    gate_cost: Annotated[float | None, typer.Option("--gate-cost", metavar="COST")] = None
    capacity: Capacity = False
    limit: Limit = None
    profile: Profile = None
    at: At = None
    direction: Direction = "to"
    weight: Weight = None
    time_limit: Annotated[str, typer.Option("--time-limit", metavar="SECONDS")] = "60s"
    gap: Annotated[str, typer.Option("--gap", metavar="PERCENT")] = "0%"
    catalogue: Catalogues = None

    def words(self) -> dict[str, Any]:
        """Return what ``gis.choose_sites`` takes, by keyword."""
        given = {
            **question_words(self, ("require", "forbid", "floor", "gate_cost")),
            "service": tuple(self.service or ()),
            "share": _share_asked(self.share),
            "required": tuple(self.require or ()),
            "forbidden": tuple(self.forbid or ()),
            "may_close": tuple(self.may_close or ()),
            "floors": _floors(self.floor or ()),
            "open_gates": self.open_gates if self.gate_cost is None else self.gate_cost,
            "time_limit": _seconds(self.time_limit),
            "gap": read_part("--gap", self.gap),
            "candidates": tuple(self.candidates or ("table",)),
        }
        # whatever was not asked keeps the default of choose_sites
        return {name: value for name, value in given.items() if value is not None}


@asks
def site(
    district: DistrictFolder,
    asked: SitesAsked,
    *,
    curve: Annotated[Path | None, typer.Option("--curve", metavar="FILE")] = None,
    map_: Annotated[Path | None, typer.Option("--map", metavar="FILE.html")] = None,
    level: Annotated[Literal["public", "planner"], typer.Option("--level")] = "planner",
    detail: Annotated[Path | None, typer.Option("--detail", metavar="FILE.csv")] = None,
    form: Format = "table",
    lang: Lang = "zh",
) -> None:
    """Choose sites for new stations, and tell how good that is."""
    _check_curve(curve)
    words = asked.words()
    place = open_district(district, lang)
    plan = _planned(place, words, lang)
    if plan.status == "best found":
        say(_UNPROVED, lang)
    if form == "json":
        put_json(plan.to_dict(lang=lang))
    elif form == "csv":
        put_frame(plan.sites.reset_index(), form)
    else:
        put(plan_text(plan, lang))
    for path, write in ((detail, _write_detail), (curve, _write_curve), (map_, _write_map)):
        if path is not None:
            write(path, place, plan, level, lang)
            say(WRITTEN, lang, path=path)


def _planned(place: Any, words: dict[str, Any], lang: str) -> Any:
    """Choose the sites; how far the solver has come is told while it works."""
    with measuring(lang, siting=True) as progress:
        import gis
        from gis.plans.words import gap_words

        def told(news: Any) -> None:
            known = news.gap - news.gap == 0
            stage = _SOLVING_GAP if known else _SOLVING
            progress(stage.of(lang).format(gap=gap_words(news.gap)))

        return gis.choose_sites(place, **words, progress=told)


def _write_detail(path: Path, _place: Any, plan: Any, _level: str, _lang: str) -> None:
    import pandas as pd

    columns = ("covered", "minutes", "station", "reason")
    parts = []
    for service, before, after in zip(
        plan.asking.services, plan.coverages_before, plan.coverages_after, strict=True
    ):
        part = before.units[["grid", "weight"]].rename_axis("id")
        part.insert(0, "service", service)
        answers = {
            when: one.detail.set_index("id").assign(covered=one.units["covered"])
            for when, one in (("before", before), ("after", after))
        }
        for name in columns:
            for when, answer in answers.items():
                part[f"{name}_{when}"] = answer[name].reindex(part.index)
        parts.append(part)
    with path.open("w", encoding="utf-8", newline="") as file:
        pd.concat(parts).to_csv(file, lineterminator="\n")


def _write_curve(path: Path, place: Any, plan: Any, level: str, lang: str) -> None:
    """Write the curve as a table (all of it, for staff) or as a picture (published)."""
    with Progress(lang) as progress:
        progress.stage(_CURVE)
        if path.suffix.lower() == ".csv":
            with path.open("w", encoding="utf-8", newline="") as file:
                plan.curve().to_csv(file, lineterminator="\n")
            return
        import gis
        import maps

        published = gis.publish(place, plan, level=level, areas=False)
        path.write_text(maps.curve_picture(published, lang=lang), encoding="utf-8")


def _write_map(path: Path, place: Any, plan: Any, level: str, lang: str) -> None:
    with Progress(lang) as progress:
        progress.stage(_DRAWING)
        import gis
        import maps

        maps.plan_map(gis.publish(place, plan, level=level), lang=lang).save(path)


def _check_curve(path: Path | None) -> None:
    if path is not None and path.suffix.lower() not in {".csv", ".svg"}:
        raise _fault("--curve", str(path), "请写 .csv 或 .svg 文件", "name a .csv or .svg file")


def _share_asked(text: str | None) -> float | str | None:
    return text if text in (None, "reachable") else read_part("--share", str(text))


def _floors(given: Sequence[str]) -> dict[str, float] | None:
    floors = {}
    for text in given:
        name, equals, share = text.partition("=")
        if not (name and equals):
            raise _fault(
                "--floor", text, "写作 名称=比例，如 grid=80%", "write name=share: grid=80%"
            )
        floors[name] = read_part("--floor", share)
    return floors or None


def read_part(option: str, text: str) -> float:
    """
    Read a part of the whole: ``80%`` or ``0.8``.

    Raises
    ------
    InputError
        It is neither, or lies outside 0 to 1.
    """
    figure, percent = text.strip().removesuffix("%"), text.strip().endswith("%")
    try:
        value = float(figure) / (100 if percent else 1)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 1:
        raise _fault(option, text, "写作 80% 或 0.8，从 0 到 1", "write 80% or 0.8, from 0 to 1")
    return value


def _seconds(text: str) -> float:
    """Read ``60``, ``60s``, ``60秒``, ``2min`` or ``2分钟``."""
    figure, factor = text.strip(), 1.0
    for unit, seconds in (("min", 60.0), ("分钟", 60.0), ("s", 1.0), ("秒", 1.0)):
        if figure.endswith(unit):
            figure, factor = figure.removesuffix(unit), seconds
            break
    try:
        value = float(figure) * factor
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        raise _fault("--time-limit", text, "写作 60s 或 2min", "write 60s or 2min")
    return value


def _fault(option: str, found: str, todo: str, to_do: str) -> Exception:
    from gis.errors import InputError

    return InputError(f"{option}：现为“{found}”；{todo}", english=f"{option} is '{found}'; {to_do}")
