"""
Help as people read it: Chinese or English, wide characters counted as two, an example at the end.

    command ─help_text─▶ usage, what it does, arguments, options, commands, example
"""

import unicodedata
from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand, TyperGroup

from api.cli.words import COMMANDS, EXAMPLES, Words, parameter_words

WIDTH = 96
_COLUMN = 30
_TITLES = {
    "usage": Words("用法", "Usage"),
    "arguments": Words("参数", "Arguments"),
    "options": Words("选项", "Options"),
    "commands": Words("命令", "Commands"),
    "example": Words("示例", "Example"),
    "default": Words("默认", "default"),
    "required": Words("必填", "required"),
}


class Command(TyperCommand):
    """A verb whose help is written by ``help_text``."""

    def get_help(self, ctx: Any) -> str:
        """Return the whole help."""
        return help_text(self, ctx)


class Group(TyperGroup):
    """``minqing`` itself."""

    def get_help(self, ctx: Any) -> str:
        """Return the whole help."""
        return help_text(self, ctx)


def help_text(command: Any, context: Any) -> str:
    """Write the help of a command in the language of ``context.obj``."""
    lang = str(context.find_root().obj or "zh")
    name = "minqing" if isinstance(command, Group) else str(command.name)
    shown = [parameter for parameter in command.params if not parameter.hidden]
    arguments = [parameter for parameter in shown if parameter.param_type_name == "argument"]
    options = [parameter for parameter in shown if parameter.param_type_name == "option"]
    if (help_option := command.get_help_option(context)) and help_option not in options:
        options.append(help_option)
    verbs = [(verb, COMMANDS[verb].of(lang)) for verb in getattr(command, "commands", {})]
    blocks = [
        _title("usage", lang) + ("" if lang == "zh" else " ") + _usage(name, arguments, verbs),
        "\n".join(wrapped(COMMANDS[name].of(lang), WIDTH, "  ")),
        _block("arguments", lang, (_row(parameter, context, lang) for parameter in arguments)),
        _block("commands", lang, verbs),
        _block("options", lang, (_row(parameter, context, lang) for parameter in options)),
        f"{_title('example', lang)}\n  {EXAMPLES[name]}",
    ]
    return "\n\n".join(block for block in blocks if block)


def width(text: str) -> int:
    """Columns a text takes on a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def wrapped(text: str, columns: int, indent: str = "") -> list[str]:
    """Break a text into lines of at most ``columns``; between Chinese characters anywhere."""
    lines, line = [], indent
    for piece in _pieces(text):
        if width(line) + width(piece.rstrip()) > columns and line.strip():
            lines.append(line.rstrip())
            line = indent + piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> Iterable[str]:
    word = ""
    for letter in text:
        # a closing mark stays with what it closes
        if width(letter) == 2 and letter not in "，。；：、）”":  # noqa: RUF100
            if word:
                yield word
            word = letter
        elif letter == " ":
            yield word + letter
            word = ""
        else:
            word += letter
    yield word


def _title(name: str, lang: str) -> str:
    return _TITLES[name].of(lang) + ("：" if lang == "zh" else ":")


def _usage(name: str, arguments: list[Any], verbs: list[tuple[str, str]]) -> str:
    if verbs:
        return "minqing COMMAND ..."
    return " ".join(["minqing", name, *(str(each.metavar) for each in arguments), "[OPTIONS]"])


def _block(title: str, lang: str, rows: Iterable[tuple[str, str]]) -> str:
    lines: list[str] = []
    for left, right in rows:
        texts = wrapped(right, WIDTH - _COLUMN)
        head = f"  {left}"
        if width(head) >= _COLUMN - 1:
            lines.append(head)
            head = ""
        lines.append(head + " " * (_COLUMN - width(head)) + texts[0])
        lines += [" " * _COLUMN + text for text in texts[1:]]
    return "\n".join([_title(title, lang), *lines]) if lines else ""


def _row(parameter: Any, context: Any, lang: str) -> tuple[str, str]:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar), parameter_words(str(parameter.metavar)).of(lang)
    names = sorted(parameter.opts, key=len)
    left = ", ".join(names)
    if not parameter.is_flag and names[-1] != "--help":
        left += f" {_kind_of_value(parameter, context)}"
    notes = [parameter_words(names[-1]).of(lang)]
    if parameter.required:
        notes.append(f"[{_TITLES['required'].of(lang)}]")
    elif parameter.default not in (None, False, [], ()) and not parameter.is_flag:
        value = getattr(parameter.default, "value", parameter.default)
        notes.append(f"[{_TITLES['default'].of(lang)}: {value}]")
    return left, " ".join(notes)


def _kind_of_value(parameter: Any, context: Any) -> str:
    choices = parameter.type_descriptor.choices
    if choices:
        return "|".join(str(choice) for choice in choices)
    return str(parameter.metavar or parameter.display_type(context).strip("<>").upper())
