"""Outlines of regions of cells that touch by edges: along the cells' edges, holes kept."""

from collections.abc import Sequence

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from gis_core.grid import Grid

Ints = NDArray[np.int64]


def outline_regions(regions: Sequence[Ints], grid: Grid) -> NDArray[np.object_]:
    """Return the polygon of each region, in the grid's CRS.

    Parameters
    ----------
    regions
        Flat indices of the cells of each region, none of them empty; each region hangs together
        by edges.
    grid
        The grid that the indices count on.

    Returns
    -------
    polygons
        Valid polygons whose corners are the corners of cells; their area is the cells'.
    """
    if not regions:
        return np.array([], dtype=object)
    rings: list[Ints] = []
    owners: list[int] = []
    for number, cells in enumerate(regions):
        corners, ends = _trace(cells, grid.width)
        found = np.split(corners, ends[:-1])
        rings += found
        owners += [number] * len(found)
    corner = np.concatenate(rings)
    x = grid.min_x + corner[:, 1] * grid.cell_m
    y = grid.max_y - corner[:, 0] * grid.cell_m
    of_ring = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    lines = shapely.linearrings(np.column_stack((x, y)), indices=of_ring)
    turned = shapely.reverse(lines)  # outer rings counter-clockwise, as GeoJSON wants them
    return np.asarray(shapely.polygons(turned, indices=np.array(owners)))


@njit(cache=True)
def edge_count(cells: Ints, width: int) -> int:
    """Return how many edges of the region's `cells` (rising flat indices) border other cells."""
    inside = _window(cells, width)
    count = 0
    for row in range(1, inside.shape[0] - 1):
        for col in range(1, inside.shape[1] - 1):
            if inside[row, col]:
                count += not inside[row - 1, col]
                count += not inside[row + 1, col]
                count += not inside[row, col - 1]
                count += not inside[row, col + 1]
    return count


@njit(cache=True)
def _window(cells: Ints, width: int) -> NDArray[np.bool_]:
    """The region on its own small grid with an empty cell all around."""
    top, left, bottom, right = _bounds(cells, width)
    inside = np.zeros((bottom - top + 3, right - left + 3), np.bool_)
    for cell in cells:
        inside[cell // width - top + 1, cell % width - left + 1] = True
    return inside


@njit(cache=True)
def _bounds(cells: Ints, width: int) -> tuple[int, int, int, int]:
    top, left = cells[0] // width, cells[0] % width
    bottom, right = top, left
    for cell in cells:
        row, col = cell // width, cell % width
        top, bottom = min(top, row), max(bottom, row)
        left, right = min(left, col), max(right, col)
    return top, left, bottom, right


@njit(cache=True)
def _trace(cells: Ints, width: int) -> tuple[Ints, Ints]:
    """Corners (row, col) of all rings, each closed, the outer one first; and where each ends.

    Edges run with the region on their right: east along the top of a cell, south along its east
    side. Where two cells meet only by a corner the ring turns left, past the empty cell, so that
    a hole that reaches the outline there is a ring of its own.
    """
    top, left, _, _ = _bounds(cells, width)
    inside = _window(cells, width)
    done = np.zeros(inside.shape, np.bool_)  # top edges walked
    corners = np.empty((4 * cells.size + 8, 2), np.int64)
    ends = np.empty(cells.size + 1, np.int64)
    used = found = 0
    for row in range(1, inside.shape[0] - 1):
        for col in range(1, inside.shape[1] - 1):
            if not inside[row, col] or inside[row - 1, col] or done[row, col]:
                continue
            first = used
            r, c, heading = row, col, 0  # a corner, and 0 east, 1 south, 2 west, 3 north
            while True:
                if heading == 0:
                    if done[r, c]:
                        break
                    done[r, c] = True
                r += (heading == 1) - (heading == 3)
                c += (heading == 0) - (heading == 2)
                turned = _turned(inside, r, c, heading)
                if turned != heading:
                    corners[used, 0], corners[used, 1] = r + top - 1, c + left - 1
                    used += 1
                heading = turned
            corners[used] = corners[first]
            used += 1
            ends[found] = used
            found += 1
    return corners[:used], ends[:found]


@njit(cache=True)
def _turned(inside: NDArray[np.bool_], row: int, col: int, heading: int) -> int:
    """The heading after the corner at the north-west of cell (row, col), reached by `heading`."""
    north_west, north_east = inside[row - 1, col - 1], inside[row - 1, col]
    south_west, south_east = inside[row, col - 1], inside[row, col]
    if heading == 0:
        ahead_left, ahead_right = north_east, south_east
    elif heading == 1:
        ahead_left, ahead_right = south_east, south_west
    elif heading == 2:
        ahead_left, ahead_right = south_west, north_west
    else:
        ahead_left, ahead_right = north_west, north_east
    if ahead_left:
        return (heading + 3) % 4
    return heading if ahead_right else (heading + 1) % 4
