"""Plans on random towns are what trying every choice gives, counted by gis.cover on towns built
anew; whatever is asked."""

from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from towns import CRS, frame, points, random_town

import gis
from gis.district import PLACE_TABLES, build_district
from gis.plans import NoSites

seeds = st.integers(0, 11)  # few, so that towns built for one law serve the others
SOME = settings(max_examples=8)
IDS = ("c0", "c1", "c2", "c3")
WALK = {"service": "meals", "limit": "3min", "profile": "walk_48"}


@cache
def town_with_homes(seed):
    """A random town with households on several storeys, four candidates, and two grids."""
    town = random_town(seed)
    rng = np.random.default_rng(seed)
    homes = {
        f"h{name}-{k}": (name, int(rng.integers(1, 7)), int(rng.integers(0, 4)))
        for name in town.buildings.index
        for k in range(int(rng.integers(1, 3)))
    }
    people = pd.DataFrame(
        {
            "building": [each[0] for each in homes.values()],
            "floor": [each[1] for each in homes.values()],
            "people": [each[2] + 1 for each in homes.values()],
            "elders_60": [each[2] for each in homes.values()],
        },
        index=pd.Index(list(homes), name="id"),
    )
    _, _, east, north = town.buildings.total_bounds
    sites = {f"c{k}": tuple(rng.uniform(0, [east + 60, north + 60])) for k in range(4)}
    candidates = points(
        sites,
        services=[None, "meals", "meals|health", None],
        cost=[float(rng.integers(1, 5)) for _ in sites],
    )
    tables = {name: town.table(name) for name in PLACE_TABLES}
    return build_district(
        town.name, CRS, **(tables | {"households": people, "candidates": candidates})
    )


@cache
def built(seed, chosen):
    """The town with only these places standing: old stations and candidates built, by id."""
    town = town_with_homes(seed)
    new = [name for name in chosen if name in IDS]
    shapes = town.candidates.geometry.loc[new]
    more = frame(new, shapes, services=["meals"] * len(new), state=["open"] * len(new))
    stations = pd.concat([town.stations.loc[[n for n in chosen if n not in IDS]], more])
    district = town.replace(stations=stations.astype(town.stations.dtypes.to_dict()))
    return district, gis.build_network(district)


@cache
def alone(seed, name, direction="to"):
    """Whom one station covers if it stands alone, and the cost of each unit to it (inf: none)."""
    district, network = built(seed, (name,))
    told = {**WALK, "weight": "people", "direction": direction}
    units = gis.cover(district, network=network, **told).answers[0].units
    return units.covered, np.where(units.cost >= 0, units.cost / 60_000, np.inf)


def standing(seed):
    return list(town_with_homes(seed).stations.index)


def weights(seed):
    return town_with_homes(seed).households.sort_index()["people"].to_numpy(dtype=float)


def times(seed, some, closed=()):
    """How often each unit is covered, by old stations and some new ones."""
    names = [*(name for name in standing(seed) if name not in closed), *some]
    return np.sum([alone(seed, name)[0] for name in names], axis=0)


def covered(seed, some, closed=()):
    return float(weights(seed)[times(seed, some, closed) > 0].sum())


def cost(seed, some, direction="to"):
    names = [*standing(seed), *some]
    return np.min([alone(seed, name, direction)[1] for name in names], axis=0)


def choices(ids, most):
    return [some for size in range(most + 1) for some in combinations(ids, size)]


@SOME
@given(seeds, st.integers(0, 3))
def test_coverage_is_the_best_of_all_choices(seed, count):
    plan = gis.choose_sites(town_with_homes(seed), count=count, weight="people", **WALK)
    best = max(covered(seed, some) for some in choices(IDS, count))
    assert plan.status == "proved optimal"
    assert plan.objective == plan.covered_after == plan.bound == best
    assert plan.covered_before == covered(seed, ())
    assert plan.sites["gain"].sum() == best - plan.covered_before
    flags = plan.after.answers[0].units.covered
    assert (flags == (times(seed, plan.sites.index) > 0)).all()


