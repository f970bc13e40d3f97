"""
Getting the OpenStreetMap data of a place by its name, where there is internet.

osmnx asks Nominatim for the outline and Overpass for what lies in it, in portions that the
server can bear; the answers are taken as they come in and put into one ``.osm`` file, which
``read_osm`` reads like any other extract. So a fetched and a downloaded place follow the same
rules. (osmnx' own cache leaves out answers that the server cut short, so it is not used.)

    name --Nominatim--> outline + margin --Overpass--> elements --> place.osm
"""

import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from gis.catalogue import Catalogue, load_catalogue
from gis.errors import InputError, ResultError
from gis.ingest.osm import wanted_keys
from gis.ingest.osm_file import Progress

MARGIN = 1200.0
"""Metres around the place (ours): somebody at its edge walks 15 minutes beyond it."""
TIMEOUT = 180
"""Seconds for one answer, as osmnx has it."""

_ORDER = {"node": 0, "way": 1, "relation": 2}
Elements = dict[tuple[int, int], dict[str, Any]]


def fetch_place(
    name: str,
    out: str | Path,
    *,
    nominatim: str | None = None,
    overpass: str | None = None,
    timeout: float = TIMEOUT,
    catalogue: Catalogue | None = None,
    progress: Progress | None = None,
) -> Path:
    """
    Fetch streets, buildings, gates, compounds and stations of a place into an ``.osm`` file.

    Parameters
    ----------
    name
        As Nominatim knows it: ``粤海街道, 南山区, 深圳``.
    out
        The file to write; it is replaced whole or not at all.
    nominatim, overpass
        Base addresses of other servers (``https://overpass.example/api``).

    Returns
    -------
    Path
        ``out``.

    Raises
    ------
    InputError
        ``out`` does not end in ``.osm``, or no place of this name has an outline.
    ResultError
        The servers cannot be reached, or gave only part of the answer.
    """
    target = Path(out)
    if target.suffix.lower() != ".osm":
        raise InputError(
            f"输出文件 {target} 应以 .osm 结尾",
            english=f"{target}: the file to write must end in .osm",
        )
    tell = progress or (lambda _message, _fraction: None)
    keys = wanted_keys(catalogue or load_catalogue())
    servers = {"nominatim_url": nominatim, "overpass_url": overpass}
    answers: list[Any] = []
    with _settings(answers, timeout, servers) as osmnx:
        tell(f"查询“{name}”的范围", 0.0)
        outline = _outline(osmnx, name)
        tell(f"下载“{name}”的地图数据", 0.2)
        _download(osmnx, outline, keys)
    elements, date = _elements(answers)
    if not elements:
        raise ResultError(
            f"“{name}”范围内没有地图数据,请换一个地名或使用下载的 .osm.pbf 文件",
            english=f"{name}: no map data inside; try another name, or use an .osm.pbf extract",
        )
    tell(f"写入 {target.name}", 0.9)
    _replace(target, osm_text(elements.values(), date))
    return target


@contextmanager
def _settings(
    answers: list[Any], timeout: float, servers: Mapping[str, str | None]
) -> Iterator[Any]:
    """
    Lend osmnx our settings; it keeps them in its module and pins host names in ``socket``.

    Every good answer of Overpass is put into ``answers``.
    """
    import osmnx  # noqa: PLC0415 - slow to load

    def keep(response: Any, **_options: Any) -> None:
        if response.request.method == "POST" and response.ok:
            answers.append(response)

    ours: dict[str, Any] = {
        "use_cache": False,
        "cache_only_mode": False,
        "requests_kwargs": osmnx.settings.requests_kwargs | {"hooks": {"response": keep}},
        "requests_timeout": timeout,
        # another server than the public one has its own rules, and often no status page
        "overpass_rate_limit": servers["overpass_url"] is None,
        **{key: url for key, url in servers.items() if url is not None},
    }
    before = {key: getattr(osmnx.settings, key) for key in ours}
    resolve = socket.getaddrinfo
    try:
        for key, value in ours.items():
            setattr(osmnx.settings, key, value)
        yield osmnx
    finally:
        for key, value in before.items():
            setattr(osmnx.settings, key, value)
        socket.getaddrinfo = resolve


