"""
The curve "stations -> share covered" as a picture, with what is proved at each point.

    PublishedPlan.curve --draw_curve--> tree of SVG elements --to_svg--> text of a file
                                                            └─JSON─────> drawn by the page

A full mark is proved; a hollow one is the best found, with a bar up to what nobody can exceed.
"""

import html as markup
from typing import Any

import pandas as pd

from gis.errors import InputError
from gis.plans.words import gap_words
from gis.privacy import Published, PublishedPlan
from gis.siting.choice import OPTIMAL, STATUS_NAMES
from maps.texts import percent
from maps.words import Both

Node = dict[str, Any]
WIDTH, HEIGHT = 344, 216
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 14, 20, 38
_INK, _SOFT, _LINE, _MARK, _OPEN = "#2b3138", "#686c73", "#e4dfd5", "#1d6a61", "#a8480f"
_FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif"
_X: Both = ("新增站点（处）", "new stations")
_Y: Both = ("覆盖率", "share covered")
_NAME: Both = ("新增站点与覆盖率", "New stations and share covered")
_HIDDEN: Both = ("已隐藏", "suppressed")
_NONE: Both = ("没有可行方案", "no plan")


def curve_points(plan: PublishedPlan) -> list[dict[str, Any]]:
    """
    Return the points of a plan's curve, by number of stations.

    ``share`` (None hidden or no plan), ``most`` (share nobody can exceed, None where proved or not
    known), ``proved``, ``status`` (pair), ``text`` (pair), ``here`` for the plan's own number.
    """
    if plan.curve is None:
        return []
    return [_point(plan, row) for row in plan.curve.itertuples()]


def _point(plan: PublishedPlan, row: Any) -> dict[str, Any]:
    share = None if pd.isna(row.share) else float(row.share)
    proved = row.status == OPTIMAL
    most = None
    if not proved and plan.measure in ("weight", "sites") and plan.total and not pd.isna(row.bound):
        most = min(1.0, max(float(row.bound) / plan.total, share or 0.0))
    status = STATUS_NAMES.get(row.status, _NONE)
    hidden = _HIDDEN if row.status in STATUS_NAMES else ("–", "–")
    near = ("约 ", "about ") if row.rounded else ("", "")
    told = (near[0] + percent(share), near[1] + percent(share)) if share is not None else hidden
    away = "" if proved or pd.isna(row.gap) else f" ±{gap_words(float(row.gap))}"
    return {
        "stations": int(row.Index),
        "share": share,
        "most": most,
        "proved": proved,
        "here": int(row.Index) == len(plan.sites),
        "text": told,
        "short": ("≈" if row.rounded else "") + percent(share),
        "status": (
            status[0] + away.replace("±", "，差距 "),
            status[1] + away.replace("±", ", gap "),
        ),
    }


def draw_curve(points: list[dict[str, Any]]) -> Node | None:
    """Draw points; None where there is nothing to see."""
    shown = [each for each in points if each["share"] is not None]
    if not shown:
        return None
    first, last = points[0]["stations"], points[-1]["stations"]
    step = (WIDTH - _LEFT - _RIGHT) / max(1, last - first)

    def x(stations: float) -> float:
        return round(_LEFT + (stations - first) * step, 1) if last > first else WIDTH / 2

    def y(share: float) -> float:
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)

    parts = [_text(_NAME, 0, 0, tag="title"), *_axes(points, x, y)]
    track = " ".join(f"{x(each['stations'])},{y(each['share'])}" for each in shown)
    parts.append(_node("polyline", points=track, fill="none", stroke=_MARK, stroke_width=1.6))
    for each in shown:
        parts += _mark(each, x(each["stations"]), y(each["share"]), y)
    box = f"0 0 {WIDTH} {HEIGHT}"
    return _node("svg", viewBox=box, role="img", font_family=_FONT, children=parts)


