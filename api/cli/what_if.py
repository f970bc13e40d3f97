"""
The verb what-if: one question before and after a scenario of changes.

    district, SCENARIO.json, Asked ─▶ Compared ─▶ text | JSON | CSV
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Asked, By, DistrictFolder, Format, Lang, asks
from api.cli.progress import Progress
from api.cli.show import aligned, cell, frame_text, put, put_frame, put_json, say
from api.cli.summary import headline
from api.cli.words import WRITTEN, Words
from api.cli.work import answered, open_district

_CHANGING = Words("按情景改动，只重算受影响之处", "making the changes, answering what they touch")
_HEAD = Words("情景: {name}（{count} 项改动）", "scenario: {name} ({count} changes)")
_BEFORE, _AFTER, _CHANGE = (
    Words("改动前", "before"),
    Words("改动后", "after"),
    Words("变化", "change"),
)
_COVERED, _SHARE = Words("圈内", "inside"), Words("覆盖率", "share")
_SHARE_LOW, _SHARE_HIGH = Words("若不开放", "if closed"), Words("若开放", "if open")
_OUTCOME, _WEIGHT = Words("结果", "outcome"), Words("合计", "total")
_REQUIREMENT, _REASON_BEFORE, _REASON_AFTER = (
    Words("要求", "requirement"),
    Words("原先", "reason before"),
    Words("之后", "reason after"),
)
_SAME = Words("没有哪一户的答案改变", "nobody is answered differently")


@asks
def what_if(
    district: DistrictFolder,
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO")],
    asked: Asked,
    *,
    by: By = None,
    detail: Annotated[Path | None, typer.Option("--detail", metavar="FILE.csv")] = None,
    form: Format = "table",
    lang: Lang = "zh",
) -> None:
    """Tell who gains and who loses by a change."""
    from gis.scenarios import read_scenario

    read = read_scenario(scenario)
    place = open_district(district, lang)
    compared = _compared(place, read, asked, lang)
    if detail is not None:
        with detail.open("w", encoding="utf-8", newline="") as file:
            compared.units.to_csv(file, lineterminator="\n")
        say(WRITTEN, lang, path=detail)
    if form == "json":
        put_json(compared.to_dict(by))
    elif form == "csv":
        put_frame(compared.summary(by).reset_index(), form)
    else:
        put(compared_text(compared, by, lang))


def _compared(place: Any, scenario: Any, asked: Asked, lang: str) -> Any:
    before = answered(place, asked, lang)
    with Progress(lang) as progress:
        progress.stage(_CHANGING)
        import gis

        known = gis.load_catalogue(*asked.catalogue or ())
        return gis.what_if(place, scenario, before, catalogue=known)


def compared_text(compared: Any, by: str | None, lang: str) -> str:
    """Write the comparison for people."""
    head = _HEAD.of(lang).format(name=compared.scenario.name, count=len(compared.scenario.changes))
    asked, _, rest = headline(compared.before, lang).partition("\n")
    blocks = [f"{asked}\n{head}\n" + "\n".join(rest.splitlines()[1:]), _totals(compared, lang)]
    if len(compared.units):
        blocks += [_outcomes(compared, lang), _reasons(compared, lang)]
    else:
        blocks.append(_SAME.of(lang))
    if by:
        blocks.append(_groups(compared.summary(by), lang))
    return "\n\n".join(block for block in blocks if block)


def _totals(compared: Any, lang: str) -> str:
    before, after = compared.before, compared.after
    difference = round(after.covered) - round(before.covered)
    rows = [
        [
            _COVERED.of(lang),
            cell(round(before.covered)),
            cell(round(after.covered)),
            f"{difference:+,}",
        ]
    ]
    for words, name in ((_SHARE, "share"), (_SHARE_LOW, "share_low"), (_SHARE_HIGH, "share_high")):
        old, new = getattr(before, name), getattr(after, name)
        change = "" if old is None else f"{100 * (new - old):+.1f}"
        rows.append([words.of(lang), cell(old, "share"), cell(new, "share"), change])
    return aligned(["", *(words.of(lang) for words in (_BEFORE, _AFTER, _CHANGE))], rows)


def _outcomes(compared: Any, lang: str) -> str:
    from gis.scenarios.compare import OUTCOME_NAMES

    rows = [
        [OUTCOME_NAMES[name][lang == "en"], cell(round(weight))]
        for name, weight in compared.totals.items()
        if weight
    ]
    return aligned([_OUTCOME.of(lang), _WEIGHT.of(lang)], rows)


def _reasons(compared: Any, lang: str) -> str:
    from gis.coverage.reasons import NAMES

    asked = {each.requirement.id: each.requirement for each in compared.after.question.asked}
    rows = [
        [
            asked[row.requirement].name(lang),
            *(NAMES[reason][lang == "en"] for reason in (row.reason_before, row.reason_after)),
            cell(round(row.weight)),
        ]
        for row in compared.reasons.itertuples()
    ]
    titles = (_REQUIREMENT, _REASON_BEFORE, _REASON_AFTER, _WEIGHT)
    return aligned([words.of(lang) for words in titles], rows) if rows else ""


def _groups(summary: Any, lang: str) -> str:
    columns = [
        "name",
        "total",
        "share_before",
        "share_after",
        "gained",
        "lost",
        "nearer",
        "farther",
    ]
    return frame_text(summary[columns].reset_index(), lang)
