"""The inner loops of the draws: exact counts, the same for every cut into blocks and threads."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis_core.suitability.classes import ROUNDING
from gis_core.suitability.kernel.shapes import score_block

Floats = NDArray[np.float32]
Whole = NDArray[np.int32]

BLOCK = 1024  # cells; their scores at all levels stay in the second cache
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

    Four draws are counted at a time, so that a cell's counts are read and written once for four.

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
    draws, cells = weights.shape[0], area.size
    totals = np.empty((4, cells), np.float32)
    weighted_total(scores, weights, picks, moments[0], 0)
    moments[1:] = 0.0
    base, differences, squares = moments[0], moments[1], moments[2]
    for start in range(0, draws - draws % 4, 4):
        for j in range(4):
            weighted_total(scores, weights, picks, totals[j], start + j)
        _count_four(totals, limits, area, counts, areas[start : start + 4])
        a, b, c, d = totals[0], totals[1], totals[2], totals[3]
        for i in range(cells):
            w, x, y, z = a[i] - base[i], b[i] - base[i], c[i] - base[i], d[i] - base[i]
            differences[i] += (w + x) + (y + z)
            squares[i] += (w * w + x * x) + (y * y + z * z)
    for draw in range(draws - draws % 4, draws):
        total = totals[0]
        weighted_total(scores, weights, picks, total, draw)
        for k in range(4):
            for i in range(cells):
                if total[i] + ROUNDING >= limits[k]:
                    counts[k, i] += 1
                    areas[draw, k] += area[i]
        for i in range(cells):
            away = total[i] - base[i]
            differences[i] += away
            squares[i] += away * away


@njit(cache=True, nogil=True)
def _count_four(
    totals: Floats, limits: Floats, area: Whole, counts: Whole, areas: NDArray[np.int64]
) -> None:
    """Add what reaches each limit in four draws to `counts` (4, cells) and `areas` (4, 4)."""
    a, b, c, d = totals[0], totals[1], totals[2], totals[3]
    none = np.int32(0)
    for k in range(4):
        least, count = limits[k], counts[k]
        w, x, y, z = none, none, none, none
        for i in range(area.size):
            p, q = a[i] + ROUNDING >= least, b[i] + ROUNDING >= least
            r, s = c[i] + ROUNDING >= least, d[i] + ROUNDING >= least
            count[i] += np.int32(p) + np.int32(q) + np.int32(r) + np.int32(s)
            w += area[i] if p else none
            x += area[i] if q else none
            y += area[i] if r else none
            z += area[i] if s else none
        areas[0, k] += w
        areas[1, k] += x
        areas[2, k] += y
        areas[3, k] += z


@njit(cache=True, nogil=True)
def count_chunk(
    forms: tuple[Whole, Whole, Floats, Whole, Floats],
    moving: Floats,
    still: tuple[Whole, Floats],
    drawn: tuple[Floats, Whole, Floats],
    area: Whole,
    found: tuple[Whole, Floats, Floats, NDArray[np.int64]],
) -> None:
    """Score a chunk of cells at all levels, block by block, and count all its draws.

    Parameters
    ----------
    forms
        Of the criteria that move: place among all (moving,), kind (moving,), parameters (moving,
        levels, most), their number (moving,) and the score of level land (moving,), NaN for none,
        as the memberships' kernels have them.
    moving
        (moving, cells), the raw values of those criteria.
    still
        Of the others: place among all, and scores (others, cells).
    drawn
        Weights and picks (draws, criteria), and the limits of the classes.
    area
        (cells,), as in `count_block`.
    found
        Written: counts (4, cells), from 0; mean and deviation (cells,); added to: areas
        (draws, 4).
    """
    places, kinds, parameters, sizes, flat = forms
    weights, picks, limits = drawn
    at_least, mean, deviation, areas = found
    draws = np.float32(weights.shape[0])
    scores = np.empty((weights.shape[1], parameters.shape[1], BLOCK), np.float32)
    for left in range(0, area.size, BLOCK):
        number = min(BLOCK, area.size - left)
        right = left + number
        scores[:, :, number:] = np.nan
        for j in range(places.size):
            for level in range(parameters.shape[1]):
                score_block(
                    kinds[j], flat[j], parameters[j, level, : sizes[j]], moving[j, left:right],
                    scores[places[j], level, :number],
                )  # fmt: skip
        for j in range(still[0].size):
            scores[still[0][j], 0, :number] = still[1][j, left:right]
        units, counts = np.zeros(BLOCK, np.int32), np.zeros((4, BLOCK), np.int32)
        units[:number] = area[left:right]
        moments = np.empty((3, BLOCK), np.float32)
        count_block(scores, weights, picks, limits, units, counts, moments, areas)
        at_least[:, left:right] = counts[:, :number]
        for i in range(number):
            away = moments[1, i] / draws
            spread = moments[2, i] / draws - away * away
            mean[left + i] = moments[0, i] + away
            deviation[left + i] = np.sqrt(spread) if spread > 0 else spread * np.float32(0.0)


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
