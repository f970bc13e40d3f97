"""
What a plan has to keep to besides its number of sites: money, places, fairness, distance.

    max_coverage(reach, weights, count, rules=Rules(costs=..., budget=..., floors=...))

Shapes: n demand rows, m columns (sites, existing ones included), k pairs or triples. Rules combine
freely; the few that have no meaning together are refused by name (see ``docs/siting-models.md``).

Sources: capacities, Current & Storbeck (1988), Environment and Planning B 15, 153-163; backup,
Hogan & ReVelle (1986), Management Science 32, 1434-1444; dispersion, Kuby (1987), Geographical
Analysis 19, 315-329, Moon & Chaudhry (1984), Management Science 30, 290-307; sites that close, Wang
et al. (2003), Computers & Operations Research 30, 2047-2069.
"""

from collections.abc import Sequence
from dataclasses import Field, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from gis.errors import InputError

# alone these change nothing: each only says how another field is to be read
_READERS = frozenset({"costs", "within", "way_costs", "actions", "actions_count", "venue_costs"})


@dataclass(frozen=True, eq=False)
class Floor:
    """
    At least ``share`` of a group has to be covered: "every grid at least 80 %" is a floor a grid.

    Parameters
    ----------
    name
        Whom it is about, as messages should call them; each name once.
    weights
        n numbers >= 0: how many of this group live in each row, 0 where none do.
    share
        0 to 1, of the sum of ``weights``. Rows that nobody can reach are in the sum as well: such
        a floor may be out of reach (``NoPlan``, which names it and says what could be had).
        A group without weight keeps every floor.
    """

    name: str
    weights: ArrayLike
    share: float


