"""What the README and the docs say runs: their Python, their console lines, their make targets."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from pytest_examples import CodeExample, EvalExample, find_examples

from api.cli.app import run
from api.cli.reference import reference

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "README.zh-CN.md", *(f"docs/{each.name}" for each in ROOT.glob("docs/*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    each for each in find_examples(*(ROOT / page for page in PAGES)) if each.prefix == "python"
]


def blocks(page: str, kind: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [body for name, body in BLOCK.findall(text) if name == kind]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder where console lines are run, and the lines run so far."""
    return tmp_path_factory.mktemp("desk"), set()


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_python_of_the_docs_runs(
    example: CodeExample, eval_example: EvalExample, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    eval_example.run(example)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "console")])
def test_console_lines_of_the_docs_run(page, desk, monkeypatch, capsys):
    folder, done = desk
    monkeypatch.chdir(folder)
    for block in blocks(page, "console"):
        for line in block.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            # the two languages show the same lines; once is enough
            if line.startswith("$ ") and tuple(words) not in done:
                assert words[0] == "minqing"
                assert run(words[1:]) == 0, f"{line}\n{capsys.readouterr().err}"
                done.add(tuple(words))


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_of_the_docs_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in set(re.findall(r"\bmake ([a-z]+)", "\n".join(blocks(page, "sh")))) | set(
        re.findall(r"`make ([a-z]+)`", text)
    ):
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("page", PAGES)
def test_links_of_the_docs_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / page).parent.joinpath(link).exists(), link


@pytest.mark.parametrize(("page", "lang"), [("docs/cli.md", "en"), ("docs/cli.zh-CN.md", "zh")])
def test_command_line_page_is_what_the_program_says(page, lang):
    assert (ROOT / page).read_text(encoding="utf-8") == reference(lang)


def test_index_leads_to_every_page():
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(([^)#:]+)\)", index))
    assert {each.name for each in ROOT.glob("docs/*.md")} - {"index.md"} <= linked
