"""Exact Euclidean distance on a grid."""

import math

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from numpy.typing import NDArray

from gis_core.grid import Grid
from gis_core.surfaces.rasterise import burned_cells
from gis_core.surfaces.strips import BAND, Mask, in_bands
from gis_core.text import Text

KEPT_CELLS = 200_000_000  # of a burned mask; kept up to so many, an eighth of a byte each


def distance_to(mask: xr.DataArray) -> xr.DataArray:
    """Distance from every cell's centre to the nearest cell of `mask`, in metres.

    Parameters
    ----------
    mask
        bool, dims (y, x), on a `Grid`.

    Returns
    -------
    distance
        float32 metres on the grid of `mask`, 0 on its cells; ``inf`` everywhere when it has none.

    References
    ----------
    Meijster, Roerdink, Hesselink (2000), A general algorithm for computing distance transforms in
    linear time.

    Raises
    ------
    MissingCrsError, CrsMismatchError
        If `mask` has no CRS, or one that is not projected in metres.
    """
    grid = Grid.of(mask)
    grid.require_metres(what=Text("Distance", "距离计算"))
    cells = np.ascontiguousarray(mask, dtype=np.bool_)
    bands = in_bands(lambda k: cells[k * BAND : (k + 1) * BAND], grid.shape)
    metres = bands.distance((0, grid.height), (0, grid.width), grid.cell_m)
    return grid.wrap(metres, name="distance")


def distance_to_features(
    features: gpd.GeoDataFrame, grid: Grid, *, reach_m: float = 0.0
) -> xr.DataArray:
    """Distance from every cell's centre of `grid` to the nearest cell that a feature touches.

    A road just outside the grid is near the cells inside: features up to `reach_m` beyond the
    border are counted.

    Parameters
    ----------
    features
        Shapes in any CRS.
    reach_m
        Distances up to this many metres are right even at the border; longer ones there may be
        too long, never too short.

    Returns
    -------
    distance
        float32 metres, dims (y, x), on `grid`; ``inf`` everywhere when no feature is in reach.

    Raises
    ------
    MissingCrsError
        If `features` has no CRS.
    """
    strips = DistanceStrips(features, grid, reach_m=reach_m)
    return grid.wrap(strips.rows(0, grid.height), name="distance")


class DistanceStrips:
    """Distances as `distance_to_features`, some rows at a time, for grids larger than memory.

    Takes the same and gives the same to the bit, whatever rows are asked for and in what order.
    Holds one row of whole numbers for every 256 rows of the grid, and for grids up to 200 million
    cells an eighth of a byte a cell; beyond, what is asked for is burned again.
    """

    def __init__(self, features: gpd.GeoDataFrame, grid: Grid, *, reach_m: float = 0.0) -> None:
        self.grid = grid
        self._wide, self._corner = widened(features, grid, reach_m=reach_m)
        shapes = features.geometry.to_crs(grid.crs) if features.crs is not None else features
        self._shapes = gpd.GeoDataFrame(
            geometry=shapes.geometry.array, crs=features.crs and grid.crs
        )
        self._tree = shapely.STRtree(self._shapes.geometry.to_numpy())
        self._kept: dict[int, NDArray[np.uint8]] = {}
        self._bands = in_bands(self._band, self._wide.shape)

    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return metres for the grid's rows from `start` to before `stop`, (rows, width)."""
        north, west = self._corner
        return self._bands.distance(
            (start + north, stop + north), (west, west + self.grid.width), self.grid.cell_m
        )

    def _band(self, number: int) -> Mask:
        """Burn the features that meet a band; the same cells every time."""
        wide, top = self._wide, number * BAND
        height = min(BAND, wide.height - top)
        if number in self._kept:
            return np.unpackbits(self._kept[number], axis=1, count=wide.width).view(np.bool_)
        band = Grid(wide.crs, wide.min_x, wide.max_y - top * wide.cell_m, wide.cell_m, height,
                    wide.width)  # fmt: skip
        near = self._tree.query(shapely.box(*band.bounds).buffer(wide.cell_m))
        mask = burned_cells(self._shapes.iloc[np.sort(near)], band).view(np.bool_)
        if wide.height * wide.width <= KEPT_CELLS:
            self._kept[number] = np.packbits(mask, axis=1)
        return mask


def widened(
    features: gpd.GeoDataFrame, grid: Grid, *, reach_m: float
) -> tuple[Grid, tuple[int, int]]:
    """Return `grid` grown to where `features` lie, `reach_m` metres at most, and (row, col) of its
    upper left cell in it."""
    west, north, east, south = _beyond(features, grid, reach_m=reach_m)
    wide = Grid(
        grid.crs, grid.min_x - west * grid.cell_m, grid.max_y + north * grid.cell_m, grid.cell_m,
        grid.height + north + south, grid.width + west + east,
    )  # fmt: skip
    return wide, (north, west)


def _beyond(features: gpd.GeoDataFrame, grid: Grid, *, reach_m: float) -> tuple[int, int, int, int]:
    """Cells to add west, north, east, south: as far as features lie, `reach_m` at most."""
    if features.crs is None or not reach_m > 0:
        return 0, 0, 0, 0
    min_x, min_y, max_x, max_y = features.geometry.to_crs(grid.crs).total_bounds
    left, bottom, right, top = grid.bounds
    most = math.ceil(reach_m / grid.cell_m)
    outside = (left - min_x, max_y - top, max_x - right, bottom - min_y)
    west, north, east, south = (
        min(most, max(0, math.ceil(metres / grid.cell_m))) if math.isfinite(metres) else 0
        for metres in outside
    )
    return west, north, east, south
