"""
The sign of a station: one Chinese character, one Latin letter, a shape and a colour.

Shape and character tell groups apart without colour. A kind that is not listed is shown by
the first character of its name, in the shape and colour of "other".
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Glyph:
    """How one kind of station is drawn."""

    zh: str
    en: str
    shape: str  # round, square, diamond or shield
    colour: str


CARE = ("square", "#8a4a63")
HEALTH = ("round", "#b3423a")
CHILD = ("round", "#a06a12")
CULTURE = ("diamond", "#5b4b9a")
SERVICE = ("shield", "#8d2f2f")
DAILY = ("square", "#4b6478")
OPEN_AIR = ("round", "#4d7a3a")
OTHER = ("square", "#5f6368")

KINDS: dict[str, Glyph] = {
    code: Glyph(zh, en, *group)
    for group, rows in {
        SERVICE: [
            ("community_service_station", "社", "C"),
            ("party_service_center", "党", "P"),
            ("party_service_station_compound", "驿", "P"),
            ("embedded_service_complex", "综", "X"),
            ("street_service_center", "街", "S"),
            ("police_station", "警", "J"),
            ("courier_station", "骑", "R"),
        ],
        CARE: [
            ("elder_daycare", "托", "D"),
            ("home_care_station", "养", "H"),
            ("elder_canteen", "餐", "M"),
            ("meal_point", "食", "M"),
            ("nursing_home", "院", "N"),
        ],
        HEALTH: [
            ("health_center", "医", "H"),
            ("health_station", "诊", "h"),
            ("hospital", "院", "H"),
            ("clinic", "诊", "h"),
            ("pharmacy", "药", "P"),
        ],
        CHILD: [
            ("nursery_0_3", "育", "N"),
            ("kindergarten", "幼", "K"),
            ("primary_school", "小", "E"),
            ("junior_school", "中", "J"),
            ("school", "学", "E"),
            ("childrens_home", "童", "C"),
        ],
        CULTURE: [
            ("culture_center", "文", "C"),
            ("culture_station", "化", "c"),
            ("reading_space", "书", "B"),
            ("library", "图", "L"),
            ("museum", "博", "M"),
        ],
        DAILY: [
            ("food_market", "菜", "F"),
            ("supermarket", "超", "S"),
            ("convenience_store", "便", "s"),
            ("parcel_point", "邮", "P"),
            ("bank", "银", "B"),
            ("bus_stop", "车", "T"),
            ("waste_point", "垃", "W"),
            ("public_toilet", "厕", "W"),
            ("parking", "停", "P"),
        ],
        OPEN_AIR: [
            ("sports_small", "球", "S"),
            ("fitness_outdoor", "健", "F"),
            ("public_space", "场", "O"),
            ("park_5min", "园", "G"),
            ("park_10min", "园", "G"),
            ("park_15min", "园", "G"),
        ],
    }.items()
    for code, zh, en in rows
}


def glyph(code: str, name_zh: str, name_en: str) -> Glyph:
    """Return the sign of a kind of station."""
    first = Glyph(name_zh[:1] or "站", (name_en[:1] or "S").upper(), *OTHER)
    return KINDS.get(code, first)
