"""
What an OpenStreetMap file holds, as flat arrays: the tagged nodes, the ways, the relations.

libosmium (through pyosmium) reads and filters the file and hands over OPL, its line-per-object
text (https://osmcode.org/opl-file-format/): lines are split ten times faster than objects are
walked one by one from Python, and the node references of all ways become arrays in one step.

    file -> nodes with a wanted key        (locations of *all* nodes are remembered meanwhile)
         -> ways and relations with one    (each reference with its location, NaN if it is missing)
         -> ways needed by those relations (outlines of multipolygons mostly carry no tags)
"""

import bz2
import gzip
import io
import lzma
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from gis.errors import InputError

Tags = dict[str, str]
Progress = Callable[[str, float | None], None]
Member = tuple[str, int, str]
"""Type (``n``, ``w``, ``r``), id and role of one member of a relation."""

_ENDINGS = (".osm", ".osm.gz", ".osm.bz2", ".osm.xz", ".osm.pbf", ".pbf", ".xml")
_DATE = re.compile(rb'osm_base="([^"]+)"|<osm[^>]* timestamp="([^"]+)"')
_ESCAPED = re.compile(r"%([0-9a-f]+)%")


@dataclass(frozen=True, eq=False)
class OsmNodes:
    """n tagged nodes: ``ids``, ``lon``, ``lat`` (n) and their tags."""

    ids: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    tags: list[Tags]


@dataclass(frozen=True, eq=False)
class OsmWays:
    """
    n ways; the references of way ``i`` stand at ``start[i]:start[i + 1]`` of the flat arrays.

    ``lon`` and ``lat`` are NaN for a node that the file does not hold.
    """

    ids: NDArray[np.int64]
    tags: list[Tags]
    start: NDArray[np.int64]
    refs: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64]) -> "OsmWays":
        """Return the ways at these positions, in this order."""
        sizes = np.diff(self.start)[rows]
        start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        shift = np.repeat(self.start[rows] - start[:-1], sizes)
        flat = np.arange(start[-1]) + shift
        tags = [self.tags[row] for row in rows]
        return OsmWays(self.ids[rows], tags, start, self.refs[flat], self.lon[flat], self.lat[flat])

    def owner(self) -> NDArray[np.int64]:
        """Return, for every reference, the position of its way."""
        return np.repeat(np.arange(len(self.ids)), np.diff(self.start))


@dataclass(frozen=True, eq=False)
class OsmRelations:
    """n relations: id, tags, members."""

    ids: NDArray[np.int64]
    tags: list[Tags]
    members: list[list[Member]]


@dataclass(frozen=True, eq=False)
class OsmFile:
    """Everything wanted from one file; ``ways`` ends with the outlines used by relations."""

    nodes: OsmNodes
    ways: OsmWays
    relations: OsmRelations
    data_date: str | None


def read_osm_file(
    path: str | Path,
    *,
    node_keys: Iterable[str],
    way_keys: Iterable[str],
    progress: Progress | None = None,
) -> OsmFile:
    """
    Read the nodes, ways and relations that carry one of the wanted keys.

    Parameters
    ----------
    path
        ``.osm`` (plain, ``.gz``, ``.bz2``, ``.xz``) or ``.osm.pbf``; in any order inside.
    node_keys, way_keys
        Keys that make a node worth keeping, and a way or relation.
    progress
        Called with a message and the part done.

    Raises
    ------
    InputError
        The file is missing, empty, cut short, or not OpenStreetMap data.
    """
    source = Path(path)
    tell = progress or _silent
    data = _content(source)
    table = osmium.index.create_map("flex_mem")
    places = osmium.NodeLocationsForWays(table)
    places.ignore_errors()
    nodes, ways = osmium.osm.NODE, osmium.osm.WAY | osmium.osm.RELATION
    try:
        tell("读取地图节点", 0.0)
        tagged = _lines(data, nodes, [places, osmium.filter.KeyFilter(*node_keys)])
        tell("读取地图线", 0.4)
        objects = _lines(data, ways, [osmium.filter.KeyFilter(*way_keys), places])
        kept = [line for line in objects if line.startswith("w")]
        relations = _relations([line for line in objects if line.startswith("r")])
        missing = _missing_outlines(relations, _ids(kept))
        tell("读取地图轮廓", 0.7)
        outlines = _outlines(data, missing, places)
        lines = _with_new_nodes(data, _ways(kept + outlines))
    except RuntimeError as error:
        raise _unreadable(source, str(error)) from None
    if not tagged and not kept and not relations.tags:
        raise _nothing_there(source)
    tell("地图要素读完", 1.0)
    return OsmFile(_nodes(tagged), lines, relations, _date(data, source))


