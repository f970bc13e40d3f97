"""
Households that add up: every total of a community is met exactly.

    totals (per community) --homes--> households per building (largest remainder)
      --sizes--> people --pick--> elders, children ... --> flags, needs, colour, last visit

Persons are picked among the places households have for them, weighted and without replacement
(the exponential-key method of Efraimidis & Spirakis 2006, "Weighted random sampling with a
reservoir", Information Processing Letters 97, 181-185), so that a total is met by construction.
"""

import numpy as np
import pandas as pd

from gis.errors import InputError
from gis.samples.areas import community_code
from gis.samples.spec import Community, Spec

UNPLACED = 0.0025
"""Share of households whose building the ledger does not tell, as real ledgers have."""
SIZES = np.array([0.16, 0.27, 0.30, 0.17, 0.07, 0.03])
"""Share of households of 1..6 persons before the total is met; ours."""
LARGEST = len(SIZES)
COUPLES = 2.0
"""How much rather an elder lives in a household of two than in another one; ours."""


def build_households(spec: Spec, buildings: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """All households of one tile, community by community."""
    parts = []
    for community in spec.communities:
        code = community_code(spec, community)
        homes = buildings[(buildings["community"] == code) & (buildings["use"] == "residential")]
        parts.append(_community_households(community, code, homes, rng))
    return pd.concat(parts)


def share_out(total: int, weights: np.ndarray) -> np.ndarray:
    """Whole numbers in proportion to weights, adding up to ``total`` (largest remainder)."""
    exact = total * weights / weights.sum()
    counts = np.floor(exact).astype(int)
    rest = np.argsort(counts - exact, kind="stable")[: total - counts.sum()]
    counts[rest] += 1
    return counts


def _community_households(
    community: Community, code: str, homes: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    totals = community.totals
    frame = _rooms(totals["households"], homes, rng)
    frame["community"] = code
    frame["people"] = _sizes(totals["people"], len(frame), rng)
    frame["elders_60"] = _elders(frame, community, rng)
    frame["elders_80"] = _pick(totals["elders_80"], frame["elders_60"], np.ones(len(frame)), rng)
    frame["children_0_12"] = _children(frame, totals["children_0_12"], rng)
    frame["low_income"] = _whole_households(frame["people"], totals["low_income"], rng)
    frame["dual_earner_children"] = _dual_earners(frame, totals["dual_earner_children"], rng)
    frame = _unplaced(frame, code, rng)
    return frame.drop(columns="weight")


def _rooms(total: int, homes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give every household a building, unit, floor and room; some rooms stay empty."""
    floors, units = homes["floors"].to_numpy(), homes["units"].to_numpy()
    counts = share_out(total, floors * units * homes["doors"].to_numpy())
    doors = np.maximum(homes["doors"].to_numpy(), -(-counts // (floors * units)))
    rooms = floors * units * doors
    which = np.repeat(np.arange(len(homes)), rooms)
    room = np.arange(len(which)) - np.repeat(np.cumsum(rooms) - rooms, rooms)
    # of each building's rooms in random order, the first counts[building] are lived in
    order = np.lexsort([rng.random(len(which)), which])
    rank = np.arange(len(which)) - np.repeat(np.cumsum(rooms) - rooms, rooms)
    taken = np.sort(order[rank < counts[which]])
    which, room = which[taken], room[taken]
    unit, rest = np.divmod(room, (floors * doors)[which])
    floor, door = np.divmod(rest, doors[which])
    frame = pd.DataFrame(
        {
            "building": homes.index.to_numpy()[which],
            "compound": homes["compound"].to_numpy()[which],
            "grid": homes["grid"].to_numpy()[which],
            "unit": (unit + 1).astype(str),
            "room": (floor + 1) * 100 + door + 1,
            "floor": floor + 1,
            "weight": homes["weight"].to_numpy()[which],
        }
    )
    codes = frame["unit"].str.zfill(2) + frame["room"].map("{:04d}".format)
    frame.index = pd.Index(frame["building"] + codes, name="id")
    frame["room"] = frame["room"].astype(str)
    return frame


def _sizes(people: int, households: int, rng: np.random.Generator) -> np.ndarray:
    """Persons per household: drawn, then moved one by one until the sum is right."""
    sizes = rng.choice(np.arange(1, LARGEST + 1), households, p=SIZES)
    while (missing := people - sizes.sum()) != 0:
        step = int(np.sign(missing))
        movable = np.flatnonzero((sizes < LARGEST) if step > 0 else (sizes > 1))
        some = rng.permutation(movable)[: abs(missing)]
        if not len(some):
            raise InputError(
                f"示例：{households} 户容不下 {people} 人",
                english=f"sample: {people} people do not fit {households} households",
            )
        sizes[some] += step
    return sizes


def _pick(
    total: int, places: pd.Series, weights: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """How many of each household's places are among the ``total`` picked."""
    owner = np.repeat(np.arange(len(places)), places.to_numpy())
    if total > len(owner):
        raise InputError(
            f"示例：要选 {total} 人，只有 {len(owner)} 人可选",
            english=f"sample: {total} persons asked for, only {len(owner)} places for them",
        )
    keys = rng.exponential(size=len(owner)) / weights[owner]
    chosen = np.argsort(keys, kind="stable")[:total]
    return np.bincount(owner[chosen], minlength=len(places))


def _elders(frame: pd.DataFrame, community: Community, rng: np.random.Generator) -> np.ndarray:
    """Elders: so many living alone as the total says, the others with somebody."""
    single = (frame["people"] == 1).astype(int)
    weights = frame["weight"].to_numpy() * np.where(frame["people"] == 2, COUPLES, 1.0)
    alone = community.totals["living_alone"]
    others = frame["people"].clip(upper=2).where(frame["people"] > 1, 0)
    return _pick(alone, single, weights, rng) + _pick(
        community.totals["elders_60"] - alone, others, weights, rng
    )


def _children(frame: pd.DataFrame, total: int, rng: np.random.Generator) -> np.ndarray:
    """Children: at most two to a household, and never without somebody older."""
    room = (frame["people"] - frame["elders_60"].clip(lower=1)).clip(0, 2)
    return _pick(total, room, np.where(frame["elders_60"] > 0, 0.6, 1.0), rng)


def _whole_households(people: pd.Series, total: int, rng: np.random.Generator) -> np.ndarray:
    """Take whole households in random order; the last one only in part if it must be."""
    order = rng.permutation(len(people))
    before = np.cumsum(people.to_numpy()[order]) - people.to_numpy()[order]
    taken = np.zeros(len(people), dtype=int)
    taken[order] = np.clip(total - before, 0, people.to_numpy()[order])
    return taken


def _dual_earners(frame: pd.DataFrame, total: int, rng: np.random.Generator) -> np.ndarray:
    """Children of households with at least two grown-ups of working age."""
    grown = frame["people"] - frame["elders_60"] - frame["children_0_12"]
    return _whole_households(frame["children_0_12"].where(grown >= 2, 0), total, rng)


def _unplaced(frame: pd.DataFrame, code: str, rng: np.random.Generator) -> pd.DataFrame:
    """Forget the building of a few households; their grid is still known."""
    lost = np.sort(rng.permutation(len(frame))[: int(UNPLACED * len(frame))])
    frame.loc[frame.index[lost], ["building", "compound", "unit", "room"]] = None
    frame["floor"] = frame["floor"].astype("Int64")
    frame.loc[frame.index[lost], "floor"] = pd.NA
    names = frame.index.to_numpy().copy()
    names[lost] = [f"{code}00000{seq:06d}" for seq in range(1, len(lost) + 1)]
    return frame.set_index(pd.Index(names, name="id"))
