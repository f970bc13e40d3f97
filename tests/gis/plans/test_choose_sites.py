"""Sites for a town small enough to count by hand, for the sample and for a real extract."""

import numpy as np
import pandas as pd
import pytest
from shapely import box
from towns import CRS, frame, points, stations, street_table

import gis
from gis.catalogue import schema_validator
from gis.district import build_district
from gis.ingest import InputFile, Sources, import_district
from gis.plans import NoSites, compare
from gis.plans.recount import agree
from gis.plans.standing import Standing

WALK = {"service": "meals", "limit": "250m"}


def one_street(**more):
    """
    A street of 2 km with five houses beside it, a canteen at its west end, and four candidates.

        x     0    200    500    600   1000   1500
        homes      b1(3)  b2(5)  b3(2) b4(7)  b5(1)
        s1 at 0 (meals), s2 at 1000 (health); c1 at 400, c2 at 550, c3 at 1000, c4 at 1450

    Within 250 m (legs of 5 m at both ends, so 240 m along the street): s1 reaches b1; c1 reaches
    b1, b2, b3; c2 reaches b2, b3; c3 reaches b4; c4 reaches b5.
    """
    homes = {"b1": 200, "b2": 500, "b3": 600, "b4": 1000, "b5": 1500}
    tables = {
        "streets": street_table({"main": (("a", "z"), [(0, 0), (2000, 0)])}, name=["大街"]),
        "buildings": points(
            {name: (x, 5) for name, x in homes.items()},
            households=[3, 5, 2, 7, 1],
            grid=["g1", "g1", "g1", "g2", "g2"],
        ),
        "grids": frame(
            ["g1", "g2"], [box(0, -50, 800, 50), box(800, -50, 2000, 50)], name=["一", "二"]
        ),
        "stations": stations(
            {"s1": (0, 5), "s2": (1000, -5)}, services=["meals", "health"], name=["甲", "乙"]
        ),
        "candidates": points(
            {"c1": (400, 5), "c2": (550, 5), "c3": (1000, 5), "c4": (1450, 5)},
            name=["一", "二", "三", "四"],
            services=[None, "meals|health", "meals", None],
            cost=[10.0, 2.0, 6.0, 1.0],
        ),
    }
    return build_district("一条街", CRS, **(tables | more))


def test_two_sites_come_in_order_of_what_they_add():
    plan = gis.choose_sites(one_street(), count=2, **WALK)
    assert plan.status == "proved optimal"
    assert (plan.covered_before, plan.covered_after, plan.total) == (3, 17, 18)
    assert (plan.objective, plan.bound, plan.gap, plan.measure) == (17, 17, 0.0, "weight")
    assert list(plan.sites.index) in (["c1", "c3"], ["c2", "c3"])
    assert list(plan.sites["gain"]) == [7, 7]
    site = plan.sites.loc["c3"]
    assert (site["serves"], site["only"], site["lost"]) == (7, 7, 7)
    assert (site["runner_up"], site["runner_up_gain"]) == ("c4", 1)
    assert plan.opened_gates.empty
    assert plan.unreached.empty


def test_money_goes_where_it_covers_most():
    plan = gis.choose_sites(one_street(), budget=8, **WALK)
    assert sorted(plan.sites.index) == ["c2", "c3"]
    assert plan.objective == 17


def test_everybody_takes_three_sites():
    plan = gis.choose_sites(one_street(), share=1.0, **WALK)
    assert (plan.objective, plan.measure, plan.covered_after) == (3, "sites", 18)
    told = plan.to_dict()
    schema_validator("site").validate(told)
    assert told["question"]["share"] == 1


def test_without_c4_nobody_covers_b5_and_the_error_says_what_would_do():
    with pytest.raises(NoSites) as caught:
        gis.choose_sites(one_street(), share=1.0, forbidden="c4", **WALK)
    error = caught.value
    # c3 stands 500 m along the street from b5, and both have legs of 5 m
    assert error.least_limit == "510m"
    assert error.least_count == 2
    assert error.greatest_share == pytest.approx(17 / 18)
    for text in (str(error), error.english):
        assert "b5" in text
        assert "g2" in text
        assert "510m" in text
        assert "94.4%" in text
    assert error.unreached.tolist() == [4]


