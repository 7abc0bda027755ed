"""Grow regions from seed cells, the best cells near the seed first."""

import heapq

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
REACH = 1.6  # radii; a region of full size within it is at least 0.39 as full as its circle


def wide_land(usable: NDArray[np.bool_], *, cells: int) -> NDArray[np.bool_]:
    """Return the usable cells that some square of `cells` usable cells covers."""
    if cells <= 1:
        return usable
    return np.asarray(ndimage.binary_opening(usable, np.ones((cells, cells), bool)))


def find_seeds(worth: NDArray[np.float32], *, spacing: int) -> Ints:
    """Return the best cell of every block of `spacing` cells, by the mean worth around it.

    Flat indices, the best place first; a NaN of `worth` cannot be used.
    """
    usable = np.isfinite(worth)
    size = 2 * (spacing // 2) + 1
    around = ndimage.uniform_filter(np.where(usable, worth, 0.0).astype(np.float64), size,
                                    mode="constant")  # fmt: skip
    around[~usable] = -1.0
    seeds = []
    for top in range(0, worth.shape[0], spacing):
        for left in range(0, worth.shape[1], spacing):
            block = around[top : top + spacing, left : left + spacing]
            row, col = np.unravel_index(int(np.argmax(block)), block.shape)
            if block[row, col] > 0:
                seeds.append((top + int(row)) * worth.shape[1] + left + int(col))
    found = np.array(seeds, dtype=np.int64)
    return found[np.argsort(-around.ravel()[found], kind="stable")]


@njit(cache=True)
def grow_region(
    worth: Floats,
    zones: NDArray[np.int32],
    seed: int,
    most_cells: int,
    roundness: float,
) -> Ints:
    """Return the cells of the region grown from `seed`, flat indices in the order taken.

    A cell's priority is its worth less `roundness` times its distance from the seed, in radii of
    the disc of `most_cells` cells. Only cells of the seed's zone within `REACH` radii that touch
    the region by an edge are taken, so a region stays smaller where good land is strung out.

    Parameters
    ----------
    worth
        (height, width), 0 to 1; NaN cannot be taken.
    zones
        (height, width), the county's number.
    seed
        Flat index of a cell with a worth.
    most_cells
        Where to stop.
    roundness
        0 follows the worth alone; 1 and more give nearly discs.
    """
    height, width = worth.shape
    zone = zones.ravel()[seed]
    flat = worth.ravel()
    home_row, home_col = seed // width, seed % width
    radius = np.sqrt(most_cells / np.pi)
    seen = {seed: True}
    queue = [(-flat[seed], seed)]
    taken = np.empty(most_cells, np.int64)
    count = 0
    while len(queue) > 0 and count < most_cells:
        cell = heapq.heappop(queue)[1]
        taken[count] = cell
        count += 1
        row, col = cell // width, cell % width
        for turn in range(4):
            next_row = row + (turn == 0) - (turn == 1)
            next_col = col + (turn == 2) - (turn == 3)
            if next_row < 0 or next_col < 0 or next_row >= height or next_col >= width:
                continue
            near = next_row * width + next_col
            if near in seen or np.isnan(flat[near]) or zones[next_row, next_col] != zone:
                continue
            away = np.sqrt((next_row - home_row) ** 2.0 + (next_col - home_col) ** 2.0)
            if away > REACH * radius:
                continue
            seen[near] = True
            heapq.heappush(queue, (roundness * away / radius - flat[near], near))
    return taken[:count]
