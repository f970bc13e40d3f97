"""
Opening hours as staff write them in Chinese, put into the syntax of OpenStreetMap.

    周一至周五 9:00-17:00        ->  Mo-Fr 09:00-17:00
    上午8:30-12:00 下午2点-5点半  ->  08:30-12:00,14:00-17:30
    每天9:00-17:00（周一闭馆）     ->  Mo-Su 09:00-17:00; Mo off

Only what is understood to the last character is translated: a phrase with anything else in it
(午休, 电话预约, 以通知为准) is left unread rather than half read.
"""

import re
from dataclasses import dataclass, field

CHINESE_DAYS = {**dict(zip("一二三四五六日", range(7), strict=True)), "天": 6}
OSM_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

_CLOCK = (
    r"(?P<{0}_part>上午|早上|早|中午|下午|晚上|晚间|晚|凌晨|次日凌晨|次日|第二天|翌日)?\s*"
    r"(?P<{0}_hour>\d{{1,2}})"
    r"(?:(?P<{0}_colon>[:.])(?P<{0}_minute>\d{{2}})(?::00)?"
    r"|(?P<{0}_mark>[点时])(?P<{0}_rest>半|一刻|三刻|整|\d{{1,2}}分?)?)?"
)
_ONE_CLOCK = re.compile(_CLOCK.format("a"))
_REST = {"半": 30, "一刻": 15, "三刻": 45, "整": 0}
_LATE = frozenset({"下午", "晚上", "晚间", "晚"})
_NOON = 12 * 60
_DAY = "(?:周|星期|礼拜)"
_TOKEN = re.compile(
    "|".join(
        [
            rf"(?P<days>{_DAY}[一二三四五六日天](?:[-、,和及]?{_DAY}?[一二三四五六日天])*)",
            r"(?P<named>每天|每日|天天|周末|双休日|工作日|法定节假日|节假日)",
            r"(?P<off>休息|休馆|闭馆|关闭|关门|不开放|不营业|停业|除外|休)",
            r"(?P<all_day>全天候|全天|24小时|24h)",
            rf"(?P<span>{_CLOCK.format('a')}\s*-\s*{_CLOCK.format('b')})",
            r"(?P<rule>[;。()\[\]\n/]+)",
            r"(?P<filler>[\s,、:和及]+|开放|营业|服务|对外|时间|开门)",
        ]
    )
)
_NAMED = {
    "每天": "Mo-Su",
    "每日": "Mo-Su",
    "天天": "Mo-Su",
    "周末": "Sa-Su",
    "双休日": "Sa-Su",
    "工作日": "Mo-Fr",
    "法定节假日": "PH",
    "节假日": "PH",
}


@dataclass
class _Rule:
    """Days, and the times that hold on them; ``off`` where the place is closed."""

    days: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    off: bool = False

    @property
    def told(self) -> bool:
        return self.off or bool(self.times)


def read_clock(text: str) -> int | None:
    """Read ``10:00``, ``上午10点``, ``下午3点半`` as minutes since midnight; nothing else."""
    found = _ONE_CLOCK.fullmatch(text.strip())
    if found is None or not (found["a_colon"] or found["a_mark"]):
        return None
    minutes = _minutes(found, "a")
    return minutes if minutes is not None and minutes < 24 * 60 else None


def from_chinese(text: str) -> str | None:
    """Return simple Chinese hours (NFKC form) in OSM syntax; nothing if unsure of any part."""
    text = re.sub(r"(?:[-~—–―]|至|到)+", "-", text)
    rules, rule = [], _Rule()
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return None
        position = token.end()
        starts_rule = token.lastgroup == "rule" or token["days"] or token["named"]
        if rule.told and starts_rule:
            rules.append(rule)
            rule = _Rule()
        if not _add(rule, token):
            return None
    return _written([*rules, rule], working_days="工作日" in text)


def _add(rule: _Rule, token: re.Match[str]) -> bool:
    """Put one token into the rule; False where it makes no sense."""
    if token["days"]:
        rule.days.append(_days(token["days"]))
    elif token["named"]:
        rule.days.append(_NAMED[token["named"]])
    elif token["off"]:
        rule.off = True
    elif token["all_day"]:
        rule.times.append("00:00-24:00")
    elif token["span"]:
        span = _span(token)
        rule.times.append(span or "")
        return span is not None
    return True


def _days(text: str) -> str:
    """周一至周五、周日 -> Mo-Fr,Su; 周六日 -> Sa,Su."""
    items: list[str] = []
    for dash, day in re.findall(r"(-?)(?:周|星期|礼拜)?([一二三四五六日天])", text):
        name = OSM_DAYS[CHINESE_DAYS[day]]
        if dash:
            items[-1] = f"{items[-1]}-{name}"
        else:
            items.append(name)
    return ",".join(items)


def _span(found: re.Match[str]) -> str | None:
    if not any(found[each] for each in ("a_colon", "a_mark", "b_colon", "b_mark")):
        return None
    start, end = _minutes(found, "a"), _minutes(found, "b")
    if start is None or end is None or start == end:
        return None
    if end < start and found["b_part"] is None and found["a_part"] is not None:
        # 下午2点-5点: the afternoon holds for the end too; 晚上10点-2点: past midnight
        if found["a_part"] not in _LATE | {"中午"}:
            return None
        end = end + _NOON if start < end + _NOON <= 2 * _NOON else end
    return f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"


def _minutes(found: re.Match[str], which: str) -> int | None:
    hour, part = int(found[f"{which}_hour"]), found[f"{which}_part"]
    rest = found[f"{which}_minute"] or found[f"{which}_rest"] or "0"
    minute = _REST[rest] if rest in _REST else int(rest.rstrip("分"))
    if (part in _LATE and hour < 12) or (part == "中午" and hour < 3):
        hour += 12
    return None if hour * 60 + minute > 24 * 60 or minute > 59 else hour * 60 + minute


def _written(rules: list[_Rule], *, working_days: bool) -> str | None:
    """Write the rules out; times without days hold on the days named before them."""
    merged: dict[str, _Rule] = {}
    days = ""
    if any(rule.days and not rule.told for rule in rules):
        return None
    for rule in filter(lambda each: each.told, rules):
        days = ",".join(rule.days) or days
        known = merged.setdefault(days, _Rule())
        known.times += rule.times
        known.off |= rule.off
    if not merged or any(rule.off and rule.times for rule in merged.values()):
        return None
    if working_days and not any("PH" in days for days in merged):
        merged["PH"] = _Rule(off=True)
    # a later rule overrides an earlier one, so holidays stand last whatever the order was
    return "; ".join(
        f"{days} {'off' if rule.off else ','.join(rule.times)}".strip()
        for days, rule in sorted(merged.items(), key=lambda item: "PH" in item[0])
    )