@dataclass(frozen=True, eq=False)
class Rules:
    """
    Side constraints of a location model; ``bool(Rules())`` is False: no rule.

    Existing columns stand already and cost nothing; "new" means a column that is not existing.

    Parameters
    ----------
    costs
        m numbers >= 0: what opening each column costs, in any unit of money. For a column of
        ``may_close``: what closing it gives back. Other existing columns' costs are not looked at.
        None with ``budget``: InputError.
    budget
        The costs of all new columns, plus ``venue_costs`` of the houses used, less the costs of the
        columns closed, are at most this. ``count`` may then be None. The same unit as ``costs``.
    cheapest
        Only for ``set_cover``: look for the least costs rather than the least number; the objective
        is then money. Needs ``costs``.
    may_close
        Existing columns that may be closed. Each one closed frees a place for one more new site
        and gives its cost back. Nothing is closed without need: a site stays where the objective
        is no worse with it. In ``set_cover`` the number is that of new sites less closed ones.
    capacities
        m numbers >= 0, inf where there is always room: the weight a column can serve at most.
        Rows may be split among columns. ``max_coverage`` then counts weight served, not weight
        within reach; ``p_median`` sends weight to the best mix of sites, not all to the nearest.
        Weights of ``set_cover`` are then needed for a share of 1, too (None: 1 a row).
    floors
        Groups of which a share has to be covered (with capacities: served), see ``Floor``.
        In ``set_cover`` they hold beside ``share``; ``share=0`` leaves the floors alone.
    within
        Only for ``p_median`` with floors: a row counts as covered where the site that serves it
        costs at most this (the same unit as ``cost``). ``p_median`` serves everybody, so that a
        floor says nothing without it.
    apart
        k x 2 columns that may not both be open: new with new, or new with existing (which keeps
        the new one out unless the existing one closes). Two existing columns stand already: such a
        pair is not looked at. ``pairs_nearer_than`` lists the pairs of points too near each other.
    venues
        m whole numbers: columns with the same number stand in one house (several services under
        one roof, 功能叠加); -1 stands alone. ``count`` and the number in ``set_cover`` then count
        houses: one with at least one new column takes one place, whether or not something stands
        in it already. A house is freed by closing when all its existing columns close. Rows are
        then usually (building, service) and columns (house, service). ``costs`` are paid for each
        column, ``venue_costs`` once a house.
    venue_costs
        m numbers >= 0, the same for all columns of one house: what using the house costs once,
        however many new columns it gets; write 0 for a house in use already. Columns of venue -1
        pay it too. Needs ``costs``.
    most_functions
        At most so many columns are open in one house, existing ones included. A house that holds
        more already keeps them and gets no other.
    actions
        Columns that are no sites but things one can do, as opening a gate. An action is chosen as a
        site is, costs its ``costs``, and takes a place of ``count`` unless ``actions_count`` is
        False. Rows stored in an action's own column of ``reach`` are reached by the action alone
        (through the gate, existing stations are near enough); with capacities they use the
        action's own capacity, so write ``ways`` over the existing columns there.
    actions_count
        Whether an action takes a place of ``count`` as a site does, and is counted in
        ``set_cover``. With False it costs only money.
    ways
        k x 3 whole numbers (row, column, action): the row is reached by the column (new or
        existing) only if the action is taken too. Rows that the column reaches by itself need no
        way; such a way is ignored in coverage, and in ``p_median`` counts where it costs less.
    way_costs
        k numbers >= 0, inf for no way: the cost of the row at the column once the action is taken.
        Needed by ``p_median`` with ``ways``, refused elsewhere.
    backup
        0 to 1. ``max_coverage``: the objective is (1 - backup) x weight covered at least once +
        backup x weight covered at least twice (BACOP2). ``set_cover`` with any backup > 0: the
        least number first, then the most weight covered twice (LSCP-B). Two columns that reach a
        row cover it twice; one column by two ways does not.
    """

    costs: ArrayLike | None = None
    budget: float | None = None
    cheapest: bool = False
    may_close: Sequence[int] | NDArray[np.int64] = ()
    capacities: ArrayLike | None = None
    floors: tuple[Floor, ...] = ()
    within: float | None = None
    apart: ArrayLike | None = None
    venues: ArrayLike | None = None
    venue_costs: ArrayLike | None = None
    most_functions: int | None = None
    actions: Sequence[int] | NDArray[np.int64] = ()
    actions_count: bool = True
    ways: ArrayLike | None = None
    way_costs: ArrayLike | None = None
    backup: float = 0.0

    def __bool__(self) -> bool:
        """Tell whether any rule is given; fields that only explain others do not count."""
        return any(_given(self, each) for each in fields(self) if each.name not in _READERS)


def _given(rules: Rules, field: Field[Any]) -> bool:
    value = getattr(rules, field.name)
    if value is None or isinstance(value, bool | int | float | np.number):
        return bool(value != field.default)  # a budget of 0 is a rule, a backup of 0 is none
    return not hasattr(value, "__len__") or len(value) > 0


def pairs_nearer_than(points: ArrayLike, metres: float) -> NDArray[np.int64]:
    """
    List the pairs of points that are nearer to each other than a distance, for ``Rules.apart``.

    Parameters
    ----------
    points
        m x 2 coordinates in metres (a projected frame). Rows without a position (NaN) are in no
        pair: an action, say.
    metres
        0 or more, in a straight line. Two points exactly so far from each other are no pair.

    Returns
    -------
    NDArray
        k x 2 positions, the smaller first, sorted; 0 x 2 where none are too near.

    Raises
    ------
    InputError
        Not two coordinates a point, or a distance that is missing or negative.
    """
    here = np.asarray(points, dtype=float).reshape(-1, 2)
    if not metres >= 0 or np.isinf(metres):
        msg = f"metres: 距离应为 0 或更大的数（现为 {metres}）"
        raise InputError(msg, english=f"metres: give a distance of 0 or more (found {metres})")
    known = np.flatnonzero(np.isfinite(here).all(axis=1))
    near = cKDTree(here[known]).query_pairs(metres, output_type="ndarray")
    gap = np.hypot(*(here[known[near[:, 0]]] - here[known[near[:, 1]]]).T)
    pairs = np.sort(known[near[gap < metres]].astype(np.int64), axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
