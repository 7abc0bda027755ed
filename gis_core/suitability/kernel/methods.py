"""Compiled combinations: from the scores of a block's cells to one score.

Each runs over whole blocks without branches, in a fixed order of the criteria, so that no result
depends on where a block, a chunk or a thread's share begins.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis_core.suitability.kernel.curves import exp_of, log_of

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

SUM, PRODUCT, OWA, GAMMA, TOPSIS, LIMITING = range(6)
TABLE_MOST = 14  # criteria: their subsets' quantifiers fit a table of 16,384 numbers
ZERO, ONE = np.float32(0.0), np.float32(1.0)


@njit(cache=True, nogil=True)
def quantify(share: float, steps: Doubles, alpha: float) -> float:
    """Return Q(share), 0 to 1: ``share**alpha``, or the lines through the cumulated `steps`."""
    if share <= 0.0:
        return 0.0
    if share >= 1.0:
        return 1.0
    if steps.size == 0:
        return float(share**alpha)
    place = share * steps.size
    whole = int(place)
    before = steps[whole - 1] if whole > 0 else 0.0
    return float(before + (steps[whole] - before) * (place - whole))


@njit(cache=True, nogil=True)
def quantifier_table(weights: Floats, steps: Doubles, alpha: float) -> Doubles:
    """Return Q of the summed weights of every set of criteria; bit k of a place means k."""
    table = np.empty(1 << weights.size, np.float64)
    for subset in range(table.size):
        share = 0.0
        for k in range(weights.size):
            if subset >> k & 1:
                share += np.float64(weights[k])
        table[subset] = quantify(share, steps, alpha) if subset < table.size - 1 else 1.0
    return table


@njit(cache=True, nogil=True)
def product_block(scores: Floats, weights: Floats, total: Floats) -> None:
    """Write the product of scores to the power of their weights."""
    cells = total.size
    power = np.zeros(cells, np.float64)
    for k in range(weights.size):
        weight, part = np.float64(weights[k]), scores[k, :cells]
        for i in range(cells):
            power[i] += weight * log_of(np.float64(part[i]))
    for i in range(cells):
        total[i] = np.float32(exp_of(power[i]))
        total[i] = ONE if total[i] > ONE else total[i]


@njit(cache=True, nogil=True)
def gamma_block(scores: Floats, weights: Floats, gamma: float, total: Floats) -> None:
    """Write the compensatory "and" of Zimmermann and Zysno between product and algebraic sum."""
    cells, number = total.size, np.float64(weights.size)
    both = np.zeros(cells, np.float64)
    neither = np.zeros(cells, np.float64)
    for k in range(weights.size):
        weight, part = number * np.float64(weights[k]), scores[k, :cells]
        for i in range(cells):
            both[i] += weight * log_of(np.float64(part[i]))
            neither[i] += weight * log_of(1.0 - np.float64(part[i]))
    for i in range(cells):
        some = 1.0 - exp_of(neither[i])
        if gamma == 0.0:
            found = exp_of(both[i])
        elif gamma == 1.0:
            found = some + 0.0 * exp_of(both[i])
        else:
            found = exp_of((1.0 - gamma) * both[i] + gamma * log_of(some))
        total[i] = np.float32(1.0 if found > 1.0 else found)


@njit(cache=True, nogil=True)
def owa_block(scores: Floats, number: int, table: Doubles, total: Floats) -> None:
    """Write the ordered weighted average, the quantifiers of all sets of criteria at hand."""
    cells = total.size
    above = np.empty(cells, np.int32)
    summed = np.zeros(cells, np.float64)
    for k in range(number):
        own, bit = scores[k, :cells], np.int32(1 << k)
        above[:] = 0
        for j in range(number):
            other, other_bit = scores[j, :cells], np.int32(1 << j)
            if j < k:
                for i in range(cells):
                    above[i] |= other_bit if other[i] >= own[i] else np.int32(0)
            elif j > k:
                for i in range(cells):
                    above[i] |= other_bit if other[i] > own[i] else np.int32(0)
        for i in range(cells):
            step = table[above[i] | bit] - table[above[i]]
            summed[i] += step * np.float64(own[i])
    for i in range(cells):
        found = np.float32(summed[i])
        total[i] = ONE if found > ONE else found


@njit(cache=True, nogil=True)
def owa_many(scores: Floats, weights: Floats, steps: Doubles, alpha: float, total: Floats) -> None:
    """Write the ordered weighted average of more criteria than a table holds."""
    number = weights.size
    order = np.empty(number, np.int64)
    for i in range(total.size):
        missing = False
        for k in range(number):
            place = k
            missing |= scores[k, i] != scores[k, i]
            while place > 0 and scores[order[place - 1], i] < scores[k, i]:
                order[place] = order[place - 1]
                place -= 1
            order[place] = k
        share, reached, summed = 0.0, 0.0, 0.0
        for place in range(number):
            share += np.float64(weights[order[place]])
            now = quantify(share, steps, alpha) if place < number - 1 else 1.0
            summed += (now - reached) * np.float64(scores[order[place], i])
            reached = now
        total[i] = np.float32(np.nan) if missing else min(np.float32(summed), ONE)


@njit(cache=True, nogil=True)
def limiting_block(scores: Floats, number: int, total: Floats) -> None:
    """Write the least of the scores: land is worth what its worst factor allows."""
    cells = total.size
    total[:] = ONE
    for k in range(number):
        part = scores[k, :cells]
        for i in range(total.size):
            lower = part[i] < total[i] or part[i] != part[i]
            total[i] = part[i] if lower else total[i]


@njit(cache=True, nogil=True)
def topsis_block(scores: Floats, ideals: Doubles, total: Floats) -> None:
    """Write the closeness to the ideal; `ideals` (3, criteria): factor, best and worst."""
    cells = total.size
    from_best = np.zeros(cells, np.float64)
    from_worst = np.zeros(cells, np.float64)
    for k in range(ideals.shape[1]):
        factor, best, worst, part = ideals[0, k], ideals[1, k], ideals[2, k], scores[k, :cells]
        for i in range(cells):
            value = factor * np.float64(part[i])
            from_best[i] += (value - best) * (value - best)
            from_worst[i] += (value - worst) * (value - worst)
    for i in range(cells):
        low, high = np.sqrt(from_worst[i]), np.sqrt(from_best[i])
        both = low + high
        total[i] = np.float32(0.5 if both == 0.0 else low / both)
