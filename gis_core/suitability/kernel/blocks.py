"""The compiled pass over a share of the cells, a block in the nearest cache at a time."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis_core.suitability.classes import ROUNDING
from gis_core.suitability.kernel.methods import (
    GAMMA,
    LIMITING,
    OWA,
    PRODUCT,
    SUM,
    TABLE_MOST,
    TOPSIS,
    gamma_block,
    limiting_block,
    owa_block,
    owa_many,
    product_block,
    topsis_block,
)
from gis_core.suitability.kernel.shapes import LINES, ONE, ZERO, score_block

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

BLOCK = 2048  # cells: their scores, sums and codes stay in the nearest caches
EXCLUDED = np.uint8(9)
TOP = np.float32(2.0**24)  # scores times this are whole numbers, but for those below 1/2
LOW_WORD = np.int64(0xFFFFFFFF)


class Recipe(NamedTuple):
    """What the compiled pass does to every cell, in plain arrays.

    `rows` are the places of the criteria that count; `kinds`, `levels`, `weights` and the pieces
    of `parameters` between `ends` belong to them in that order. `table`, `steps` and `numbers`
    (alpha, gamma) are the method's own; `ideals` (3, criteria) those of TOPSIS.
    """

    method: int
    rows: NDArray[np.int64]
    kinds: NDArray[np.int64]
    levels: Floats
    weights: Floats
    losses: Floats
    parameters: Floats
    ends: NDArray[np.int64]
    limits: Floats
    table: Doubles
    steps: Doubles
    numbers: Doubles
    ideals: Doubles


@njit(cache=True, nogil=True)
def _score_all(recipe: Recipe, values: Floats, start: int, end: int, scores: Floats) -> None:
    for k in range(recipe.rows.size):
        score_block(
            recipe.kinds[k], recipe.levels[k],
            recipe.parameters[recipe.ends[k] : recipe.ends[k + 1]],
            values[recipe.rows[k], start:end], scores[k, : end - start],
        )  # fmt: skip


@njit(cache=True, nogil=True)
def _add_ramp(
    p: Floats, weights: Floats, values: Floats, total: Floats, lost: Floats, limiting: Floats
) -> None:
    """Add a straight line's weighted score at once; `weights` are its weight, its loss, its name.

    The same operations in the same order as scoring first and adding then.
    """
    first, start, inverse, rise = p[0], p[1], p[2], p[3]
    weight, loss_weight, name = weights[0], weights[1], weights[2]
    if lost.size == 0:
        for i in range(total.size):
            t = (values[i] - start) * inverse
            t = ZERO if t < ZERO else t
            t = ONE if t > ONE else t
            total[i] += weight * (first + rise * t)
        return
    for i in range(total.size):
        t = (values[i] - start) * inverse
        t = ZERO if t < ZERO else t
        t = ONE if t > ONE else t
        score = first + rise * t
        total[i] += weight * score
        loss = loss_weight * (ONE - score)
        limiting[i] = name if loss > lost[i] else limiting[i]
        lost[i] = loss if loss > lost[i] else lost[i]


@njit(cache=True, nogil=True)
def _sum(
    recipe: Recipe, values: Floats, start: int, total: Floats, scores: Floats, lost: Floats,
    limiting: Floats,
) -> None:  # fmt: skip
    end = start + total.size
    total[:] = ZERO
    three = np.empty(3, np.float32)
    for k in range(recipe.rows.size):
        p = recipe.parameters[recipe.ends[k] : recipe.ends[k + 1]]
        part = values[recipe.rows[k], start:end]
        three[0], three[1] = recipe.weights[k], recipe.losses[k]
        three[2] = np.float32(recipe.rows[k] + 1)
        if recipe.kinds[k] == LINES and p.size == 4 and recipe.levels[k] != recipe.levels[k]:
            _add_ramp(p, three, part, total, lost, limiting)
        else:
            own = scores[0, : total.size]
            score_block(recipe.kinds[k], recipe.levels[k], p, part, own)
            _add(own, three, total, lost, limiting)


@njit(cache=True, nogil=True)
def _add(part: Floats, weights: Floats, total: Floats, lost: Floats, limiting: Floats) -> None:
    weight, loss_weight, name = weights[0], weights[1], weights[2]
    for i in range(total.size):
        total[i] += weight * part[i]
    _note_loss(part, loss_weight, name, lost, limiting)


@njit(cache=True, nogil=True)
def _note_loss(
    part: Floats, weight: np.float32, name: np.float32, lost: Floats, limiting: Floats
) -> None:
    """Keep `name` where `weight` × (1 − score) is the largest so far; nothing where not asked."""
    for i in range(lost.size):
        loss = weight * (ONE - part[i])
        limiting[i] = name if loss > lost[i] else limiting[i]
        lost[i] = loss if loss > lost[i] else lost[i]


@njit(cache=True, nogil=True)
def _others(
    recipe: Recipe, values: Floats, start: int, total: Floats, scores: Floats, lost: Floats,
    limiting: Floats,
) -> None:  # fmt: skip
    number = recipe.rows.size
    _score_all(recipe, values, start, start + total.size, scores)
    if recipe.method == PRODUCT:
        product_block(scores, recipe.weights, total)
    elif recipe.method == GAMMA:
        gamma_block(scores, recipe.weights, recipe.numbers[1], total)
    elif recipe.method == TOPSIS:
        topsis_block(scores, recipe.ideals, total)
    elif recipe.method == LIMITING:
        limiting_block(scores, number, total)
    elif recipe.method == OWA and number <= TABLE_MOST:
        owa_block(scores, number, recipe.table, total)
    else:
        owa_many(scores, recipe.weights, recipe.steps, recipe.numbers[0], total)
    for k in range(number):
        name = np.float32(recipe.rows[k] + 1)
        _note_loss(scores[k, : total.size], recipe.losses[k], name, lost, limiting)


@njit(cache=True, nogil=True)
def _classify(
    total: Floats, limits: Floats, failed: NDArray[np.uint32], inside: NDArray[np.bool_],
    codes: NDArray[np.uint8],
    lower: Floats,
) -> None:  # fmt: skip
    """Write the codes, and NaN where there is no score; `failed` and `inside` may be empty."""
    nothing = np.float32(np.nan)
    lower[:] = ONE
    for limit in limits:
        for i in range(total.size):
            lower[i] += ONE if total[i] + ROUNDING < limit else ZERO
    for i in range(total.size):
        codes[i] = np.uint8(lower[i] if total[i] == total[i] else ZERO)
    if failed.size:
        for i in range(total.size):
            codes[i] = EXCLUDED if failed[i] != 0 and codes[i] != 0 else codes[i]
    if inside.size:
        for i in range(total.size):
            codes[i] = codes[i] if inside[i] else np.uint8(0)
    if failed.size or inside.size:
        for i in range(total.size):
            total[i] = nothing if codes[i] == 0 or codes[i] == EXCLUDED else total[i]


@njit(cache=True, nogil=True)
def pass_over(
    recipe: Recipe, values: Floats, land: tuple[NDArray[np.uint32], NDArray[np.bool_]],
    span: tuple[int, int], out: tuple[Floats, NDArray[np.uint8], NDArray[np.uint8]],
) -> None:  # fmt: skip
    """Write score, class code and limiting criterion of the cells of `span` into `out`.

    `values` (criteria, cells); `land` is failed rules and inside, each (cells,) or empty. Only the
    weighted sum goes by without keeping a block's scores of all criteria.
    """
    failed, inside = land
    kept = 1 if recipe.method == SUM else recipe.rows.size
    buffer = np.empty((kept, BLOCK), np.float32)
    wanted = BLOCK if out[2].size else 0
    lost_buffer, limiting_buffer = np.empty(wanted, np.float32), np.empty(wanted, np.float32)
    lower_buffer = np.empty(BLOCK, np.float32)
    for start in range(span[0], span[1], BLOCK):
        end = min(start + BLOCK, span[1])
        cells = end - start
        total, codes, limiting = out[0][start:end], out[1][start:end], out[2][start:end]
        lost, names = lost_buffer[:cells], limiting_buffer[:cells]
        lost[:] = ZERO
        names[:] = ZERO
        if recipe.method == SUM:
            _sum(recipe, values, start, total, buffer, lost, names)
        else:
            _others(recipe, values, start, total, buffer, lost, names)
        _classify(
            total, recipe.limits, failed[start:end], inside[start:end], codes, lower_buffer[:cells]
        )
        for i in range(limiting.size):
            limiting[i] = np.uint8(names[i])


@njit(cache=True, nogil=True)
def sums_over(
    recipe: Recipe, values: Floats, land: tuple[NDArray[np.uint32], NDArray[np.bool_]],
    span: tuple[int, int],
) -> tuple[NDArray[np.int64], Floats, Floats]:  # fmt: skip
    """Return what TOPSIS needs of the cells of `span` that get a score.

    Per criterion the sum of squares of scores times 2**24, exact, as two whole numbers (upper and
    lower 32 bits), the best score (-1 without cells) and the worst (2).
    """
    failed, inside = land
    number = recipe.rows.size
    squares = np.zeros((number, 2), np.int64)
    best = np.full(number, -1.0, np.float32)
    worst = np.full(number, 2.0, np.float32)
    buffer = np.empty((number, BLOCK), np.float32)
    compared = np.empty(BLOCK, np.bool_)
    for start in range(span[0], span[1], BLOCK):
        end = min(start + BLOCK, span[1])
        cells = end - start
        _score_all(recipe, values, start, end, buffer)
        compared[:] = True
        for k in range(number):
            for i in range(cells):
                compared[i] &= buffer[k, i] == buffer[k, i]
        for i in range(cells):
            if failed.size:
                compared[i] &= failed[start + i] == 0
            if inside.size:
                compared[i] &= inside[start + i]
        for k in range(number):
            total = np.int64(0)
            low, high = worst[k], best[k]
            for i in range(cells):
                part = buffer[k, i]
                whole = np.int64(np.rint(part * TOP)) if compared[i] else np.int64(0)
                total += whole * whole
                low = part if compared[i] and part < low else low
                high = part if compared[i] and part > high else high
            worst[k], best[k] = low, high
            squares[k, 0] += total >> 32
            squares[k, 1] += total & LOW_WORD
    return squares, best, worst
