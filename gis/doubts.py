"""
What is assumed, doubtful, missing or unconnected, and where one correction would help most.

    District, Network, catalogue  ->  Review (issues, most people first)

``people`` counts what depends on each issue, in the district's default weight: households where
there is a ledger, people where they are known by building, else square metres of floor.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.catalogue import Catalogue, load_catalogue
from gis.coverage.searcher import station_services
from gis.district import PLACE_TABLES, District
from gis.places.chinese_hours import assumed_words
from gis.places.demand import Demand, build_demand, building_groups
from gis.places.hours import readable
from gis.streets import EVERYTHING, Access, Network, Unknown, Walker, build_network
from gis.streets.joins import STATION
from gis.streets.layout import STREET, P
from gis.streets.pieces import PUBLIC
from gis.streets.search import price
from gis.tables import split_service_hours

SEVERITIES = ("error", "doubt", "note")
_NAMED = 3
"""How many buildings a line names before it only counts them."""
_COLUMNS = ["severity", "kind", "subject", "people", "text_zh", "text_en"]

Row = tuple[str, str, str, float, str, str]


@dataclass(frozen=True, eq=False)
class Review:
    """
    Issues and parts of one district.

    ``issues``: ``severity`` (error, doubt, note), ``kind``, ``subject`` (id), ``people`` (what
    depends on it), ``text_zh``, ``text_en``; by severity, then most people first, then subject.
    ``parts``: connected parts of the streets, largest first: ``nodes``, ``metres``, ``buildings``.
    ``weight``: what ``people`` counts. ``figures``: rows of each table, street nodes and edges,
    parts, and gates by source.
    """

    issues: pd.DataFrame
    parts: pd.DataFrame
    weight: str
    figures: dict[str, int]


def review(
    district: District, catalogue: Catalogue | None = None, *, network: Network | None = None
) -> Review:
    """Look a district over before it is asked anything; no rows where nothing is doubtful."""
    network = network or build_network(district)
    demand = build_demand(district)
    depending = _Depending(district, demand)
    parts, part_of_building, part_of_station = _parts(network)
    rows = [
        *_gate_doubts(district, network, depending),
        *_compound_notes(district, network, depending),
        *_building_faults(district, network, depending),
        *_islands(parts, part_of_building, depending),
        *_station_faults(district, network, part_of_station, catalogue or load_catalogue()),
        *_hour_faults(district),
        *_household_faults(demand),
        *_import_notes(district),
    ]
    issues = pd.DataFrame(rows, columns=_COLUMNS)
    rank = issues["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
    order = np.lexsort((issues["subject"], -issues["people"].astype(float), rank))
    told = issues.iloc[order].reset_index(drop=True)
    return Review(told, parts, demand.weight, _figures(district, network, parts))


def _figures(district: District, network: Network, parts: pd.DataFrame) -> dict[str, int]:
    figures = {name: len(district.table(name)) for name in PLACE_TABLES}
    figures["households"] = len(district.households)
    ends = pd.concat([district.streets["u"], district.streets["v"]])
    figures |= {"nodes": int(ends.nunique()), "edges": len(district.streets), "parts": len(parts)}
    doors = network.gates[network.gates["kind"].isin(["ring", "street"])]
    for source in ("given", "osm", "assumed"):
        figures[f"gates_{source}"] = int((doors["source"] == source).sum())
    return figures


class _Depending:
    """How much of the weight depends on buildings and compounds."""

    def __init__(self, district: District, demand: Demand) -> None:
        table = demand.table[demand.table["row"] >= 0]
        sums = table.groupby("row")["weight"].sum()
        self.building = sums.reindex(range(len(district.buildings)), fill_value=0.0).to_numpy()
        self.unit = {
            "households": ("户", "households"),
            "people": ("人", "people"),
            "residential_area": ("平方米", "m² of floor"),
        }.get(demand.weight, ("", demand.weight))

    def of(self, rows: NDArray[np.bool_]) -> float:
        """Sum over flagged buildings."""
        return float(self.building[rows].sum())

    def text(self, count: float) -> tuple[str, str]:
        """Write a count with its unit: (中文, English)."""
        return f"{count:,.0f} {self.unit[0]}", f"{count:,.0f} {self.unit[1]}"


def _parts(
    network: Network,
) -> tuple[pd.DataFrame, NDArray[np.int64], NDArray[np.int64]]:
    """Connected parts with every hindrance lifted, largest first."""
    freed = price(network, Walker(), Access(Unknown.OPEN, EVERYTHING))
    label = freed.parts
    street = network.side == P
    count = np.bincount(label[street], minlength=label.max(initial=0) + 1)
    order = np.argsort(-count, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    part = rank[label]
    arcs = network.arcs
    onward = ((arcs["kind"] == STREET) & (arcs["from_mm"] <= arcs["to_mm"])).to_numpy()
    outer = onward & street[arcs["tail"].to_numpy()]
    metres = np.bincount(part[arcs["tail"].to_numpy()[outer]], arcs["mm"].to_numpy()[outer])
    home = part[network.building]
    table = pd.DataFrame({"nodes": count[order]})
    table["metres"] = pd.Series(metres / 1000).reindex(table.index, fill_value=0.0).round(0)
    table["buildings"] = np.bincount(home, minlength=len(table))[: len(table)]
    return table[table["nodes"] > 0], home, part[network.station]


def _gate_doubts(district: District, network: Network, depending: _Depending) -> Iterator[Row]:
    """One line per compound all of whose gates are guesses, naming the street to look at."""
    gates = network.gates[network.gates["kind"] == "ring"]
    for zone, compound in enumerate(network.pieces.rings.ids):
        own = gates[gates["zone"] == zone]
        if not len(own) or (own["source"] != "assumed").any():
            continue
        count = depending.of(network.joins.building_zone == zone)
        name = _name(district, str(compound))
        street = _street_names(district, network, own)
        zh, en = depending.text(count)
        yield (
            "doubt",
            "assumed_gates",
            str(compound),
            count,
            f"请标注{name}{'在' + street if street else ''}的出入口：{zh}依赖这一推测",
            f"mark the gate of {name}{' on ' + street if street else ''}: {en} depend on the guess",
        )


def _name(district: District, compound: str) -> str:
    name = district.compounds["name"].get(compound)
    return compound if pd.isna(name) else str(name)


def _street_names(district: District, network: Network, gates: pd.DataFrame) -> str:
    """Names of the public streets nearest to a compound's guessed gates."""
    named = district.streets["name"].notna().to_numpy()
    table = network.pieces.table
    outer = (table["zone"] == PUBLIC).to_numpy() & named[table["street"]]
    if not outer.any():
        return ""
    tree = shapely.STRtree(network.pieces.lines[outer])
    places = shapely.points(gates[["x", "y"]].to_numpy(dtype=float))
    _, nearest = tree.query_nearest(places, max_distance=60.0, all_matches=False)
    rows = table["street"].to_numpy()[outer][nearest]
    return "、".join(sorted(set(district.streets["name"].iloc[rows])))


