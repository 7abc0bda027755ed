"""Rasters of any CRS and cell onto one grid."""

import numpy as np
import xarray as xr
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
    if _same(array, grid):
        return grid.wrap(values, name=str(array.name))
    method = Resampling.nearest
    if not categorical:
        method = Resampling.average if _coarsening(array, grid) > 1.5 else Resampling.bilinear
    out = np.full(grid.shape, np.nan, np.float32)
    reproject(
        values, out, src_transform=array.rio.transform(), src_crs=array.rio.crs, src_nodata=np.nan,
        dst_transform=grid.transform, dst_crs=grid.crs, dst_nodata=np.nan, resampling=method,
    )  # fmt: skip
    return grid.wrap(out, name=str(array.name))


def _same(array: xr.DataArray, grid: Grid) -> bool:
    return (
        array.shape == grid.shape
        and array.rio.crs == grid.crs
        and array.rio.transform().almost_equals(grid.transform, 1e-6)
    )


def _coarsening(array: xr.DataArray, grid: Grid) -> float:
    """Return the grid's cell over the raster's own cell as it lies in the grid's CRS."""
    height, width = array.shape
    transform, _, _ = calculate_default_transform(
        array.rio.crs, grid.crs, width, height, *array.rio.bounds()
    )
    return float(grid.cell_m / abs(transform.a))
