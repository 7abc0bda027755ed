"""Values of a raster at points."""

import geopandas as gpd
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gis_core.grid import Grid


def sample(array: xr.DataArray, points: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the value of the cell that each point lies in.

    Parameters
    ----------
    array
        Dims (y, x), on a `Grid`.
    points
        Points in any CRS, brought into the grid's; missing ones give NaN.

    Returns
    -------
    values
        float64, one a point; NaN outside the grid and where the raster has no data.
    """
    grid = Grid.of(array)
    shapes = points.geometry.to_crs(grid.crs)
    x, y = shapes.x.to_numpy(float), shapes.y.to_numpy(float)
    found = np.full(len(points), np.nan)
    placed = np.isfinite(x) & np.isfinite(y)
    col = np.floor((np.where(placed, x, 0.0) - grid.min_x) / grid.cell_m).astype(np.int64)
    row = np.floor((grid.max_y - np.where(placed, y, 0.0)) / grid.cell_m).astype(np.int64)
    inside = placed & (row >= 0) & (row < grid.height) & (col >= 0) & (col < grid.width)
    found[inside] = np.asarray(array)[row[inside], col[inside]]
    return found