def _compound_notes(district: District, network: Network, depending: _Depending) -> Iterator[Row]:
    zone_of = dict(zip(network.pieces.rings.ids, range(len(network.pieces.rings.ids)), strict=True))
    unknown = district.compounds[district.compounds["gated"] == "unknown"]
    for compound in unknown.index:
        count = depending.of(network.joins.building_zone == zone_of.get(compound, -2))
        name = _name(district, compound)
        zh, en = f"{name}是否封闭未知", f"it is unknown whether {name} is gated"
        yield ("note", "gated_unknown", compound, count, zh, en)
    for compound in network.pieces.rings.left_out:
        name = _name(district, compound)
        zh = f"{name}的边界内含其他小区，按开放处理"
        yield ("doubt", "holds_compounds", compound, 0.0, zh, f"{name} holds others: taken as open")
    assumed = district.compounds["gated_source"] == "assumed"
    for compound in district.compounds.index[(assumed & (district.compounds["gated"] == "no"))]:
        name = _name(district, compound)
        zh = f"{name}内有公共道路穿过，按开放处理"
        en = f"public streets run through {name}: taken as open"
        yield ("note", "open_assumed", compound, 0.0, zh, en)


def _building_faults(district: District, network: Network, depending: _Depending) -> Iterator[Row]:
    lost = pd.Series(network.off_street & (depending.building > 0))
    groups = building_groups(district)["grid"].fillna("").to_numpy()
    for grid, rows in lost[lost].groupby(groups[lost]):
        names = "、".join(district.buildings.index[rows.index[:_NAMED]])
        many, more = len(rows), " …" if len(rows) > _NAMED else ""
        count = float(depending.building[rows.index].sum())
        zh = f"{many} 栋楼 100 米内没有道路：{names}{more}"
        en = f"{many} buildings with no street within 100 m: {names}{more}"
        yield ("error", "off_street", str(grid), count, zh, en)
    living = (district.buildings["use"] == "residential").fillna(value=False)
    blank = (living & district.buildings["floors"].isna()).to_numpy()
    if blank.any():
        many = int(blank.sum())
        zh, en = (
            f"{many} 栋住宅楼层数未知，按 1 层计",
            f"{many} dwellings of unknown floors: 1 taken",
        )
        yield ("note", "floors_unknown", "", depending.of(blank), zh, en)