def test_minutes_and_the_farthest_are_counted_in_metres_where_there_is_no_speed():
    plan = gis.choose_sites(one_street(), count=1, goal="minutes", service="meals", limit="1km")
    # b1 stays with s1 at 210 m; c3: 410 m, 510 m less for the others, and so on
    ways = {
        "c1": [3 * 210, 5 * 110, 2 * 210, 7 * 610, 1 * 1110],
        "c2": [3 * 210, 5 * 60, 2 * 60, 7 * 460, 1 * 960],
        "c3": [3 * 210, 5 * 510, 2 * 410, 7 * 10, 1 * 510],
        "c4": [3 * 210, 5 * 510, 2 * 610, 7 * 460, 1 * 60],
    }
    sums = {name: sum(each) for name, each in ways.items()}
    assert list(plan.sites.index) == [min(sums, key=sums.get)]
    assert plan.objective == min(sums.values())
    assert plan.measure == "weight_metres"
    far = gis.choose_sites(one_street(), count=1, goal="farthest", service="meals", limit="1km")
    assert (list(far.sites.index), far.objective, far.measure) == (["c3"], 510, "metres")


def test_several_services_share_a_house():
    plan = gis.choose_sites(
        one_street(), count=1, service=["meals", "health"], limit="250m", candidates="table"
    )
    # s2 reaches b4 for health; c1 adds meals for 7 and health for 10, c2 as much less b1
    assert list(plan.sites.index) == ["c1"]
    assert plan.sites["services"].iloc[0] == "meals|health"
    assert (plan.covered_before, plan.covered_after, plan.total) == (3 + 7, 10 + 17, 36)
    assert [each.covered for each in plan.coverages_after] == [10, 17]


def test_a_station_adds_a_service_where_it_stands():
    plan = gis.choose_sites(one_street(), count=1, candidates="venues", **WALK)
    assert list(plan.sites.index) == ["s2"]
    assert plan.sites["kind"].iloc[0] == "venues"
    assert plan.covered_after == 10
    assert set(plan.after.district.stations.index) == {"s1", "s2"}


def test_points_on_the_street_stand_as_far_apart_as_asked():
    plan = gis.choose_sites(one_street(), count=3, candidates="streets:200", **WALK)
    along = np.sort(plan.candidates.geometry.x)
    assert np.allclose(np.diff(along[1:-1]), 200)
    assert plan.covered_after == 18
    assert set(plan.sites["name"]) == {"大街"}


def test_floors_and_distances_are_kept():
    fair = gis.choose_sites(one_street(), count=1, floors={"grid": 0.3}, **WALK)
    assert list(fair.sites.index) == ["c3"]
    apart = gis.choose_sites(one_street(), count=4, apart=300, required=["c1"], **WALK)
    assert "c2" not in apart.sites.index
    assert apart.asking.notes("en") == ("the distance between sites is a straight line",)


def test_a_floor_is_a_share_of_the_whole_group_whoever_can_be_reached():
    town = one_street()
    ask = {"share": "reachable", "forbidden": ["c4"], "floors": {"grid": 0.8}}
    assert gis.choose_sites(town, **WALK, **ask).covered_after == 17
    with pytest.raises(NoSites) as caught:
        gis.choose_sites(town, **WALK, **(ask | {"floors": {"grid": 0.9}}))
    assert "g2" in str(caught.value)
    assert "87.5" in caught.value.english


def test_a_recount_that_differs_is_a_fault_of_ours():
    plan = gis.choose_sites(one_street(), count=2, **WALK)
    fewer = np.ones(len(plan.task.ids), dtype=bool)
    with pytest.raises(RuntimeError, match="fault of the program"):
        agree(plan.task, Standing(plan.task, fewer), fewer, plan.coverages_before)


