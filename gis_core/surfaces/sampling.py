"""Values of a raster at points."""

from typing import Literal

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from numpy.typing import NDArray

from gis_core.errors import InvalidLayerError, InvalidParameterError, MissingCrsError
from gis_core.grid import Grid

Floats = NDArray[np.float64]
METHODS = ("nearest", "bilinear")


def sample(
    array: xr.DataArray,
    points: gpd.GeoDataFrame,
    *,
    method: Literal["nearest", "bilinear"] = "nearest",
) -> Floats:
    """Return the value of a raster at each point.

    Parameters
    ----------
    array
        Dims (y, x), on a `Grid`.
    points
        Points in any CRS, brought into the grid's; missing ones give NaN.
    method
        ``nearest``: the cell that the point lies in, for classes too. ``bilinear``: the four cell
        centres around it, weighted; NaN when one that counts is NaN. Within half a cell of the
        border the outermost cells are taken to go on.

    Returns
    -------
    values
        float64, one a point; NaN outside the grid and where the raster has no data.

    Raises
    ------
    MissingCrsError
        If `array` or `points` has no CRS.
    InvalidLayerError
        If a geometry is no point.
    InvalidParameterError
        If `method` is neither, or the raster's cells are not square.
    """
    if method not in METHODS:
        raise InvalidParameterError(
            f"The method of sampling is '{method}'; wanted {' or '.join(METHODS)}.",
            f"取样方法为“{method}”；应为 {' 或 '.join(METHODS)}。",
        )
    grid = Grid.of(array)
    row, col, inside = _places(points, grid)
    found = np.full(len(points), np.nan)
    values = np.asarray(array)
    if method == "nearest":
        found[inside] = values[row[inside].astype(np.int64), col[inside].astype(np.int64)]
    else:
        found[inside] = _bilinear(values, row[inside], col[inside])
    return found


def _places(points: gpd.GeoDataFrame, grid: Grid) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Rows and columns, in cells from the upper left corner, and whether they lie on the grid."""
    if points.crs is None:
        raise MissingCrsError(
            "The points have no CRS, so their place on the raster is unknown; set one first.",
            "点没有坐标系，无法确定其在栅格上的位置；请先指定坐标系。",
        )
    shapes = points.geometry.to_numpy()
    if bool(np.any(~shapely.is_missing(shapes) & (shapely.get_type_id(shapes) != 0))):
        raise InvalidLayerError(
            "Only points can be sampled, but there are other shapes; take a point of each first.",
            "只能对点取样，但图层中有其他几何类型；请先为每个要素取一个点。",
        )
    moved = points.geometry.to_crs(grid.crs).to_numpy()
    col = (shapely.get_x(moved) - grid.min_x) / grid.cell_m
    row = (grid.max_y - shapely.get_y(moved)) / grid.cell_m
    inside = (row >= 0) & (row < grid.height) & (col >= 0) & (col < grid.width)
    return row, col, inside


def _bilinear(values: NDArray, row: Floats, col: Floats) -> Floats:
    height, width = values.shape
    row, col = np.clip(row - 0.5, 0, height - 1), np.clip(col - 0.5, 0, width - 1)
    top, left = np.floor(row).astype(np.int64), np.floor(col).astype(np.int64)
    bottom, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    down, along = row - top, col - left
    total = np.zeros(row.shape)
    for share, corner in (
        ((1 - down) * (1 - along), values[top, left]), ((1 - down) * along, values[top, right]),
        (down * (1 - along), values[bottom, left]), (down * along, values[bottom, right]),
    ):  # fmt: skip
        total += np.where(share > 0, share * corner, 0.0)  # no NaN of a corner that does not count
    return total
