"""Every rule alone, and rules together, equal trying every set of sites."""

from dataclasses import replace

import numpy as np
import pytest
from brute_siting import (
    allowed,
    best_cover,
    best_coverage,
    best_median,
    covered,
    random_case,
    served,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.siting import ruled
from gis.siting.choice import NoPlan

COVER = ["budget", "may_close", "floors", "apart", "venues", "actions", "backup", "capacities"]
MEDIAN = ["budget", "may_close", "floors", "apart", "venues", "actions", "capacities"]
SEEDS = st.integers(0, 2**32 - 1)


def some(names):
    return st.sets(st.sampled_from(names), min_size=2)


def solve(model, case, *matrix, **options):
    try:
        return model(*matrix, rules=case.rules, **case.special, **options)
    except NoPlan:
        return None


def check_sites(case, choice):
    """Return the set of open columns, after looking at what can be said of every plan."""
    assert choice.status == "proved optimal"
    assert choice.gap == 0.0
    assert len(set(choice.sites.tolist())) == len(choice.sites) == len(choice.gains)
    assert set(case.required) <= set(choice.sites.tolist())
    assert not set(choice.sites.tolist()) & {*case.forbidden, *case.existing}
    assert set(choice.closed.tolist()) <= set(case.rules.may_close)
    opened = {*choice.sites.tolist(), *case.existing} - set(choice.closed.tolist())
    assert allowed(case, opened)
    return opened


def check_coverage(seed, names):
    case = random_case(seed, names - ({"backup"} if "capacities" in names else set()))
    case.rules = replace(case.rules, within=None, way_costs=None)
    best = best_coverage(case)
    choice = solve(ruled.max_coverage, case, case.reach, case.weights, case.count)
    assert (choice is None) == (best is None)
    if choice is not None:
        opened = check_sites(case, choice)
        assert choice.objective == pytest.approx(best)
        if case.rules.capacities is None:
            once, twice = covered(case, opened)
            back = case.rules.backup
            assert choice.objective == pytest.approx((1 - back) * once + back * twice)
        else:
            assert served(case, opened) == pytest.approx(choice.objective)
        if not len(choice.closed) and not case.rules.floors:
            assert choice.before + choice.gains.sum() == pytest.approx(choice.objective)


def check_cover(seed, names, share):
    case = random_case(seed, names - ({"backup"} if "capacities" in names else set()))
    case.rules = replace(case.rules, within=None, way_costs=None)
    case.count = None
    if case.rules.costs is not None and seed % 2:
        case.rules = replace(case.rules, cheapest=True)
    best = best_cover(case, share)
    choice = solve(ruled.set_cover, case, case.reach, case.weights, share=share)
    assert (choice is None) == (best is None)
    if choice is not None:
        check_sites(case, choice)
        assert choice.objective == pytest.approx(best[0])
        if case.rules.backup:
            assert choice.second == pytest.approx((best[1], best[1]))


def check_median(seed, names):
    case = random_case(seed, names)
    if seed % 3:  # else hardly any row of seven is served
        case.cost[np.random.default_rng(seed).random(case.cost.shape) < 0.6] = 8
    best = best_median(case)
    choice = solve(ruled.p_median, case, case.cost, case.weights, case.count)
    assert (choice is None) == (best is None)
    if choice is not None:
        opened = check_sites(case, choice)
        assert choice.objective == pytest.approx(best)
        assert served(case, opened, 1.0, median=True) == pytest.approx(best)


@pytest.mark.parametrize("name", COVER)
@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_coverage_under_one_rule_equals_trying_everything(name, seed):
    check_coverage(seed, {name})


@settings(deadline=None, max_examples=40)
@given(SEEDS, some(COVER))
def test_coverage_under_several_rules_equals_trying_everything(seed, names):
    check_coverage(seed, names)


@pytest.mark.parametrize("name", COVER)
@settings(deadline=None, max_examples=20)
@given(SEEDS, st.sampled_from([0.0, 0.5, 0.8, 1.0]))
def test_least_number_under_one_rule_equals_trying_everything(name, seed, share):
    check_cover(seed, {name}, share)


@settings(deadline=None, max_examples=50)
@given(SEEDS, some(COVER), st.sampled_from([0.0, 0.5, 0.8, 1.0]))
def test_least_number_under_several_rules_equals_trying_everything(seed, names, share):
    check_cover(seed, names, share)


@pytest.mark.parametrize("name", MEDIAN)
@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_median_under_one_rule_equals_trying_everything(name, seed):
    check_median(seed, {name})


@settings(deadline=None, max_examples=40)
@given(SEEDS, some(MEDIAN))
def test_median_under_several_rules_equals_trying_everything(seed, names):
    check_median(seed, names)
