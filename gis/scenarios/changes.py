"""
A scenario applied to a district: changed tables, and the network grown or switched to match.

    District, Network, Scenario  --apply_scenario-->  Changed (district, network, limit)

Every fault of a scenario is told at once: which change (counted from 1), which field, what was
found, what is possible.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.catalogue import Catalogue, parse_limit
from gis.district import District
from gis.errors import InputError
from gis.places.hours import osm_hours
from gis.scenarios.scenario import Scenario
from gis.streets.additions import with_gates, with_stations, with_street
from gis.streets.network import Network, build_network
from gis.tables import LIST_SEPARATOR

NEIGHBOURHOOD_METRES = 2_000.0
"""A place farther than this from all streets of the district is taken for a mistake. Ours."""
LINK_METRES = 50.0
"""A new street begins and ends on a street at most this far from the ends drawn. Ours."""
_NAMED = 5
_LONLAT = "EPSG:4326"

Ends = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Changed:
    """
    What a scenario makes of a district.

    ``network`` keeps the nodes, arcs and joins of the network it grew from, unless ``rebuilt``: a
    gate where the network had none takes a network built anew. ``limit`` is missing where the
    scenario sets none.
    """

    district: District
    network: Network
    limit: str | None
    rebuilt: bool


@dataclass
class _Work:
    """A district on its way through the changes, and the faults found so far."""

    district: District
    network: Network
    catalogue: Catalogue
    gates: pd.DataFrame
    placed: list[str] = field(default_factory=list)
    meant: set[str] = field(default_factory=set)
    links: list[tuple[int, Ends]] = field(default_factory=list)
    limit: str | None = None
    rebuild: bool = False
    faults: list[tuple[str, str]] = field(default_factory=list)
    number: int = 0

    def fault(self, column: str, chinese: str, english: str) -> None:
        """Note a fault of the change at hand."""
        self.faults.append(
            (
                f"第 {self.number} 项改动，{column}：{chinese}",
                f"change {self.number}, {column}: {english}",
            )
        )

    def known(self, column: str, name: str, ids: Iterable[str], what: tuple[str, str]) -> bool:
        """Tell whether an id is there; if not, note what is near."""
        listed = [str(each) for each in ids]
        if name in listed:
            return True
        near = difflib.get_close_matches(name, listed, n=_NAMED, cutoff=0.4) or listed[:_NAMED]
        possible = ", ".join(near) or "–"
        more = f"（共 {len(listed)} 个）" if len(listed) > len(near) else ""
        self.fault(
            column,
            f"没有{what[0]}“{name}”；可用：{possible}{more}",
            f"found no {what[1]} '{name}'; there is: {possible}"
            + (f" (of {len(listed)})" if more else ""),
        )
        return False


def apply_scenario(
    district: District, scenario: Scenario, network: Network, catalogue: Catalogue
) -> Changed:
    """
    Make the changes, one after the other; neither district nor network is touched.

    Gates are named as in ``network.gates``: assumed ones (``小区@1``) too, which become known gates
    where they were assumed to be.

    Raises
    ------
    InputError
        Some change cannot be made; lists all that cannot.
    """
    work = _Work(district, network, catalogue, network.gates)
    for number, change in enumerate(scenario.changes, start=1):
        work.number = number
        _CHANGES[change["do"]](work, change)
    if work.faults:
        chinese, english = zip(*work.faults, strict=True)
        raise InputError(
            f"情景“{scenario.name}”：" + "\n".join(chinese),
            english=f"scenario '{scenario.name}': " + "\n".join(english),
        )
    return Changed(work.district, _grown(district, work), work.limit, work.rebuild)


def _grown(before: District, work: _Work) -> Network:
    """Bring the network up to the district: gates, then links, then stations."""
    after, network = work.district, work.network
    if work.rebuild:
        network = build_network(before.replace(gates=after.gates))
    elif work.gates is not network.gates:
        network = with_gates(network, work.gates)
    for k, (number, ends) in enumerate(work.links):
        some = after.streets.iloc[: len(before.streets) + k + 1]
        try:
            network = with_street(network, before.replace(streets=some), ends)
        except InputError as error:
            raise InputError(
                f"第 {number} 项改动，line：{error}",
                english=f"change {number}, line: {error.english}",
            ) from None
    if work.placed:
        rows = after.stations.index.get_indexer(pd.unique(pd.Series(work.placed)))
        network = with_stations(network, after, np.sort(rows))
    return network


def _add_station(work: _Work, change: Mapping[str, Any]) -> None:
    stations = work.district.stations
    taken = change["id"] in stations.index
    if taken:
        work.fault(
            "id",
            f"已有站点“{change['id']}”；请换一个编号，或用 move_station、set_hours 改它",
            f"there is a station '{change['id']}' already; choose another id, or change that one",
        )
    point = _place(work, "at", change["at"])
    kinds, services = work.catalogue.facilities.index, work.catalogue.services.index
    known = [
        work.known("kind", kind, kinds, ("类型", "kind")) for kind in [change.get("kind")] if kind
    ]
    known += [
        work.known("services", service, services, ("服务", "service"))
        for service in change.get("services", ())
    ]
    work.meant.add(change["id"])
    if not all([point is not None, *known, _readable(work, change)]) or taken:
        return
    row = {
        "name": change.get("name"),
        "kind": change.get("kind"),
        "services": LIST_SEPARATOR.join(change.get("services", ())) or None,
        "hours": change.get("hours"),
        "capacity": change.get("capacity"),
        "state": "open",
    }
    _append(work, "stations", change["id"], row, point)
    work.placed.append(change["id"])


def _move_station(work: _Work, change: Mapping[str, Any]) -> None:
    point = _place(work, "at", change["at"])
    name = change["station"]
    if not _station(work, name) or point is None:
        return
    stations, entrances = work.district.stations, work.district.entrances
    shapes = stations.geometry.to_numpy().copy()
    shapes[stations.index.get_loc(name)] = point
    work.district = work.district.replace(
        stations=stations.set_geometry(gpd.GeoSeries(shapes, stations.index, crs=stations.crs)),
        entrances=entrances[entrances["place"] != name],  # its doors stay where they were
    )
    work.placed.append(name)


def _set(column: str, value: Callable[[Mapping[str, Any]], Any]) -> Callable[..., None]:
    """Return a change that sets one column of a station."""

    def change_station(work: _Work, change: Mapping[str, Any]) -> None:
        if _station(work, change["station"]):
            _put(work, "stations", change["station"], {column: value(change)})

    return change_station


def _set_hours(work: _Work, change: Mapping[str, Any]) -> None:
    if not _readable(work, change):
        return
    hours = {"hours": change["hours"]}
    if "station" in change and _station(work, change["station"]):
        # the hours of single services would go before those of the house
        _put(work, "stations", change["station"], {**hours, "service_hours": None})
    if "gate" in change:
        _put_gate(work, change["gate"], hours)


def _open_gate(work: _Work, change: Mapping[str, Any]) -> None:
    _put_gate(work, change["gate"], {"users": change.get("users", "everyone"), "hours": None})


def _close_gate(work: _Work, change: Mapping[str, Any]) -> None:
    if "hours" in change:
        if _readable(work, change):
            _put_gate(work, change["gate"], {"hours": change["hours"]})
    else:
        _put_gate(work, change["gate"], {"users": "nobody"})


def _add_link(work: _Work, change: Mapping[str, Any]) -> None:
    streets = work.district.streets
    name = change.get("id", f"link@{work.number}")
    if name in streets.index:
        work.fault("id", f"已有道路“{name}”；请换一个", f"there is a street '{name}' already")
    places = [_place(work, "line", at) for at in change["line"]]
    if any(place is None for place in places):
        return
    begin, end = (_foot(work, place) for place in (places[0], places[-1]))
    if begin is None or end is None:
        return
    (one, start, here), (two, stop, there) = begin, end
    line = shapely.LineString(
        shapely.remove_repeated_points(
            shapely.linestrings([p.coords[0] for p in (here, *places, there)])
        )
    )
    if (one, start) == (two, stop) or line.length < 0.001:
        work.fault(
            "line",
            "两端落在道路的同一点上；请把线画到另一条路",
            "both ends meet the streets at one place; draw it to another street",
        )
        return
    row = {
        "u": _end_name(streets, one, start, f"{name}@u"),
        "v": _end_name(streets, two, stop, f"{name}@v"),
        "name": change.get("name"),
        "kind": "footway",
        "steps": change.get("steps", False),
        "users": "everyone",
    }
    _append(work, "streets", name, row, line)
    work.links.append((work.number, ((one, start), (two, stop))))


def _foot(work: _Work, place: Any) -> tuple[int, int, Any] | None:
    """Return the nearest street to an end of a link, the offset on it, and the point there."""
    lines = work.district.streets.geometry.to_numpy()
    near = shapely.dwithin(lines, place, LINK_METRES)
    if not near.any():
        far = float(shapely.distance(lines, place).min()) if len(lines) else float("inf")
        work.fault(
            "line",
            f"一端离最近的道路 {far:.0f} 米；请画到道路旁 {LINK_METRES:.0f} 米以内",
            f"an end lies {far:.0f} m from the nearest street; draw it to within "
            f"{LINK_METRES:.0f} m of one",
        )
        return None
    rows = np.flatnonzero(near)
    street = int(rows[np.argmin(shapely.distance(lines[rows], place))])
    length = max(1, round(lines[street].length * 1000))
    offset = min(round(shapely.line_locate_point(lines[street], place) * 1000), length)
    return street, offset, shapely.line_interpolate_point(lines[street], offset / 1000)


def _end_name(streets: gpd.GeoDataFrame, street: int, offset: int, new: str) -> str:
    """Return the id of the street node at a place, or the new name where there is none."""
    if offset == 0:
        return str(streets["u"].iloc[street])
    whole = max(1, round(streets.geometry.iloc[street].length * 1000))
    return str(streets["v"].iloc[street]) if offset == whole else new


def _set_limit(work: _Work, change: Mapping[str, Any]) -> None:
    parse_limit(change["limit"])
    work.limit = change["limit"]


_CHANGES: dict[str, Callable[[_Work, Mapping[str, Any]], None]] = {
    "add_station": _add_station,
    "move_station": _move_station,
    "close_station": _set("state", lambda _: "closed"),
    "open_station": _set("state", lambda _: "open"),
    "set_hours": _set_hours,
    "set_places": _set("capacity", lambda change: change["capacity"]),
    "open_gate": _open_gate,
    "close_gate": _close_gate,
    "add_link": _add_link,
    "set_limit": _set_limit,
}


def _station(work: _Work, name: str) -> bool:
    if name in work.meant and name not in work.district.stations.index:
        return False  # told already why it could not be added
    return work.known("station", name, work.district.stations.index, ("站点", "station"))


def _readable(work: _Work, change: Mapping[str, Any]) -> bool:
    hours = change.get("hours")
    if hours is None or osm_hours(hours) is not None:
        return True
    work.fault(
        "hours",
        f"现为“{hours}”，读不懂；请写如 Mo-Fr 09:00-17:00 或 周一至周五 9:00-17:00",
        f"found '{hours}', which cannot be read; write as Mo-Fr 09:00-17:00",
    )
    return False


def _place(work: _Work, column: str, at: Any) -> Any:
    """Return a point in the district's frame, or note that it lies elsewhere."""
    point = gpd.GeoSeries([shapely.Point(at)], crs=_LONLAT).to_crs(work.district.crs).iloc[0]
    streets = work.district.streets
    west, south, east, north = streets.total_bounds if len(streets) else (0.0, 0.0, 0.0, 0.0)
    room = shapely.box(west, south, east, north)
    known = bool(np.isfinite([point.x, point.y]).all())  # no latitude lies beyond the pole
    if known and shapely.dwithin(room, point, NEIGHBOURHOOD_METRES):
        return point
    ends = gpd.GeoSeries([room], crs=work.district.crs).to_crs(_LONLAT).total_bounds
    shown = f"{ends[0]:.4f}–{ends[2]:.4f}, {ends[1]:.4f}–{ends[3]:.4f}"
    work.fault(
        column,
        f"现为 {list(at)}，不在片区附近；请写 [经度, 纬度]，片区约在 {shown}",
        f"found {list(at)}, which is not near the district; write [longitude, latitude], "
        f"the district lies at about {shown}",
    )
    return None


