"""
Which ways people walk on: the pedestrian filter, tag by tag.

The order follows the access tags of OpenStreetMap, most particular first
(https://wiki.openstreetmap.org/wiki/Key:access): ``foot`` beats the class of the way and
``access``; the class beats nothing. What the values mean stands in ``data/osm``.

    tags --judge(rules)--> walked by everyone | by residents | not at all, and why not
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from gis.catalogue.osm import OsmRules, first_match

_PERCENT = re.compile(r"^([+-]?\d+(?:\.\d+)?)\s*%$")
_DEGREES = re.compile(r"^([+-]?\d+(?:\.\d+)?)\s*(?:°|deg)$")
_ON_THE_GROUND = frozenset({"no", "building_passage", "culvert"})
_SIDES = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
STEEPEST = 1.0
"""A grade beyond 100 % is a slip of the pen (``incline=300%``); it counts as unknown."""


@dataclass(frozen=True)
class Footway:
    """
    Whether people walk on a way.

    ``users`` is ``everyone``, ``residents`` or, where nobody walks, empty; ``dropped`` then says
    why: ``class`` (not a way for walkers), ``foot``, ``access`` or ``motor_only``.
    """

    kind: str
    users: str = ""
    dropped: str = ""


def judge(tags: Mapping[str, str], rules: OsmRules) -> Footway | None:
    """
    Tell who walks on a way with these tags; nothing where it is no street at all.

    ``foot=yes`` opens a trunk road or motorway bridge, but nothing opens a way that is not
    there yet (construction, proposed) or never for walkers (raceway, busway): those classes are
    in neither list of the rules.
    """
    kind = tags.get("highway") or first_match(rules.platforms, tags)
    if kind is None:
        return None
    foot = tags.get("foot", "")
    if kind not in rules.walkable_with_foot and not _is_walked(kind, rules):
        return Footway(kind, dropped="class")
    if foot in rules.foot_no:
        return Footway(kind, dropped="foot")
    if foot in rules.foot_yes:
        return Footway(kind, "everyone")
    return _by_class_and_access(kind, tags, rules)


def judged_keys(rules: OsmRules) -> frozenset[str]:
    """Return the keys on which the verdict depends."""
    asked = (*rules.platforms, *rules.motor_only)
    by_rules = frozenset(key for rule in asked for key in (*rule.tags, *rule.unless))
    return by_rules | {"highway", "foot", "access", *_SIDES}


def _is_walked(kind: str, rules: OsmRules) -> bool:
    return kind in rules.walkable or any(kind == rule.kind for rule in rules.platforms)


def _by_class_and_access(kind: str, tags: Mapping[str, str], rules: OsmRules) -> Footway:
    access = tags.get("access", "")
    needs_sidewalk = kind in rules.sidewalk_needed and not _has_sidewalk(tags, rules)
    if needs_sidewalk or not _is_walked(kind, rules):
        return Footway(kind, dropped="class")
    if tags.get("foot") in rules.foot_private:
        return Footway(kind, "residents")
    if first_match(rules.motor_only, tags) is not None:
        return Footway(kind, dropped="motor_only")
    if access in rules.access_no:
        return Footway(kind, dropped="access")
    return Footway(kind, "residents" if access in rules.access_private else "everyone")


def _has_sidewalk(tags: Mapping[str, str], rules: OsmRules) -> bool:
    return any(tags.get(side) in rules.sidewalk_yes for side in _SIDES)


def grade(incline: str | None) -> float:
    """
    Return rise over run along the way from ``incline`` (``10%``, ``-5.7°``).

    NaN where the tag gives no number (``up``), no unit, or a slope no street has.
    """
    percent = _PERCENT.match(incline or "")
    degrees = _DEGREES.match(incline or "")
    if percent:
        slope = float(percent[1]) / 100
    elif degrees and abs(float(degrees[1])) <= 45:
        slope = math.tan(math.radians(float(degrees[1])))
    else:
        return math.nan
    return slope if abs(slope) <= STEEPEST else math.nan


def layer(tags: Mapping[str, str]) -> int | None:
    """
    Return the layer of a way; a bridge or tunnel that names none lies at 1 or -1.

    Nothing for a way on the ground, or where ``layer`` is no whole number. A passage through a
    building is on the ground.
    """
    try:
        return int(tags["layer"])
    except KeyError:
        return _off_the_ground(tags)
    except ValueError:
        return None


def _off_the_ground(tags: Mapping[str, str]) -> int | None:
    if tags.get("tunnel", "no") not in _ON_THE_GROUND:
        return -1
    return 1 if tags.get("bridge", "no") not in _ON_THE_GROUND else None