def _axes(points: list[dict[str, Any]], x: Any, y: Any) -> list[Node]:
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        ends: dict[str, Any] = {
            "x1": _LEFT,
            "x2": WIDTH - _RIGHT + 6,
            "y1": y(share),
            "y2": y(share),
        }
        parts.append(_node("line", **ends, stroke=_LINE, stroke_width=1))
        text = f"{100 * share:.0f}%"
        parts.append(_text((text, text), _LEFT - 6, y(share) + 3.5, anchor="end", fill=_SOFT))
    every = max(1, -(-len(points) // 12))
    for each in points[::every]:
        text = str(each["stations"])
        place = x(each["stations"]), HEIGHT - _BOTTOM + 15
        parts.append(_text((text, text), *place, anchor="middle", fill=_SOFT))
    parts.append(_text(_X, (_LEFT + WIDTH) / 2, HEIGHT - 6, anchor="middle", fill=_SOFT))
    parts.append(_text(_Y, 2, 10, fill=_SOFT))
    return parts


def _mark(point: dict[str, Any], x: float, y: float, scale: Any) -> list[Node]:
    parts = []
    if point["most"] is not None:
        top = scale(point["most"])
        bar: dict[str, Any] = {"stroke": _OPEN, "stroke_width": 1.6}
        parts.append(_node("line", x1=x, x2=x, y1=y, y2=top, **bar))
        parts.append(_node("line", x1=x - 4, x2=x + 4, y1=top, y2=top, **bar))
    if point["here"]:
        parts.append(_node("circle", cx=x, cy=y, r=8.5, fill="none", stroke=_INK, stroke_width=1.2))
    full = point["proved"]
    edge = _MARK if full else _OPEN
    look: dict[str, Any] = {"fill": _MARK if full else "#ffffff", "stroke": edge}
    told = [
        f"{point['stations']}: {text} · {status}"
        for text, status in zip(point["text"], point["status"], strict=True)
    ]
    title = _text((told[0], told[1]), 0, 0, tag="title")
    parts.append(_node("circle", cx=x, cy=y, r=4.5, stroke_width=2, **look, children=[title]))
    low = y > HEIGHT - _BOTTOM - 30
    bold = "700" if point["here"] else "400"
    lift = -13 if low or point["here"] else 17
    parts.append(_text((point["short"],) * 2, x, y + lift, anchor="middle", fill=_INK, weight=bold))
    return parts


def _node(tag: str, *, children: list[Node] | None = None, **attributes: Any) -> Node:
    told = {
        name if name == "viewBox" else name.replace("_", "-"): str(value)
        for name, value in attributes.items()
    }
    return {"tag": tag, "attributes": told, "children": children or []}


def _text(
    words: Both,
    x: float,
    y: float,
    *,
    tag: str = "text",
    anchor: str = "start",
    fill: str = _INK,
    weight: str = "400",
) -> Node:
    look: dict[str, Any] = {"x": x, "y": y, "text_anchor": anchor, "fill": fill, "font_size": 11}
    node = _node(tag, **look, font_weight=weight) if tag == "text" else _node(tag)
    return {**node, "text": list(words)}


def to_svg(node: Node, lang: str) -> str:
    """Write a tree as a file of its own, in one language."""
    top = {**node, "attributes": {"xmlns": "http://www.w3.org/2000/svg", **node["attributes"]}}
    return _written(top, lang == "en") + "\n"


def _written(node: Node, english: bool) -> str:  # noqa: FBT001 - one per element, walked down
    attributes = "".join(
        f' {name}="{markup.escape(value)}"' for name, value in node["attributes"].items()
    )
    inner = "".join(_written(child, english) for child in node["children"])
    inner = markup.escape(node["text"][english]) if "text" in node else inner
    return f"<{node['tag']}{attributes}>{inner}</{node['tag']}>"


def curve_picture(published: Published, *, lang: str = "zh") -> str:
    """
    Draw the curve of the first plan of a publication as SVG, the text of a file.

    Raises
    ------
    InputError
        There is no plan with a curve, or nothing of it may be shown.
    """
    drawn = draw_curve(curve_points(published.plans[0])) if published.plans else None
    if drawn is None:
        raise InputError(
            "曲线：没有可画的点（没有方案，或各点都已隐藏）",
            english="curve: there is nothing to draw (no plan, or every point suppressed)",
        )
    return to_svg(drawn, lang)
