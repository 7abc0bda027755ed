"""One pass over the cells: weighted sum, exclusions, classes."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis_core.suitability.result import EXCLUDED_CLASS, NO_DATA_CLASS

Floats = NDArray[np.float32]


BLOCK = 4096  # cells whose sums stay in the nearest cache while criteria are added
ROUNDING = np.float32(1e-6)  # a score this little below a class limit has reached it


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
        (criteria,), sum 1. A criterion of weight 0 is not looked at, nor are its gaps.
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
    for start in range(0, cells, BLOCK):
        end = min(start + BLOCK, cells)
        total = score[start:end]
        total[:] = 0.0
        for criterion in range(criteria):
            weight = weights[criterion]
            if weight > 0:
                part = scores[criterion, start:end]
                for i in range(end - start):
                    total[i] += weight * part[i]
        for i in range(end - start):
            code = 1
            for limit in limits:
                code += total[i] + ROUNDING < limit
            no_data = not inside[start + i] or np.isnan(total[i])
            excluded = failed[start + i] != 0
            codes[start + i] = (
                NO_DATA_CLASS if no_data else EXCLUDED_CLASS if excluded else np.uint8(code)
            )
            if no_data or excluded:
                total[i] = np.nan
    return score, codes
