"""
Opening hours as staff write them in Chinese, put into the syntax of OpenStreetMap.

    周一至周五 9:00-17:00                  ->  Mo-Fr 09:00-17:00
    上午8:30-12:00 下午2点-5点半            ->  08:30-12:00,14:00-17:30
    每天9:00-17:00（周一闭馆）               ->  Mo-Su 09:00-17:00; Mo off
    工作日8:30-17:30（午休12点到2点）         ->  Mo-Fr 08:30-12:00,14:00-17:30; PH off
    夏季8:00-18:00，冬季8:30-17:30         ->  May-Sep 08:00-18:00; Oct-Apr 08:30-17:30

Only what is understood to the last character is translated: a phrase with anything else in it
(单双周, 电话预约, 以通知为准) is left unread rather than half read. What words mean stands in
``data/words/hours.toml``.
"""

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from gis.catalogue.schema import data_root

CHINESE_DAYS = {**dict(zip("一二三四五六日", range(7), strict=True)), "天": 6}
OSM_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_CLOCK = (
    r"(?P<{0}_part>上午|早上|早|中午|下午|晚上|晚间|晚|凌晨|次日凌晨|次日|第二天|翌日)?\s*:?\s*"
    r"(?P<{0}_hour>\d{{1,2}})"
    r"(?:(?P<{0}_colon>[:.])(?P<{0}_minute>\d{{2}})(?::00)?"
    r"|(?P<{0}_mark>[点时])(?P<{0}_rest>半|一刻|三刻|整|\d{{1,2}}分?)?)?"
)
_RANGE = _CLOCK + r"\s*-\s*" + _CLOCK.replace("{0}", "{1}")
_MONTH = r"(?P<{0}_month>\d{{1,2}})月?(?:(?<=月)(?P<{0}_day>\d{{1,2}})日)?"
_ONE_CLOCK = re.compile(_CLOCK.format("a"))
_REST = {"半": 30, "一刻": 15, "三刻": 45, "整": 0}
_LATE = frozenset({"下午", "晚上", "晚间", "晚"})
_NOON = 12 * 60
_DAY = "(?:周|星期|礼拜)"
_BREAK = "(?:午休|午间休息|中午休息)(?:时间)?"
_NUMERAL = re.compile(
    r"(二十[一二三四]?|十[一二三四五六七八九]?|[一二两三四五六七八九])(?=[点时]|小时)"
)
_DIGITS = {"两": 2, **{digit: at for at, digit in enumerate("一二三四五六七八九", 1)}}


@dataclass(frozen=True)
class Words:
    """Meanings of words (data/words/hours.toml): days, times and seasons; which are assumed."""

    days: Mapping[str, str]
    times: Mapping[str, str]
    seasons: Mapping[str, str]
    assumed: frozenset[str]


@functools.cache
def words() -> Words:
    """Read the words once."""
    told = tomllib.loads((data_root() / "words" / "hours.toml").read_text(encoding="utf-8"))
    times, seasons = told["assumed_times"], told["assumed_seasons"]
    return Words(told["days"], told["times"] | times, seasons, frozenset({*times, *seasons}))


@functools.cache
def _token() -> re.Pattern[str]:
    known = words()
    return re.compile(
        "|".join(
            [
                rf"(?P<days>[每逢]?{_DAY}[一二三四五六日天](?:[-、,和及]?{_DAY}?[一二三四五六日天])*)",
                rf"(?P<named>{_any(known.days)})",
                rf"(?P<season>{_any(known.seasons)})",
                rf"(?P<months>{_MONTH.format('from')}-{_MONTH.format('to')}(?<=[月日]))",
                rf"(?P<break>{_BREAK}[:\s]*{_RANGE.format('c', 'd')}",
                rf"{_RANGE.format('e', 'f')}\s*{_BREAK})",
                r"(?P<usual>照常(?:开放|营业|服务)?|正常(?:开放|营业|服务)|不休息?|无休)",
                r"(?P<off>休息|休馆|闭馆|关闭|关门|不开放|不营业|停业|除外|休)",
                rf"(?P<span>{_RANGE.format('a', 'b')})",
                rf"(?P<word>{_any(known.times)})",
                r"(?P<rule>[;。()\[\]\n/]+)",
                r"(?P<filler>[\s,、:和及]+|开放|营业|服务|对外|时间|开门)",
            ]
        )
    )


