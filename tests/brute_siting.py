"""
Location models with rules by trying every set of sites: the second method of ``gis.siting.ruled``.

Plain Python loops over what the docstring of ``Rules`` says; parts of rows (capacities) by scipy's
``linprog`` over the open sites. For some seven columns and as many rows.
"""

import itertools
import math
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog

from gis.siting.rules import Floor, Rules


@dataclass
class Case:
    """A small instance: costs (n x m, inf for no service), weights, special sites, rules."""

    cost: np.ndarray
    weights: np.ndarray
    count: int | None
    rules: Rules
    existing: list[int] = field(default_factory=list)
    required: list[int] = field(default_factory=list)
    forbidden: list[int] = field(default_factory=list)

    @property
    def reach(self):
        return np.isfinite(self.cost)

    @property
    def special(self):
        return {"existing": self.existing, "required": self.required, "forbidden": self.forbidden}


def random_case(seed: int, names: set[str], columns: int = 6, rows: int = 7) -> Case:
    """Draw an instance with the rules named: small whole numbers, so that ties are many."""
    rng = np.random.default_rng(seed)
    actions = [columns - 1, columns - 2] if "actions" in names else []
    cost = np.where(rng.random((rows, columns)) < 0.45, rng.integers(0, 9, (rows, columns)), np.inf)
    weights = rng.integers(0, 6, rows).astype(float)
    if rng.random() < 0.3:
        weights = weights / 7
    places = rng.permutation(columns)
    existing = sorted(places[: rng.integers(0, 3)].tolist())
    others = [each for each in places.tolist() if each not in existing]
    required = [others.pop()] if rng.random() < 0.25 else []
    forbidden = [others.pop()] if rng.random() < 0.25 else []
    given = {"backup": float(rng.choice([0.2, 0.5, 0.8, 1.0]))} if "backup" in names else {}
    if "may_close" in names:
        given["may_close"] = [each for each in existing if rng.random() < 0.8]
    given |= _money_and_houses(rng, names, columns, actions)
    given |= _people(rng, names, columns, rows)
    if actions:
        given |= {"actions": actions, "actions_count": bool(rng.random() < 0.5)}
        ways = np.argwhere(rng.random((rows, columns - 2, 2)) < 0.3)
        if len(ways):
            ways[:, 2] += columns - 2
            given["ways"] = ways
            given["way_costs"] = rng.integers(0, 9, len(ways)).astype(float)
    free = columns - len(existing) - len(forbidden)
    count = int(rng.integers(len(required), max(len(required), min(free, 4)) + 1))
    if "budget" in names and rng.random() < 0.4:
        count = None
    return Case(cost, weights, count, Rules(**given), existing, required, forbidden)


def _money_and_houses(rng, names, columns, actions):
    given = {}
    if "budget" in names:
        given |= {"costs": rng.integers(0, 6, columns), "budget": float(rng.integers(2, 13))}
    if "apart" in names:
        pairs = list(itertools.combinations(range(columns), 2))
        given["apart"] = [each for each in pairs if rng.random() < 0.3]
    if "venues" in names:
        given["venues"] = rng.integers(-1, 3, columns)
        given["venues"][actions] = -1
        if rng.random() < 0.5:
            given["most_functions"] = int(rng.integers(1, 3))
        if "budget" in names:
            prices = np.array([2, 0, 3, 1])  # the last one of columns that stand alone
            given["venue_costs"] = prices[given["venues"]]
    return given


def _people(rng, names, columns, rows):
    given = {}
    if "capacities" in names:
        rooms = rng.integers(0, 12, columns).astype(float)
        given["capacities"] = np.where(rng.random(columns) < 0.2, np.inf, rooms)
    if "floors" in names:
        given["within"] = 5.0
        given["floors"] = tuple(
            Floor(
                f"g{at}",
                rng.integers(0, 4, rows) * (rng.random(rows) < 0.5),
                rng.choice([0.3, 0.5, 0.8]),
            )
            for at in range(rng.integers(1, 3))
        )
    return given


def open_sets(case: Case):
    """Yield every set of open columns that existing, required and forbidden sites allow."""
    columns = case.cost.shape[1]
    closable = list(case.rules.may_close)
    stay = set(case.existing) - set(closable)
    free = [
        each
        for each in range(columns)
        if each not in case.existing and each not in case.forbidden and each not in case.required
    ]
    for choice in itertools.product([False, True], repeat=len(free) + len(closable)):
        some = {each for each, take in zip(free + closable, choice, strict=True) if take}
        yield stay | set(case.required) | some


def house_of(case: Case, column: int):
    venues = case.rules.venues
    return ("alone", column) if venues is None or venues[column] == -1 else int(venues[column])


def number(case: Case, opened: set[int]) -> int:
    """Count houses with something new, less houses emptied."""
    counted = [
        each
        for each in range(case.cost.shape[1])
        if case.rules.actions_count or each not in case.rules.actions
    ]
    new = {house_of(case, each) for each in opened if each not in case.existing and each in counted}
    houses = {house_of(case, each) for each in case.existing if each in counted}
    emptied = [
        house
        for house in houses
        if not any(house_of(case, each) == house and each in opened for each in case.existing)
    ]
    return len(new) - len(emptied)


