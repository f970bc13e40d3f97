"""
How many places there are for each person in reach: the floating catchment scores.

    pairs + people (n) + places (k)  ->  ratio of each station (k)  ->  score of each origin (n)

A station shares its places among the people who reach it; an origin adds up the shares of the
stations it reaches. With weights W of a pair, people P and places S:

    2sfca    W = 1             Luo, Wang (2003) Environment and Planning B 30, 865-884
    e2sfca   W by bands        Luo, Qi (2009) Health & Place 15, 1100-1107
    3sfca    W of the bands, times each origin's choice W / sum of its W
                               Wan, Zou, Sternberg (2012) Int. J. Geogr. Inf. Sci. 26, 1073-1089

    ratio_j = S_j / sum_i P_i W_ij          score_i = sum_j ratio_j W_ij

With each of them sum(score x people) is the number of places that somebody reaches: the scores
share out what there is. A score is no assignment; see ``gis.capacity.assignment``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.capacity.given import need_unique, read_numbers, read_pairs
from gis.catalogue import data_root
from gis.errors import InputError

Method = Literal["2sfca", "e2sfca", "3sfca"]
Bands = Mapping[float, float]


@dataclass(frozen=True, eq=False)
class Catchments:
    """
    Scores and the ratios behind them.

    Parameters
    ----------
    scores
        Indexed as ``demand``: ``people``, ``score`` (places per person, never NA; 0 where no
        station is in reach), ``reached`` (some station in reach, in a band that counts).
    stations
        Indexed as ``supply``: ``places``, ``people`` (those who compete, weighted), ``ratio``
        (places per person; NA where nobody competes, such places are in no score).
    """

    method: Method
    scores: pd.DataFrame
    stations: pd.DataFrame


def catchment_scores(
    pairs: pd.DataFrame,
    demand: pd.Series,
    supply: pd.Series,
    *,
    method: Method = "2sfca",
    bands: Bands | None = None,
) -> Catchments:
    """
    Score every origin by the places it can count on.

    Time and memory grow with the number of pairs.

    Parameters
    ----------
    pairs
        ``origin``, ``station``, ``minutes`` (or any cost) of all pairs within the limit, each
        once, in any order.
    demand
        People by origin, 0 or more. Origins without a pair score 0.
    supply
        Places by station, 0 or more (staff or square metres will do as well).
    method
        ``2sfca``, ``e2sfca`` or ``3sfca``.
    bands
        For ``e2sfca`` and ``3sfca``: weight by the upper end of each band in minutes, e.g.
        ``{5: 1, 10: 0.68, 15: 0.22}``; the end belongs to the band, beyond the last the weight is
        0. ``published_bands`` has those of the literature.

    Raises
    ------
    InputError
        A cell cannot be used (named), the method is unknown, or its bands are missing or wrong.
    """
    need_unique(demand.index, "demand")
    need_unique(supply.index, "supply")
    people = read_numbers(demand, "demand", str(demand.name or "people"))
    places = read_numbers(supply, "supply", str(supply.name or "places"))
    reach = read_pairs(pairs, demand.index, supply.index)
    weight = _weights(reach.minutes, reach.origin, len(people), method, bands)

    share = people[reach.origin] if weight is None else people[reach.origin] * weight
    asked = np.bincount(reach.station, share, len(places))
    ratio = np.divide(places, asked, out=np.full(len(places), np.nan), where=asked > 0)
    # a station for which nobody competes adds nothing
    given = np.nan_to_num(ratio, nan=0.0)[reach.station]
    if weight is not None:
        given *= weight
    counted = reach.origin if weight is None else reach.origin[weight > 0]
    reached = np.zeros(len(people), dtype=bool)
    reached[counted] = True
    score = np.bincount(reach.origin, given, len(people))
    return Catchments(
        method,
        pd.DataFrame({"people": people, "score": score, "reached": reached}, index=demand.index),
        pd.DataFrame({"places": places, "people": asked, "ratio": ratio}, index=supply.index),
    )


def published_bands(name: str, *, limit: float | None = None) -> dict[float, float]:
    """
    Return a set of weights from ``data/capacity/bands.csv``: ``{minutes: weight}``.

    They were published for 30 or 60 minutes of driving; with ``limit`` they are stretched so that
    the last band ends there (15 minutes on foot, say). Nothing in the sources tells that people
    on foot feel thirds of 15 minutes as drivers feel thirds of 30.

    Raises
    ------
    InputError
        There is no set of this name (lists them), or the limit is not above 0.
    """
    table = pd.read_csv(data_root() / "capacity" / "bands.csv", encoding="utf-8")
    names = ", ".join(table["id"].unique())
    if name not in set(table["id"]):
        raise InputError(
            f"bands：没有“{name}”；可用：{names}",
            english=f"bands: '{name}' is unknown; known are: {names}",
        )
    if limit is not None and not limit > 0:
        raise InputError(
            f"limit：现为 {limit}；请写大于 0 的分钟数",
            english=f"limit: found {limit}; write minutes above 0",
        )
    mine = table[table["id"] == name]
    ends = mine["minutes"] * (1.0 if limit is None else limit / mine["minutes"].max())
    return {float(end): float(weight) for end, weight in zip(ends, mine["weight"], strict=True)}


def _weights(
    minutes: NDArray[np.float64],
    origin: NDArray[np.int64],
    count: int,
    method: Method,
    bands: Bands | None,
) -> NDArray[np.float64] | None:
    """Return the weight of each pair; None stands for 1 everywhere."""
    if method not in get_args(Method):
        known = ", ".join(get_args(Method))
        raise InputError(
            f"method：没有“{method}”；可用：{known}",
            english=f"method: '{method}' is unknown; known are: {known}",
        )
    if method == "2sfca":
        _no_bands(bands)
        return None
    step = _steps(minutes, bands, method)
    if method == "e2sfca":
        return step
    whole = np.bincount(origin, step, count)[origin]
    choice = np.divide(step, whole, out=np.zeros(len(step)), where=whole > 0)
    return step * choice


def _no_bands(bands: Bands | None) -> None:
    if bands is not None:
        raise InputError(
            "bands：2sfca 不分段；请去掉 bands，或用 method='e2sfca'",
            english="bands: found some for 2sfca, which has none; leave them out or ask for e2sfca",
        )


def _steps(
    minutes: NDArray[np.float64], bands: Bands | None, method: Method
) -> NDArray[np.float64]:
    if not bands:
        raise InputError(
            f"bands：{method} 需要分段权重，如 {{5: 1, 10: 0.68, 15: 0.22}}",
            english=f"bands: {method} needs weights by minutes, e.g. {{5: 1, 10: 0.68, 15: 0.22}}",
        )
    ends = np.array(sorted(bands), dtype=np.float64)
    weights = np.array([bands[end] for end in sorted(bands)] + [0.0], dtype=np.float64)
    numbers = np.concatenate([ends, weights])
    if not np.isfinite(numbers).all() or (numbers < 0).any():
        raise InputError(
            f"bands：现为 {dict(bands)}；分钟和权重都要是 0 或更大的数",
            english=f"bands: found {dict(bands)}; minutes and weights are numbers of 0 or more",
        )
    return weights[np.searchsorted(ends, minutes, side="left")]
