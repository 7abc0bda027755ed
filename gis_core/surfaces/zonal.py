"""Figures of a raster by zone."""

import numpy as np
import pandas as pd
import xarray as xr
from numba import njit
from numpy.typing import NDArray

from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid


def zonal_statistics(array: xr.DataArray, zones: xr.DataArray) -> pd.DataFrame:
    """Return count, sum, mean, min and max of `array` within each zone.

    Parameters
    ----------
    array
        Measured values, dims (y, x). NaN is left out.
    zones
        Whole numbers from 1 on the same grid; 0 is no zone.

    Returns
    -------
    statistics
        Index 1 to the largest zone; count (cells), and sum, mean, min, max in the unit of `array`
        (NaN for a zone without valid cells).

    Raises
    ------
    InvalidParameterError
        If the grids differ.
    """
    if Grid.of(array) != Grid.of(zones):
        raise InvalidParameterError(
            "The zones stand on another grid than the values; align them first.",
            "分区与数据的格网不一致；请先对齐。",
        )
    labels = np.asarray(zones).astype(np.int32)
    number = int(labels.max(initial=0))
    table = _gather(np.asarray(array, dtype=np.float32), labels, number)
    frame = pd.DataFrame(table[1:], columns=["count", "sum", "min", "max"])
    frame.index = pd.RangeIndex(1, number + 1, name="zone")
    empty = frame["count"] == 0
    frame.loc[empty, ["sum", "min", "max"]] = np.nan
    frame["mean"] = frame["sum"] / frame["count"].where(~empty)
    return frame.astype({"count": np.int64})


@njit(cache=True)
def _gather(
    values: NDArray[np.float32], zones: NDArray[np.int32], number: int
) -> NDArray[np.float64]:
    table = np.zeros((number + 1, 4))
    table[:, 2], table[:, 3] = np.inf, -np.inf
    for row in range(values.shape[0]):
        for col in range(values.shape[1]):
            value, zone = np.float64(values[row, col]), zones[row, col]
            if zone < 1 or np.isnan(value):
                continue
            table[zone, 0] += 1.0
            table[zone, 1] += value
            table[zone, 2] = min(table[zone, 2], value)
            table[zone, 3] = max(table[zone, 3], value)
    return table
