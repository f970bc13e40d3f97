"""
Heights of streets from an elevation raster (DEM), as GeoTIFF.

    streets, raster --sample at equal steps--> ``heights`` (metres above sea level, u to v)

A raster tells heights to a metre or so, cell by cell; two neighbouring cells taken as they are
make slopes out of noise. So cells finer than ``FINEST`` are averaged to it, the surface is
smoothed with the weights 1-2-1 along rows and columns, as slopes are commonly computed from
rasters (Horn 1981, "Hill shading and the reflectance map", Proceedings of the IEEE 69, 14-47),
and read bilinearly between centres of cells. Both keep a plane what it is, and no grade comes
from a run shorter than a cell: inside a cell the surface has the slope between whole cells.

Bridges and tunnels do not follow the ground: they run straight between their ends.
"""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from gis.errors import InputError
from gis.tables import LIST_SEPARATOR

STEP = 25.0
"""Metres between heights along a street, at most; ours, about the cell of common rasters."""
FINEST = 10.0
"""Metres: finer rasters show kerbs, cars and walls beside the way; ours."""
_DECIMALS = 3
_METRES_PER_DEGREE = 111_320.0

Floats = NDArray[np.float64]


def with_heights(streets: gpd.GeoDataFrame, dem_path: str | Path) -> gpd.GeoDataFrame:
    """
    Return the streets with ``heights`` read from an elevation raster.

    Parameters
    ----------
    streets
        Under ``tables.Streets``, in metres.
    dem_path
        A raster that names its frame (any) and holds metres in its first band, bare ground if
        it can be had: a surface model takes roofs and trees for hills.

    Returns
    -------
    GeoDataFrame
        Heights unknown off the raster and on its nodata; streets of which all are unknown keep
        what they had. Cost grows with the length of the streets and the cells around them.

    Raises
    ------
    InputError
        rasterio is not installed, or the file is no raster with a frame.
    """
    lines = streets.geometry.to_numpy()
    steps = np.maximum(1, np.ceil(shapely.length(lines) / STEP)).astype(np.int64)
    steps[streets["layer"].fillna(0).to_numpy(dtype=np.int64) != 0] = 1
    street = np.repeat(np.arange(len(lines)), steps + 1)
    at = np.arange(len(street)) - np.repeat(np.cumsum(steps + 1) - (steps + 1), steps + 1)
    spots = shapely.line_interpolate_point(lines[street], at / steps[street], normalized=True)
    metres = _sample(Path(dem_path), shapely.get_coordinates(spots), streets.crs)
    words = _in_words(metres, np.cumsum(steps + 1)[:-1])
    found = pd.Series(words, index=streets.index, dtype="string")
    return streets.assign(heights=found.fillna(streets["heights"]))


def _in_words(metres: Floats, cuts: NDArray[np.int64]) -> list[str | None]:
    """Join the heights of each street; None where all are unknown."""
    rounded = np.round(metres, _DECIMALS) + 0.0
    text = np.where(np.isnan(rounded), "", np.char.mod(f"%.{_DECIMALS}f", rounded))
    joined = [LIST_SEPARATOR.join(part) for part in np.split(text, cuts)] if len(text) else []
    return [each if each.strip(LIST_SEPARATOR) else None for each in joined]


def _sample(path: Path, places: Floats, crs: Any) -> Floats:
    """Read heights at places (n x 2, in ``crs``); NaN where the raster has none."""
    rasterio = _rasterio()
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                raise InputError(
                    f"{path}：高程栅格没有声明坐标系；请用带坐标系的 GeoTIFF",
                    english=f"{path}: the raster names no frame; give a GeoTIFF that does",
                )
            frame = pyproj.CRS.from_wkt(raster.crs.to_wkt())
            places = _moved(places, crs, frame)
            surface, columns, rows = _around(raster, places, frame)
    except rasterio.errors.RasterioIOError as error:
        raise InputError(
            f"{path}：不是能读的高程栅格（{error}）；请给 GeoTIFF",
            english=f"{path}: no raster that can be read ({error}); give a GeoTIFF",
        ) from None
    if not surface.size:
        return np.full(len(places), np.nan)
    found: Floats = ndimage.map_coordinates(
        _smooth(surface), [rows, columns], order=1, mode="constant", cval=np.nan
    )
    return found


def _rasterio() -> Any:
    try:
        import rasterio  # noqa: PLC0415 - an extra: only terrain needs it
        import rasterio.errors  # noqa: PLC0415
    except ImportError:
        raise InputError(
            '读高程栅格需要 rasterio；请运行 pip install "minqing[terrain]"',
            english='elevation rasters need rasterio; run pip install "minqing[terrain]"',
        ) from None
    return rasterio


def _moved(places: Floats, crs: Any, frame: pyproj.CRS) -> Floats:
    mover = pyproj.Transformer.from_crs(crs, frame, always_xy=True)
    return np.column_stack(mover.transform(places[:, 0], places[:, 1]))


def _around(raster: Any, places: Floats, frame: pyproj.CRS) -> tuple[Floats, Floats, Floats]:
    """
    Read the cells around the places.

    Returns the surface (NaN where there is no data) and the column and row of each place in it,
    counted from the centre of its first cell.
    """
    import rasterio.windows  # noqa: PLC0415 - an extra
    from rasterio.enums import Resampling  # noqa: PLC0415

    factor = max(1, int(FINEST // _cell_metres(raster, frame)))
    to_cell = ~raster.transform  # written out: versions of affine differ in how they multiply
    column = to_cell.a * places[:, 0] + to_cell.b * places[:, 1] + to_cell.c
    row = to_cell.d * places[:, 0] + to_cell.e * places[:, 1] + to_cell.f
    left, width = _span(column, raster.width, factor)
    top, height = _span(row, raster.height, factor)
    shape = (height // factor, width // factor)
    if not all(shape):
        return np.empty((0, 0)), column, row
    cells = raster.read(
        1,
        window=rasterio.windows.Window(left, top, width, height),
        out_shape=shape,
        resampling=Resampling.average,
        masked=True,
    )
    surface = cells.astype(np.float64).filled(np.nan) * raster.scales[0] + raster.offsets[0]
    return surface, (column - left) / factor - 0.5, (row - top) / factor - 0.5


def _span(at: Floats, size: int, factor: int) -> tuple[int, int]:
    """First cell and number of cells that hold the places and two averaged cells around them."""
    at = at[np.isfinite(at)]
    if not len(at):
        return 0, 0
    first = int(np.clip(np.floor(at.min()) - 2 * factor, 0, size)) // factor * factor
    stop = int(np.clip(np.ceil(at.max()) + 2 * factor, 0, size))
    # a last cell that is averaged from fewer would lie elsewhere
    return first, max(0, min(-(-stop // factor) * factor, size // factor * factor) - first)


def _cell_metres(raster: Any, frame: pyproj.CRS) -> float:
    unit = _METRES_PER_DEGREE if frame.is_geographic else raster.crs.linear_units_factor[1]
    return float(abs(raster.res[0]) * unit)


def _smooth(surface: Floats) -> Floats:
    """Smooth with 1-2-1 both ways; cells beside the edge or unknown ones stay as they are."""
    weights = np.array([0.25, 0.5, 0.25])
    across = ndimage.convolve1d(surface, weights, axis=1, mode="constant", cval=np.nan)
    smooth = ndimage.convolve1d(across, weights, axis=0, mode="constant", cval=np.nan)
    kept: Floats = np.where(np.isnan(smooth), surface, smooth)
    return kept