def test_required_ones_count_and_forbidden_ones_stay_away():
    plan = gis.choose_sites(one_street(), count=2, required="c4", forbidden=["c3"], **WALK)
    assert "c4" in plan.sites.index
    assert plan.covered_after == 11
    assert plan.candidates.loc["c3", "forbidden"]
    assert plan.candidates["chosen"].sum() == 2


def test_at_night_old_stations_close_and_new_ones_are_taken_as_open():
    town = one_street()
    hours = pd.Series(["Mo-Su 08:00-12:00", None], town.stations.index, dtype="string")
    told = town.replace(stations=town.stations.assign(hours=hours))
    plan = gis.choose_sites(told, count=1, when="周六 20:00", **WALK)
    assert plan.covered_before == 0
    assert list(plan.sites.index) == ["c1"]
    assert "开放" in plan.asking.notes()[0]


def test_the_curve_proves_each_number_by_itself():
    plan = gis.choose_sites(one_street(), count=3, **WALK)
    curve = plan.curve()
    assert list(curve.index) == [0, 1, 2, 3]
    assert list(curve["covered"]) == [3, 10, 17, 18]
    assert curve["share"].iloc[-1] == 1.0
    assert set(curve["status"]) == {"proved optimal"}
    assert list(plan.curve([1])["covered"]) == [10]


def test_plans_are_compared_grid_by_grid_and_home_by_home():
    town = one_street()
    west = gis.choose_sites(town, count=1, required=["c1"], **WALK)
    east = gis.choose_sites(town, count=1, required=["c3"], **WALK)
    told = compare({"西": west, "东": east})
    assert list(told.table["covered_after"]) == [10, 10]
    assert told.by("grid").loc["g2", ["before", "西", "东"]].tolist() == [0, 0, 7 / 8]
    changed = told.units("西", "东")
    assert changed["outcome"].to_dict() == {"b2": "lost", "b3": "lost", "b4": "gained"}


def test_nobody_to_cover_is_a_plan_without_sites():
    town = one_street()
    nobody = town.replace(buildings=town.buildings.assign(households=0))
    plan = gis.choose_sites(nobody, count=2, weight="households", **WALK)
    assert (plan.objective, plan.count, plan.share_after) == (0, 0, None)


WRONG = {
    "service": ({"service": "nonsense", "count": 1}, "nonsense"),
    "no service": ({"service": (), "count": 1}, "service"),
    "too many": ({"count": 9}, "count"),
    "negative count": ({"count": -1}, "count"),
    "half a site": ({"count": 1.5}, "count"),
    "no number": ({}, "share"),
    "two numbers": ({"count": 1, "share": 0.5}, "share"),
    "negative budget": ({"budget": -1}, "budget"),
    "nan budget": ({"budget": float("nan")}, "budget"),
    "no cost": ({"budget": 5, "candidates": "venues"}, "s2"),
    "share": ({"share": 1.5}, "share"),
    "share word": ({"share": "all"}, "reachable"),
    "goal": ({"count": 1, "goal": "best"}, "minutes"),
    "kind": ({"count": 1, "candidates": "parks"}, "streets:200"),
    "no kind": ({"count": 1, "candidates": ()}, "candidates"),
    "spacing": ({"count": 1, "candidates": "streets:0"}, "streets:200"),
    "required": ({"count": 1, "required": "c9"}, "c9"),
    "forbidden": ({"count": 1, "forbidden": ["c8"]}, "c8"),
    "both": ({"count": 1, "required": "c1", "forbidden": "c1"}, "c1"),
    "more required": ({"count": 1, "required": ["c1", "c2"]}, "required"),
    "may_close": ({"count": 1, "may_close": "s9"}, "s9"),
    "floors": ({"count": 1, "floors": {"grids": 0.5}}, "floors"),
    "floor share": ({"count": 1, "floors": {"grid": 2}}, "floors"),
    "apart": ({"count": 1, "apart": -5}, "apart"),
    "backup": ({"count": 1, "backup": 3}, "backup"),
    "farthest": ({"count": 1, "goal": "farthest", "apart": 10}, "farthest"),
    "minutes": ({"share": 0.5, "goal": "minutes"}, "goal"),
    "gate cost": ({"budget": 5, "open_gates": True}, "open_gates"),
    "time": ({"count": 1, "time_limit": -1}, "time_limit"),
    "limit": ({"count": 1, "limit": "far"}, "far"),
    "weight": ({"count": 1, "weight": "dogs"}, "dogs"),
}


