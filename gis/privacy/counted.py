"""
Counts of a district by grid, and what of each must be hidden; each is decided once.

    District, k  ->  Counted  --shown-->  counts with NA
"""

import numpy as np
import pandas as pd

from gis.district import District
from gis.places.demand import building_groups
from gis.privacy.suppress import Hidden, hide_small
from gis.tables import LIST_SEPARATOR

_WHOLES = ("households", "people")
_PARTS = ("elders_60", "elders_80", "children_0_12", "low_income", "dual_earner_children")


class Counted:
    """Counts of a district by grid, and what of each must be hidden; each is decided once."""

    def __init__(self, district: District, k: int) -> None:
        self.district, self.k = district, k
        self.units = _units(district)
        grids = district.grids
        names = grids["name"].to_dict() | {"": ""}
        present = pd.Index(grids.index.union(self.units["grid"].unique()), name="id")
        self.grids = pd.DataFrame({"name": present.map(names)}, index=present)
        of_unit = self.units.groupby("grid")["community"].first()
        self.community = grids["community"].reindex(present).fillna(of_unit).fillna("")
        self._hidden: dict[str, Hidden] = {}

    def values(self, weight: str) -> pd.Series:
        """Return the count of each grid."""
        if weight not in self.units.columns:
            return pd.Series(0.0, index=self.grids.index)
        sums = self.units.groupby("grid")[weight].sum()
        return sums.reindex(self.grids.index, fill_value=0.0).astype(float)

    def hidden(self, weight: str) -> Hidden:
        """Decide what of one count is hidden; parts are bounded by their published whole."""
        if weight not in self._hidden:
            self._hidden[weight] = hide_small(
                self.values(weight), self.bounds(weight), self.community, self.k
            )
        return self._hidden[weight]

    def bounds(self, weight: str) -> pd.Series:
        """Return what each grid's count cannot exceed as far as is published; inf for nothing."""
        whole = "households" if weight.startswith("need:") else "people"
        if weight in _WHOLES or whole not in self.units.columns:
            return pd.Series(np.inf, index=self.grids.index)
        return self.values(whole).mask(self.hidden(whole).grids, np.inf)

    def shown(self, weight: str) -> pd.Series:
        """Return the count of each grid, NA where hidden."""
        return self.values(weight).astype("Float64").mask(self.hidden(weight).grids)

    def counts(self) -> pd.DataFrame:
        """Counts of people by grid."""
        known = [name for name in (*_WHOLES, *_PARTS) if name in self.units.columns]
        return self.grids.assign(**{name: self.shown(name) for name in known})

    def needs(self) -> pd.DataFrame:
        """Households with each need, by grid."""
        known = [name for name in self.units.columns if name.startswith("need:")]
        return self.grids.assign(**{name[5:]: self.shown(name) for name in known})


def _units(district: District) -> pd.DataFrame:
    """Return one row per household (else per building): its grid, community and counts."""
    households = district.households
    source = households if len(households) else district.buildings
    groups = building_groups(district)
    if len(households):
        home = groups.reindex(households["building"]).set_axis(households.index)
        units = households[["grid", "community"]].fillna(home[["grid", "community"]])
        units["households"] = 1.0
    else:
        units = groups[["grid", "community"]].copy()
    for name in (*_WHOLES, *_PARTS):
        if name in source.columns and source[name].notna().any():
            units[name] = source[name].astype("Float64").fillna(0).astype(float)
    if len(households):
        _add_needs(units, households["needs"])
    return units.fillna({"grid": "", "community": ""})


def _add_needs(units: pd.DataFrame, needs: pd.Series) -> None:
    listed = needs.dropna().str.split(LIST_SEPARATOR).explode()
    for need in sorted(set(listed) - {""}):
        units[f"need:{need}"] = 0.0
        units.loc[listed.index[listed == need], f"need:{need}"] = 1.0
