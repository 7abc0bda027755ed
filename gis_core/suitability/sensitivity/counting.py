"""The inner loops of the draws: exact counts, the same for every cut into blocks and threads."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Whole = NDArray[np.int32]

BLOCK = 1024  # cells; their scores at all levels stay in the second cache
ROUNDING = np.float32(1e-6)  # a score this little below a class limit has reached it, as in a run
MEAN_AREA = 65_536  # units of area that the mean cell has: a block's sum fits into 32 bits


@njit(cache=True, nogil=True)
def weighted_total(scores: Floats, weights: Floats, picks: Whole, total: Floats, draw: int) -> None:
    """Write into `total` (cells,) the weighted sum of one draw.

    `scores` has shape (criteria, levels, cells); `weights` and `picks` (draws, criteria). Three
    criteria at a time, in the model's order: each cell's operations never change their order.
    """
    criteria = weights.shape[1]
    cells = total.size
    for i in range(cells):
        total[i] = 0.0
    k = 0
    while k + 3 <= criteria:
        u, v, w = weights[draw, k], weights[draw, k + 1], weights[draw, k + 2]
        a = scores[k, picks[draw, k]]
        b = scores[k + 1, picks[draw, k + 1]]
        c = scores[k + 2, picks[draw, k + 2]]
        for i in range(cells):
            total[i] = total[i] + u * a[i] + v * b[i] + w * c[i]
        k += 3
    while k < criteria:
        u = weights[draw, k]
        a = scores[k, picks[draw, k]]
        for i in range(cells):
            total[i] += u * a[i]
        k += 1


@njit(cache=True, nogil=True)
def count_block(
    scores: Floats,
    weights: Floats,
    picks: Whole,
    limits: Floats,
    area: Whole,
    counts: Whole,
    moments: Floats,
    areas: NDArray[np.int64],
) -> None:
    """Count all draws of one block of cells into `counts`, `moments` and `areas`.

    Parameters
    ----------
    scores
        (criteria, levels, cells), 0 to 1; the scores of a cell without data are NaN and it counts
        for no class.
    weights, picks
        (draws, criteria).
    limits
        Least scores of S1, S2, S3, N1, falling.
    area
        (cells,), units of which the mean cell has `MEAN_AREA`; 0 leaves a cell out of `areas`.
    counts
        (4, cells), added to: draws in which the score reaches each limit.
    moments
        (3, cells), written: the first draw's score, and the sums of the differences of all draws
        to it and of their squares.
    areas
        (draws, 4), added to: area of the cells that reach each limit.
    """
    cells = area.size
    total = np.empty(cells, np.float32)
    first, second, third, fourth = counts[0], counts[1], counts[2], counts[3]
    s1, s2, s3, n1 = limits[0], limits[1], limits[2], limits[3]
    base, differences, squares = moments[0], moments[1], moments[2]
    for draw in range(weights.shape[0]):
        weighted_total(scores, weights, picks, total, draw)
        if draw == 0:
            for i in range(cells):
                base[i] = total[i]
                differences[i] = 0.0
                squares[i] = 0.0
        sum1, sum2, sum3, sum4 = np.int32(0), np.int32(0), np.int32(0), np.int32(0)
        for i in range(cells):
            reached = total[i] + ROUNDING
            g1, g2 = np.int32(reached >= s1), np.int32(reached >= s2)
            g3, g4 = np.int32(reached >= s3), np.int32(reached >= n1)
            first[i] += g1
            second[i] += g2
            third[i] += g3
            fourth[i] += g4
            sum1 += g1 * area[i]
            sum2 += g2 * area[i]
            sum3 += g3 * area[i]
            sum4 += g4 * area[i]
            away = total[i] - base[i]
            differences[i] += away
            squares[i] += away * away
        areas[draw, 0] += sum1
        areas[draw, 1] += sum2
        areas[draw, 2] += sum3
        areas[draw, 3] += sum4


@njit(cache=True, nogil=True)
def sum_block(
    scores: Floats,
    weights: Floats,
    picks: Whole,
    limit: float,
    reaching: NDArray[np.int64],
    sums: NDArray[np.float64],
) -> None:
    """Add one block's figures of every draw: cells that reach `limit`, and the sum of scores.

    `scores`, `weights`, `picks` as in `count_block`; `reaching` and `sums` have shape (draws,).
    """
    total = np.empty(scores.shape[2], np.float32)
    least = np.float32(limit)
    for draw in range(weights.shape[0]):
        weighted_total(scores, weights, picks, total, draw)
        count = 0
        added = np.float32(0.0)
        for i in range(total.size):
            count += total[i] + ROUNDING >= least
            added += total[i]
        reaching[draw] += count
        sums[draw] += added


@njit(cache=True, nogil=True)
def compare_classes(
    score: Floats,
    base: NDArray[np.uint8],
    area: NDArray[np.int64],
    limits: Floats,
    areas: NDArray[np.int64],
) -> tuple[int, int]:
    """Add the area of each class (5,) to `areas`; return cells and area whose class changed.

    `base` are the classes 1 to 5 before, 0 for cells to leave out; `score` as in a run.
    """
    changed = changed_area = 0
    for i in range(score.size):
        if base[i] == 0:
            continue
        code = 1
        for limit in limits:
            code += score[i] + ROUNDING < limit
        areas[code - 1] += area[i]
        if code != base[i]:
            changed += 1
            changed_area += area[i]
    return changed, changed_area
