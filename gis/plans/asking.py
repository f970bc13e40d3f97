"""
What is asked of a plan, read and checked before anything is searched.

    the words of choose_sites  --read_asking-->  Asking
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.catalogue import Catalogue
from gis.coverage.question import build_question
from gis.errors import InputError
from gis.plans.plan import GOALS
from gis.siting.given import read_limits, read_share

REACHABLE = "reachable"
_DEGREES = ("table", "venues", "gates")
_STREETS = "streets:"


@dataclass(frozen=True)
class Asking:
    """
    What is asked; see ``gis.choose_sites`` for each word.

    ``floors`` are pairs of a name and a share, ``gate_cost`` is what opening a gate costs (NaN
    where ``open_gates`` names no price).
    """

    services: tuple[str, ...]
    goal: str
    count: int | None
    budget: float | None
    share: float | str | None
    candidates: tuple[str, ...]
    required: tuple[str, ...]
    forbidden: tuple[str, ...]
    may_close: tuple[str, ...]
    floors: tuple[tuple[str, float], ...]
    apart: float | None
    open_gates: bool
    gate_cost: float
    backup: float
    capacity: bool
    timed: bool
    time_limit: float | None
    gap: float

    def notes(self, lang: str = "zh") -> tuple[str, ...]:
        """Say what is taken for granted, in ``zh`` or ``en``."""
        told = [_NOTES["straight"]] if self.apart else []
        told += [_NOTES["hours"]] if self.timed else []
        told += [_NOTES["places"]] if self.capacity else []
        told += [_NOTES["gates"]] if self.open_gates else []
        return tuple(each[lang == "en"] for each in told)


_NOTES = {
    "hours": (
        "候选点在所问时刻按开放计；时间不明的站点也按开放计",
        "candidates are taken as open at the hour asked, and so are stations of unknown hours",
    ),
    "places": (
        "新站点按名额足够计；名额不明的站点也按足够计",
        "new sites are taken to have places enough, and so are stations of unknown capacity",
    ),
    "gates": (
        "求解时一条路线只计一处新开的出入口；复核按全部新开计",
        "the model counts ways through one newly opened gate; the recount opens them all",
    ),
    "straight": ("站点间距按直线计", "the distance between sites is a straight line"),
}


def read_asking(catalogue: Catalogue, told: Mapping[str, Any]) -> Asking:
    """
    Check the words of ``choose_sites`` against each other and the catalogue.

    Raises
    ------
    InputError
        A service, goal or kind of candidates is unknown, a number is out of its range, or two
        words do not go together.
    """
    services = _services(catalogue, told["service"])
    goal = told["goal"]
    if goal not in GOALS:
        raise _fault("goal", goal, f"可用：{', '.join(GOALS)}", f"known are: {', '.join(GOALS)}")
    time_limit, gap = read_limits(told["time_limit"], told["gap"])
    price = told["open_gates"]
    asking = Asking(
        services=services,
        goal=goal,
        count=_count(told["count"]),
        budget=_number("budget", told["budget"]),
        share=_share(told["share"]),
        candidates=_kinds(told["candidates"]),
        required=_names(told["required"]),
        forbidden=_names(told["forbidden"]),
        may_close=_names(told["may_close"]),
        floors=tuple(
            (str(name), read_share(share, f"floors['{name}']"))
            for name, share in dict(told["floors"] or {}).items()
        ),
        apart=_number("apart", told["apart"]),
        open_gates=price is not False,
        gate_cost=math.nan if isinstance(price, bool) else _number("open_gates", price) or 0.0,
        backup=read_share(told["backup"], "backup"),
        capacity=bool(told["capacity"]),
        timed=told["when"] is not None,
        time_limit=time_limit,
        gap=gap,
    )
    _check_together(asking)
    _check_lists(asking)
    return asking


def _services(catalogue: Catalogue, given: Any) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given)
    if not names:
        raise _fault("service", names, "请至少给出一项服务", "name at least one service")
    for name in names:
        build_question(catalogue, service=name)
    return tuple(dict.fromkeys(names))


def _count(count: Any) -> int | None:
    if count is None:
        return None
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 0:
        raise _fault("count", count, "须是不小于 0 的整数", "give a whole number from 0 on")
    return int(count)


def _number(name: str, value: Any) -> float | None:
    if value is None:
        return None
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < 0:
        raise _fault(name, value, "须是不小于 0 的数", "give a number from 0 on")
    return float(value)


def _share(share: Any) -> float | str | None:
    if share is None:
        return None
    if isinstance(share, str):
        if share == REACHABLE:
            return share
        raise _fault(
            "share",
            share,
            f"请给 0 到 1 之间的数，或 {REACHABLE}",
            f"give 0 to 1, or '{REACHABLE}'",
        )
    return read_share(share)


def _kinds(given: Any) -> tuple[str, ...]:
    kinds = (given,) if isinstance(given, str) else tuple(given)
    for kind in kinds:
        if kind not in _DEGREES and spacing(kind) is None:
            raise _fault(
                "candidates",
                kind,
                "可用：table（候选表）、venues（现有站点）、gates（小区出入口）、"
                "streets:200（街边每 200 米）",
                "known are: table, venues, gates, streets:200 (every 200 m on the streets)",
            )
    if not kinds:
        raise _fault("candidates", kinds, "请至少给出一类候选", "name at least one kind")
    return tuple(dict.fromkeys(kinds))


def spacing(kind: str) -> float | None:
    """Return the metres of ``streets:200``; None for any other kind, or no such number."""
    if not isinstance(kind, str) or not kind.startswith(_STREETS):
        return None
    try:
        metres = float(kind.removeprefix(_STREETS))
    except ValueError:
        return None
    return metres if 1 <= metres < math.inf else None


def _names(given: Any) -> tuple[str, ...]:
    names: Sequence[Any] = (given,) if isinstance(given, str) else tuple(given)
    return tuple(dict.fromkeys(str(name) for name in names))


_UNRULED = ("budget", "may_close", "floors", "apart", "open_gates", "capacity")


def _check_together(asking: Asking) -> None:
    """Refuse what has no meaning together, naming both."""
    limits = [name for name in ("count", "budget", "share") if getattr(asking, name) is not None]
    if not limits:
        raise InputError(
            "请给出 count（处数）、budget（预算）或 share（覆盖比例）之一",
            english="give one of count, budget or share",
        )
    if "share" in limits and len(limits) > 1:
        raise _apart_from("share", limits[0], "share 求最少处数", "share asks for the least number")
    if asking.goal in ("minutes", "farthest") and "share" in limits:
        raise _apart_from("goal", "share", "share 只用于覆盖", "share goes with coverage")
    if asking.goal in ("minutes", "farthest") and asking.backup:
        raise _apart_from("goal", "backup", "backup 只用于覆盖", "backup goes with coverage")
    if asking.goal == "minutes" and asking.capacity:
        raise _apart_from("goal", "capacity", "capacity 只用于覆盖", "capacity goes with coverage")
    if asking.goal == "farthest":
        ruled = [name for name in _UNRULED if getattr(asking, name)]
        if ruled:
            raise _apart_from(
                "goal='farthest'", ruled[0], "请改用 goal='minutes'", "use goal='minutes'"
            )
    if asking.capacity and (asking.backup or asking.goal == "backup"):
        raise _apart_from("capacity", "backup", "请去掉其一", "leave one out")
    if asking.open_gates and asking.budget is not None and math.isnan(asking.gate_cost):
        raise InputError(
            "budget：开放一处出入口的费用未知；请写 open_gates=费用",
            english="budget: what opening a gate costs is unknown; write open_gates=its cost",
        )


def _check_lists(asking: Asking) -> None:
    """Refuse what is both required and forbidden."""
    both = [name for name in asking.required if name in asking.forbidden]
    if both:
        raise InputError(
            f"required、forbidden 都有“{both[0]}”；请只留其一",
            english=f"required and forbidden both name '{both[0]}'; leave it in one",
        )


def _apart_from(one: str, other: str, chinese: str, english: str) -> InputError:
    return InputError(
        f"{one} 不能与 {other} 同用：{chinese}", english=f"{one} and {other}: {english}"
    )


def _fault(name: str, found: Any, todo: str, to_do: str) -> InputError:
    return InputError(f"{name}：现为 {found!r}；{todo}", english=f"{name} is {found!r}; {to_do}")