@contextmanager
def _told(server: str) -> Iterator[None]:
    """Turn what may go wrong on the way to a server into one message."""
    import osmnx  # noqa: PLC0415
    import requests  # noqa: PLC0415

    try:
        yield
    except (requests.RequestException, osmnx._errors.ResponseStatusCodeError) as error:  # noqa: SLF001
        found = type(error).__name__
        raise ResultError(
            f"连不上 {server}({found})。请检查网络,或改用下载好的 .osm.pbf 文件:"
            "minqing import --streets 文件.osm.pbf",
            english=f"{server} cannot be reached ({found}); check the network, or use an extract "
            "file instead: minqing import --streets FILE.osm.pbf",
        ) from None


def _outline(osmnx: Any, name: str) -> Any:
    """Return the outline of the place with the margin around it, in degrees."""
    try:
        with _told("Nominatim"):
            place = osmnx.geocode_to_gdf(name)
    except (TypeError, ValueError) as error:
        # osmnx: no result at all (InsufficientResponseError), or only a point (TypeError)
        raise InputError(
            f"找不到“{name}”的范围:请写全称(如“粤海街道, 南山区, 深圳”),或改用 .osm.pbf 文件",
            english=f"'{name}': no place of this name has an outline ({error}); write it in full "
            "(street, district, city), or use an .osm.pbf extract",
        ) from None
    metres = place.to_crs(place.estimate_utm_crs()).buffer(MARGIN)
    return metres.to_crs(place.crs).iloc[0]


def _download(osmnx: Any, outline: Any, keys: Iterable[str]) -> None:
    osmnx.settings.cache_only_mode = True
    try:
        with _told("Overpass"):
            osmnx.features_from_polygon(outline, dict.fromkeys(sorted(keys), True))
    except osmnx._errors.CacheOnlyInterruptError:  # noqa: SLF001 - the documented end of this mode
        return
    except osmnx._errors.InsufficientResponseError as error:  # noqa: SLF001
        raise ResultError(
            f"Overpass 的回答读不懂({error}),请稍后再试",
            english=f"Overpass gave an answer that cannot be read ({error}); try again later",
        ) from None


def _elements(answers: Iterable[Any]) -> tuple[Elements, str | None]:
    """Put the answers of Overpass together; every object once."""
    found: Elements = {}
    dates = []
    for response in answers:
        answer = response.json()
        if "remark" in answer:
            # Overpass answers 200 with half the data when its time or memory runs out
            raise ResultError(
                f"Overpass 没有给全数据({answer['remark']}),请稍后再试或改用 .osm.pbf 文件",
                english=f"Overpass gave only part of the data ({answer['remark']}); try again "
                "later or use an .osm.pbf extract",
            )
        dates.append(answer.get("osm3s", {}).get("timestamp_osm_base"))
        for element in answer.get("elements", ()):
            found[_ORDER[element["type"]], element["id"]] = element
    known = [date for date in dates if date]
    return dict(sorted(found.items())), min(known) if known else None


def osm_text(elements: Iterable[Mapping[str, Any]], date: str | None) -> str:
    """Write elements of an Overpass answer (JSON) as OSM XML, with the day they stand for."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="minqing">']
    if date:
        lines.append(f"<meta osm_base={quoteattr(date)}/>")
    for element in elements:
        kind, place = element["type"], ""
        if kind == "node":
            place = f' lat="{element["lat"]:.7f}" lon="{element["lon"]:.7f}"'
        lines.append(f'<{kind} id="{element["id"]}" version="1"{place}>')
        lines += [f'<nd ref="{ref}"/>' for ref in element.get("nodes", ())]
        lines += [_member(member) for member in element.get("members", ())]
        lines += [
            f"<tag k={quoteattr(key)} v={quoteattr(value)}/>"
            for key, value in element.get("tags", {}).items()
        ]
        lines.append(f"</{kind}>")
    return "\n".join([*lines, "</osm>", ""])


def _member(member: Mapping[str, Any]) -> str:
    role = quoteattr(member["role"])
    return f'<member type="{member["type"]}" ref="{member["ref"]}" role={role}/>'


def _replace(target: Path, text: str) -> None:
    whole = target.with_name(target.name + ".part")
    whole.write_text(text, encoding="utf-8")
    os.replace(whole, target)  # noqa: PTH105 - the atomic replacement, by its own name
