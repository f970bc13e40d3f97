"""
Who reaches what: every pair of a building and a station within a limit.

    District, service, limit  ->  pairs (building, station, metres, minutes)

What capacity and siting work on (``gis.assign_places``, ``gis.catchment_scores``).
"""

import numpy as np
import pandas as pd

from gis.catalogue import Catalogue, Limit, load_catalogue
from gis.coverage.question import build_question
from gis.coverage.searcher import Searcher
from gis.district import District
from gis.places.demand import build_demand
from gis.places.hours import When, parse_when
from gis.streets.access import Access
from gis.streets.network import Network, build_network
from gis.streets.search import pairs


def reach(  # noqa: PLR0913 - the words of the command line, one by one
    district: District,
    *,
    service: str,
    limit: str | float | Limit | None = None,
    profile: str | None = None,
    when: str | When | None = None,
    direction: str = "to",
    catalogue: Catalogue | None = None,
    network: Network | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """
    List every building and every station of a service that it reaches within a limit.

    Parameters are those of ``gis.cover``; from the building's door, storeys not counted.

    Returns
    -------
    DataFrame
        ``building``, ``station`` (ids), ``metres``, ``minutes`` (NaN for walkers measured in
        metres without a speed); in order of the station's id, then of the buildings table. The
        same on any number of ``threads``; cost and memory follow the pairs.

    Raises
    ------
    InputError
        A name is unknown.
    """
    catalogue = catalogue or load_catalogue()
    hour = parse_when(when) if when is not None else None
    question = build_question(
        catalogue, service=service, limit=limit, profile=profile, when=hour, direction=direction
    )
    network, asked = network or build_network(district), question.asked[0]
    demand = build_demand(district, catalogue=catalogue)
    searcher = Searcher(district, catalogue, network, demand, when=hour)
    stations, limits = searcher.open_stations(asked, Access())
    priced = searcher.priced(asked, Access())
    found = pairs(priced, stations, asked.limit_cost, limits=limits, threads=threads)
    table = pd.DataFrame(
        {
            "building": district.buildings.index.to_numpy(dtype=object)[found["building"]],
            "station": district.stations.index.to_numpy(dtype=object)[found["station"]],
            "metres": found["mm"] / 1000,
            "minutes": np.round(asked.minutes(found["cost"].to_numpy(dtype=float)), 3),
        }
    )
    return table.astype({"building": "string", "station": "string"})
