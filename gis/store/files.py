"""The two files of a district folder: names, version, and what can be wrong with them."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from gis.errors import InputError

PLACE_FILE = "place.gpkg"
PEOPLE_FILE = "people.db"

SCHEMA = 1
"""Version of the folder's layout; a newer one is not read."""

PEOPLE_LAYERS = ("households", "contacts")
"""Layers of people: their rejected rows are not written to ``place.gpkg``."""

ARROW_TYPES = {
    pa.int32(): pd.Int64Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype(),
    pa.large_string(): pd.StringDtype(),
}
"""Arrow's types as the nullable ones of the contracts, so that an unknown number stays whole."""


def broken(path: Path, error: Exception) -> InputError:
    """Return the error for a file that cannot be read."""
    return InputError(
        f"{path} 无法读取，文件可能已损坏：{error}",
        english=f"{path} cannot be read, it may be damaged: {error}",
    )


def too_new(path: Path) -> InputError:
    """Return the error for a file of a later version."""
    return InputError(
        f"{path} 由更新版本的 minqing 保存；请先升级：pip install -U minqing",
        english=f"{path} was saved by a newer minqing; upgrade first: pip install -U minqing",
    )
