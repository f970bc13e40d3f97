"""
A district while it is being put together: its layers so far, and what was said on the way.

    Ground --start--> Draft --take (one layer after the other)--> Draft
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from gis import tables
from gis.catalogue import Catalogue
from gis.district import PLACE_TABLES
from gis.ingest.ground import Ground, provenance_of
from gis.ingest.intake import Intake, Why
from gis.ingest.layers import indexed


@dataclass
class Draft:
    """
    The one thing of this package that changes; it lives inside one import.

    Parameters
    ----------
    layers
        Tables by name, in the district's frame, not yet under their contracts.
    provenance, rejects
        Rows as in ``tables.Provenance`` and ``tables.Rejects``.
    """

    ground: Ground
    catalogue: Catalogue
    layers: dict[str, gpd.GeoDataFrame]
    provenance: list[dict[str, Any]]
    rejects: list[dict[str, str | None]]

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return a layer, empty where nothing was given."""
        if name not in self.layers:
            self.layers[name] = tables.empty(PLACE_TABLES[name], self.ground.crs)
        return self.layers[name]

    def take(self, intake: Intake) -> None:
        """Let an intake be its layer, in place of what was mapped."""
        self.provenance = [row for row in self.provenance if row["layer"] != intake.layer]
        self.layers[intake.layer] = indexed(intake)
        self.note(intake)

    def note(self, intake: Intake) -> None:
        """Write down where an intake came from and what was turned away."""
        self.provenance.append(provenance_of(intake, len(intake.frame)))
        self.rejects.extend(intake.rejects)

    def say(self, layer: str, zh: str, en: str) -> None:
        """Add to what the provenance of a layer says."""
        row = next(row for row in self.provenance if row["layer"] == layer)
        row["note"] = f"{row['note']}；{zh}" if row["note"] else zh
        row["note_en"] = f"{row['note_en']}; {en}" if row["note_en"] else en

    def drop_mapped(self, layer: str, ids: Iterable[Any], why: Why) -> None:
        """Take mapped rows out of a layer, with the reason."""
        gone = pd.Index(ids)
        if not len(gone):
            return
        self.layers[layer] = self.layer(layer).drop(index=gone)
        row = next(row for row in self.provenance if row["layer"] == layer)
        row["kept"] -= len(gone)
        row["rejected"] += len(gone)
        self.rejects.extend(
            {
                "id": f"{layer}-{identity}",
                "source": row["source"],
                "layer": layer,
                "row": str(identity),
                "reason": why.zh,
                "remedy": why.remedy_zh,
                "reason_en": why.en,
                "remedy_en": why.remedy_en,
            }
            for identity in gone
        )


def start(ground: Ground, catalogue: Catalogue) -> Draft:
    """Return the draft of a place of which only the ground is known."""
    return Draft(
        ground, catalogue, dict(ground.layers), list(ground.provenance), list(ground.rejects)
    )
