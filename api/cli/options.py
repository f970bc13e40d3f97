"""
The options that several verbs share, each named once. Their help is in ``api.cli.words``.

``@asks`` gives a verb all options of a question at once: its parameter ``asked`` becomes the
fields of its type, as ``--circle --service --limit --profile --at --direction --capacity
--priority --weight --catalogue`` of ``Asked``.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import typer

Lang = Annotated[Literal["zh", "en"], typer.Option("--lang")]
Format = Annotated[Literal["table", "json", "csv"], typer.Option("--format")]
DistrictFolder = Annotated[Path, typer.Argument(metavar="DISTRICT")]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="PATH")]
OptionalOutput = Annotated[Path | None, typer.Option("--output", "-o", metavar="PATH")]
Catalogues = Annotated[list[Path] | None, typer.Option("--catalogue", metavar="PATH")]
Circle = Annotated[str | None, typer.Option("--circle", metavar="NAME")]
Service = Annotated[str | None, typer.Option("--service", metavar="NAME")]
Profile = Annotated[str | None, typer.Option("--profile", metavar="NAME")]
At = Annotated[str | None, typer.Option("--at", metavar="WHEN")]
Limit = Annotated[str | None, typer.Option("--limit", metavar="LIMIT")]
Direction = Annotated[Literal["to", "back", "round"], typer.Option("--direction")]
Capacity = Annotated[bool, typer.Option("--capacity")]
Weight = Annotated[str | None, typer.Option("--weight", metavar="NAME")]
By = Annotated[Literal["community", "grid", "compound", "street"] | None, typer.Option("--by")]

Week = Annotated[bool, typer.Option("--week")]
WeekFrom = Annotated[str | None, typer.Option("--week-from", metavar="DATE")]


@dataclass(frozen=True)
class Asked:
    """What the user asks: the circle or service, and how to measure and count."""

    circle: Circle = None
    service: Service = None
    limit: Limit = None
    profile: Profile = None
    at: At = None
    direction: Direction = "to"
    capacity: Capacity = False
    priority: Annotated[str | None, typer.Option("--priority", metavar="NAME")] = None
    weight: Weight = None
    catalogue: Catalogues = None

    def words(self, *without: str) -> dict[str, Any]:
        """Return the question as ``gis`` takes it, by keyword; some left out by their name here."""
        return question_words(self, without)


def question_words(asked: Any, without: Sequence[str] = ()) -> dict[str, Any]:
    """Return the fields of a question as ``gis`` names them, its catalogue read."""
    from gis.catalogue import load_catalogue

    read = {"catalogue": load_catalogue(*asked.catalogue or ())}
    told = {each.name: getattr(asked, each.name) for each in fields(asked)} | read
    return {{"at": "when"}.get(name, name): told[name] for name in told if name not in without}


def asks(verb: Callable[..., None]) -> Callable[..., None]:
    """Replace the parameter ``asked`` of a verb by the fields of its type, such as ``Asked``."""
    kind = get_type_hints(verb)["asked"]
    hints = get_type_hints(kind, include_extras=True)
    options = [keyword(each.name, hints[each.name], each.default) for each in fields(kind)]

    @functools.wraps(verb)
    def opened(**given: Any) -> None:
        asked = kind(**{each.name: given.pop(each.name) for each in fields(kind)})
        verb(**given, asked=asked)

    own = inspect.signature(verb).parameters
    before = [each for each in own.values() if each.default is inspect.Parameter.empty]
    after = [each for each in own.values() if each.default is not inspect.Parameter.empty]
    kept = [each for each in before if each.name != "asked"]
    return with_parameters(opened, [*kept, *options, *after])


def keyword(
    name: str, annotation: Any, default: Any = inspect.Parameter.empty
) -> inspect.Parameter:
    """Describe one option."""
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def with_parameters(
    function: Callable[..., None], parameters: Sequence[inspect.Parameter]
) -> Callable[..., None]:
    """Tell Typer which parameters a function has that takes ``**given``."""
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
    )
    function.__annotations__ = {each.name: each.annotation for each in parameters}
    return function