def _silent(message: str, fraction: float | None) -> None:
    """Tell nobody."""


def _content(source: Path) -> Any:
    """Return what libosmium reads; it opens .gz, .bz2 and .pbf itself, .xz is unpacked here."""
    name = source.name.lower()
    if not source.is_file():
        raise InputError(f"找不到文件 {source}", english=f"{source}: no such file; check the name")
    if source.stat().st_size == 0:
        raise InputError(
            f"{source} 是空文件(0 字节),请重新下载或导出",
            english=f"{source}: the file is empty (0 bytes); download or export it again",
        )
    if not name.endswith(_ENDINGS):
        raise InputError(
            f"{source} 不是 OpenStreetMap 文件:文件名应以 {'、'.join(_ENDINGS)} 结尾",
            english=f"{source}: not an OpenStreetMap file; names end in {', '.join(_ENDINGS)}",
        )
    if not name.endswith(".xz"):
        return osmium.io.File(str(source), _format(name))
    try:
        return osmium.io.FileBuffer(lzma.decompress(source.read_bytes()), "osm")
    except (lzma.LZMAError, EOFError) as error:
        raise _unreadable(source, str(error)) from None


def _format(name: str) -> str:
    packing = name.rpartition(".")[2]
    if packing in {"gz", "bz2"}:
        return f"osm.{packing}"
    return "pbf" if packing == "pbf" else "osm"


def _lines(data: Any, kinds: Any, handlers: Sequence[Any]) -> list[str]:
    """Return the OPL lines of what the handlers let pass, in the order of the file."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "objects.opl"
        form = osmium.io.File(str(target), "opl,add_metadata=false,locations_on_ways=true")
        with osmium.SimpleWriter(form) as writer:
            osmium.apply(osmium.io.Reader(data, kinds), *handlers, writer)
        return target.read_text(encoding="utf-8").splitlines()


def _ids(lines: list[str]) -> set[int]:
    return {int(line[1 : line.index(" ")]) for line in lines}


def _missing_outlines(relations: OsmRelations, known: set[int]) -> list[int]:
    members = (member for each in relations.members for member in each)
    return sorted({ref for kind, ref, _ in members if kind == "w"} - known)


def _outlines(data: Any, ids: list[int], places: Any) -> list[str]:
    if not ids:
        return []
    # libosmium's filter takes no id below 0, which objects have that were never uploaded
    handlers = [places] if ids[0] < 0 else [osmium.filter.IdFilter(ids), places]
    wanted = set(ids)
    lines = _lines(data, osmium.osm.WAY, handlers)
    return [line for line in lines if int(line[1 : line.index(" ")]) in wanted]


def _fields(line: str) -> tuple[int, Tags, str]:
    """Split ``w5 Tk=v,k=v Nn1x1y1,...`` into id, tags and the rest."""
    number, tags, *rest = line.split(" ")
    pairs = tags[1:].split(",") if len(tags) > 1 else []
    found = dict(pair.split("=") for pair in pairs)
    if "%" in tags:
        found = {_plain(key): _plain(value) for key, value in found.items()}
    return int(number[1:]), found, " ".join(rest)


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)


def _nodes(lines: list[str]) -> OsmNodes:
    fields = [_fields(line) for line in lines]
    # a node reads "n1 Tk=v x113.9 y22.5"; a deleted one, "x y", has no place and is left out
    placed = [
        (number, tags, place.split(" ")) for number, tags, place in fields if place.strip() != "x y"
    ]
    return OsmNodes(
        np.array([number for number, _, _ in placed], dtype=np.int64),
        np.array([float(x[1:]) for _, _, (x, _) in placed], dtype=np.float64),
        np.array([float(y[1:]) for _, _, (_, y) in placed], dtype=np.float64),
        [tags for _, tags, _ in placed],
    )


def _ways(lines: list[str]) -> OsmWays:
    fields = [_fields(line) for line in lines]
    lists = [refs[1:] for _, _, refs in fields]
    sizes = [text.count(",") + 1 if text else 0 for text in lists]
    refs, lon, lat = _references(",".join(text for text in lists if text))
    return OsmWays(
        np.array([number for number, _, _ in fields], dtype=np.int64),
        [tags for _, tags, _ in fields],
        np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]),
        refs,
        lon,
        lat,
    )


def _with_new_nodes(data: Any, ways: OsmWays) -> OsmWays:
    """Place nodes drawn in an editor and not yet uploaded: libosmium finds no id below 0."""
    lost = (ways.refs < 0) & np.isnan(ways.lon)
    if not lost.any():
        return ways
    nodes = _nodes([line for line in _lines(data, osmium.osm.NODE, []) if line[1] == "-"])
    places = pd.DataFrame({"lon": nodes.lon, "lat": nodes.lat}, index=nodes.ids)
    found = places[~places.index.duplicated()].reindex(ways.refs[lost])
    lon, lat = ways.lon.copy(), ways.lat.copy()
    lon[lost], lat[lost] = found["lon"], found["lat"]
    return replace(ways, lon=lon, lat=lat)


def _references(text: str) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Read ``n1x2.5y3.5,n4xy`` as a table of three columns; a missing place is NaN."""
    if not text:
        return np.empty(0, np.int64), np.empty(0), np.empty(0)
    rows = text.replace(",", "\n").replace("n", "").replace("x", ",").replace("y", ",")
    table = pa.csv.read_csv(
        io.BytesIO(rows.encode("ascii")),
        read_options=pa.csv.ReadOptions(column_names=["ref", "lon", "lat"]),
        convert_options=pa.csv.ConvertOptions(
            column_types={"ref": pa.int64(), "lon": pa.float64(), "lat": pa.float64()}
        ),
    )
    return (
        table["ref"].to_numpy(),
        table["lon"].to_numpy(zero_copy_only=False),
        table["lat"].to_numpy(zero_copy_only=False),
    )


