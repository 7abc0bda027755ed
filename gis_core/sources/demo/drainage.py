"""Where water goes: filled terrain, flow directions, accumulation and carving.

References
----------
Barnes, Lehman & Mulla (2014), Priority-flood: an optimal depression-filling algorithm.
O'Callaghan & Mark (1984), The extraction of drainage networks (D8).
Braun & Willett (2013), A very efficient O(n) implicit method for the stream power equation.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

FILL_STEP_M = 0.002  # rise of a filled flat from cell to cell: more than float32 resolves at 3 km


@njit(cache=True)
def _push(
    keys: NDArray[np.float64], items: NDArray[np.int64], size: int, key: float, item: int
) -> int:
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if keys[parent] <= key:
            break
        keys[at], items[at] = keys[parent], items[parent]
        at = parent
    keys[at], items[at] = key, item
    return size + 1


@njit(cache=True)
def _pop(keys: NDArray[np.float64], items: NDArray[np.int64], size: int) -> int:
    """Remove the smallest; the caller has read keys[0], items[0]. Return the new size."""
    size -= 1
    key, item = keys[size], items[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[at], items[at] = keys[child], items[child]
        at = child
    keys[at], items[at] = key, item
    return size


@njit(cache=True)
def route(
    z: NDArray[np.float64], outlets: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Fill `z` in place so that every cell drains, and return receivers and order.

    Parameters
    ----------
    z
        Shape (rows, cols), metres, no NaN; raised where water could not leave.
    outlets
        Cells where water may leave; at least one.

    Returns
    -------
    receivers, order
        Flat indices. An outlet receives itself. In `order` each cell stands after its receiver,
        heights never falling.
    """
    rows, cols = z.shape
    n = rows * cols
    receivers = np.full(n, -1, dtype=np.int64)
    order = np.empty(n, dtype=np.int64)
    seen = np.zeros(n, dtype=np.bool_)
    keys = np.empty(n, dtype=np.float64)
    items = np.empty(n, dtype=np.int64)
    flat = z.ravel()
    free = outlets.ravel()
    size = 0
    for cell in range(n):
        if free[cell]:
            seen[cell] = True
            receivers[cell] = cell
            size = _push(keys, items, size, flat[cell], cell)
    done = 0
    while size > 0:
        cell = items[0]
        size = _pop(keys, items, size)
        order[done] = cell
        done += 1
        row, col = cell // cols, cell % cols
        for dr in range(-1, 2):
            for dc in range(-1, 2):
                r, c = row + dr, col + dc
                if r < 0 or c < 0 or r >= rows or c >= cols:
                    continue
                other = r * cols + c
                if seen[other]:
                    continue
                seen[other] = True
                receivers[other] = cell
                if flat[other] < flat[cell] + FILL_STEP_M:
                    flat[other] = flat[cell] + FILL_STEP_M
                size = _push(keys, items, size, flat[other], other)
    _steepest(flat, receivers, rows, cols)
    return receivers, order


@njit(cache=True)
def _steepest(
    flat: NDArray[np.float64], receivers: NDArray[np.int64], rows: int, cols: int
) -> None:
    """Point each cell to its steepest lower neighbour (D8) on the filled terrain."""
    for cell in range(flat.size):
        if receivers[cell] == cell:
            continue
        row, col = cell // cols, cell % cols
        best, target = 0.0, receivers[cell]
        for dr in range(-1, 2):
            for dc in range(-1, 2):
                r, c = row + dr, col + dc
                if r < 0 or c < 0 or r >= rows or c >= cols or (dr == 0 and dc == 0):
                    continue
                fall = flat[cell] - flat[r * cols + c]
                if dr != 0 and dc != 0:
                    fall *= 0.7071067811865476
                if fall > best:
                    best, target = fall, r * cols + c
        receivers[cell] = target


@njit(cache=True)
def accumulate(
    receivers: NDArray[np.int64], order: NDArray[np.int64], area: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the area drained through each cell, its own included.

    Parameters
    ----------
    receivers, order
        As `route` gives them.
    area
        Flat, what each cell adds (its own area, or the catchment above an inflow), any unit.
    """
    total = area.copy()
    for k in range(order.size - 1, -1, -1):
        cell = order[k]
        if receivers[cell] != cell:
            total[receivers[cell]] += total[cell]
    return total


@njit(cache=True)
def carve(
    z: NDArray[np.float64], receivers: NDArray[np.int64], order: NDArray[np.int64],
    rate: NDArray[np.float64], lowest: NDArray[np.float32], shape: tuple[int, int],
    steepest: float, cell_m: float,
) -> None:  # fmt: skip
    """Lower `z` (flat, metres) in place by one implicit step of the stream-power law.

    Parameters
    ----------
    rate
        Flat; step x erodibility x (drained area)^m, in metres: divided by the run to the
        receiver it is the weight of the receiver's height; 0 holds a cell as it is.
    lowest
        Flat, metres; no cell is cut below this (the water beside it).
    shape
        Rows and columns.
    steepest
        Largest fall over run that a cell may keep above its receiver (angle of rest).
    cell_m
        Cell size in metres.
    """
    for k in range(order.size):
        cell = order[k]
        down = receivers[cell]
        if down == cell or rate[cell] <= 0.0:
            continue
        step = abs(cell - down)
        run = cell_m if step == 1 or step == shape[1] else cell_m * 1.4142135623730951
        weight = rate[cell] / run
        height = (z[cell] + weight * z[down]) / (1.0 + weight)
        if height > z[down] + steepest * run:
            height = z[down] + steepest * run
        z[cell] = max(height, z[down] + FILL_STEP_M, lowest[cell])


@njit(cache=True)
def soften(z: NDArray[np.float64], held: NDArray[np.bool_], share: float) -> NDArray[np.float64]:
    """Return `z` moved by `share` towards the mean of its eight neighbours (soil creep).

    Held cells and the edge stay as they are.
    """
    rows, cols = z.shape
    out = z.copy()
    for r in range(1, rows - 1):
        for c in range(1, cols - 1):
            if held[r, c]:
                continue
            around = z[r - 1, c] + z[r + 1, c] + z[r, c - 1] + z[r, c + 1]
            corners = z[r - 1, c - 1] + z[r - 1, c + 1] + z[r + 1, c - 1] + z[r + 1, c + 1]
            mean = (2.0 * around + corners) / 12.0
            out[r, c] = z[r, c] + share * (mean - z[r, c])
    return out
