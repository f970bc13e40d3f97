"""Plans under rules, counted by hand; why there is none; limits that are kept; the same again."""

import math

import numpy as np
import pytest
from scipy import sparse

from gis.siting import ruled
from gis.siting.choice import NoPlan
from gis.siting.rules import Floor, Rules


@pytest.fixture
def street():
    """
    Four houses in a row, four sites; each site reaches the houses beside it.

        weight     5     3     4     2
        house      0     1     2     3
        site     0───────1     │     │      0: houses 0 1
                       1─┴─────2     │      1: houses 1 2
                               2─────3      2: houses 2 3
                                     3      3: house 3
    """
    return np.array([[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]), [5, 3, 4, 2]


def cheap(columns, **more):
    """Return rules that change nothing: everything costs nothing."""
    return Rules(costs=[0] * columns, budget=0, **more)


# PEERS: two existing stations and a count of 2 opened just the existing ones; a count of 1 had
# no answer at all


@pytest.mark.parametrize("count", [0, 1, 2])
def test_existing_sites_take_no_place(street, count):
    reach, weights = street
    choice = ruled.max_coverage(reach, weights, count, rules=cheap(4), existing=[1, 3])
    assert choice.before == 9  # houses 1, 2 and 3
    assert choice.sites.tolist() == [0][:count]
    assert choice.objective == 9 + 5 * (count > 0)
    assert choice.status == "proved optimal"


def test_existing_sites_are_no_part_of_the_least_number(street):
    choice = ruled.set_cover(street[0], rules=cheap(4), existing=[1, 3])
    assert (choice.sites.tolist(), choice.objective) == ([0], 1.0)
    assert math.isnan(choice.before)
    full = ruled.set_cover(street[0], rules=cheap(4), existing=[0, 2])
    assert (full.sites.tolist(), full.objective, full.before) == ([], 0.0, 0.0)


def test_existing_sites_cost_nothing(street):
    reach, weights = street
    rules = Rules(costs=[3, 9, 3, 9], budget=3)
    choice = ruled.max_coverage(reach, weights, rules=rules, existing=[1, 3])
    assert (choice.sites.tolist(), choice.objective) == ([0], 14)


def test_existing_sites_serve_in_medians_without_a_place(street):
    cost = np.where(street[0], 1.0, 3.0)
    choice = ruled.p_median(cost, street[1], 1, rules=cheap(4), existing=[1, 3])
    assert choice.before == 5 * 3 + 3 + 4 + 2
    assert (choice.sites.tolist(), choice.objective) == ([0], 14.0)
    assert choice.gains.tolist() == [10.0]


def test_required_sites_take_places_and_forbidden_ones_none(street):
    reach, weights = street
    choice = ruled.max_coverage(reach, weights, 2, rules=cheap(4), required=[3], forbidden=[0])
    assert (choice.sites.tolist(), choice.objective) == ([1, 3], 9)


def test_a_budget_buys_the_better_mix(street):
    reach, weights = street
    choice = ruled.max_coverage(reach, weights, rules=Rules(costs=[5, 2, 4, 1], budget=6))
    assert (choice.sites.tolist(), choice.objective) == ([0, 3], 10)
    assert choice.gains.tolist() == [8, 2]


def test_a_closed_site_frees_a_place(street):
    reach, weights = street
    rules = Rules(may_close=[1])
    choice = ruled.max_coverage(reach, weights, 1, rules=rules, existing=[1])
    assert (choice.sites.tolist(), choice.closed.tolist(), choice.objective) == ([0, 2], [1], 14)


def test_nothing_closes_without_need(street):
    reach, weights = street
    choice = ruled.max_coverage(reach, weights, 2, rules=Rules(may_close=[1, 3]), existing=[1, 3])
    assert (choice.sites.tolist(), choice.closed.tolist(), choice.objective) == ([0], [], 14)


def test_a_closed_site_gives_its_cost_back(street):
    reach, weights = street
    rules = Rules(costs=[4, 3, 4, 9], budget=5, may_close=[1])
    choice = ruled.max_coverage(reach, weights, rules=rules, existing=[1])
    assert (choice.sites.tolist(), choice.closed.tolist()) == ([0, 2], [1])
    assert choice.objective == 14


def test_the_least_number_counts_new_less_closed(street):
    choice = ruled.set_cover(street[0], rules=Rules(may_close=[1, 3]), existing=[1, 3])
    assert choice.objective == 0  # sites 0 and 2 for 1 and 3 is as good as 0 beside both, less 1
    assert choice.sites.tolist() == [0, 2]
    assert choice.closed.tolist() == [1, 3]


def test_capacities_share_rows_out(street):
    reach, weights = street
    rules = Rules(capacities=[6, 5, 1, math.inf])
    choice = ruled.max_coverage(reach, weights, 3, rules=rules)
    assert choice.objective == 6 + 5 + 2  # 5 + 1 of 3 at site 0, 2 of 3 and 3 of 4 at 1, 2 at 3
    assert choice.sites.tolist() == [0, 1, 3]
    assert choice.gains.tolist() == [6, 5, 2]
    assert choice.served.tolist() in ([0, 0, 1, 3], [0, 1, 1, 3])  # house 1 is split


def test_a_median_under_capacities_goes_where_there_is_room():
    cost = np.array([[1.0, 4.0], [1.0, 2.0]])
    choice = ruled.p_median(cost, [4, 4], 2, rules=Rules(capacities=[5, 5]))
    assert choice.objective == 4 * 1 + 1 * 1 + 3 * 2
    assert choice.served.tolist() == [0, 1]


def test_a_floor_moves_a_site(street):
    reach, weights = street
    plain = ruled.max_coverage(reach, weights, 1, rules=cheap(4))
    assert plain.sites.tolist() == [0]
    fair = Rules(floors=(Floor("网格三", [0, 0, 0, 2], 0.8),))
    choice = ruled.max_coverage(reach, weights, 1, rules=fair)
    assert (choice.sites.tolist(), choice.objective) == ([2], 6)


def test_floors_of_medians_count_who_is_served_within(street):
    cost = np.where(street[0], 1.0, 3.0)
    plain = ruled.p_median(cost, street[1], 1, rules=cheap(4))
    assert plain.sites.tolist() == [0]
    rules = Rules(floors=(Floor("g", [0, 0, 0, 2], 1.0),), within=2.0)
    assert ruled.p_median(cost, street[1], 1, rules=rules).sites.tolist() == [2]


def test_sites_too_near_each_other_are_not_both_opened(street):
    reach, weights = street
    rules = Rules(apart=[(0, 2), (1, 2)])
    choice = ruled.max_coverage(reach, weights, 2, rules=rules)
    assert (choice.sites.tolist(), choice.objective) == ([0, 1], 12)


def test_an_existing_site_keeps_near_ones_out_unless_it_closes(street):
    reach, weights = street
    pairs = [(1, 0)]
    choice = ruled.max_coverage(reach, weights, 1, rules=Rules(apart=pairs), existing=[1])
    assert choice.sites.tolist() == [2]
    moved = Rules(apart=pairs, may_close=[1])
    choice = ruled.max_coverage(reach, weights, 1, rules=moved, existing=[1])
    assert (choice.sites.tolist(), choice.closed.tolist()) == ([0, 2], [1])


def two_services():
    """Return rows and columns of meals and care: three homes, two houses."""
    near = np.array([[1, 0], [1, 1], [0, 1]])
    return sparse.block_diag([near, near]), [4, 2, 3, 1, 1, 5], [0, 1, 0, 1]


def test_a_house_with_two_services_takes_one_place():
    reach, weights, venues = two_services()
    choice = ruled.max_coverage(reach, weights, 1, rules=Rules(venues=venues))
    assert (sorted(choice.sites.tolist()), choice.objective) == ([1, 3], 5 + 6)
    single = Rules(venues=venues, most_functions=1)
    choice = ruled.max_coverage(reach, weights, 2, rules=single)
    assert (sorted(choice.sites.tolist()), choice.objective) == ([0, 3], 6 + 6)


def test_a_house_is_paid_once_and_each_service_in_it():
    reach, weights, venues = two_services()
    rules = Rules(venues=venues, costs=[1, 1, 1, 1], venue_costs=[5, 7, 5, 7], budget=9)
    choice = ruled.max_coverage(reach, weights, rules=rules)
    assert sorted(choice.sites.tolist()) == [1, 3]  # 7 + 1 + 1
    rules = Rules(venues=venues, costs=[1, 1, 1, 1], venue_costs=[5, 7, 5, 7], budget=8)
    choice = ruled.max_coverage(reach, weights, rules=rules)
    assert (sorted(choice.sites.tolist()), choice.objective) == ([0, 2], 6 + 2)


def gate_or_station():
    """
    House 0 (5) and 1 (4) behind a wall; station 0 stands outside, a gate (column 2) would let in.

    House 2 (3) is reached by the new site 1 alone; through the gate 1 would also reach house 1.
    """
    reach = [[0, 0, 1], [0, 0, 0], [0, 1, 0]]
    return reach, [5, 4, 3], [(1, 1, 2)]


def test_opening_a_gate_competes_with_building():
    reach, weights, ways = gate_or_station()
    rules = Rules(actions=[2], ways=ways)
    one = ruled.max_coverage(reach, weights, 1, rules=rules, existing=[0])
    assert (one.sites.tolist(), one.objective) == ([2], 5)
    two = ruled.max_coverage(reach, weights, 2, rules=rules, existing=[0])
    assert (two.sites.tolist(), two.gains.tolist(), two.objective) == ([2, 1], [5, 7], 12)
    assert two.served.tolist() == [2, 1, 1]


def test_a_gate_that_takes_no_place_costs_only_money():
    reach, weights, ways = gate_or_station()
    rules = Rules(actions=[2], actions_count=False, ways=ways, costs=[0, 5, 1], budget=6)
    choice = ruled.max_coverage(reach, weights, 1, rules=rules, existing=[0])
    assert choice.objective == 12
    poor = Rules(actions=[2], actions_count=False, ways=ways, costs=[0, 5, 1], budget=5)
    choice = ruled.max_coverage(reach, weights, 1, rules=poor, existing=[0])
    assert (choice.sites.tolist(), choice.objective) == ([2], 5)


def test_a_way_to_an_existing_site_draws_on_its_places():
    reach = [[1, 0], [0, 0]]
    rules = Rules(actions=[1], ways=[(1, 0, 1)], capacities=[5, 0])
    choice = ruled.max_coverage(reach, [3, 4], 1, rules=rules, existing=[0])
    assert (choice.objective, choice.served.tolist()) == (5, [0, 0])


def test_backup_weighs_once_against_twice(street):
    reach, weights = street
    once = ruled.max_coverage(reach, weights, 2, rules=Rules(backup=0.1))
    assert once.sites.tolist() == [0, 2]
    assert once.objective == pytest.approx(0.9 * 14)
    twice = ruled.max_coverage(reach, weights, 2, rules=Rules(backup=1.0))
    assert (sorted(twice.sites.tolist()), twice.objective) == ([1, 2], 4)


def test_least_number_then_most_covered_twice():
    reach = [[1, 0, 1], [1, 1, 1], [0, 1, 0], [0, 1, 1]]
    choice = ruled.set_cover(reach, rules=Rules(backup=1.0))
    assert choice.objective == 2
    # with 0 and 1 only row 1 is covered twice, with 1 and 2 row 3 as well
    assert sorted(choice.sites.tolist()) == [1, 2]
    assert choice.second == (2.0, 2.0)
    heavy = ruled.set_cover(reach, [1, 5, 1, 9], rules=Rules(backup=0.1))
    assert heavy.second == (14.0, 14.0)


def test_cheapest_is_not_fewest():
    fewest = ruled.set_cover([[1, 1, 0], [0, 1, 1]], rules=cheap(3))
    assert fewest.sites.tolist() == [1]
    rules = Rules(costs=[1, 9, 1], cheapest=True)
    cheapest = ruled.set_cover([[1, 1, 0], [0, 1, 1]], rules=rules)
    assert (sorted(cheapest.sites.tolist()), cheapest.objective) == ([0, 2], 2)


def test_nothing_to_serve_and_nowhere_to_stand():
    none = ruled.max_coverage(np.empty((0, 3)), [], 2, rules=Rules(apart=[(0, 1)]))
    assert (none.sites.tolist(), none.objective, none.status) == ([], 0.0, "proved optimal")
    nowhere = ruled.max_coverage(np.empty((2, 0)), [1, 2], 0, rules=Rules(backup=0.5))
    assert (nowhere.objective, nowhere.served.tolist()) == (0.0, [-1, -1])
    assert ruled.set_cover(np.empty((0, 2)), rules=Rules(backup=0.5)).objective == 0
    assert ruled.p_median(np.empty((0, 2)), [], 1, rules=Rules(capacities=[1, 1])).objective == 0


# why there is no plan


def refused(model, *matrix, **options):
    with pytest.raises(NoPlan) as caught:
        model(*matrix, **options)
    return caught.value


def test_rows_nobody_reaches_are_named():
    reach = [[1, 0], [0, 0], [0, 1]]
    error = refused(ruled.set_cover, reach, rules=Rules(backup=0.5), forbidden=[1])
    assert error.unreached.tolist() == [1, 2]
    assert "rows 1, 2" in error.english
    assert "第 1, 2 行" in str(error)
    assert error.best.sites.tolist() == [0]
    cost = np.where(np.array(reach) > 0, 1.0, math.inf)
    error = refused(ruled.p_median, cost, [1, 1, 1], 1, rules=Rules(capacities=[9, 9]))
    assert error.unreached.tolist() == [1]


def test_a_count_too_small_for_the_floors_is_named_with_the_least(street):
    reach, weights = street
    floors = (Floor("东", [5, 0, 0, 0], 0.5), Floor("西", [0, 0, 0, 2], 0.5))
    error = refused(ruled.max_coverage, reach, weights, 1, rules=Rules(floors=floors))
    assert error.least_count == 2
    for word in ("count=1", "'东' of 50 %", "'西' of 50 %", "at least 2"):
        assert word in error.english
    assert "底线“东”50 %" in str(error)
    assert error.best.objective == 8  # the floors left aside


def test_a_floor_beyond_all_sites_is_named_with_what_could_be_had():
    floors = (Floor("旧村", [3, 1], 0.8),)
    error = refused(ruled.max_coverage, [[0], [1]], [3, 1], 1, rules=Rules(floors=floors))
    assert "'旧村' of 80 % (at most 25 %)" in error.english
    assert "最多 25 %" in str(error)
    assert error.unreached.tolist() == [0]


def test_a_share_beyond_all_sites_is_named_with_what_could_be_had():
    rules = Rules(costs=[1], cheapest=True)
    error = refused(ruled.set_cover, [[1], [0]], [1, 3], share=0.5, rules=rules)
    assert "share=0.5 (at most 25 %)" in error.english
    assert error.unreached.tolist() == [1]
    assert error.best.sites.tolist() == [0]


def test_rows_without_weight_need_not_be_served_by_a_median():
    cost = [[1, math.inf], [math.inf, math.inf]]
    choice = ruled.p_median(cost, [2, 0], 1, rules=Rules(capacities=[2, 2]))
    assert (choice.sites.tolist(), choice.objective, choice.served.tolist()) == ([0], 2, [0, -1])
    floors = (Floor("g", [1, 1], 0.5),)
    error = refused(ruled.p_median, cost, [2, 0], 1, rules=Rules(floors=floors, within=1.0))
    assert error.unreached.tolist() == [1]


def test_existing_sites_are_named_before_new_ones(street):
    reach, weights = street
    choice = ruled.max_coverage(reach, weights, 2, rules=cheap(4), existing=[2])
    assert choice.served.tolist() == [0, 0, 2, 2]


def test_a_budget_too_small_for_the_required_is_named(street):
    reach, weights = street
    rules = Rules(costs=[4, 4, 4, 4], budget=5)
    error = refused(ruled.max_coverage, reach, weights, rules=rules, required=[0, 2])
    assert "budget=5, required" in error.english
    assert error.least_count is None


def test_required_sites_too_near_each_other_are_named(street):
    reach, weights = street
    rules = Rules(apart=[(0, 2)], costs=[1] * 4, budget=9)
    error = refused(ruled.max_coverage, reach, weights, 3, rules=rules, required=[0, 2])
    assert "apart, required" in error.english
    assert "budget" not in error.english
    assert "间距" in str(error)


def test_too_little_room_is_named(street):
    reach, weights = street
    error = refused(ruled.set_cover, reach, weights, rules=Rules(capacities=[3, 3, 3, 3]))
    assert "capacities" in error.english
    cost = np.ones((4, 4))
    error = refused(ruled.p_median, cost, weights, 2, rules=Rules(capacities=[5, 5, 5, 5]))
    assert "count=2, capacities" in error.english
    assert error.least_count == 3


def test_several_rules_at_once_are_said_to_be_several(street):
    reach, weights = street
    floors = (Floor("a", [1, 0, 0, 0], 1.0), Floor("b", [0, 0, 0, 1], 1.0))
    rules = Rules(floors=floors, costs=[5] * 4, budget=5)
    error = refused(ruled.max_coverage, reach, weights, 1, rules=rules)
    assert "'a' of 100 %, the floor 'b' of 100 %" in error.english
    rules = Rules(floors=(Floor("all", [1, 1, 1, 1], 1.0),), costs=[5] * 4, budget=5)
    error = refused(ruled.max_coverage, reach, weights, 1, rules=rules)
    assert "relaxing any one" in error.english  # the floor alone is enough
    error = refused(
        ruled.max_coverage, reach, weights, 1,
        rules=Rules(costs=[5] * 4, budget=5, venues=[0, 1, 2, 3]), required=[0, 2],
    )  # fmt: skip
    assert "required" in error.english


# limits, news, sameness


def district(seed=0, rows=1500, columns=200):
    """Draw homes and sites on a square; who is near, weights, grids of a 4 x 4 net."""
    rng = np.random.default_rng(seed)
    homes, sites = rng.random((rows, 2)), rng.random((columns, 2))
    far = np.hypot(*(homes[:, None] - sites[None]).transpose(2, 0, 1))
    grid = (homes * 4).astype(int) @ [4, 1]
    return far, rng.integers(1, 30, rows).astype(float), grid, rng


def grid_floors(weights, grid, share):
    return tuple(Floor(f"网格{g}", weights * (grid == g), share) for g in np.unique(grid))


def test_a_limit_in_time_is_kept_and_told_honestly():
    far, weights, _, _ = district(1, 1200, 150)
    rules = Rules(capacities=np.full(150, weights.sum() / 14))
    choice = ruled.max_coverage(far < 0.14, weights, 14, rules=rules, time_limit=1.0)
    assert choice.seconds < 15  # ordering afterwards, and a busy machine
    assert choice.objective <= choice.bound + 1e-9
    if choice.status == "best found":
        assert choice.gap > 0
    else:
        assert choice.bound == choice.objective


def test_no_time_at_all_gives_the_greedy_plan_or_says_so(street):
    reach, weights = street
    choice = ruled.max_coverage(reach, weights, 1, rules=cheap(4), time_limit=0)
    assert choice.bound >= choice.objective
    assert choice.status in {"best found", "proved optimal"}


def test_within_gap_only_where_a_gap_was_given():
    far, weights, grid, _ = district(2)
    rules = Rules(floors=grid_floors(weights, grid, 0.5))
    choice = ruled.max_coverage(far < 0.12, weights, 18, rules=rules, gap=0.2)
    assert choice.status in {"within gap", "proved optimal"}
    assert choice.gap <= 0.2
    exact = ruled.max_coverage(far < 0.12, weights, 18, rules=rules)
    assert exact.status == "proved optimal"
    assert choice.bound >= exact.objective - 1e-6 >= choice.objective - 1e-6


def test_the_same_question_has_the_same_answer():
    far, weights, grid, rng = district(3, 600, 90)
    rules = Rules(
        floors=grid_floors(weights, grid, 0.4),
        costs=rng.integers(2, 9, 90),
        budget=60.0,
        apart=np.argwhere(np.triu(rng.random((90, 90)) < 0.02, 1)),
    )
    first, again = (ruled.max_coverage(far < 0.15, weights, rules=rules) for _ in range(2))
    assert first.sites.tolist() == again.sites.tolist()
    assert first.gains.tolist() == again.gains.tolist()
    assert first.objective == again.objective


def test_sparse_and_dense_say_the_same():
    far, weights, grid, _ = district(4, 300, 40)
    rules = Rules(floors=grid_floors(weights, grid, 0.3))
    dense = ruled.max_coverage(far < 0.2, weights, 8, rules=rules)
    thin = ruled.max_coverage(sparse.coo_array(far < 0.2), weights, 8, rules=rules)
    assert dense.sites.tolist() == thin.sites.tolist()


def test_rows_split_apart_change_nothing():
    far, weights, grid, _ = district(5, 200, 30)
    whole = Rules(floors=grid_floors(weights, grid, 0.3), capacities=np.full(30, 250.0))
    choice = ruled.max_coverage(far < 0.25, weights, 6, rules=whole)
    halves = np.repeat(weights / 2, 2)
    parts = Rules(
        floors=grid_floors(halves, np.repeat(grid, 2), 0.3), capacities=np.full(30, 250.0)
    )
    split = ruled.max_coverage(np.repeat(far < 0.25, 2, axis=0), halves, 6, rules=parts)
    assert split.objective == pytest.approx(choice.objective)


def test_floors_are_kept_by_the_first_answer_too():
    far, weights, grid, _ = district(2)
    reach = far < 0.12
    choice = ruled.max_coverage(
        reach, weights, 18, rules=Rules(floors=grid_floors(weights, grid, 0.5)), gap=0.5
    )
    covered = reach[:, choice.sites].any(axis=1)
    assert choice.objective == weights[covered].sum()
    for each in np.unique(grid):
        here = grid == each
        assert weights[covered & here].sum() >= 0.5 * weights[here].sum()


def test_news_come_with_honest_bounds():
    far, weights, grid, _ = district(2)
    news = []
    rules = Rules(floors=grid_floors(weights, grid, 0.5))
    choice = ruled.max_coverage(far < 0.12, weights, 18, rules=rules, progress=news.append)
    assert news
    known = [each for each in news if not math.isnan(each.bound)]
    assert all(each.bound >= choice.objective - 1e-3 for each in known)
