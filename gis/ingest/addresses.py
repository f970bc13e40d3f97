"""
When two ways of writing a place mean the same place.

``3栋``, ``第三幢``, ``３号楼``, ``03#`` are one building; ``银杏社区居委会`` is ``银杏``. Only
spelling is evened out here. Guessing (a missing character, a neighbouring name) is never done: a
household in the wrong building is worse than one that is not placed.
"""

import re
import unicodedata

_SIGNS = re.compile(r"[\s·・•,.。、_/\\\-—–()\[\]【】'\"“”]+")
_NUMBER = r"(?P<number>\d+|[零〇一二两三四五六七八九十百]+)"
_BUILDING = re.compile(
    rf"第?(?P<wing>[a-z]*?)0*{_NUMBER}(?P<tail>[a-z]?)(?:号楼|栋楼|幢楼|座楼|号栋|号幢|栋|幢|号|楼|座|\#)?"
)
_WING = re.compile(r"(?P<wing>[a-z]+)(?:号楼|栋|幢|座|楼)")
_GRID = re.compile(rf"第?0*{_NUMBER}(?:号)?(?:网格)?")
_YARD = re.compile(r".*\d+号?院坝?")
_COMMUNITY_ENDING = re.compile(
    r"(?:社区)?(?:居民委员会|居委会|村民委员会|村委会)$|(?:社区|村)(?:党群服务中心)?$"
)
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


def plain_place(text: str) -> str:
    """Return a name without spaces, full-width signs, case, dots and dashes."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).lower())


def community_key(text: str) -> str:
    """Return the name of a 社区 without 社区居委会 and its like; never nothing."""
    plain = plain_place(text)
    return _COMMUNITY_ENDING.sub("", plain) or plain


def grid_key(text: str) -> str:
    """Return a 网格 as its number (``第一网格`` is ``1``), or its plain name."""
    plain = plain_place(text)
    match = _GRID.fullmatch(plain)
    return str(_whole(match["number"])) if match else plain


def building_key(text: str, compound: str = "") -> str:
    """Return a 楼栋 as its number or letter; a compound's name in front of it is dropped."""
    plain = unicodedata.normalize("NFKC", text).lower().replace(" ", "")
    front = unicodedata.normalize("NFKC", compound).lower().replace(" ", "")
    if front and plain != front:
        plain = plain.removeprefix(front)
    match = _BUILDING.fullmatch(plain)
    if match:
        return f"{match['wing']}{_whole(match['number'])}{match['tail']}"
    wing = _WING.fullmatch(plain)
    return wing["wing"] if wing else plain_place(plain)


def is_yard(text: str) -> bool:
    """Tell whether a text names a courtyard (``82号院``, ``致果巷2号院坝``), a place by itself."""
    return _YARD.fullmatch(plain_place(text)) is not None


def _whole(number: str) -> int:
    if number.isdecimal():
        return int(number)
    total, digit = 0, 0
    for sign in number:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + _DIGITS[sign]
    return total + digit