def _relations(lines: list[str]) -> OsmRelations:
    fields = [_fields(line) for line in lines]
    return OsmRelations(
        np.array([number for number, _, _ in fields], dtype=np.int64),
        [tags for _, tags, _ in fields],
        [list(_members(rest[1:])) for _, _, rest in fields],
    )


def _members(text: str) -> Iterator[Member]:
    for member in text.split(",") if text else ():
        ref, _, role = member.partition("@")
        yield ref[0], int(ref[1:]), _plain(role)


def _date(data: Any, source: Path) -> str | None:
    """Return the day the data stands for: a header field of a .pbf, ``osm_base`` of Overpass."""
    header = osmium.io.Reader(data, osmium.osm.NOTHING).header()
    stamp = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    if stamp or source.name.lower().endswith("pbf"):
        return stamp[:10] or None
    found = _DATE.search(_beginning(source))
    return (found[1] or found[2])[:10].decode("ascii") if found else None


def _beginning(source: Path, length: int = 2000) -> bytes:
    openers: dict[str, Callable[[Path], Any]] = {
        ".gz": gzip.open,
        ".bz2": bz2.open,
        ".xz": lzma.open,
    }
    opened = openers.get(source.suffix.lower(), _plain_file)
    with opened(source) as file:
        return bytes(file.read(length))


def _plain_file(path: Path) -> Any:
    return path.open("rb")


def _unreadable(source: Path, found: str) -> InputError:
    return InputError(
        f"{source} 读不下去({found}):文件不完整或不是 OpenStreetMap 数据,请重新下载或导出",
        english=f"{source}: cannot be read ({found}); it is cut short or not OpenStreetMap data, "
        "download or export it again",
    )


def _nothing_there(source: Path) -> InputError:
    return InputError(
        f"{source} 里没有街道、建筑或地点,请检查导出的范围和内容",
        english=f"{source}: holds no streets, buildings or places; check what was exported",
    )