@SOME
@given(seeds)
def test_places_shared_out_are_those_of_the_best_choice(seed):
    town = town_with_homes(seed)
    places = pd.Series(3, town.stations.index, dtype="Int64")
    limited = town.replace(stations=town.stations.assign(capacity=places))

    def served(some):
        district, network = built(seed, (*standing(seed), *some))
        stations = district.stations.assign(capacity=places.reindex(district.stations.index))
        told = {**WALK, "weight": "people", "capacity": True, "network": network}
        return gis.cover(district.replace(stations=stations), **told).answers[0].assignment.served

    plan = gis.choose_sites(limited, count=1, weight="people", capacity=True, **WALK)
    assert plan.objective == plan.covered_after == max(served(s) for s in choices(IDS, 1))


@SOME
@given(seeds, st.sampled_from(["to", "back", "round"]))
def test_minutes_are_the_least_of_all_choices(seed, direction):
    trips, weight = (2 if direction == "round" else 1), weights(seed)
    counted = np.isfinite(cost(seed, IDS, direction)) & (weight > 0)

    def minutes(some):
        return float(weight[counted] @ cost(seed, some, direction)[counted]) / trips

    with np.errstate(invalid="ignore"):
        best = min(minutes(some) for some in choices(IDS, 2))
    ask = {"count": 2, "goal": "minutes", "weight": "people", "direction": direction, **WALK}
    if np.isinf(best):
        with pytest.raises(NoSites):
            gis.choose_sites(town_with_homes(seed), **ask)
        return
    plan = gis.choose_sites(town_with_homes(seed), **ask)
    assert plan.objective == pytest.approx(best)
    assert plan.status == "proved optimal"
    ids = plan.before.demand.table.index
    assert set(plan.unreached.index) == set(ids[~counted & (weight > 0)])


@SOME
@given(seeds)
def test_the_least_number_reaches_everybody_who_can_be_reached(seed):
    town = town_with_homes(seed)
    whole = covered(seed, IDS)
    least = min(len(some) for some in choices(IDS, 4) if covered(seed, some) == whole)
    plan = gis.choose_sites(town, share="reachable", weight="people", **WALK)
    assert plan.objective == least
    assert plan.covered_after == whole
    if whole < plan.total:
        with pytest.raises(NoSites) as caught:
            gis.choose_sites(town, share=1.0, weight="people", **WALK)
        assert caught.value.greatest_share == pytest.approx(whole / plan.total)
        assert caught.value.least_count == least
        _check_least_limit(seed, caught.value.least_limit)


def _check_least_limit(seed, told):
    """At that limit all are covered who have a way at all, and not a minute earlier."""
    if told is None:
        return
    district, network = built(seed, (*standing(seed), *IDS))
    minutes = int(told.removesuffix("min"))
    ask = {"service": "meals", "profile": "walk_48", "weight": "people", "network": network}
    some = weights(seed) > 0
    ever, now, before = (
        gis.cover(district, limit=f"{limit}min", **ask).units["covered"].to_numpy()[some]
        for limit in (500, minutes, minutes - 1)
    )
    assert (now == ever).all()
    assert (before != ever).any()


@SOME
@given(seeds, st.floats(0.1, 0.9))
def test_a_share_takes_the_least_number(seed, share):
    town = town_with_homes(seed)
    total = weights(seed).sum()
    wanted = [some for some in choices(IDS, 4) if covered(seed, some) >= share * total]
    ask = {"share": share, "weight": "people", **WALK}
    if not wanted:
        with pytest.raises(NoSites):
            gis.choose_sites(town, **ask)
        return
    plan = gis.choose_sites(town, **ask)
    assert plan.objective == plan.count == min(map(len, wanted))
    assert plan.covered_after >= share * total - 1e-9


