"""How the house stands: who imports whom, what travels in the wheel, what the lock may say."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_importing_gis_brings_no_map_no_service_and_no_command_line():
    code = (
        "import sys, gis\n"
        "banned = {'folium', 'fastapi', 'starlette', 'uvicorn', 'typer', 'maps', 'api'}\n"
        "print(sorted(banned & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_importing_writes_no_file_and_opens_no_connection(tmp_path):
    code = (
        "import sys\n"
        "def hook(event, arguments):\n"
        "    writes = event == 'open' and set(str(arguments[1] or '')) & set('wax+')\n"
        "    if (writes and '__pycache__' not in str(arguments[0])) or event == 'socket.connect':\n"
        "        raise SystemExit(f'{event} {arguments}')\n"
        "sys.addaudithook(hook)\n"
        "import gis, maps, api"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_wheel_carries_code_knowledge_and_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel}
    assert tops == {"gis", "maps", "api", "minqing-0.1.0.dist-info"}


def test_wheel_carries_all_of_data(wheel):
    data = {
        f"gis/_data/{each.relative_to(ROOT / 'data').as_posix()}"
        for each in (ROOT / "data").rglob("*")
        if each.is_file()
    }
    assert data
    assert data <= set(wheel)


def test_lock_names_no_host_and_no_folder_and_hashes_every_package():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--index|--find-links|/(home|root|tmp|opt|work)\b", text)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


def test_lock_holds_every_package_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    locked = set(
        re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    )
    named = {re.split(r"[<>=!~\[; ]", each)[0].lower() for each in asked}
    # the project's own extras are resolved with it: they have wheels of their own in the lock
    assert named - {project["name"]} <= locked
    extras = [each for group in project["optional-dependencies"].values() for each in group]
    assert {re.split(r"[<>=!~\[; ]", each)[0] for each in extras} - {project["name"]} <= locked


def test_modules_stay_readable():
    long = {
        str(path.relative_to(ROOT)): lines
        for top in ("gis", "maps", "api")
        for path in (ROOT / top).rglob("*.py")
        if "_data" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert long == {}
