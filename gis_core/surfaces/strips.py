"""Exact Euclidean distance by strips of rows: two sweeps for the columns, then row by row."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

BAND = 256  # rows that are looked at together; fixed, so that strips of any height agree
FAR = np.int32(2**30)  # rows; farther than any grid is high
WORKERS = 2

Mask = NDArray[np.bool_]
Rows = NDArray[np.int32]


@dataclass(frozen=True)
class Bands:
    """A mask of cells in bands of `BAND` rows from the top, and what it takes to begin at any.

    `band` gives the mask of a band by its number, (rows, width); `above` and `below` (bands,
    width) hold for each band how many rows the nearest cell of the mask lies above the row before
    the band, and below the row after it.
    """

    band: Callable[[int], Mask]
    shape: tuple[int, int]
    above: Rows
    below: Rows

    def distance(self, rows: tuple[int, int], cols: tuple[int, int], cell_m: float) -> NDArray:
        """Return metres to the nearest cell of the mask, float32, for a part of rows and columns.

        The same to the bit whatever part is asked for; ``inf`` where the mask has no cell.
        """
        start, stop = rows
        out = np.empty((stop - start, cols[1] - cols[0]), np.float32)

        def fill(number: int) -> None:
            first = number * BAND
            part = (max(start - first, 0), min(stop - first, BAND))
            _fill(self.band(number), (self.above[number], self.below[number]), part, cols[0],
                  out[first + part[0] - start : first + part[1] - start], cell_m)  # fmt: skip

        _each(fill, range(start // BAND, -(-stop // BAND)))
        return out


def in_bands(band: Callable[[int], Mask], shape: tuple[int, int]) -> Bands:
    """Sweep down and up over all bands once and keep what each needs of the others."""
    height, width = shape
    count = -(-height // BAND)
    first, last = np.empty((count, width), np.int32), np.empty((count, width), np.int32)

    def look(number: int) -> None:
        _ends(band(number), first[number], last[number])

    _each(look, range(count))
    above, below = np.full_like(first, FAR), np.full_like(first, FAR)
    for number in range(1, count):
        before = np.minimum(above[number - 1] + BAND, FAR)
        above[number] = np.where(last[number - 1] < FAR, last[number - 1], before)
    for number in range(count - 2, -1, -1):
        after = np.minimum(below[number + 1] + min(BAND, height - (number + 1) * BAND), FAR)
        below[number] = np.where(first[number + 1] < FAR, first[number + 1], after)
    return Bands(band, shape, above, below)


def _each(work: Callable[[int], None], numbers: range) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in pool.map(work, numbers):
            pass


@njit(cache=True, nogil=True)
def _ends(mask: Mask, first: Rows, last: Rows) -> None:
    """Rows from the band's top to the first cell of each column, and from the last to its end."""
    height, width = mask.shape
    first[:] = FAR
    last[:] = FAR
    for row in range(height):
        for col in range(width):
            last[col] = 0 if mask[row, col] else min(last[col] + 1, FAR)
    for row in range(height - 1, -1, -1):
        for col in range(width):
            first[col] = 0 if mask[row, col] else min(first[col] + 1, FAR)


@njit(cache=True, nogil=True)
def _fill(
    mask: Mask,
    beyond: tuple[Rows, Rows],
    part: tuple[int, int],
    left: int,
    out: NDArray[np.float32],
    cell_m: float,
) -> None:
    """Write distances of rows `part` of a band, columns from `left` on, into `out`."""
    height, width = mask.shape
    away = np.empty((part[1], width), np.int32)
    up = beyond[0].copy()
    for row in range(part[1]):
        for col in range(width):
            up[col] = 0 if mask[row, col] else min(up[col] + 1, FAR)
            away[row, col] = up[col]
    down = beyond[1].copy()
    lift = np.empty(width, np.int64)
    place = np.empty(width + 1, np.int64)
    for row in range(height - 1, part[0] - 1, -1):
        for col in range(width):
            down[col] = 0 if mask[row, col] else min(down[col] + 1, FAR)
        if row >= part[1]:
            continue
        for col in range(width):
            nearest = np.int64(min(away[row, col], down[col]))
            lift[col] = nearest * nearest
        count = _hull(lift, place)
        _along(lift, place[:count], left, out[row - part[0]], cell_m)


@njit(cache=True, nogil=True)
def _hull(lift: NDArray[np.int64], place: NDArray[np.int64]) -> int:
    """Find the columns whose parabolas lift + (x − column)² are somewhere lowest; how many.

    They are the corners of the lower convex hull of lift + column² over the columns: whole
    numbers, so nothing is rounded.
    """
    width = len(lift)
    none = np.int64(FAR) * np.int64(FAR)
    waiting = 0
    for col in range(width):  # those that both neighbours do not hide, without a branch
        before = lift[col - 1] if col > 0 else none
        after = lift[col + 1] if col < width - 1 else none
        own = lift[col]
        place[waiting] = col
        waiting += 1 if (own < none) & (before + after + 2 > 2 * own) else 0
    count = 0
    for i in range(waiting):
        col = place[i]
        own = lift[col] + col * col
        while count > 1:
            last, other = place[count - 1], place[count - 2]
            height = lift[last] + last * last
            low = lift[other] + other * other
            if (own - height) * (last - other) > (height - low) * (col - last):
                break
            count -= 1
        place[count] = col
        count += 1
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _along(
    lift: NDArray[np.int64],
    place: NDArray[np.int64],
    left: int,
    out: NDArray[np.float32],
    cell_m: float,
) -> None:
    """Write the distances along a row, hull corner by corner."""
    right = left + len(out)
    if len(place) == 0:
        out[:] = np.inf
        return
    start = left
    for k in range(len(place)):
        col = place[k]
        stop = right
        if k + 1 < len(place):
            after = place[k + 1]
            rise = lift[after] + after * after - lift[col] - col * col
            stop = min(rise // (2 * (after - col)) + 1, right)
        own = np.float64(lift[col])
        for x in range(start, stop):
            sideways = np.float64(x - col)
            out[x - left] = np.float32(np.sqrt(sideways * sideways + own) * cell_m)
        start = max(start, stop)
