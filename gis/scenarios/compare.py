"""
Before and after: who gains, who loses, whose way only changes.

    District, Scenario, Coverage before  --what_if-->  Compared (after, and every unit that differs)
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.catalogue import Catalogue, load_catalogue
from gis.coverage.question import Asked, ask
from gis.coverage.result import Answer, Coverage
from gis.coverage.told import plain, tell_question, told_when
from gis.district import District
from gis.scenarios.changes import apply_scenario
from gis.scenarios.follower import Follower
from gis.scenarios.scenario import Scenario, read_scenario
from gis.tables import LIST_SEPARATOR

OUTCOMES = ("gained", "lost", "nearer", "farther", "other")
"""What can happen to a unit: covered now, or no longer; else a shorter or longer way to the first
requirement that differs; else another station, gate or reason only."""
OUTCOME_NAMES = {
    "gained": ("新覆盖", "gained"),
    "lost": ("失去覆盖", "lost"),
    "nearer": ("更近", "nearer"),
    "farther": ("更远", "farther"),
    "other": ("其他变化", "other change"),
}
"""What people call each outcome: (中文, English)."""

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Compared:
    """The same question before and after a scenario; tables are made when they are asked for."""

    scenario: Scenario
    before: Coverage
    after: Coverage

    @cached_property
    def units(self) -> pd.DataFrame:
        """
        One row per unit that is answered differently, by id.

        Groups and ``weight``, ``outcome`` (gained, lost, nearer, farther, other),
        ``covered_before``, ``covered_after``, ``reason_before``, ``reason_after``,
        ``missing_before``, ``missing_after``.
        """
        rows = self._rows
        told = [_told(each, rows) for each in (self.before, self.after)]
        table = self.before.demand.table.iloc[rows].drop(columns=_WORKING, errors="ignore")
        for name in ("covered", "reason", "missing"):
            for columns, when in zip(told, ("before", "after"), strict=True):
                table[f"{name}_{when}"] = columns[name]
        table.insert(len(table.columns) - 6, "outcome", self._outcomes(rows, told))
        return table.astype({"outcome": "string"})

    @cached_property
    def _rows(self) -> Ints:
        differ = np.zeros(len(self.before.demand.table), dtype=bool)
        row = self.before.demand.table["row"].to_numpy()
        for old, new in zip(self.before.answers, self.after.answers, strict=True):
            differ |= _unit_differs(old, new) | np.r_[_way_differs(old, new), False][row]
        return np.flatnonzero(differ)

    def _outcomes(self, rows: Ints, told: list[dict[str, Any]]) -> NDArray[np.object_]:
        before, after = told[0]["covered"], told[1]["covered"]
        found = np.full(len(rows), "other", dtype=object)
        open_case = np.ones(len(rows), dtype=bool)
        for old, new in zip(self.before.answers, self.after.answers, strict=True):
            was, now = (_endless(each.units.cost[rows]) for each in (old, new))
            found[open_case & (now < was)] = "nearer"
            found[open_case & (now > was)] = "farther"
            open_case &= now == was
        found[~before & after] = "gained"
        found[before & ~after] = "lost"
        return found

    @property
    def totals(self) -> dict[str, float]:
        """Weight of each outcome, all outcomes named."""
        sums = self.units.groupby("outcome")["weight"].sum()
        return {name: float(sums.get(name, 0.0)) for name in OUTCOMES}

    def summary(self, by: str | None = None) -> pd.DataFrame:
        """
        Sum up by ``grid``, ``community``, ``compound`` or ``street`` (or as a whole).

        Returns
        -------
        DataFrame
            Indexed by the group's id: ``name``, ``total``, ``covered_before``, ``covered_after``,
            ``share_before``, ``share_after``, and the weight of each outcome. Groups as in
            ``Coverage.summary``.
        """
        before, after = (each.summary(by) for each in (self.before, self.after))
        table = before[["name", "total"]].copy()
        for name in ("covered", "share"):
            table[f"{name}_before"], table[f"{name}_after"] = before[name], after[name]
        units = self.units
        group = units[by].fillna("") if by else pd.Series(self.after.district.name, units.index)
        for outcome in OUTCOMES:
            some = (units["outcome"] == outcome).to_numpy(dtype=bool)
            sums = units["weight"][some].groupby(group[some].to_numpy()).sum()
            table[outcome] = sums.reindex(table.index).fillna(0.0).astype(float)
        return table

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """
        Weight by requirement, reason before and reason after, where the reason changed.

        ``requirement, reason_before, reason_after, weight``; in the circle's order, heaviest first.
        """
        weight = self.before.demand.table["weight"].to_numpy()[self._rows]
        parts = [_crossed(*pair, self._rows, weight) for pair in self._pairs]
        return pd.concat(parts, ignore_index=True)

    @property
    def _pairs(self) -> list[tuple[Answer, Answer]]:
        return list(zip(self.before.answers, self.after.answers, strict=True))

    def to_dict(self, by: str | None = None) -> dict[str, Any]:
        """Return the comparison as plain values (data/schema/what_if.json)."""
        return {
            "district": self.after.district.name,
            "scenario": {
                "name": self.scenario.name,
                "changes": [dict(each) for each in self.scenario.changes],
            },
            "unit": self.after.unit,
            "weight": self.after.weight,
            "when": told_when(self.after.question),
            "question": tell_question(self.after.question),
            "total": plain(self.after.total, 1),
            "before": _shares(self.before),
            "after": _shares(self.after),
            "outcomes": {name: plain(weight, 1) for name, weight in self.totals.items()},
            "reasons": [
                {**row, "weight": plain(row["weight"], 1)}
                for row in self.reasons.to_dict("records")
            ],
            "by": {by: _told_groups(self.summary(by))} if by else {},
        }


_WORKING = ["row", "storeys", "storeys_assumed"]


def what_if(
    district: District,
    scenario: Scenario | Mapping[str, Any] | str | Path,
    before: Coverage,
    *,
    catalogue: Catalogue | None = None,
) -> Compared:
    """
    Answer the question of ``before`` again, after the changes of a scenario.

    Parameters
    ----------
    district
        That of ``before``.
    scenario
        A JSON file, its content, or what ``read_scenario`` made of it; see docs/what-if.md.
    catalogue
        That of ``before``, where it was not the shipped one.

    Returns
    -------
    Compared
        ``after`` equals ``gis.cover`` on the changed network to the bit: places keep their joins
        to the streets, and what is new joins. Cost follows what changed: the nodes that get
        another station, way or reason, plus a few passes over nodes and units. A new limit, a
        service asked for more than once (k > 1) or places to be shared out ask everybody anew; a
        gate where there was none takes a new network.

    Raises
    ------
    InputError
        The scenario breaks its schema or names what is not there.
    """
    catalogue = catalogue or load_catalogue()
    read = read_scenario(scenario)
    changed = apply_scenario(district, read, before.network, catalogue)
    asked = tuple(_asked(each, changed.limit, catalogue) for each in before.question.asked)
    question = replace(before.question, asked=asked)
    searcher = Follower(before, changed, catalogue, asked)
    answers = tuple(searcher.answer(each) for each in asked)
    after = Coverage(changed.district, changed.network, question, before.demand, answers, searcher)
    return Compared(read, before, after)


def _asked(before: Asked, limit: str | None, catalogue: Catalogue) -> Asked:
    if limit is None:
        return before
    return ask(catalogue, before.requirement, limit, None, before.walker.direction)


def _told(coverage: Coverage, rows: Ints) -> dict[str, Any]:
    """Tell some units as ``Coverage.units`` does."""
    reasons = [answer.units.reason[rows] for answer in coverage.answers]
    unmet = np.array([reason != "COVERED" for reason in reasons]).reshape(len(reasons), -1)
    names = np.array([answer.asked.requirement.id for answer in coverage.answers], dtype=object)
    first = np.argmax(unmet, axis=0)
    told = np.array(reasons, dtype=object).reshape(len(reasons), -1)
    return {
        "covered": ~unmet.any(axis=0),
        "reason": told[first, np.arange(len(rows))],
        "missing": [LIST_SEPARATOR.join(names[column]) for column in unmet.T],
    }


def _unit_differs(old: Answer, new: Answer) -> Flags:
    differ = (old.units.cost != new.units.cost) | (old.units.reason != new.units.reason)
    return differ | (old.units.low != new.units.low) | (old.units.high != new.units.high)


def _way_differs(old: Answer, new: Answer) -> Flags:
    a, b = old.ways, new.ways
    return (a.station != b.station) | (a.gate != b.gate) | (a.mm != b.mm)


def _endless(cost: Ints) -> NDArray[np.float64]:
    return np.where(cost < 0, np.inf, cost)


def _crossed(old: Answer, new: Answer, rows: Ints, weight: NDArray[np.float64]) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "requirement": old.asked.requirement.id,
            "reason_before": old.units.reason[rows],
            "reason_after": new.units.reason[rows],
            "weight": weight,
        }
    )
    keys = ["requirement", "reason_before", "reason_after"]
    differ = table["reason_before"] != table["reason_after"]
    sums = table[differ].groupby(keys, as_index=False)["weight"].sum()
    return sums.sort_values(["weight", *keys], ascending=[False, True, True, True])


def _shares(coverage: Coverage) -> dict[str, Any]:
    told = {"covered": plain(coverage.covered, 1)}
    shares = ("share", "share_low", "share_high")
    return {**told, **{name: plain(getattr(coverage, name), 4) for name in shares}}


def _told_groups(summary: pd.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for name, row in summary.iterrows():
        told = {"id": str(name), "name": plain(row["name"]) or None}
        for column in summary.columns.drop("name"):
            told[column] = plain(row[column], 4 if column.startswith("share") else 1)
        rows.append(told)
    return rows