@SOME
@given(seeds, st.integers(1, 8))
def test_money_buys_the_best_that_can_be_had_for_it(seed, budget):
    town = town_with_homes(seed)
    costs = town.candidates["cost"]
    bought = [some for some in choices(IDS, 4) if costs[list(some)].sum() <= budget]
    plan = gis.choose_sites(town, budget=budget, weight="people", **WALK)
    assert plan.objective == max(covered(seed, some) for some in bought)
    assert plan.sites["cost"].sum() <= budget


@SOME
@given(seeds)
def test_a_station_closes_only_for_a_better_one(seed):
    town = town_with_homes(seed)
    stands = town.stations.index[0]
    kept = [covered(seed, some) for some in choices(IDS, 1)]
    best = max(kept + [covered(seed, some, (stands,)) for some in choices(IDS, 2)])
    plan = gis.choose_sites(town, count=1, may_close=[stands], weight="people", **WALK)
    assert plan.objective == plan.covered_after == best
    assert plan.count - len(plan.closed) <= 1


@SOME
@given(seeds)
def test_required_and_forbidden_are_kept(seed):
    town = town_with_homes(seed)
    plan = gis.choose_sites(town, count=2, required=["c1"], forbidden="c2", weight="people", **WALK)
    kept = [some for some in choices(IDS, 2) if "c1" in some and "c2" not in some]
    assert plan.objective == max(covered(seed, some) for some in kept)
    assert "c1" in plan.sites.index
    assert "c2" not in plan.sites.index


@SOME
@given(seeds, st.sampled_from([0.0, 0.25, 1.0]))
def test_covered_twice_counts_as_asked(seed, backup):
    town, weight, share = town_with_homes(seed), weights(seed), backup or 1.0

    def worth(some):
        often = times(seed, some)
        return (1 - share) * weight[often >= 1].sum() + share * weight[often >= 2].sum()

    plan = gis.choose_sites(town, count=2, goal="backup", backup=backup, weight="people", **WALK)
    assert plan.objective == pytest.approx(max(worth(some) for some in choices(IDS, 2)))


HOURS = ["Mo-Su 08:00-20:02", "Mo-Su 09:00-12:00", None, "24/7"]
KINDS = ["table", "venues", "gates", "streets:60"]


@SOME
@given(
    seeds,
    st.sampled_from(KINDS),
    st.sampled_from(["meals", ("meals", "health")]),
    st.sampled_from(["coverage", "minutes", "farthest", "backup"]),
    st.sampled_from([None, "周六 20:00"]),
    st.sampled_from(["gb50180", "walk_48", "wheelchair"]),
)
def test_the_recount_bears_out_whatever_is_asked(seed, kind, service, goal, when, profile):
    """``choose_sites`` itself raises where the recount differs for a single household."""
    town = town_with_homes(seed)
    hours = pd.Series(HOURS, dtype="string").iloc[: len(town.stations)].to_numpy()
    services = pd.Series(["meals", "health", "meals|health", None], dtype="string")
    stations = town.stations.assign(
        hours=pd.Series(hours, town.stations.index, dtype="string"),
        services=services.iloc[: len(town.stations)].set_axis(town.stations.index),
    )
    ask = {"service": service, "limit": "5min", "profile": profile, "weight": "people"}
    changed = town.replace(stations=stations)
    try:
        plan = gis.choose_sites(changed, count=1, goal=goal, candidates=kind, when=when, **ask)
    except NoSites:
        if goal in ("minutes", "farthest"):  # one site cannot serve all
            return
        raise
    except gis.InputError as error:
        told = str(error)  # no gate, or no station that could add the service
        assume(not told.startswith(("candidates", "count")))
        raise
    assert plan.gap == 0.0
    assert plan.covered_before <= plan.covered_after <= plan.total


