"""Vector shapes onto a grid."""

from collections.abc import Sequence
from threading import Lock
from typing import Any

import geopandas as gpd
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rasterio.features import rasterize

from gis_core.errors import MissingCrsError
from gis_core.grid import Grid

ONE_BURN = Lock()  # rasterio sets the filters of warnings, which all threads share, while it burns


def burn(
    frame: gpd.GeoDataFrame,
    grid: Grid,
    *,
    values: Sequence[float] | NDArray[Any] | None = None,
    all_touched: bool = True,
    dtype: str = "uint8",
) -> xr.DataArray:
    """Burn `frame` into `grid`.

    Parameters
    ----------
    frame
        Shapes in any CRS; brought into the grid's.
    values
        A number a shape; later shapes lie above earlier ones. None burns 1.
    all_touched
        Whether every touched cell counts, as lines and points want, or only cells whose centre
        lies inside, as areas that share borders want.

    Returns
    -------
    burned
        `dtype`, dims (y, x), 0 where no shape lies.

    Raises
    ------
    MissingCrsError
        If `frame` has no CRS.
    """
    return grid.wrap(burned_cells(frame, grid, values=values, all_touched=all_touched, dtype=dtype))


def burned_cells(
    frame: gpd.GeoDataFrame,
    grid: Grid,
    *,
    values: Sequence[float] | NDArray[Any] | None = None,
    all_touched: bool = True,
    dtype: str = "uint8",
) -> NDArray[Any]:
    """Burn as `burn` does, into a bare array (height, width).

    It is freed with its last use; rasters with a CRS wait for the collector of cycles.

    Raises
    ------
    MissingCrsError
        If `frame` has no CRS.
    """
    require_crs(frame)
    shapes = frame.geometry.to_crs(grid.crs)
    numbers = np.ones(len(frame)) if values is None else np.asarray(values)
    pairs = [
        (shape, number) for shape, number in zip(shapes, numbers, strict=True)
        if shape is not None and not shape.is_empty
    ]  # fmt: skip
    if not pairs:
        return np.zeros(grid.shape, dtype)
    with ONE_BURN:
        burned = rasterize(
            pairs, out_shape=grid.shape, transform=grid.transform, all_touched=all_touched,
            dtype=dtype,
        )  # fmt: skip
    return np.asarray(burned)


def require_crs(frame: gpd.GeoDataFrame) -> None:
    """Refuse shapes that cannot be placed on a grid.

    Raises
    ------
    MissingCrsError
        If `frame` has no CRS.
    """
    if frame.crs is None:
        raise MissingCrsError(
            "The shapes have no CRS and cannot be burned into a grid; set one first.",
            "几何没有坐标系，无法栅格化；请先指定坐标系。",
        )


def number_zones(units: gpd.GeoDataFrame, grid: Grid) -> tuple[xr.DataArray, dict[int, str]]:
    """Number areas that share borders, from 1 in the order of their rows, on a grid.

    Parameters
    ----------
    units
        Areas in any CRS; `code` names each.

    Returns
    -------
    zones, codes
        int32, dims (y, x): the number of the area that the cell's centre lies in, 0 outside of
        all; and the area's code by number.

    Raises
    ------
    MissingCrsError
        If `units` has no CRS.
    """
    numbers = np.arange(1, len(units) + 1)
    zones = burn(units, grid, values=numbers, all_touched=False, dtype="int32")
    return zones, dict(zip(numbers.tolist(), units["code"].astype(str), strict=True))
