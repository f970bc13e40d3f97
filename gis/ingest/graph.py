"""
From a street graph as osmnx makes it (GraphML file, or in memory) to street pieces.

osmnx holds each street twice, once per direction, and may merge several ways into one edge; then
an attribute is a list, and the edge counts as walked only where each of its values is.

    graph --one piece per pair of directions--> edges --pedestrian filter--> streets (u, v)
"""

import math
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import pandas as pd
import shapely

from gis import tables
from gis.catalogue import Catalogue
from gis.catalogue.osm import OsmRules, first_match
from gis.errors import InputError
from gis.ingest.footways import STEEPEST, grade, judge, judged_keys, layer

_DIGITS = 7


def read_graph(source: "str | Path | nx.Graph", catalogue: Catalogue) -> gpd.GeoDataFrame:
    """
    Read the walked streets of a graph.

    Parameters
    ----------
    source
        A GraphML file written by osmnx, or a networkx graph with ``crs`` and nodes with ``x``
        and ``y``, as osmnx keeps it. Edges without ``geometry`` are straight.
    catalogue
        ``catalogue.osm`` says where people walk. A graph without any ``highway`` tag is taken
        as it is; else edges without one (outlines that osmnx took along) are no streets.

    Returns
    -------
    GeoDataFrame
        Under ``tables.Streets``, in the frame of the graph; nodes are ``n<id>``. ``grade`` is
        taken from the edge where osmnx has computed it.

    Raises
    ------
    InputError
        The file is no GraphML, or the graph lacks its frame or places of nodes.
    """
    if isinstance(source, str | Path):
        graph, name = _load(Path(source)), str(source)
    else:
        graph, name = source, "graph"
    _check(graph, name)
    rows = list(_pieces(graph, catalogue.osm))
    if not rows:
        return tables.empty(tables.Streets, str(graph.graph["crs"]))
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=graph.graph["crs"])
    # a way over a road is cut where it meets the road's own line; one waits there once
    table["crossing"] &= ~table.duplicated("way") | table["way"].isna()
    return tables.conform(table.set_axis(_ids(table.pop("way"))), tables.Streets)


def _load(path: Path) -> Any:
    import osmnx  # noqa: PLC0415 - slow to load, and a graph in memory does without

    if not path.is_file():
        raise InputError(f"找不到文件 {path}", english=f"{path}: no such file; check the name")
    try:
        return osmnx.load_graphml(path)
    except (SyntaxError, ValueError, KeyError, TypeError, OSError, nx.NetworkXError) as error:
        found = f"{type(error).__name__}: {error}"
        raise InputError(
            f"{path} 不是 osmnx 的 GraphML 文件({found}),请用 osmnx.save_graphml 重新保存",
            english=f"{path}: no GraphML file of osmnx ({found}); save it again with "
            "osmnx.save_graphml",
        ) from None


def _check(graph: Any, name: str) -> None:
    if "crs" not in graph.graph:
        raise InputError(
            f"{name} 没有写明坐标系(graph['crs']),请用 osmnx 生成或补上",
            english=f"{name}: does not name its frame (graph['crs']); make it with osmnx or add it",
        )
    lost = [node for node, data in graph.nodes(data=True) if "x" not in data or "y" not in data]
    if lost:
        raise InputError(
            f"{name}:{len(lost)} 个节点没有坐标 x、y,第一个是 {lost[0]}",
            english=f"{name}: {len(lost)} node(s) without x and y; first: {lost[0]}",
        )


def _pieces(graph: Any, rules: OsmRules) -> Iterator[dict[str, Any]]:
    """Give each street once, the way osmnx drew it rather than reversed."""
    seen: set[tuple[Any, ...]] = set()
    edges = graph.edges(data=True)
    tagged = any("highway" in data for _, _, data in edges)
    for u, v, data in sorted(edges, key=lambda edge: _truth(edge[2].get("reversed"))):
        line = data.get("geometry") or _straight(graph, u, v)
        places = tuple(tuple(round(value, _DIGITS) for value in place) for place in line.coords)
        key = min((u, v, *places), (v, u, *places[::-1]), key=str)
        users = _users(data, rules) if tagged else "everyone"
        if key in seen or not users or line.length == 0:
            continue
        seen.add(key)
        if _begins_at(graph, line, v) and not _begins_at(graph, line, u):
            u, v = v, u  # noqa: PLW2901 - an undirected edge may name its ends the other way round
        yield {"u": f"n{u}", "v": f"n{v}", "users": users, **_words(data, rules), "geometry": line}


def _truth(value: Any) -> bool:
    return value is True or (isinstance(value, list) and all(value))


def _straight(graph: Any, u: Any, v: Any) -> Any:
    ends = [(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in (u, v)]
    return shapely.LineString(ends)


def _begins_at(graph: Any, line: Any, node: Any) -> bool:
    return bool(line.coords[0] == (graph.nodes[node]["x"], graph.nodes[node]["y"]))


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _users(data: dict[str, Any], rules: OsmRules) -> str:
    """Return who walks an edge; empty where nobody does. The strictest of its ways decides."""
    known = {key: _values(data[key]) for key in judged_keys(rules) if data.get(key) is not None}
    verdicts = [
        judge({key: str(value) for key, value in zip(known, chosen, strict=True)}, rules)
        for chosen in product(*known.values())
    ]
    users = {verdict.users for verdict in verdicts if verdict is not None}
    if "" in users or not users:
        return ""
    return "residents" if "residents" in users else "everyone"


def _words(data: dict[str, Any], rules: OsmRules) -> dict[str, Any]:
    kinds, names = _values(data.get("highway")), _values(data.get("name"))
    asked = {key for rule in rules.crossings for key in (*rule.tags, *rule.unless)}
    return {
        "way": _values(data.get("osmid"))[0],
        "kind": kinds[0],
        "name": names[0] if names[0] is not None else None,
        "steps": "steps" in kinds,
        "hours": _only(data.get("opening_hours")),
        "grade": _grade(data),
        "crossing": first_match(rules.crossings, _told(data, *asked)) is not None,
        "layer": layer(_told(data, "layer", "bridge", "tunnel")),
    }


def _grade(data: dict[str, Any]) -> float:
    """Return what osmnx has computed, where a street can be as steep, else the tag."""
    computed = data.get("grade")
    if computed is None:
        return grade(_only(data.get("incline")))
    return float(computed) if abs(float(computed)) <= STEEPEST else math.nan


def _told(data: dict[str, Any], *keys: str) -> dict[str, str]:
    """Return the tags that hold for the whole edge."""
    known = {key: _only(data.get(key)) for key in keys}
    return {key: str(value) for key, value in known.items() if value is not None}


def _only(value: Any) -> Any:
    """Return a value that is one for the whole edge."""
    return None if isinstance(value, list) else value


def _ids(way: pd.Series) -> pd.Index:
    """Name pieces by their way, numbered where a way has several."""
    name = way.map(lambda each: "e" if each is None else f"w{each}").astype("string")
    number = (name.groupby(name).cumcount() + 1).astype("string")
    alone = ~name.duplicated(keep=False) & (name != "e")
    return pd.Index(name.where(alone, name + "." + number), name="id")
