"""One pass over the cells: weighted sum, exclusions, classes."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis_core.suitability.result import EXCLUDED_CLASS, NO_DATA_CLASS

Floats = NDArray[np.float32]


@njit(cache=True)
def weighted_classes(
    scores: Floats,
    weights: Floats,
    failed: NDArray[np.uint32],
    inside: NDArray[np.bool_],
    limits: Floats,
) -> tuple[Floats, NDArray[np.uint8]]:
    """Return score and class of every cell.

    Parameters
    ----------
    scores
        (criteria, cells), 0 to 1; NaN means no data.
    weights
        (criteria,), sum 1.
    failed
        (cells,), bits of failed rules.
    inside
        (cells,), whether the cell belongs to the area of study.
    limits
        Least scores of the classes 1, 2, …, falling; below the last is one class more.

    Returns
    -------
    score, codes
        float32, NaN outside, without data and where a rule fails; uint8, 0 without data or
        outside, 9 excluded, else the class from 1.
    """
    criteria, cells = scores.shape
    score = np.empty(cells, np.float32)
    codes = np.empty(cells, np.uint8)
    for cell in range(cells):
        total = np.float32(0.0)
        for criterion in range(criteria):
            total += weights[criterion] * scores[criterion, cell]
        if not inside[cell] or np.isnan(total):
            score[cell], codes[cell] = np.nan, NO_DATA_CLASS
            continue
        if failed[cell] != 0:
            score[cell], codes[cell] = np.nan, EXCLUDED_CLASS
            continue
        code = 1
        for limit in limits:
            if total >= limit:
                break
            code += 1
        score[cell], codes[cell] = total, code
    return score, codes
