"""
No hidden count can be narrowed to fewer than k values by arithmetic over what is published.

The attacker is a linear programme: unknowns are the hidden counts of grids and communities,
constraints are the published sums and wholes; each hidden count is minimised and maximised.
"""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gis.privacy.suppress import hide_small, is_small

K = 5


@st.composite
def towns(draw):
    """Counts of people and of a flagged part, by grid, with each grid's community."""
    size = draw(st.integers(1, 9))
    people = draw(st.lists(st.integers(0, 40), min_size=size, max_size=size))
    part = [draw(st.integers(0, count)) for count in people]
    community = draw(st.lists(st.sampled_from("ABC"), min_size=size, max_size=size))
    index = [f"g{k}" for k in range(size)]
    return tuple(
        pd.Series(values, index=index, dtype=kind)
        for values, kind in ((people, float), (part, float), (community, object))
    )


def intervals(values, bounds, community, hidden):
    """Return lowest and highest possible value of every hidden grid, by linear programming."""
    sums = values.groupby(community).sum()
    rows, right = [], []
    for name, total in sums.items():
        if not hidden.communities[name]:
            rows.append((community == name).to_numpy(float))
            right.append(total)
    if not hidden.total:
        rows.append(np.ones(len(values)))
        right.append(values.sum())
    for k, shown in enumerate(~hidden.grids):
        if shown:
            rows.append(np.eye(len(values))[k])
            right.append(values.iloc[k])
    limits = [(0.0, None if np.isinf(b) else b) for b in bounds]
    found = {}
    for k in np.flatnonzero(hidden.grids):
        ends = []
        for sign in (1.0, -1.0):
            cost = sign * np.eye(len(values))[k]
            answer = linprog(
                cost, A_eq=np.array(rows) if rows else None, b_eq=right or None, bounds=limits
            )
            ends.append(np.inf if answer.status == 3 else sign * answer.fun)
        found[values.index[k]] = tuple(ends)
    return found


def assert_wide(values, bounds, community, hidden):
    for grid, (low, high) in intervals(values, bounds, community, hidden).items():
        assert bounds[grid] == 0 or high - low >= K - 1e-6  # where nobody is, 0 is no secret


@settings(max_examples=100)
@given(towns())
def test_hidden_counts_of_people_stay_k_values_wide(town):
    people, _, community = town
    free = pd.Series(np.inf, index=people.index)
    hidden = hide_small(people, free, community, K)
    assert hidden.grids[(people > 0) & (people < K)].all()
    if not hidden.total:
        assert_wide(people, free, community, hidden)


@settings(max_examples=100)
@given(towns())
def test_hidden_parts_stay_k_values_wide_although_wholes_are_shown(town):
    people, part, community = town
    free = pd.Series(np.inf, index=people.index)
    wholes = hide_small(people, free, community, K)
    bounds = people.mask(wholes.grids, np.inf)
    hidden = hide_small(part, bounds, community, K)
    small = is_small(part.to_numpy(), bounds.to_numpy(), K)
    assert hidden.grids[small].all()
    if not hidden.total:
        assert_wide(part, bounds, community, hidden)


def test_nothing_is_hidden_where_nothing_is_small():
    values = pd.Series([10.0, 20.0], index=["a", "b"])
    free = pd.Series(np.inf, index=values.index)
    hidden = hide_small(values, free, pd.Series(["A", "A"], index=values.index), K)
    assert not hidden.grids.any()
    assert not hidden.total


def test_eleven_living_alone_in_one_community_do_not_show_on_a_wall():
    values = pd.Series([1.0, 2.0, 0.0, 8.0], index=list("abcd"))
    free = pd.Series(np.inf, index=values.index)
    hidden = hide_small(values, free, pd.Series(["A"] * 4, index=values.index), K)
    assert hidden.grids[["a", "b"]].all()
    assert hidden.grids.sum() > 2  # 1 + 2 = 3 would follow from the rest