def _any(known: Mapping[str, str]) -> str:
    # the longest first: 法定节假日 before 节假日
    return "|".join(map(re.escape, sorted(known, key=len, reverse=True)))


@dataclass
class _Rule:
    """Days in a season, and the times that hold on them; ``off`` where the place is closed."""

    days: list[str] = field(default_factory=list)
    season: str = ""
    times: list[tuple[int, int]] = field(default_factory=list)
    off: bool = False
    usual: bool = False

    @property
    def told(self) -> bool:
        return self.off or self.usual or bool(self.times)


def read_clock(text: str) -> int | None:
    """Read ``10:00``, ``上午10点``, ``下午3点半`` as minutes since midnight; nothing else."""
    found = _ONE_CLOCK.fullmatch(text.strip())
    if found is None or not (found["a_colon"] or found["a_mark"]):
        return None
    minutes = _minutes(found, "a")
    return minutes if minutes is not None and minutes < 24 * 60 else None


def assumed_words(text: str) -> list[str]:
    """Return the words in hours whose times or seasons are our assumption (白天, 夏季)."""
    plain = unicodedata.normalize("NFKC", text)
    plain = plain if from_chinese(plain) else ""
    found = [each for each in _token().finditer(_prepared(plain)) if each["word"] or each["season"]]
    told = [each[0] for each in found]
    return [word for word in dict.fromkeys(told) if word in words().assumed]


def from_chinese(text: str) -> str | None:
    """Return simple Chinese hours (NFKC form) in OSM syntax; nothing if unsure of any part."""
    text = _prepared(text)
    rules, rule = [], _Rule()
    breaks: list[tuple[int, int]] = []
    position = 0
    while position < len(text):
        token = _token().match(text, position)
        if token is None:
            return None
        position = token.end()
        starts = token.lastgroup == "rule" or any(
            token[each] for each in ("days", "named", "season", "months")
        )
        if rule.told and starts:
            rules.append(rule)
            rule = _Rule()
        if not _add(rule, breaks, token):
            return None
    return _written([*rules, rule], breaks, working_days="工作日" in text or "上班日" in text)


def _prepared(text: str) -> str:
    """Write every range with a dash and every hour in digits."""
    dashed = re.sub(r"(?:[-~—–―]|至|到)+", "-", text)
    return _NUMERAL.sub(lambda found: str(_number(found[1])), dashed)


