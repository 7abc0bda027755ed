"""Exact shares of grid cells that areas cover, by the signed area under their outlines."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from numba import njit
from numpy.typing import NDArray

from gis_core.errors import InvalidLayerError, MissingCrsError
from gis_core.grid import Grid

ROUNDING = 1e-9  # of a cell; shares nearer than this to 0 or 1 are 0 or 1

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class ZoneShares(NamedTuple):
    """Which zone each cell belongs to, wholly or in part.

    `labels` (int32, dims y, x): the number, from 1 in the order of rows, of the zone that covers
    the whole cell; 0 on cells that a line cuts and outside of all. The cut cells stand in the
    other three, one entry a zone that touches: `cells` (int64, flat index), `zones` (int32) and
    `shares` (float64, above 0 and below 1, of the cell's area).
    """

    labels: xr.DataArray
    cells: Integers
    zones: NDArray[np.int32]
    shares: Floats
    number: int  # of areas given

    def sums(self, values: NDArray[np.float32] | Floats) -> Floats:
        """Sum `values` (height, width) over each zone, cut cells by their share; NaN is left out.

        Returns
        -------
        sums
            float64, one a zone, in the order of their numbers; 0 for one without known cells.
        """
        inner = _whole_sums(np.asarray(values), self.labels.to_numpy(), self.number)
        cut = np.asarray(values).ravel()[self.cells].astype(np.float64) * self.shares
        known = np.isfinite(cut)
        cut_sums = np.bincount(self.zones[known], cut[known], minlength=self.number + 1)
        return np.asarray(inner[1:] + cut_sums[1:])


def zone_shares(units: gpd.GeoDataFrame, grid: Grid) -> ZoneShares:
    """Return the exact share of every cell of `grid` that each area covers.

    Parameters
    ----------
    units
        Polygons in any CRS that do not overlap, as counties; where two do, the later one gets
        whole cells. Missing and empty ones cover nothing but keep their number.

    Returns
    -------
    shares
        See `ZoneShares`. Exact to 1e-9 of a cell for the outlines as they lie in the grid's CRS.

    Raises
    ------
    MissingCrsError
        If `units` has no CRS.
    InvalidLayerError
        If a shape is no polygon.
    """
    shapes = _polygons(units, grid)
    labels = np.zeros(grid.shape, np.int32)
    found = [
        _cover(*_rings(shape, grid), number, labels)
        for number, shape in enumerate(shapes, 1)
        if shape is not None and not shape.is_empty
    ]
    cells = np.concatenate([np.zeros(0, np.int64), *(cells for cells, _ in found)])
    shares = np.concatenate([np.zeros(0), *(shares for _, shares in found)])
    numbers = [n for n, s in enumerate(shapes, 1) if s is not None and not s.is_empty]
    zones = np.repeat(np.array(numbers, np.int32), [len(cells) for cells, _ in found])
    return ZoneShares(grid.wrap(labels, name="zones"), cells, zones, shares, len(shapes))


def cell_shares(areas: gpd.GeoDataFrame, grid: Grid) -> xr.DataArray:
    """Return the share of every cell that some of `areas` covers, overlaps counted once.

    Parameters
    ----------
    areas
        Polygons in any CRS.

    Returns
    -------
    shares
        float32, 0 to 1, dims (y, x), on `grid`.

    Raises
    ------
    MissingCrsError
        If `areas` has no CRS.
    InvalidLayerError
        If a shape is no polygon.
    """
    shapes = [s for s in _polygons(areas, grid) if s is not None and not s.is_empty]
    labels = np.zeros(grid.shape, np.int32)
    whole = shapely.union_all(shapes)
    if whole.is_empty:
        return grid.wrap(labels.astype(np.float32), name="share")
    cells, shares = _cover(*_rings(whole, grid), 1, labels)
    out = labels.astype(np.float32)
    out.ravel()[cells] = shares
    return grid.wrap(out, name="share")


def _polygons(areas: gpd.GeoDataFrame, grid: Grid) -> NDArray[np.object_]:
    if areas.crs is None:
        raise MissingCrsError(
            "The areas have no CRS, so their place on the grid is unknown; set one first.",
            "面要素没有坐标系，无法确定其在格网上的位置；请先指定坐标系。",
        )
    shapes = areas.geometry.to_crs(grid.crs).to_numpy()
    kinds = set(shapely.get_type_id(shapes[~shapely.is_missing(shapes)]).tolist())
    if not kinds <= {3, 6}:
        raise InvalidLayerError(
            "Shares of cells are those of polygons, but the layer holds other shapes; keep the "
            "polygons only.",
            "像元的覆盖比例只能由面要素计算，但图层中有其他几何类型；请只保留面要素。",
        )
    return np.asarray(shapes)


def _rings(shape: shapely.Geometry, grid: Grid) -> tuple[Floats, Integers, NDArray[np.bool_]]:
    """Return all rings' vertices (col, row in cells), where each ring starts, which are holes."""
    rings, owner = shapely.get_rings(shapely.get_parts(shape), return_index=True)
    is_hole = np.concatenate([[False], owner[1:] == owner[:-1]])
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.searchsorted(ring, np.arange(len(rings) + 1))
    cells = np.column_stack((xy[:, 0] - grid.min_x, grid.max_y - xy[:, 1])) / grid.cell_m
    return np.ascontiguousarray(cells), starts.astype(np.int64), is_hole


def _cover(
    vertices: Floats,
    starts: Integers,
    is_hole: NDArray[np.bool_],
    number: int,
    labels: NDArray[np.int32],
) -> tuple[Integers, Floats]:
    """Write `number` into the wholly covered cells; return the cut cells and their shares."""
    pieces = _pieces(vertices, starts, is_hole, labels.shape)
    pieces = pieces[np.argsort(pieces[:, 0], kind="stable")]
    return _sweep(pieces, number, labels)  # type: ignore[no-any-return]


@njit(cache=True)
def _pieces(
    vertices: Floats, starts: Integers, is_hole: NDArray[np.bool_], shape: tuple[int, int]
) -> Floats:
    """Cut the outlines at the grid's lines, each piece in one cell.

    A row a piece: the cell's key (row × (width + 1) + col + 1; col −1 gathers what lies left of
    the grid), its fall over the row, and the area between it and the cell's right side. Outer
    rings count the way that makes their area positive, holes the other.
    """
    room = 0
    for k in range(len(vertices) - 1):
        down = min(abs(vertices[k + 1, 1] - vertices[k, 1]), shape[0] + 1.0)
        along = min(abs(vertices[k + 1, 0] - vertices[k, 0]), shape[1] + 1.0)
        room += 2 * int(down) + int(along) + 6
    pieces = np.empty((room, 3))
    count = 0
    for ring in range(len(is_hole)):
        first, last = starts[ring], starts[ring + 1] - 1
        doubled = 0.0  # the ring's area, signed
        for k in range(first, last):
            x, y = vertices[k, 0] - vertices[first, 0], vertices[k, 1] - vertices[first, 1]
            next_x = vertices[k + 1, 0] - vertices[first, 0]
            next_y = vertices[k + 1, 1] - vertices[first, 1]
            doubled += x * next_y - next_x * y
        sign = -1.0 if (doubled > 0) != is_hole[ring] else 1.0
        for k in range(first, last):
            ends = (vertices[k, 0], vertices[k, 1], vertices[k + 1, 0], vertices[k + 1, 1])
            count = _edge(ends, sign, shape, pieces, count)
    return pieces[:count]


@njit(cache=True)
def _edge(
    ends: tuple[float, float, float, float],
    sign: float,
    shape: tuple[int, int],
    pieces: Floats,
    count: int,
) -> int:
    """Append the pieces of the edge (x, y, x, y in cells); return the new count."""
    x0, y0, x1, y1 = ends
    height, width = shape
    if y0 == y1:
        return count
    if y0 > y1:
        x0, y0, x1, y1, sign = x1, y1, x0, y0, -sign
    per_row = (x1 - x0) / (y1 - y0)
    for row in range(max(0, int(np.floor(y0))), min(height, int(np.ceil(y1)))):
        top, bottom = max(y0, float(row)), min(y1, row + 1.0)
        if bottom <= top:
            continue
        a = x0 if top == y0 else x0 + (top - y0) * per_row
        b = x1 if bottom == y1 else x0 + (bottom - y0) * per_row
        left, right = min(a, b), max(a, b)
        fall = sign * (bottom - top)
        first = row * (width + 1)
        if left == right:
            col = min(max(int(np.floor(left)), -1), width)
            if col < width:
                pieces[count, 0] = first + col + 1
                pieces[count, 1] = fall
                pieces[count, 2] = fall * (col + 1.0 - left) if col >= 0 else 0.0
                count += 1
            continue
        if left < 0.0:
            pieces[count, 0], pieces[count, 2] = first, 0.0
            pieces[count, 1] = fall * (min(right, 0.0) - left) / (right - left)
            count += 1
        x, end = max(left, 0.0), min(right, float(width))
        while x < end:
            col = int(x)
            stop = min(end, col + 1.0)
            part = fall * (stop - x) / (right - left)
            pieces[count, 0], pieces[count, 1] = first + col + 1, part
            pieces[count, 2] = part * (col + 1.0 - 0.5 * (x + stop))
            count += 1
            x = stop
    return count


@njit(cache=True)
def _sweep(pieces: Floats, number: int, labels: NDArray[np.int32]) -> tuple[Integers, Floats]:
    """Add up the pieces along the rows: whole cells into `labels`, cut ones with their share."""
    stride = labels.shape[1] + 1
    cells, shares = np.empty(len(pieces) + 16, np.int64), np.empty(len(pieces) + 16)
    count, i, before, cover = 0, 0, np.int64(-1), 0.0
    while i <= len(pieces):
        key = np.int64(pieces[i, 0]) if i < len(pieces) else np.int64(-1)
        if before >= 0:  # the cells after the one before, up to this one or the end of its row
            start = before + 1
            goes_on = key // stride == before // stride
            stop = key if goes_on else (before // stride + 1) * stride
            if cover > 1.0 - ROUNDING:
                labels[before // stride, start % stride - 1 : start % stride - 1 + stop - start] = (
                    number
                )
            elif cover > ROUNDING:  # under a level line
                for k in range(start, stop):
                    cells, shares = _with_room(cells, count), _with_room(shares, count)
                    cells[count], shares[count] = k - k // stride - 1, cover
                    count += 1
            if not goes_on:
                cover = 0.0
        if i == len(pieces):
            break
        fall, area = 0.0, 0.0
        while i < len(pieces) and pieces[i, 0] == key:
            fall += pieces[i, 1]
            area += pieces[i, 2]
            i += 1
        share = cover + area
        cover += fall
        before = key
        if key % stride == 0 or share < ROUNDING:
            continue
        if share > 1.0 - ROUNDING:
            labels[key // stride, key % stride - 1] = number
            continue
        cells, shares = _with_room(cells, count), _with_room(shares, count)
        cells[count], shares[count] = key - key // stride - 1, share
        count += 1
    return cells[:count], shares[:count]


@njit(cache=True)
def _with_room(values: NDArray, count: int) -> NDArray:
    if count < len(values):
        return values
    larger = np.empty(2 * len(values), values.dtype)
    larger[:count] = values
    return larger


@njit(cache=True)
def _whole_sums(values: NDArray, labels: NDArray[np.int32], number: int) -> Floats:
    sums = np.zeros(number + 1)
    for row in range(values.shape[0]):
        line = np.zeros(number + 1)  # by row first: keeps rounding small over many cells
        for col in range(values.shape[1]):
            value = np.float64(values[row, col])
            if labels[row, col] > 0 and not np.isnan(value):
                line[labels[row, col]] += value
        sums += line
    return sums
