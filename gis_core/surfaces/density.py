"""How much of a layer lies around each cell: points, lines or areas within a circle."""

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from numba import njit
from numpy.typing import NDArray

from gis_core.errors import InvalidLayerError, MissingCrsError
from gis_core.grid import Grid
from gis_core.surfaces.distance import widened
from gis_core.surfaces.focal import focal_mean_of, window_margin
from gis_core.surfaces.shares import cell_shares

Floats = NDArray[np.float64]


def density(features: gpd.GeoDataFrame, grid: Grid, *, radius_m: float) -> xr.DataArray:
    """Amount of `features` within `radius_m` metres of each cell's centre, per km² of that circle.

    Points are counted, lines measured in kilometres, areas in km² (so theirs is a share, 0 to 1,
    overlaps counted once), each where it lies, cell by cell; a cell counts when its centre lies
    in the circle. Features beyond the grid count too; where nothing lies beyond it, the circle is
    only what the grid holds of it.

    Parameters
    ----------
    features
        Shapes of one kind, in any CRS.
    radius_m
        Above 0.

    Returns
    -------
    density
        float32, dims (y, x), on `grid`: points, km, or km², per km²; 0 where nothing is near.

    Raises
    ------
    MissingCrsError
        If `features` has no CRS.
    InvalidLayerError
        If points, lines and areas are mixed.
    InvalidParameterError
        If `radius_m` is not a number above 0.
    """
    margin = window_margin(radius_m, cell_m=grid.cell_m)
    wide, (north, west) = widened(features, grid, reach_m=radius_m)
    amounts = _amounts(features, wide) / (grid.cell_m / 1000.0) ** 2
    rows = (margin - north, margin - (wide.height - grid.height - north))
    cols = (margin - west, margin - (wide.width - grid.width - west))
    cut = amounts[max(0, -rows[0]) : wide.height - max(0, -rows[1]),
                  max(0, -cols[0]) : wide.width - max(0, -cols[1])]  # fmt: skip
    padded = np.pad(
        cut.astype(np.float32), [(max(0, a), max(0, b)) for a, b in (rows, cols)],
        constant_values=np.nan,
    )  # fmt: skip
    return grid.wrap(focal_mean_of(padded, radius_m, cell_m=grid.cell_m), name="density")


def _amounts(features: gpd.GeoDataFrame, grid: Grid) -> Floats:
    """Points, kilometres or km² in each cell."""
    if features.crs is None:
        raise MissingCrsError(
            "The features have no CRS, so their density is unknown; set one first.",
            "要素没有坐标系，无法计算密度；请先指定坐标系。",
        )
    shapes = features.geometry.to_crs(grid.crs).to_numpy()
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    kinds = set(shapely.get_dimensions(shapes).tolist())
    if len(kinds) > 1:
        raise InvalidLayerError(
            "A density counts points, lines or areas, but the layer mixes them; keep one kind.",
            "密度只能按点、线或面之一计算，但图层混有多种几何类型；请只保留一种。",
        )
    if kinds == {2}:
        areas = gpd.GeoDataFrame(geometry=shapes, crs=grid.crs)
        return cell_shares(areas, grid).to_numpy() * (grid.cell_m / 1000.0) ** 2
    xy, owner = shapely.get_coordinates(shapely.get_parts(shapes), return_index=True)
    cells = np.column_stack((xy[:, 0] - grid.min_x, grid.max_y - xy[:, 1])) / grid.cell_m
    if kinds == {1}:
        return np.asarray(_lengths(cells, owner, grid.shape)) * grid.cell_m / 1000.0
    col, row = np.floor(cells.T).astype(np.int64)
    inside = (row >= 0) & (row < grid.height) & (col >= 0) & (col < grid.width)
    places = row[inside] * grid.width + col[inside]
    return np.bincount(places, minlength=grid.height * grid.width).reshape(grid.shape).astype(float)


@njit(cache=True)
def _lengths(vertices: Floats, owner: NDArray[np.int64], shape: tuple[int, int]) -> Floats:
    """Length of the lines in each cell, in cells."""
    out = np.zeros(shape)
    for k in range(len(vertices) - 1):
        if owner[k] != owner[k + 1]:
            continue
        x, y = vertices[k, 0], vertices[k, 1]
        dx, dy = vertices[k + 1, 0] - x, vertices[k + 1, 1] - y
        length = np.hypot(dx, dy)
        t, end = _inside(x, dx, shape[1], 0.0, 1.0)
        t, end = _inside(y, dy, shape[0], t, end)
        if not t < end:
            continue
        col = min(max(int(np.floor(x + t * dx)), 0), shape[1] - 1)
        row = min(max(int(np.floor(y + t * dy)), 0), shape[0] - 1)
        while t < end:
            across = ((col + (1 if dx > 0 else 0)) - x) / dx if dx != 0 else np.inf
            down = ((row + (1 if dy > 0 else 0)) - y) / dy if dy != 0 else np.inf
            stop = min(across, down, end)
            if stop > t:
                out[row, col] += (stop - t) * length
                t = stop
            if across <= stop:
                col += 1 if dx > 0 else -1
            if down <= stop:
                row += 1 if dy > 0 else -1
            if not (0 <= row < shape[0] and 0 <= col < shape[1]):
                break
    return out


@njit(cache=True)
def _inside(start: float, move: float, size: int, t: float, end: float) -> tuple[float, float]:
    """Part of 0 to 1 on which start + t × move lies from 0 to size; `t` ≥ `end` is none."""
    if move == 0:
        return (t, end) if 0 <= start < size else (1.0, 0.0)
    first, last = -start / move, (size - start) / move
    return max(t, min(first, last)), min(end, max(first, last))
