"""
The district a plan is made for, what is asked there, and of whom.

    district, network, words of choose_sites  ->  Setting
"""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gis.catalogue import Catalogue
from gis.coverage.question import Asked
from gis.coverage.searcher import Searcher, station_services
from gis.district import District
from gis.places.demand import Demand
from gis.places.hours import When
from gis.plans.asking import Asking
from gis.plans.candidates import Offers
from gis.plans.naming import positions_of
from gis.streets.network import Network

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Setting:
    """The district a plan is made for, what is asked there, and of whom."""

    asking: Asking
    asked: tuple[Asked, ...]
    district: District
    network: Network
    catalogue: Catalogue
    demand: Demand
    when: When | None
    listed: gpd.GeoDataFrame

    @cached_property
    def candidates(self) -> gpd.GeoDataFrame:
        """Those of the candidates listed that may be chosen: a forbidden one serves nobody."""
        ids = self.listed.index
        forbidden = positions_of("forbidden", self.asking.forbidden, ids, ("候选点", "candidate"))
        return self.listed.drop(index=ids[forbidden])

    @cached_property
    def offers(self) -> Offers:
        """What each station offers now."""
        return station_services(self.district, self.catalogue)

    @cached_property
    def standing(self) -> Ints:
        """Rows of stations in use that offer some of what is asked, by id."""
        wanted = frozenset(self.asking.services)
        running = (self.district.stations["state"] == "open").to_numpy(dtype=bool)
        offering = np.array([bool(wanted & each) for each in self.offers], dtype=bool)
        rows = np.flatnonzero(running & offering)
        order = np.argsort(self.district.stations.index.to_numpy(dtype=object)[rows])
        found: Ints = rows[order]
        return found

    @property
    def timed(self) -> bool:
        """Whether minutes are counted, not the weight within the limit."""
        return self.asking.goal in ("minutes", "farthest")

    def searcher(self, district: District, network: Network) -> Searcher:
        """Search a changed district at the hour asked."""
        return Searcher(district, self.catalogue, network, self.demand, when=self.when)

    def reached(self, asked: Asked) -> int:
        """How far to search, as a cost."""
        return asked.horizon_cost if self.timed else asked.limit_cost
