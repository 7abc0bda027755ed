"""Where water gathers: the topographic wetness index."""

import numpy as np
import xarray as xr
from numba import njit
from numpy.typing import NDArray

from gis_core.grid import Grid
from gis_core.surfaces.terrain import steepness
from gis_core.text import Text

LEAST_STEEPNESS = 0.001  # m/m; level ground is reckoned as this steep, so that ln stays finite

Floats = NDArray[np.float32]


def wetness(elevation: xr.DataArray) -> xr.DataArray:
    """Topographic wetness index ln(a / tan β).

    a is the ground that drains through a cell, itself included, per metre of contour (m; the area
    over the cell's width), tan β the slope by Horn's window, at least 0.001. Water of a cell goes
    to all lower neighbours, in shares by drop and contour length (Quinn's multiple flow). Pits
    are filled to where they spill (priority-flood), and over level ground water goes to where
    the flood came from. Ground beyond the border or beside no data is unknown and drains nothing
    in, so the index is too low along rivers that come from there.

    Parameters
    ----------
    elevation
        Metres, dims (y, x), on a `Grid`. NaN means no data.

    Returns
    -------
    wetness
        float32, ln of metres, on the grid of `elevation`; NaN where the slope is NaN.

    Raises
    ------
    MissingCrsError, CrsMismatchError
        If `elevation` has no CRS, or one that is not projected in metres.

    References
    ----------
    Beven, Kirkby (1979), A physically based, variable contributing area model of basin hydrology.
    Quinn, Beven, Chevallier, Planchon (1991), The prediction of hillslope flow paths.
    Barnes, Lehman, Mulla (2014), Priority-flood.
    """
    grid = Grid.of(elevation)
    grid.require_metres(what=Text("Wetness", "地形湿度计算"))
    z = np.asarray(elevation, dtype=np.float32)
    return grid.wrap(wetness_of(z, grid.cell_m), name="wetness")


def wetness_of(z: Floats, cell_m: float) -> Floats:
    """Wetness index of heights `z` (m; rows, cols), see `wetness`."""
    gathered = drained_cells(z) * cell_m  # area over the cell's width
    steep = np.maximum(steepness(z, cell_m), np.float32(LEAST_STEEPNESS))
    return np.asarray(np.log(gathered / steep), np.float32)


def drained_cells(z: Floats) -> NDArray[np.float64]:
    """Return how many cells drain through each cell, itself included; NaN where `z` is."""
    padded = np.pad(z, 1, constant_values=np.nan)
    filled, order, parent = _flood(padded.ravel(), padded.shape[1])
    cells = _gather(filled, order, parent, padded.shape[1]).reshape(padded.shape)[1:-1, 1:-1]
    return np.where(np.isnan(z), np.nan, cells)


@njit(cache=True)
def _offsets(width: int) -> NDArray[np.int64]:
    """Steps to the eight neighbours, the four nearest first; opposite of k is k ^ 1."""
    return np.array([-width, width, -1, 1, -width - 1, width + 1, -width + 1, width - 1])


@njit(cache=True)
def _flood(z: Floats, width: int) -> tuple[Floats, NDArray[np.int32], NDArray[np.int8]]:
    """Fill the pits of a padded, flattened surface.

    Returns the filled heights, the cells in the order of the flood (never falling) and for each
    the number of the step towards the cell it was flooded from, −1 at outlets.
    """
    offsets = _offsets(width)
    filled = z.copy()
    parent = np.full(z.size, -1, np.int8)
    closed = np.isnan(z)
    order = np.empty(z.size - closed.sum(), np.int32)
    heap = np.empty(1024, np.int32)
    size = 0
    for cell in range(z.size):
        if np.isnan(z[cell]):
            continue
        for k in range(8):
            if np.isnan(z[cell + offsets[k]]):
                heap, size = _push(heap, size, cell, filled)
                closed[cell] = True
                break
    done = 0
    waiting = np.empty(1024, np.int32)
    first, last = 0, 0
    while size > 0 or first < last:
        if first < last:
            cell = waiting[first]
            first += 1
            if first == last:
                first, last = 0, 0
        else:
            cell, size = _pop(heap, size, filled)
        order[done] = cell
        done += 1
        for k in range(8):
            near = cell + offsets[k]
            if closed[near]:
                continue
            closed[near] = True
            parent[near] = k ^ 1
            if z[near] <= filled[cell]:
                filled[near] = filled[cell]
                if last == len(waiting):
                    larger = np.empty(2 * len(waiting), np.int32)
                    larger[:last] = waiting
                    waiting = larger
                waiting[last] = near
                last += 1
            else:
                heap, size = _push(heap, size, near, filled)
    return filled, order, parent


@njit(cache=True)
def _gather(
    filled: Floats, order: NDArray[np.int32], parent: NDArray[np.int8], width: int
) -> NDArray[np.float64]:
    """Pass the cells' water down, highest first."""
    offsets = _offsets(width)
    cells = np.ones(filled.size)
    shares = np.empty(8)
    for i in range(len(order) - 1, -1, -1):
        cell = order[i]
        total = 0.0
        for k in range(8):
            drop = np.float64(filled[cell]) - np.float64(filled[cell + offsets[k]])
            # drop over distance times contour length: 1 × 1/2 straight, 1/√2 × √2/4 across
            shares[k] = drop * (0.5 if k < 4 else 0.25) if drop > 0 else 0.0
            total += shares[k]
        if total > 0:
            for k in range(8):
                if shares[k] > 0:
                    cells[cell + offsets[k]] += cells[cell] * shares[k] / total
        elif parent[cell] >= 0:
            cells[cell + offsets[parent[cell]]] += cells[cell]
    return cells


@njit(cache=True)
def _push(
    heap: NDArray[np.int32], size: int, cell: int, key: Floats
) -> tuple[NDArray[np.int32], int]:
    if size == len(heap):
        larger = np.empty(2 * size, np.int32)
        larger[:size] = heap
        heap = larger
    place = size
    while place > 0:
        above = (place - 1) // 2
        if key[heap[above]] <= key[cell]:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = cell
    return heap, size + 1


@njit(cache=True)
def _pop(heap: NDArray[np.int32], size: int, key: Floats) -> tuple[int, int]:
    top, size = heap[0], size - 1
    cell = heap[size]
    place = 0
    while 2 * place + 1 < size:
        below = 2 * place + 1
        if below + 1 < size and key[heap[below + 1]] < key[heap[below]]:
            below += 1
        if key[cell] <= key[heap[below]]:
            break
        heap[place] = heap[below]
        place = below
    heap[place] = cell
    return top, size