def _append(work: _Work, table: str, name: str, row: dict[str, Any], shape: Any) -> None:
    """Put one more row, whose values have been checked, at the end of a table."""
    whole = work.district.table(table)
    columns = {column: [row.get(column)] for column in whole.columns.drop("geometry")}
    one = pd.DataFrame(columns, index=pd.Index([name], dtype=whole.index.dtype, name="id"))
    one = one.astype(whole.dtypes.drop("geometry"))
    shaped = gpd.GeoDataFrame(one, geometry=[shape], crs=whole.crs)
    work.district = work.district.replace(**{table: pd.concat([whole, shaped])})


def _put(work: _Work, table: str, name: str, values: dict[str, Any]) -> None:
    """Set columns of one row."""
    whole = work.district.table(table).copy()
    for column, value in values.items():
        whole.loc[name, column] = pd.NA if value is None else value
    work.district = work.district.replace(**{table: whole})


def _put_gate(work: _Work, name: str, values: dict[str, Any]) -> None:
    """
    Set what a gate is like, in district and network; an assumed gate becomes a known one.

    Its source stays ``assumed``: where it stands is still a guess.
    """
    given, met = work.district.gates, work.gates
    names = [*met.index, *given.index.difference(met.index)]
    if not work.known("gate", name, names, ("出入口", "gate")):
        return
    if name in met.index and met.loc[name, "kind"] == "private":
        work.fault(
            "gate",
            f"“{name}”是内部道路的路口，不是小区出入口；请在数据里把这条路改为公共道路",
            f"'{name}' is where a private street begins, no gate of a compound; make that street "
            "public in the data instead",
        )
        return
    if name not in given.index:
        _make_known(work, met.loc[name], name)
    _put(work, "gates", name, values)
    if name not in met.index or met.loc[name, "kind"] == "wall":
        # nothing in the network stands for it yet
        work.rebuild = True
        return
    table = met.copy()
    for column, value in values.items():
        table.loc[name, column] = value
    work.gates = table


def _make_known(work: _Work, gate: Any, name: str) -> None:
    compound = None if pd.isna(gate["compound"]) else gate["compound"]
    row = {"compound": compound, "users": gate["users"], "source": gate["source"]}
    _append(work, "gates", name, row, shapely.Point(gate["x"], gate["y"]))