def _islands(parts: pd.DataFrame, home: NDArray[np.int64], depending: _Depending) -> Iterator[Row]:
    for part, row in parts.iloc[1:].iterrows():
        count = depending.of(home == part)
        if row["buildings"] == 0:
            continue
        zh = f"孤立路网：{row['metres']:,.0f} 米，{row['buildings']:.0f} 栋楼与主路网不连通"
        en = f"an island of {row['metres']:,.0f} m with {row['buildings']:.0f} buildings"
        yield ("doubt", "island", f"part {part}", count, zh, en)


def _station_faults(
    district: District, network: Network, part: NDArray[np.int64], catalogue: Catalogue
) -> Iterator[Row]:
    stations = district.stations
    if not len(stations):
        zh = "没有任何站点，谁也不会被覆盖：导入时用 --stations 给出站点清单"
        en = "there are no stations, so nobody is covered: give a list with --stations on import"
        yield ("error", "no_stations", "", 0.0, zh, en)
    table = network.joins.table
    joined = set(table["row"][(table["owner"] == STATION) & table["bare"]])
    offers = station_services(district, catalogue)
    for row, station in enumerate(stations.index):
        if row not in joined:
            zh, en = (
                f"站点 {station}:100 米内没有道路",
                f"station {station}: no street within 100 m",
            )
            yield ("error", "station_off_street", station, 0.0, zh, en)
        elif part[row] != 0:
            zh, en = f"站点 {station} 不在主路网上", f"station {station} is off the main network"
            yield ("doubt", "station_island", station, 0.0, zh, en)
        if offers[row] == frozenset({""}):
            zh, en = f"站点 {station} 没有服务内容", f"station {station} offers nothing known"
            yield ("doubt", "no_service", station, 0.0, zh, en)


def _hour_faults(district: District) -> Iterator[Row]:
    """Hours nobody can read, and hours that hang on a word without a clock."""
    places = ((district.stations, "station", "站点"), (district.gates, "gate", "出入口"))
    for table, one, zh_one in places:
        texts = _hours_written(table)
        unread = ~readable(texts).fillna(value=True).astype(bool)
        for name in dict.fromkeys(texts.index[unread]):
            zh, en = f"{zh_one} {name} 的开放时间读不懂", f"{one} {name}: hours cannot be read"
            yield ("doubt", "hours_unread", name, 0.0, zh, en)
        for name, text in texts.items():
            if found := assumed_words(str(text)):
                zh = f"{zh_one} {name} 的开放时间没有写明“{'、'.join(found)}”是几点，按约定计"
                en = f"{one} {name}: hours do not say when {', '.join(found)} is; ours is taken"
                yield ("note", "hours_assumed", str(name), 0.0, zh, en)


def _hours_written(table: pd.DataFrame) -> pd.Series:
    """Return all texts of hours by the id of their place, those of single services among them."""
    texts = table["hours"].dropna()
    if "service_hours" not in table:
        return texts
    cells = table["service_hours"].dropna()
    own = cells.map(lambda cell: list(split_service_hours(cell).values())).explode().dropna()
    return pd.concat([texts.astype(object), own]).sort_index(kind="stable").astype("string")


def _household_faults(demand: Demand) -> Iterator[Row]:
    unplaced = demand.table["row"] < 0
    if unplaced.any():
        many = int(unplaced.sum())
        count = float(demand.table["weight"][unplaced].sum())
        zh, en = f"{many} 户无法落到楼栋", f"{many} households could not be placed"
        yield ("error", "unplaced", "", count, zh, en)


def _import_notes(district: District) -> Iterator[Row]:
    if len(district.rejects):
        many = len(district.rejects)
        zh, en = f"导入时退回 {many} 行，见退回清单", f"{many} rows were rejected on import"
        yield ("error", "rejects", "", 0.0, zh, en)
    if ppm := district.facts.get("scale_error_ppm"):
        zh, en = f"片区边缘投影长度误差 {ppm} ppm", f"scale error at the edge: {ppm} ppm"
        yield ("note", "scale_error", "", 0.0, zh, en)
