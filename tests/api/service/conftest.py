"""The sample street, saved once, and the service that has it open."""

import pytest
from starlette.testclient import TestClient

import gis
from api.service import create_app
from api.settings import Settings


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A district folder; do not write into it."""
    folder = tmp_path_factory.mktemp("service") / "district"
    gis.save_district(gis.sample("ginkgo"), folder)
    return folder


@pytest.fixture(scope="session")
def district(folder):
    return gis.load_district(folder)


@pytest.fixture(scope="session")
def app(folder):
    return create_app(Settings(folder))


@pytest.fixture(scope="session")
def client(app):
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client
