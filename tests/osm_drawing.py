"""Tiny OpenStreetMap files, drawn in metres from 113.95° E, 22.53° N."""

from xml.sax.saxutils import quoteattr

LON, LAT = 113.95, 22.53
LON_METRES, LAT_METRES = 102_860.0, 110_750.0
KINDS = {"n": "node", "w": "way", "r": "relation"}


def lonlat(x, y):
    """Return degrees, to the seven places OpenStreetMap keeps."""
    return round(LON + x / LON_METRES, 7), round(LAT + y / LAT_METRES, 7)


def tag_text(tags):
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def osm_text(nodes, ways, relations=None, head=""):
    """
    Write a file: nodes ``{1: (x, y)}`` or ``{1: (x, y, tags)}``, ways ``{1: ([1, 2], tags)}``.

    Relations are ``{1: ([("w", 1, "outer")], tags)}``.
    """
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">', head]
    for number, (x, y, *tags) in nodes.items():
        lon, lat = lonlat(x, y)
        place = f'lon="{lon:.7f}" lat="{lat:.7f}"'
        inside = tag_text(tags[0] if tags else {})
        lines.append(f'<node id="{number}" version="1" {place}>{inside}</node>')
    for number, (refs, tags) in ways.items():
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs) + tag_text(tags)
        lines.append(f'<way id="{number}" version="1">{inside}</way>')
    for number, (members, tags) in (relations or {}).items():
        inside = "".join(
            f'<member type="{KINDS[kind]}" ref="{ref}" role="{role}"/>'
            for kind, ref, role in members
        )
        lines.append(f'<relation id="{number}" version="1">{inside}{tag_text(tags)}</relation>')
    return "\n".join([*lines, "</osm>"])


def square(first, x, y, side):
    """Return the four corner nodes of a square, from ``first`` on, and its closed ring."""
    corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
    nodes = {first + i: corner for i, corner in enumerate(corners)}
    return nodes, [first, first + 1, first + 2, first + 3, first]
