"""Which class a score belongs to: the one rule that runs, explanations and sensitivity share."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

ROUNDING = np.float32(1e-6)  # a score this little below a class limit has reached it


def class_numbers(score: NDArray[np.float32], limits: ArrayLike) -> NDArray[np.uint8]:
    """Return 1 for the first class, one more for each limit that is missed, 0 for NaN.

    Parameters
    ----------
    score
        0 to 1, any shape.
    limits
        Least scores of the classes 1, 2, …, falling; below the last is one class more.
    """
    codes = np.isfinite(score).astype(np.uint8)
    for limit in np.asarray(limits, np.float32):
        codes += score + ROUNDING < limit
    return codes
