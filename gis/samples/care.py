"""
What households need and how closely they are cared for: flags, needs, colour, last visit.

Logical flags follow from the counts (an elder in a household of one lives alone); the others are
drawn. Shares and the colour rule are ours.
"""

import numpy as np
import pandas as pd

DRAWN = {"disability": 0.022, "chronic": 0.05, "disabled_function": 0.03, "child_at_risk": 0.006}
"""Share of households (of elders' households, of children's households) with the flag."""
DAYS = {"red": 10, "yellow": 45, "green": 130}
"""Visits lie at most about so many days back."""


def with_care(frame: pd.DataFrame, today: str, rng: np.random.Generator) -> pd.DataFrame:
    """Add ``flags``, ``needs``, ``colour`` and ``last_visit``; ``today`` is an ISO date."""
    flags = _flags(frame, rng)
    needs = _needs(frame, flags, rng)
    colour = _colours(frame, flags)
    reach = pd.Series(colour).map(DAYS).to_numpy()
    back = np.ceil(reach * rng.beta(1.6, 2.4, len(frame)) * 1.6).astype("timedelta64[D]")
    visits = (np.datetime64(today) - back).astype(str)
    return frame.assign(
        flags=_joined(flags), needs=_joined(needs), colour=colour, last_visit=visits
    )


def _flags(frame: pd.DataFrame, rng: np.random.Generator) -> dict[str, np.ndarray]:
    people, elders = frame["people"].to_numpy(), frame["elders_60"].to_numpy()
    oldest, children = frame["elders_80"].to_numpy(), frame["children_0_12"].to_numpy()
    draw = {name: rng.random(len(frame)) < share for name, share in DRAWN.items()}
    return {
        "living_alone": (people == 1) & (elders == 1),
        "empty_nest": (people > 1) & (people == elders),
        "left_behind_child": (children > 0) & (elders > 0) & (people == elders + children),
        "advanced_age": oldest > 0,
        "disabled_function": draw["disabled_function"] & (elders > 0),
        "disability": draw["disability"],
        "chronic": draw["chronic"],
        "child_at_risk": draw["child_at_risk"] & (children > 0),
        "dual_earner": frame["dual_earner_children"].to_numpy() > 0,
        "low_income": frame["low_income"].to_numpy() > 0,
    }


def _needs(
    frame: pd.DataFrame, flags: dict[str, np.ndarray], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Service codes of the catalogue."""
    elders, children = frame["elders_60"].to_numpy() > 0, frame["children_0_12"].to_numpy() > 0
    draw = rng.random((4, len(frame)))
    by_itself = flags["living_alone"] | flags["empty_nest"]
    return {
        "meals": elders & (draw[0] < np.where(by_itself, 0.45, 0.12)),
        "day_care": elders & (draw[1] < np.where(flags["disabled_function"], 0.6, 0.05)),
        "health": elders & (draw[2] < np.where(flags["chronic"], 0.9, 0.3)),
        "after_school_care": children & (draw[3] < np.where(flags["dual_earner"], 0.8, 0.1)),
    }


def _colours(frame: pd.DataFrame, flags: dict[str, np.ndarray]) -> np.ndarray:
    """Red: alone and very old or frail, or a child at risk; yellow: one worry; else green."""
    frail = flags["advanced_age"] | flags["disabled_function"]
    red = (flags["living_alone"] & frail) | flags["child_at_risk"]
    worry = (
        flags["living_alone"]
        | flags["left_behind_child"]
        | flags["disability"]
        | flags["disabled_function"]
        | (flags["empty_nest"] & flags["advanced_age"])
        | (flags["low_income"] & (frame["elders_60"].to_numpy() > 0))
    )
    return np.select([red, worry], ["red", "yellow"], "green")


def _joined(columns: dict[str, np.ndarray]) -> np.ndarray:
    """One text per row: names of the true columns joined with ``|``; None where there is none."""
    # few distinct combinations, so the text is made once for each
    bits = sum(column.astype(np.int64) << place for place, column in enumerate(columns.values()))
    kinds, which = np.unique(bits, return_inverse=True)
    names = list(columns)
    texts = ["|".join(name for at, name in enumerate(names) if kind >> at & 1) for kind in kinds]
    return np.array([text or None for text in texts], dtype=object)[which]
