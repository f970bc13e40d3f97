"""
Why somebody is covered or not: one reason for each home and requirement.

Covered is COVERED. Else the first that holds of BAD_POSITION, OUTSIDE, NO_STATION, OFF_STREET,
UNCONNECTED; then the first hindrance whose lifting alone would cover; else TOO_FAR.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gis.streets.access import Lift

Flags = NDArray[np.bool_]

REASONS = (
    "COVERED",
    "BAD_POSITION",
    "OUTSIDE",
    "NO_STATION",
    "OFF_STREET",
    "UNCONNECTED",
    "LOCKED_IN",
    "WALL",
    "STEPS",
    "SLOPE",
    "FLOOR",
    "CLOSED",
    "FULL",
    "TOO_FAR",
)
"""All reasons, in the order in which they are tried."""

LIFTED: dict[str, Lift | None] = {
    "LOCKED_IN": Lift.GATES,
    "WALL": Lift.WALLS,
    "STEPS": Lift.STEPS,
    "SLOPE": Lift.SLOPE,
    "FLOOR": None,
    "CLOSED": Lift.HOURS,
}
"""What is thought away to try each hindrance; None: the storeys, which are not the network's."""

NAMES = {
    "COVERED": ("已覆盖", "covered"),
    "BAD_POSITION": ("无法定位", "position unknown"),
    "OUTSIDE": ("在片区之外", "outside the district"),
    "NO_STATION": ("没有站点", "no station"),
    "OFF_STREET": ("附近没有道路", "no street nearby"),
    "UNCONNECTED": ("道路不连通", "not connected"),
    "LOCKED_IN": ("门禁阻隔", "locked gate"),
    "WALL": ("围墙阻隔", "wall"),
    "STEPS": ("台阶阻隔", "steps"),
    "SLOPE": ("坡度过陡", "slope"),
    "FLOOR": ("楼层无电梯", "floor without lift"),
    "CLOSED": ("当时未开放", "closed at that hour"),
    "FULL": ("名额已满", "no places left"),
    "TOO_FAR": ("距离过远", "too far"),
}
"""What people call each reason: (中文, English)."""


def tell_reasons(
    covered: Flags,
    facts: dict[str, Flags],
    would_cover: Callable[[Lift | None], Flags],
    lifts: dict[str, Lift | None],
) -> NDArray[np.object_]:
    """
    Give each home its one reason.

    Parameters
    ----------
    covered
        Homes whose requirement is met.
    facts
        Reasons that hold by themselves, such as OFF_STREET, each a flag per home.
    would_cover
        Answers which homes one lift alone would cover; asked only while somebody is undecided.
    lifts
        The hindrances to try, by reason.
    """
    reason = np.where(covered, "COVERED", "TOO_FAR").astype(object)
    open_case = ~covered
    for name in REASONS[1:-1]:
        if name in facts:
            hit = open_case & facts[name]
        elif name in lifts and open_case.any():
            hit = open_case & would_cover(lifts[name])
        else:
            continue
        reason[hit] = name
        open_case &= ~hit
    return reason


REMEDIES = {
    "BAD_POSITION": (
        "补全楼栋，使住户能落到图上",
        "complete the building, so that the household can be placed",
    ),
    "OUTSIDE": ("核对楼栋位置或社区边界", "check the building's place or the boundary"),
    "NO_STATION": ("新设站点", "a new station"),
    "OFF_STREET": ("补绘通往楼栋的道路", "map the street that leads to the building"),
    "UNCONNECTED": ("补绘缺失的连接道路", "map the missing connection"),
    "LOCKED_IN": ("开放沿途出入口", "open the gates on the way"),
    "WALL": ("在围墙或河道处增设出入口或通道", "a gate or a passage through the wall or river"),
    "STEPS": ("以坡道或电梯代替台阶", "a ramp or lift beside the steps"),
    "SLOPE": ("改走缓坡或提供接送", "a gentler way, or transport"),
    "FLOOR": ("加装电梯或上门服务", "a lift, or home delivery"),
    "CLOSED": ("延长站点开放时间", "longer hours at a station"),
    "FULL": ("增加站点名额", "more places at a station"),
    "TOO_FAR": ("就近新设站点或上门服务", "a nearer station, or home delivery"),
}
"""What usually mends each reason: (中文, English); what mends one gap is in ``gis.fixes``."""
