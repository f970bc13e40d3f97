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
            ("community_centre", "会", "C"),
            ("government_office", "政", "G"),
            ("social_service", "助", "A"),
        ],
        CARE: [
            ("elder_daycare", "托", "D"),
            ("home_care_station", "养", "H"),
            ("elder_canteen", "餐", "M"),
            ("meal_point", "食", "M"),
            ("nursing_home", "颐", "N"),
            ("elder_club", "老", "E"),
        ],
        HEALTH: [
            ("health_center", "医", "H"),
            ("health_station", "诊", "h"),
            ("hospital", "院", "H"),
            ("clinic", "门", "h"),
            ("outpatient", "门", "O"),
            ("dentist", "牙", "T"),
            ("rehab_center", "康", "R"),
            ("pharmacy", "药", "P"),
        ],
        CHILD: [
            ("nursery_0_3", "育", "N"),
            ("kindergarten", "幼", "K"),
            ("primary_school", "小", "E"),
            ("junior_school", "中", "J"),
            ("senior_school", "高", "J"),
            ("nine_year_school", "九", "E"),
            ("complete_secondary_school", "完", "J"),
            ("school", "学", "E"),
            ("college", "大", "U"),
            ("playground", "玩", "P"),
            ("childrens_home", "童", "C"),
        ],
        CULTURE: [
            ("culture_center", "文", "C"),
            ("culture_station", "化", "c"),
            ("reading_space", "书", "B"),
            ("library", "图", "L"),
            ("museum", "博", "M"),
            ("theatre", "剧", "T"),
        ],
        DAILY: [
            ("food_market", "菜", "F"),
            ("supermarket", "超", "S"),
            ("convenience_store", "便", "s"),
            ("shop", "店", "s"),
            ("greengrocer", "鲜", "G"),
            ("shopping_mall", "商", "M"),
            ("restaurant", "饭", "R"),
            ("breakfast_shop", "早", "b"),
            ("laundry", "洗", "L"),
            ("hairdresser", "发", "h"),
            ("photo_print_shop", "印", "p"),
            ("housekeeping_office", "家", "k"),
            ("repair_shop", "修", "r"),
            ("parcel_point", "递", "P"),
            ("post_office", "邮", "P"),
            ("telecom_shop", "信", "T"),
            ("bank", "银", "B"),
            ("atm", "取", "A"),
            ("bus_stop", "车", "T"),
            ("transit_station", "轨", "T"),
            ("recycling_point", "收", "R"),
            ("waste_point", "垃", "W"),
            ("public_toilet", "厕", "W"),
            ("parking", "停", "P"),
            ("bicycle_parking", "自", "B"),
        ],
        OPEN_AIR: [
            ("sports_small", "球", "S"),
            ("sports_centre", "体", "S"),
            ("fitness_centre", "馆", "F"),
            ("fitness_outdoor", "健", "F"),
            ("public_space", "场", "O"),
            ("square", "广", "O"),
            ("park", "园", "G"),
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
