"""
Every help text of the command line, Chinese and English, and the example that ends each help.

The tests run each example, in the folder where ``minqing demo`` has been run.
"""

from typing import NamedTuple


class Words(NamedTuple):
    """One text in both languages; index it by language through ``of``."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """Return the text in ``zh`` or ``en``."""
        return self.en if lang == "en" else self.zh


WRITTEN = Words("已写入 {path}", "wrote {path}")

COMMANDS: dict[str, Words] = {
    "minqing": Words(
        "民情: 谁在 15 分钟服务圈里，谁不在，原因是什么。",
        "minqing: who is inside the 15-minute service circle, who is not, and why.",
    ),
    "demo": Words(
        "用虚构的银杏街道走一遍全程: 街道数据、两张地图、一个选址方案、一份缺口清单。",
        "Go the whole way with the invented 银杏街道: district, two maps, a plan, a gap list.",
    ),
    "template": Words(
        "写出空白台账和站点表，带表头、示例和可填的值。",
        "Write blank ledgers and station lists, with headers, examples and allowed values.",
    ),
    "import": Words(
        "把路网、边界、站点和台账读成一个街道文件夹；读不进的行逐条说明。",
        "Read streets, boundaries, stations and ledgers into a district folder; every row that "
        "cannot be kept is named.",
    ),
    "fetch": Words(
        "联网时从 OpenStreetMap 下载一个地方的道路、建筑、出入口和站点，存成 .osm 文件。",
        "With internet, fetch streets, buildings, gates and stations of a place from "
        "OpenStreetMap into an .osm file.",
    ),
    "check": Words(
        "列出缺什么、哪些存疑、哪些是推定的，以及先改哪一处最有用。",
        "List what is missing, doubtful or assumed, and which correction would help most.",
    ),
    "cover": Words(
        "算出谁在服务圈内、谁不在、各因什么。",
        "Tell who is inside the circle, who is not, and for which reasons.",
    ),
    "gaps": Words(
        "列出没有覆盖到的户: 原因、最近的站点、建议。写文件时为工作人员级，请勿外传。",
        "List who is left out: reason, nearest station, what helps. The file is for staff only.",
    ),
    "what-if": Words(
        "试一个情景（加站点、开门、改时间、架天桥……）: 前后覆盖率，谁得益，谁受损。",
        "Try a scenario (a station, a gate, other hours, a footbridge …): coverage before and "
        "after, who gains, who loses.",
    ),
    "site": Words(
        "下一批站点放在哪里最好: 选址、证明（最优，或离最优最多差多少）和每一处的理由。",
        "Choose sites for the next stations: which, proved how good, and why each of them.",
    ),
    "areas": Words(
        "画出站点的服务范围（GeoJSON 或 GeoPackage）；--limit 可多次给出，每个限值一圈。",
        "Draw the service areas of stations (GeoJSON or GeoPackage); --limit may be repeated, "
        "one area for each.",
    ),
    "map": Words(
        "画一张不联网也能打开的地图（单个 HTML 文件）。",
        "Draw a map that opens without internet (one HTML file).",
    ),
    "catalogue": Words(
        "打印现行的设施目录、服务圈、步行速度和它们的出处；标“待核”的数字尚未核实。",
        "Print the facilities, circles and walking profiles in force, with their sources.",
    ),
    "serve": Words(
        "在本机开一个网页服务: 地图、图层、覆盖率和缺口。",
        "Serve the map, layers, coverage and gaps on this machine.",
    ),
}

EXAMPLES: dict[str, str] = {
    "minqing": "minqing demo",
    "demo": "minqing demo -o out",
    "template": "minqing template -o blank.xlsx",
    "import": "minqing import --streets streets.osm --stations stations.csv "
    "--stations-frame wgs84 -o mydistrict",
    "fetch": 'minqing fetch "银杏街道" -o place.osm',
    "check": "minqing check out/district",
    "cover": "minqing cover out/district --circle elder --weight elders_60 --by grid",
    "gaps": "minqing gaps out/district --service meals --limit 15min --profile walk_48 "
    '--at "周六 11:30" -o gaps.xlsx',
    "what-if": "minqing what-if out/district out/scenario.json --circle elder "
    "--weight elders_60 --by community",
    "site": "minqing site out/district --service meals --profile walk_48 --count 2 "
    "--weight elders_60",
    "areas": "minqing areas out/district --service meals --limit 5min --limit 10min "
    "--profile walk_60 --how nearest -o areas.geojson",
    "map": "minqing map out/district --circle elder --level public -o map.html",
    "catalogue": "minqing catalogue --table circles",
    "serve": "minqing serve out/district --port 8760",
}

PARAMETERS: dict[str, Words] = {
    "DISTRICT": Words(
        "街道文件夹（minqing import 写出的）", "district folder, as import writes it"
    ),
    "PLACE": Words("地名，写全称: 街道, 区, 市", "place name in full: street, district, city"),
    "SCENARIO": Words(
        "情景文件（JSON），写法见 docs/what-if.md", "scenario file (JSON), see docs/what-if.md"
    ),
    "--lang": Words("语言: zh 或 en", "language: zh or en"),
    "--format": Words("输出格式", "form of the output"),
    "--version": Words("打印版本号", "print the version"),
    "--debug": Words("出错时打印程序细节", "print program details on failure"),
    "--help": Words("显示本帮助", "show this help"),
    "--output": Words("写到哪里", "where to write"),
    "--catalogue": Words(
        "自己的目录文件，替换或补充现行目录；可多次给出",
        "own catalogue file, replaces or extends what is in force; may be repeated",
    ),
    "--circle": Words(
        "服务圈，如 elder、culture（见 minqing catalogue）",
        "circle such as elder, culture (see minqing catalogue)",
    ),
    "--service": Words(
        "只问一种服务，如 meals（选址可多次给出）",
        "ask for one service only, such as meals (siting: may be repeated)",
    ),
    "--count": Words("最多新增几处", "how many new sites at most"),
    "--budget": Words(
        "新增各处费用之和的上限（候选表的费用列）",
        "what the new sites may cost together (column cost of the candidates)",
    ),
    "--share": Words(
        "至少覆盖多少，求最少处数: 如 90%，或 reachable（凡候选点够得着的）",
        "cover at least this much with the fewest sites: 90%, or reachable (all that some "
        "candidate can reach)",
    ),
    "--goal": Words(
        "coverage 覆盖最多，minutes 总路程最短，farthest 最远者最近，backup 双重覆盖最多",
        "coverage: most covered; minutes: least walking in all; farthest: nearest for the "
        "worst off; backup: most covered twice",
    ),
    "--candidates": Words(
        "候选点从哪里来: table 候选表，venues 现有站点，gates 小区出入口，streets:200 街边每 "
        "200 米；可多次给出，不给则用候选表",
        "where sites may be: table (the district's), venues (existing stations), gates (of "
        "compounds), streets:200 (every 200 m); may be repeated; the table unless given",
    ),
    "--require": Words(
        "必须选的候选点；可多次给出", "a candidate that must be chosen; may be repeated"
    ),
    "--forbid": Words("不可选的候选点；可多次给出", "a candidate that may not be; may be repeated"),
    "--may-close": Words(
        "可以关闭、把名额让出来的现有站点；可多次给出",
        "an existing station that may be closed to free its place; may be repeated",
    ),
    "--floor": Words(
        "底线，如 grid=80%（每个网格至少八成）、elders_80=95%；可多次给出",
        "a floor such as grid=80% (every grid at least) or elders_80=95%; may be repeated",
    ),
    "--apart": Words(
        "站点之间至少相距多少米（直线）", "sites lie at least so many metres apart (straight line)"
    ),
    "--open-gates": Words(
        "也可以改为开放小区出入口，与建站竞争",
        "opening compound gates competes with building stations",
    ),
    "--gate-cost": Words(
        "开放一处出入口的费用；给出即允许开放",
        "what opening one gate costs; given, gates may be opened",
    ),
    "--time-limit": Words(
        "最多求解多久，如 60s、2min；到时给出目前最好的方案和它的界限",
        "how long to solve, such as 60s or 2min; then the best found comes with its bound",
    ),
    "--gap": Words(
        "离最优多近就可以停，如 1%；0% 要证明到底",
        "how near the optimum is near enough, such as 1%; 0% asks for the whole proof",
    ),
    "--curve": Words(
        "另写“处数 → 覆盖率”曲线，每点带证明状态: .csv 表或 .svg 图",
        "also write the curve of stations and share covered, with the proof of each point: "
        ".csv or .svg",
    ),
    "--map": Words(
        "另画方案地图（单个 HTML 文件，不联网也能打开）",
        "also draw the plan (one HTML file that opens without internet)",
    ),
    "--limit": Words("限值，如 15min、500m；替换圈里的限值", "limit such as 15min or 500m"),
    "--profile": Words(
        "步行速度，如 walk_60、walk_48；gb50180 按米计",
        "walking profile such as walk_60, walk_48; gb50180 counts metres",
    ),
    "--at": Words(
        "什么时候，如 “周六 11:30”；不给则不计时段",
        "when, such as 'Sa 11:30'; without it hours are not considered",
    ),
    "--direction": Words(
        "去站点 to，回家 back，往返 round（上下坡不同；往返按两倍限值）",
        "to the station, back home, or round (slopes differ; a round has twice the limit)",
    ),
    "--capacity": Words(
        "计站点名额: 排不上的原因为 FULL", "count places: who is given none is FULL"
    ),
    "--priority": Words(
        "名额优先给有此类人员的户，如 elders_80",
        "households with such people get places first, such as elders_80",
    ),
    "--week": Words(
        "问一周的 168 个小时，不只一个时刻", "ask for the 168 hours of a week, not one time"
    ),
    "--week-from": Words(
        "问从这一天起的七天，计法定节假日与调休，如 2026-10-01",
        "ask for the seven days from this date, with public holidays, such as 2026-10-01",
    ),
    "--weight": Words(
        "按什么计: households, people, elders_60, children_0_12, residential_area；"
        "不给时按户，没有台账时按面积",
        "what counts: households, people, elders_60, children_0_12, residential_area; "
        "households unless given, or floor area where there is no ledger",
    ),
    "--by": Words("按什么汇总", "sum up by"),
    "--how": Words(
        "merged 全部站点合成一片，overlapping 各站各画，nearest 每处归最近的站点",
        "merged: all stations as one; overlapping: each by itself; nearest: each what is nearest",
    ),
    "--detail": Words(
        "另写明细 CSV: 每户每项要求（或服务）一行",
        "also write details as CSV, one row per unit and requirement or service",
    ),
    "--level": Words(
        "给谁看: public 只有汇总，planner 有满足人数下限的楼栋",
        "for whom: public has sums only, planner also buildings with enough households",
    ),
    "--title": Words("地图的标题", "title of the map"),
    "--date": Words("印在地图上的日期", "date to print on the map"),
    "--tiles": Words(
        "底图瓦片地址模板（默认无底图）", "URL template of a tile layer (off by default)"
    ),
    "--tianditu-key": Words("天地图密钥（默认不用天地图）", "key of Tianditu (off by default)"),
    "--schema": Words(
        "打印这种输出的 JSON 结构定义，如 cover", "print a JSON schema, such as cover"
    ),
    "--table": Words(
        "只打印这一张表: facilities, services, circles, profiles, assumptions",
        "print one table only: facilities, services, circles, profiles, assumptions",
    ),
    "--port": Words("端口", "port"),
    "--name": Words("地方的名字", "name of the place"),
    "--frame": Words(
        "各文件共用的坐标系: wgs84、cgcs2000、gcj02、bd09 或 EPSG:n",
        "frame of all files: wgs84, cgcs2000, gcj02, bd09 or EPSG:n",
    ),
    "--convert": Words(
        "同意的坐标转换，如 gcj02:wgs84；可多次给出",
        "conversion to apply, such as gcj02:wgs84; may be repeated",
    ),
    "--gates-complete": Words(
        "给出的出入口就是全部，不再推定", "the gates given are all there are; assume no others"
    ),
    "--heights": Words(
        "高程栅格(GeoTIFF)，街道由此得到坡度；需 minqing[terrain]",
        "elevation raster (GeoTIFF) that gives streets their slopes; needs minqing[terrain]",
    ),
    "--stations-kind": Words(
        "站点表里各行的设施类型代码", "kind of every row of the stations file"
    ),
    "--stations-keep": Words(
        "只留这些 OSM 站点类型；可多次给出", "keep only stations of these kinds; may be repeated"
    ),
    "--nominatim": Words("地名服务的地址", "address of the place name service"),
    "--overpass": Words("地图数据服务的地址", "address of the map data service"),
}

COLUMNS: dict[str, Words] = {
    "id": Words("编号", "id"),
    "name": Words("名称", "name"),
    "total": Words("合计", "total"),
    "covered": Words("圈内", "covered"),
    "share": Words("覆盖率", "share"),
    "share_before": Words("原覆盖率", "share before"),
    "share_after": Words("新覆盖率", "share after"),
    "gained": Words("新覆盖", "gained"),
    "lost": Words("失去覆盖", "lost"),
    "nearer": Words("更近", "nearer"),
    "farther": Words("更远", "farther"),
    "hours": Words("人均每周小时", "hours a week"),
    "share_low": Words("若不开放", "if closed"),
    "share_high": Words("若开放", "if open"),
    "stations_inside": Words("小区内站点", "stations inside"),
    "layer": Words("图层", "layer"),
    "source": Words("来源", "source"),
    "frame": Words("坐标系", "frame"),
    "conversion": Words("转换", "conversion"),
    "rows_read": Words("读到", "read"),
    "kept": Words("保留", "kept"),
    "rejected": Words("未保留", "rejected"),
    "note": Words("说明", "note"),
    "severity": Words("程度", "severity"),
    "kind": Words("类别", "kind"),
    "subject": Words("对象", "subject"),
    "people": Words("牵涉", "depending"),
    "text": Words("说明", "text"),
    "nodes": Words("路口", "nodes"),
    "metres": Words("米", "metres"),
    "buildings": Words("楼栋", "buildings"),
    "part": Words("连通部分", "part"),
    "building": Words("楼栋", "building"),
    "requirement": Words("要求", "requirement"),
    "reason": Words("原因", "reason"),
    "station": Words("最近站点", "nearest station"),
    "minutes": Words("分钟", "minutes"),
    "fix": Words("最小改动", "smallest change"),
    "helped": Words("惠及", "helped"),
    "gaps": Words("缺口数", "gaps"),
    "minutes_gained": Words("节省分钟", "minutes gained"),
}
"""Titles of columns; a column not named here shows its own name."""

LAYERS: dict[str, Words] = {
    "streets": Words(
        "路网: .osm、.osm.pbf、GraphML 或线图层；OSM 还带建筑、出入口、围墙、小区和站点",
        "streets: .osm, .osm.pbf, GraphML or lines; OSM brings buildings, gates and more",
    ),
    "communities": Words("社区边界", "communities"),
    "grids": Words("网格边界", "grids"),
    "compounds": Words("小区边界", "compounds"),
    "gates": Words("小区出入口", "gates of compounds"),
    "barriers": Words("围墙、铁路、河流", "walls, rails, rivers"),
    "buildings": Words("楼栋", "buildings"),
    "stations": Words("服务站点: 图层或表格", "stations: layer or sheet"),
    "candidates": Words("备选点位", "candidate sites"),
    "households": Words("住户台账: XLSX 或 CSV", "ledger of households: XLSX or CSV"),
}


def parameter_words(name: str) -> Words:
    """
    Return the help of an option or argument.

    Raises
    ------
    KeyError
        No words were written for it; a test walks through all of them.
    """
    if name in PARAMETERS:
        return PARAMETERS[name]
    layer, _, part = name.removeprefix("--").partition("-")
    words = LAYERS[layer]
    if part == "frame":
        return Words(f"{layer} 的坐标系", f"frame of {layer}")
    if part == "layer":
        return Words(f"{layer} 在文件里的图层或工作表名", f"layer or sheet of {layer}")
    return words
