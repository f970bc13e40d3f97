"""The command line as one page of documentation: every help, in order."""

from api.cli.app import build_command
from api.cli.words import COMMANDS, Words

_HEAD = Words(
    "# 命令行\n\n本页由 `make docs` 生成，测试会核对。数据写到 stdout，说明写到 stderr。\n"
    "退出码: 0 完成，2 输入要改，1 没有答案，70 程序出错。\n",
    "# Command line\n\nWritten by `make docs`, compared by a test. Data goes to stdout, talk to "
    "stderr.\nExit codes: 0 done, 2 mend the input, 1 no answer exists, 70 our fault.\n",
)


def reference(lang: str) -> str:
    """Return the page in Markdown."""
    program = build_command()
    top = program.make_context("minqing", [], obj=lang, resilient_parsing=True)
    parts = [_HEAD.of(lang), _section("minqing", program.get_help(top))]
    for name in COMMANDS:
        if name in program.commands:
            command = program.commands[name]
            context = command.make_context(name, [], parent=top, resilient_parsing=True)
            parts.append(_section(f"minqing {name}", command.get_help(context)))
    return "\n".join(parts)


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n```text\n{text}\n```\n"