@SOME
@given(seeds)
def test_reasons_given_for_a_site_are_true(seed):
    town = town_with_homes(seed)
    plan = gis.choose_sites(town, count=2, weight="people", **WALK)
    names = list(plan.sites.index)
    for name, site in plan.sites.iterrows():
        others = [each for each in names if each != name]
        without = covered(seed, others)
        assert site["lost"] == site["only"] == plan.covered_after - without
        seconds = {c: covered(seed, [*others, c]) for c in IDS if c not in names}
        if site["runner_up"]:
            best = max(seconds.values())
            assert seconds[site["runner_up"]] == best
            assert site["runner_up_gain"] == best - without > 0
        else:
            assert max(seconds.values()) == without


@SOME
@given(seeds)
def test_the_farthest_are_as_near_as_any_choice_brings_them(seed):
    counted = np.isfinite(cost(seed, IDS)) & (weights(seed) > 0)
    most = {some: cost(seed, some)[counted].max(initial=0) for some in choices(IDS, 2)}
    ask = {"count": 2, "goal": "farthest", "weight": "people", **WALK}
    if np.isinf(min(most.values())):
        with pytest.raises(NoSites):
            gis.choose_sites(town_with_homes(seed), **ask)
        return
    plan = gis.choose_sites(town_with_homes(seed), **ask)
    assert plan.objective == pytest.approx(min(most.values()))
    assert plan.measure == "minutes"
    # of the choices that do as much for the farthest, it is one with the least minutes in all
    weight = weights(seed)[counted]
    sums = [
        float(weight @ cost(seed, some)[counted])
        for some, far in most.items()
        if far <= plan.objective + 1e-9
    ]
    mine = float(weight @ cost(seed, plan.sites.index)[counted])
    assert mine == pytest.approx(min(sums))


GATED = [37, 42, 74, 85, 130]
"""Towns where an opened gate brings somebody within five minutes."""
FIVE = {**WALK, "limit": "5min", "weight": "people"}


@pytest.mark.parametrize("seed", GATED)
def test_gates_compete_with_stations(seed):
    """No choice of sites and gates is better than the bound, and a proved plan is the best."""
    town = town_with_homes(seed)
    plan = gis.choose_sites(town, count=2, open_gates=True, **FIVE)
    doors = list(plan.task.ids[plan.task.action])
    assert plan.task.ways.size
    results = [_with_gates(seed, some).covered for some in choices([*IDS, *doors[:5]], 2)]
    assert max(results) <= plan.bound
    again = _with_gates(seed, (*plan.sites.index, *plan.opened_gates.index))
    assert again.covered == plan.objective == plan.covered_after
    assert plan.count + len(plan.opened_gates) <= 2
    assert (plan.status == "proved optimal") == (plan.objective == plan.bound)
    for name, gate in plan.opened_gates.iterrows():
        others = [n for n in (*plan.sites.index, *plan.opened_gates.index) if n != name]
        assert gate["lost"] == plan.objective - _with_gates(seed, tuple(others)).covered


@pytest.mark.parametrize("seed", GATED[:3])
def test_gates_save_minutes_as_the_recount_tells(seed):
    plan = gis.choose_sites(town_with_homes(seed), count=2, open_gates=True, goal="minutes", **FIVE)
    doors = list(plan.task.ids[plan.task.action])
    rows = plan.task.row_of[0]
    counted = (rows >= 0) & plan.task.served_by_some[rows] & (weights(seed) > 0)

    def minutes(some):
        told = _with_gates(seed, some).answers[0].units.cost[counted]
        return float(weights(seed)[counted] @ np.where(told >= 0, told / 60_000, np.inf))

    assert plan.objective == pytest.approx(minutes((*plan.sites.index, *plan.opened_gates.index)))
    best = min(minutes(some) for some in choices([*IDS, *doors[:3]], 2))
    assert plan.bound <= best + 1e-9


@cache
def _with_gates(seed, some):
    sites = tuple(name for name in some if name in IDS)
    district, network = built(seed, (*standing(seed), *sites))
    before = gis.cover(district, network=network, **FIVE)
    changes = [{"do": "open_gate", "gate": name} for name in some if name not in IDS]
    if not changes:
        return before
    return gis.what_if(district, {"name": "开门", "changes": changes}, before).after
