"""A real place from file to page, opened with the network cut; needs the real extracts."""

import pytest

import gis
import maps

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def nanshan(real_data):
    """深圳南山 as OpenStreetMap has it, with the schools its homes reach."""
    file = gis.InputFile(real_data / "shenzhen-nanshan.osm.xz")
    district = gis.import_district(gis.Sources(streets=file), name="南山")
    return gis.publish(district, gis.cover(district, service="education"), level="planner")


def test_nanshan_opens_without_network_and_a_building_answers(show, nanshan):
    opened = show(maps.coverage_map(nanshan))
    shapes = "minqing.layers.buildings.shapes"
    covered = opened.page.evaluate(
        f"""() => {{ for (let i = 0; i < {shapes}.count; i += 1)
        if (minqing.buildingState(i) === 'covered') return i; }}"""
    )
    opened.page.evaluate(f"minqing.goTo({{layer: 'buildings', row: {covered}}})")
    assert "已覆盖" in opened.page.locator("#mq-card").inner_text()
    assert [url.split(":")[0] for url in opened.requests] == ["file"]
    assert opened.said == []


def test_nanshan_credits_openstreetmap_on_the_map(show, nanshan):
    credit = show(maps.coverage_map(nanshan)).page.locator("#mq-credit").inner_text()
    assert "OpenStreetMap" in credit


def test_nanshan_shows_every_street_and_building(nanshan):
    html = maps.coverage_map(nanshan).html
    for name in ("streets", "buildings", "compounds", "gates", "stations"):
        count = len(nanshan.places[name])
        assert f'"layer":"{name}"' in html
        assert f'"count":{count},' in html
