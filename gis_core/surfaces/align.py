"""Rasters of any CRS and cell onto one grid."""

import math

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rasterio.warp import Resampling, calculate_default_transform, reproject

from gis_core.errors import MissingCrsError
from gis_core.grid import Grid


def to_grid(array: xr.DataArray, grid: Grid, *, categorical: bool) -> xr.DataArray:
    """Resample `array` onto `grid`.

    Classes take the nearest cell; measured values are averaged when the grid's cells are larger
    than the raster's own (ratio above 1.5), else interpolated linearly.

    Parameters
    ----------
    array
        Dims (y, x), with CRS. Missing cells: NaN, or `_FillValue` of integers.
    categorical
        Whether the values are classes.

    Returns
    -------
    aligned
        Dims (y, x) on `grid`; float32 with NaN for no data and outside, or for classes float32
        class values with NaN likewise.

    Raises
    ------
    MissingCrsError
        If `array` has no CRS.
    """
    if array.rio.crs is None:
        raise MissingCrsError(
            "The raster has no CRS and cannot be put onto the grid; set one and import it again.",
            "栅格没有坐标系，无法对齐到格网；请指定坐标系后重新导入。",
        )
    values = np.asarray(array).astype(np.float32)
    missing = array.rio.nodata
    if missing is not None and not np.isnan(missing):
        values[np.asarray(array) == missing] = np.nan
    offset = _offset(array, grid)
    if offset is not None:
        return grid.wrap(_cut(values, grid.shape, offset), name=str(array.name))
    method = Resampling.nearest
    if not categorical:
        method = Resampling.average if _coarsening(array, grid) > 1.5 else Resampling.bilinear
    out = np.full(grid.shape, np.nan, np.float32)
    reproject(
        values, out, src_transform=array.rio.transform(), src_crs=array.rio.crs, src_nodata=np.nan,
        dst_transform=grid.transform, dst_crs=grid.crs, dst_nodata=np.nan, resampling=method,
    )  # fmt: skip
    return grid.wrap(out, name=str(array.name))


def _offset(array: xr.DataArray, grid: Grid) -> tuple[int, int] | None:
    """Rows and columns from the raster's corner to the grid's; None if cells do not coincide."""
    own = array.rio.transform()
    level = own.b == own.d == 0 and math.isclose(own.a, grid.cell_m, rel_tol=1e-9)
    if not level or not math.isclose(-own.e, grid.cell_m, rel_tol=1e-9):
        return None
    row, col = (own.f - grid.max_y) / grid.cell_m, (grid.min_x - own.c) / grid.cell_m
    if max(abs(row - round(row)), abs(col - round(col))) * grid.cell_m > 1e-6:
        return None
    return (round(row), round(col)) if array.rio.crs == grid.crs else None


def _cut(
    values: NDArray[np.float32], shape: tuple[int, int], offset: tuple[int, int]
) -> NDArray[np.float32]:
    """Cells from `offset` on, NaN beyond the raster."""
    if values.shape == shape and offset == (0, 0):
        return values
    out = np.full(shape, np.nan, np.float32)
    there, here = [], []
    for start, size, wanted in zip(offset, values.shape, shape, strict=True):
        first, last = max(start, 0), min(start + wanted, size)
        there.append(slice(first, max(first, last)))
        here.append(slice(first - start, max(first, last) - start))
    out[tuple(here)] = values[tuple(there)]
    return out


def _coarsening(array: xr.DataArray, grid: Grid) -> float:
    """Return the grid's cell over the raster's own cell as it lies in the grid's CRS."""
    height, width = array.shape
    transform, _, _ = calculate_default_transform(
        array.rio.crs, grid.crs, width, height, *array.rio.bounds()
    )
    return float(grid.cell_m / abs(transform.a))