def _number(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    return (_DIGITS[tens] if tens else 1 if ten else 0) * 10 + (_DIGITS[ones] if ones else 0)


def _add(rule: _Rule, breaks: list[tuple[int, int]], token: re.Match[str]) -> bool:
    """Put one token into the rule; False where it makes no sense."""
    if token["days"]:
        rule.days.append(_days(token["days"]))
    elif token["named"]:
        rule.days.append(words().days[token["named"]])
    elif token["season"]:
        rule.season = words().seasons[token["season"]]
    elif token["months"]:
        months = _months(token)
        rule.season = months or ""
        return months is not None
    elif token["break"]:
        span = _span(token, "c", "d") if token["c_hour"] else _span(token, "e", "f")
        return _keep(_by_day(span), breaks)
    elif token["usual"]:
        rule.usual = True
    elif token["off"]:
        rule.off = True
    elif token["word"]:
        start, end = words().times[token["word"]].split("-")
        rule.times.append((_clock(start), _clock(end)))
    elif token["span"]:
        return _keep(_span(token, "a", "b"), rule.times)
    return True


def _keep(span: tuple[int, int] | None, spans: list[tuple[int, int]]) -> bool:
    spans.extend([] if span is None else [span])
    return span is not None


def _by_day(span: tuple[int, int] | None) -> tuple[int, int] | None:
    """Nobody rests at noon until the morning: 12点到2点 ends in the afternoon."""
    if span is None or span[1] > span[0]:
        return span
    return (span[0], span[1] + _NOON) if span[0] < span[1] + _NOON else None


def _clock(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


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


def _months(found: re.Match[str]) -> str | None:
    """5月-9月 -> May-Sep; 5月1日-9月30日 -> May 01-Sep 30."""
    ends = []
    for month, day in (("from_month", "from_day"), ("to_month", "to_day")):
        number = int(found[month])
        if not 1 <= number <= 12 or not 1 <= int(found[day] or 1) <= _MONTH_DAYS[number - 1]:
            return None
        ends.append(_MONTHS[number - 1] + (f" {int(found[day]):02d}" if found[day] else ""))
    return "-".join(ends) if bool(found["from_day"]) == bool(found["to_day"]) else None


def _span(found: re.Match[str], first: str, last: str) -> tuple[int, int] | None:
    marks = [f"{end}_{mark}" for end in (first, last) for mark in ("colon", "mark")]
    if not any(found[each] for each in marks):
        return None
    start, end = _minutes(found, first), _minutes(found, last)
    if start is None or end is None or start == end:
        return None
    part = found[f"{first}_part"]
    if end < start and found[f"{last}_part"] is None and part is not None:
        # 下午2点-5点: the afternoon holds for the end too; 晚上10点-2点: past midnight
        if part not in _LATE | {"中午"}:
            return None
        end = end + _NOON if start < end + _NOON <= 2 * _NOON else end
    return start, end


def _minutes(found: re.Match[str], which: str) -> int | None:
    hour, part = int(found[f"{which}_hour"]), found[f"{which}_part"]
    rest = found[f"{which}_minute"] or found[f"{which}_rest"] or "0"
    minute = _REST[rest] if rest in _REST else int(rest.rstrip("分"))
    if (part in _LATE and hour < 12) or (part == "中午" and hour < 3):
        hour += 12
    return None if hour * 60 + minute > 24 * 60 or minute > 59 else hour * 60 + minute


def _written(
    rules: list[_Rule], breaks: list[tuple[int, int]], *, working_days: bool
) -> str | None:
    """Write the rules out; times without days or season hold on those named before them."""
    if any((rule.days or rule.season) and not rule.told for rule in rules):
        return None
    merged = _merged([rule for rule in rules if rule.told])
    if not merged or any(rule.off and rule.times for rule in merged.values()):
        return None
    if all(rule.off for rule in merged.values()) and [*merged] != [("", "")]:
        # 周一休息 alone does not say when it is open
        return None
    for rule in merged.values():
        rule.times = _without(rule.times, breaks)
        if not rule.off and not rule.times:
            return None
    if working_days and not any("PH" in days for _, days in merged):
        merged["", "PH"] = _Rule(off=True)
    # a later rule overrides an earlier one: rest days stand after times, holidays last of all
    order = sorted(merged.items(), key=lambda item: ("PH" in item[0][1], item[1].off))
    return "; ".join(
        f"{season} {days} {'off' if rule.off else ','.join(map(_told, rule.times))}".strip()
        for (season, days), rule in order
    ).replace("  ", " ")


def _merged(rules: list[_Rule]) -> dict[tuple[str, str], _Rule]:
    """Put rules of the same days and season together."""
    merged: dict[tuple[str, str], _Rule] = {}
    days = season = ""
    usual: list[tuple[int, int]] = []
    for rule in rules:
        days = ",".join(rule.days) or days
        # who rests on Mondays rests in summer and winter, unless the rule names its season
        season = rule.season or season
        known = merged.setdefault(("" if rule.off and not rule.season else season, days), _Rule())
        known.times += rule.times or (usual if rule.usual else [])
        known.off |= rule.off
        usual = usual or rule.times
    return merged


def _without(times: list[tuple[int, int]], breaks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Cut breaks out of times; a time past midnight keeps its night."""
    for low, high in breaks:
        cut = []
        for start, end in times:
            if start < end and low < end and high > start:
                cut += [span for span in ((start, low), (high, end)) if span[0] < span[1]]
            else:
                cut.append((start, end))
        times = cut
    return times


def _told(span: tuple[int, int]) -> str:
    return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in span)
