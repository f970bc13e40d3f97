"""A place that is only streets, buildings and counts: nobody drew its communities or grids."""

import pandas as pd
import pytest

import gis


@pytest.fixture(scope="module")
def ungrouped():
    town = gis.sample("ginkgo")
    nowhere = pd.Series(pd.NA, index=town.buildings.index, dtype="string")
    return town.replace(
        communities=town.communities.head(0),
        grids=town.grids.head(0),
        compounds=town.compounds.head(0),
        buildings=town.buildings.assign(community=nowhere, grid=nowhere, compound=nowhere),
        households=town.households.head(0),
    )


@pytest.mark.parametrize("level", ["public", "planner"])
@pytest.mark.parametrize("weight", ["people", "residential_area"])
def test_place_without_communities_can_be_published(ungrouped, level, weight):
    coverage = gis.cover(ungrouped, service="meals", weight=weight)
    (published,) = gis.publish(ungrouped, coverage, level=level).coverages
    assert set(published.by["community"]["name"]) <= {""}
    assert published.totals["total"] is not None