@pytest.mark.parametrize("asked", WRONG)
def test_what_is_asked_wrongly_is_named(asked):
    words, named = WRONG[asked]
    with pytest.raises(gis.InputError) as caught:
        gis.choose_sites(one_street(), **(WALK | words))
    assert named in str(caught.value)
    assert named in caught.value.english


def test_no_candidates_is_said_with_what_to_do():
    town = one_street()
    bare = town.replace(candidates=town.candidates.iloc[:0])
    with pytest.raises(gis.InputError, match="streets:200"):
        gis.choose_sites(bare, count=1, **WALK)


@pytest.fixture(scope="module")
def ginkgo():
    town = gis.sample("ginkgo")
    return town, gis.build_network(town)


def test_the_sample_is_proved(ginkgo):
    town, network = ginkgo
    plan = gis.choose_sites(town, service="meals", count=2, weight="elders_60", network=network)
    assert plan.status == "proved optimal"
    assert plan.covered_before < plan.covered_after == plan.objective == plan.bound
    schema_validator("site").validate(plan.to_dict())


@pytest.mark.parametrize("kind", ["table", "venues", "gates", "streets:150"])
def test_every_kind_of_candidate_on_the_sample(ginkgo, kind):
    town, network = ginkgo
    ask = {"service": "meals", "weight": "elders_60", "network": network, "candidates": kind}
    plan = gis.choose_sites(town, count=3, **ask)
    assert plan.status == "proved optimal"
    assert set(plan.sites["kind"]) == {kind.split(":")[0]}
    more = gis.choose_sites(town, count=3, **(ask | {"candidates": [kind, "table"]}), forbidden=())
    assert more.objective >= plan.objective


def test_a_gate_is_opened_where_that_does_more_than_a_site(ginkgo):
    town, network = ginkgo
    ask = {"service": "meals", "weight": "elders_60", "profile": "walk_60", "network": network}
    plan = gis.choose_sites(town, budget=300_000, open_gates=20_000.0, **ask)
    without = gis.choose_sites(town, budget=300_000, **ask)
    assert plan.objective > without.objective
    assert len(plan.opened_gates)
    assert (plan.opened_gates["lost"] > 0).all()
    assert plan.sites["cost"].sum() + 20_000 * len(plan.opened_gates) <= 300_000
    schema_validator("site").validate(plan.to_dict())


def test_progress_is_passed_on_and_a_time_limit_never_claims_a_proof(ginkgo):
    town, network = ginkgo
    news = []
    plan = gis.choose_sites(
        town,
        service="meals",
        count=5,
        candidates="streets:100",
        weight="elders_60",
        network=network,
        time_limit=0.0,
        progress=news.append,
    )
    assert plan.objective <= plan.bound
    assert (plan.status == "proved optimal") == (plan.gap == 0.0)


@pytest.mark.real
def test_a_real_extract_takes_points_on_its_streets(real_data):
    source = InputFile(real_data / "shenzhen-nanshan.osm.xz")
    town = import_district(Sources(streets=source), name="南山")
    plan = gis.choose_sites(town, service="meals", count=5, candidates="streets:200")
    assert plan.status == "proved optimal"
    assert plan.objective > plan.covered_before
    assert plan.covered_after == pytest.approx(plan.objective)
    assert len(plan.candidates) > 300
