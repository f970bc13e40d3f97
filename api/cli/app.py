"""
The program: its verbs put together, its language, and what happens when something goes wrong.

    arguments ─language─▶ Typer ─▶ a verb runs ─▶ exit 0
                                   GisError ─▶ its message on stderr, exit 2 or 1
                                   anything else ─▶ an apology without personal data, exit 70
"""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from api.cli import answers, areas, data, pages, site, what_if
from api.cli.help import Command, Group
from api.cli.options import Lang
from api.cli.words import Words

EXIT_INPUT = 2
EXIT_NO_ANSWER = 1
EXIT_OUR_FAULT = 70
"""EX_SOFTWARE of sysexits.h: the program failed, not its user."""

_VERBS: dict[str, Any] = {
    "demo": pages.demo,
    "template": data.template,
    "import": data.import_,
    "fetch": data.fetch,
    "check": answers.check,
    "cover": answers.cover,
    "gaps": answers.gaps,
    "what-if": what_if.what_if,
    "site": site.site,
    "areas": areas.areas,
    "map": pages.map_,
    "catalogue": answers.catalogue,
    "serve": pages.serve,
}

_USAGE = Words("参数有误: {0}\n用 “{1} --help” 看用法。", "{0}\nSee “{1} --help”.")
_APOLOGY = Words(
    "程序出了意外（{0}），抱歉。加 --debug 再运行一次，可看到程序细节；"
    "细节里可能有数据内容，发给别人前请先看一遍。",
    "Sorry, minqing failed unexpectedly ({0}). Run again with --debug for program details; "
    "they may hold data, so read them before passing them on.",
)
_FILE = Words("文件不能读写: {0}（{1}）", "cannot read or write {0} ({1})")


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # a redirected stream on Windows would write the code page of the machine
        if not stream.isatty() and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    sys.exit(run(sys.argv[1:] or ["--help"]))


def run(arguments: Sequence[str]) -> int:
    """
    Run one command line.

    Returns
    -------
    int
        0 done, 2 bad input, 1 no answer exists, 70 our fault, 130 stopped by the user.
    """
    lang = spoken(arguments)
    rest = [each for each in arguments if each != "--debug"]
    try:
        code = build_command().main(
            rest, prog_name="minqing", standalone_mode=False, obj=lang, default_map=_defaults(lang)
        )
    except BrokenPipeError:
        # the reader, such as head, has seen enough
        sys.stderr.close()
        return 0
    except Exception as error:
        if "--debug" in arguments:
            raise
        return tell(error, lang, next((each for each in arguments if each in _VERBS), ""))
    return code if isinstance(code, int) else 0


def spoken(arguments: Sequence[str]) -> str:
    """Return the language asked for anywhere on the line: it must be known before parsing."""
    for option, value in zip(arguments, [*arguments[1:], ""], strict=False):
        if option == "--lang" and value in {"zh", "en"}:
            return value
        if option in {"--lang=zh", "--lang=en"}:
            return option[-2:]
    return "zh"


def build_command() -> Any:
    """Put the verbs together; nothing heavy is imported."""
    app = typer.Typer(cls=Group, add_completion=False, rich_markup_mode=None)
    app.callback()(_minqing)
    for name, function in _VERBS.items():
        app.command(name, cls=Command)(function)
    return typer.main.get_command(app)


def tell(error: Exception, lang: str, verb: str = "") -> int:
    """Say on stderr what went wrong, and return the exit code."""
    from gis.errors import GisError, ResultError

    if isinstance(error, GisError):
        _print(error.text(lang))
        message = error.text(lang)
        # some messages already hold their only problem
        for problem in error.problems:
            if problem not in message:
                _print(f"  · {problem}")
        return EXIT_NO_ANSWER if isinstance(error, ResultError) else EXIT_INPUT
    if isinstance(error, typer.TyperException):
        _print(_USAGE.of(lang).format(_usage_fault(error, lang), f"minqing {verb}".strip()))
        return EXIT_INPUT
    if isinstance(error, typer.Abort):
        return 130
    if isinstance(error, OSError) and error.filename:
        _print(_FILE.of(lang).format(error.filename, error.strerror))
        return EXIT_INPUT
    _print(_APOLOGY.of(lang).format(type(error).__name__))
    return EXIT_OUR_FAULT


def _version(*, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"minqing {version('minqing')}")
        raise typer.Exit


def _minqing(
    *,
    lang: Lang = "zh",
    debug: Annotated[bool, typer.Option("--debug")] = False,
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_version)] = False,
) -> None:
    # named here for the parser and the help; ``run`` has read them before parsing
    del lang, debug, version


def _defaults(lang: str) -> dict[str, Any]:
    return {"lang": lang, **{name: {"lang": lang} for name in _VERBS}}


def _usage_fault(error: typer.TyperException, lang: str) -> str:
    message = error.format_message().replace("Value error, ", "")
    if lang == "en":
        return message
    for english, chinese in _FAULTS.items():
        message = message.replace(english, chinese)
    return message


_FAULTS = {
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing command": "缺少命令",
    "No such option:": "没有这个选项:",
    "No such command": "没有这个命令",
    "Did you mean": "是不是",
    "Possible options:": "可用的有:",
    "Got unexpected extra arguments": "多出参数",
    "Got unexpected extra argument": "多出参数",
    "requires an argument": "后面要有值",
    "Invalid value for": "值不对:",
    "is not one of": "不在可用的值之中:",
    "Input should be a valid integer, unable to parse string as an integer": "应为整数",
    "Option ": "选项 ",
}
"""The parser speaks English only; these are the phrases a user can meet."""


def _print(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - talk goes to stderr