def money(case: Case, opened: set[int]) -> float:
    rules = case.rules
    if rules.costs is None:
        return 0.0
    new = [each for each in opened if each not in case.existing]
    total = sum(rules.costs[each] for each in new)
    total -= sum(rules.costs[each] for each in case.existing if each not in opened)
    if rules.venue_costs is not None:
        total += sum({house_of(case, each): rules.venue_costs[each] for each in new}.values())
    return float(total)


def allowed(case: Case, opened: set[int]) -> bool:
    rules = case.rules
    if case.count is not None and number(case, opened) > case.count:
        return False
    if rules.budget is not None and money(case, opened) > rules.budget + 1e-9:
        return False
    for one, other in () if rules.apart is None else rules.apart:
        both_stand = one in case.existing and other in case.existing
        if one in opened and other in opened and not both_stand:
            return False
    if rules.most_functions is not None:
        for house in {house_of(case, each) for each in opened}:
            here = [each for each in opened if house_of(case, each) == house]
            stay = [e for e in here if e in case.existing and e not in rules.may_close]
            if len(here) > max(rules.most_functions, len(stay)):
                return False
    return True


def links(case: Case, opened: set[int], *, priced: bool) -> dict[tuple[int, int], float]:
    """Return what serving a row from a column costs at least, for those that can."""
    found = {
        (int(row), int(column)): case.cost[row, column]
        for row, column in np.argwhere(case.reach)
        if column in opened
    }
    ways = () if case.rules.ways is None else case.rules.ways
    for at, (row, column, action) in enumerate(ways):
        if column in opened and action in opened:
            price = case.rules.way_costs[at] if priced else 0.0
            place = (int(row), int(column))
            found[place] = min(found.get(place, math.inf), price)
    return found


def asked(weights, share) -> float:
    return share * float(np.sum(weights)) - 1e-7


def covered(case: Case, opened: set[int], share: float = 0.0):
    """Return (weight covered once, twice), None where floors or the share are not met."""
    found = links(case, opened, priced=False)
    times = [sum(row == each for each, _ in found) for row in range(len(case.weights))]
    once = np.array(times) >= 1
    if share == 1.0 and not once.all():
        return None
    if case.weights @ once < asked(case.weights, share):
        return None
    for floor in case.rules.floors:
        if np.asarray(floor.weights) @ once < asked(floor.weights, floor.share):
            return None
    return float(case.weights @ once), float(case.weights @ (np.array(times) >= 2))


def served(case: Case, opened: set[int], share: float = 0.0, *, median: bool = False):
    """Share rows out under capacities: weight served (or cost of serving all), None if none."""
    found = links(case, opened, priced=median)
    pairs, prices = list(found), np.array(list(found.values()))
    weights = case.weights
    rows = np.array([row for row, _ in pairs], dtype=int)
    goal = weights[rows] * prices if median else -weights[rows] * 1.0
    above, most = [], []
    for row in range(len(weights)):
        above.append((rows == row).astype(float))
        most.append(1.0)
    for column in opened:
        here = np.array([each == column for _, each in pairs], dtype=float)
        if case.rules.capacities is not None and np.isfinite(case.rules.capacities[column]):
            above.append(here * weights[rows])
            most.append(case.rules.capacities[column])
    if share < 1.0:
        above.append(-weights[rows])
        most.append(-asked(weights, share))
    near = (prices <= case.rules.within) if median and case.rules.within is not None else 1.0
    for floor in case.rules.floors:
        above.append(-np.asarray(floor.weights, dtype=float)[rows] * near)
        most.append(-asked(floor.weights, floor.share))
    must = [
        row
        for row in range(len(weights))
        if not median or weights[row] or any(floor.weights[row] for floor in case.rules.floors)
    ]
    equal = [above[row] for row in must] if share == 1.0 and must else None
    if not pairs:
        return 0.0 if all(each >= 0 for each in most) and equal is None else None
    answer = linprog(
        goal,
        A_ub=np.array(above),
        b_ub=most,
        A_eq=None if equal is None else np.array(equal),
        b_eq=None if equal is None else np.ones(len(equal)),
    )
    if answer.status != 0:
        return None
    return answer.fun if median else -answer.fun


def best_coverage(case: Case) -> float | None:
    """Solve ``max_coverage`` by trying everything; None where no plan keeps the rules."""
    best = None
    for opened in open_sets(case):
        if not allowed(case, opened):
            continue
        if case.rules.capacities is not None:
            value = served(case, opened)
        else:
            found = covered(case, opened)
            back = case.rules.backup
            value = None if found is None else (1 - back) * found[0] + back * found[1]
        if value is not None and (best is None or value > best):
            best = value
    return best


def best_cover(case: Case, share: float):
    """Solve ``set_cover`` by trying everything: (number or money, weight covered twice)."""
    best = None
    for opened in open_sets(case):
        if not allowed(case, opened):
            continue
        twice = 0.0
        if case.rules.capacities is not None:
            fits = served(case, opened, share) is not None
        else:
            found = covered(case, opened, share)
            fits = found is not None
            twice = found[1] if found else 0.0
        if not fits:
            continue
        price = money(case, opened) if case.rules.cheapest else number(case, opened)
        if best is None or (price, -twice) < (best[0], -best[1]):
            best = price, twice
    return best


def best_median(case: Case) -> float | None:
    """Solve ``p_median`` by trying everything."""
    values = [
        served(case, opened, 1.0, median=True)
        for opened in open_sets(case)
        if allowed(case, opened)
    ]
    values = [each for each in values if each is not None]
    return min(values) if values else None
