"""
What was left out of an OpenStreetMap extract, told layer by layer.

    counts of the reader --osm_note(layer)--> one sentence in Chinese and in English
"""

import re
from collections.abc import Mapping

_OF_LAYER = {
    "streets": ("highways", "street"),
    "buildings": ("buildings",),
    "barriers": ("barriers",),
    "entrances": ("entrances",),
    "compounds": ("compounds",),
    "gates": ("gates",),
    "stations": ("stations",),
}
_WORDS = {
    "highways read": "道路 {} 条",
    "highways kept": "可步行 {} 条",
    "highways dropped: drawn twice": "重复绘制 {} 条",
    "highways dropped: access": "禁止进入 {} 条",
    "highways dropped: foot": "禁止步行 {} 条",
    "highways dropped: motor_only": "仅供机动车 {} 条",
    "street nodes missing from the file": "文件中缺少的路点 {} 个",
    "street pieces dropped: drawn twice": "重复路段 {} 段",
    "street pieces dropped: no length": "零长度路段 {} 段",
    "buildings dropped: outline does not close": "轮廓不闭合而未采用 {} 栋",
    "compounds dropped: outline does not close": "轮廓不闭合而未采用 {} 个",
    "stations dropped: outline does not close": "轮廓不闭合而未采用 {} 处",
    "buildings with a mended outline": "轮廓自相交已修复 {} 栋",
    "buildings with unreadable building:levels": "层数读不出 {} 栋",
    "barriers dropped: no line": "画不成线而未采用 {} 条",
    "entrances dropped: not on an outline": "不在建筑或站点轮廓上而未采用 {} 处",
    "gates left out: on no street, wall or compound": "不在街道、围墙或小区边上而未采用 {} 处",
    "stations merged: drawn as point and area": "点和面重复而合并 {} 处",
}
_CLASS = re.compile(r"highways dropped: class \((.+)\)")


def osm_note(layer: str, counts: Mapping[str, int]) -> tuple[str, str] | None:
    """
    Return what to say about one layer; nothing where all was kept as it is.

    Counts of zero and the number of rows, which the table of provenance has, are not repeated.
    """
    told = {
        what: count
        for what, count in counts.items()
        if count and what.startswith(_OF_LAYER[layer]) and " " in what and what != "street pieces"
    }
    if not told:
        return None
    zh = "，".join(_in_chinese(what, count) for what, count in told.items())
    en = ", ".join(f"{what} {count:,}" for what, count in told.items())
    return zh, en


def _in_chinese(what: str, count: int) -> str:
    kind = _CLASS.fullmatch(what)
    if kind:
        return f"{kind[1]} 类 {count:,} 条不步行"
    return _WORDS.get(what, f"{what} {{}}").format(f"{count:,}")
