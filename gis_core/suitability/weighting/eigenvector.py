"""Saaty's priorities of a comparison matrix, and how consistent its judgements are."""

import numpy as np
from numpy.typing import NDArray

from gis_core.suitability.judgements import Judgements

Floats = NDArray[np.float64]

# Saaty (1980), The Analytic Hierarchy Process: mean consistency index of random matrices, n = 1…15
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57,
                1.59)  # fmt: skip
RATIO_LIMIT = 0.10  # Saaty (1980): judgements above it should be reconsidered
ROUNDING = 1e-9  # of a consistency index; eigenvalues of consistent judgements are this near to n


def matrix_of(judgements: Judgements) -> Floats:
    """Return the comparisons as an array (n, n), unitless, all above 0."""
    return np.array(judgements.matrix, np.float64)


def priorities(matrix: Floats) -> tuple[Floats, float]:
    """Return the weights that the comparisons mean, and the principal eigenvalue.

    Parameters
    ----------
    matrix
        (n, n), unitless, positive and reciprocal.

    Returns
    -------
    weights, largest
        (n,), above 0, sum 1: the principal right eigenvector; its eigenvalue, n or more.

    References
    ----------
    Saaty (1980), The Analytic Hierarchy Process.
    """
    values, vectors = np.linalg.eig(matrix)
    first = int(np.argmax(values.real))
    vector = np.abs(vectors[:, first].real)
    return vector / vector.sum(), float(values[first].real)


def largest_eigenvalues(matrices: Floats) -> Floats:
    """Return the principal eigenvalue (k,) of each of (k, n, n) comparison matrices."""
    return np.asarray(np.linalg.eigvals(matrices).real.max(axis=-1))


def random_index(size: int) -> float:
    """Return the mean consistency index of random comparisons of `size` criteria, 1 or more.

    References
    ----------
    Saaty (1980) up to 15 criteria; beyond, the line fitted by Alonso and Lamata (2006),
    Consistency in the analytic hierarchy process: a new approach.
    """
    if size <= len(RANDOM_INDEX):
        return RANDOM_INDEX[size - 1]
    return (2.7699 * size - 4.3513 - size) / (size - 1)


def ratio_of(largest: Floats, size: int) -> Floats:
    """Return consistency ratios, 0 or more, from principal eigenvalues of `size` criteria.

    Two criteria or fewer are always consistent: 0.
    """
    if size < 3:
        return np.zeros_like(largest)
    index = (largest - size) / (size - 1)
    return np.where(index < ROUNDING, 0.0, index / random_index(size))


def consistency_ratio(matrix: Floats) -> float:
    """Return the consistency ratio of comparisons (n, n), 0 for perfectly consistent ones.

    References
    ----------
    Saaty (1980): consistency index ``(largest - n) / (n - 1)`` over the random index.
    """
    largest = np.array([priorities(matrix)[1]])
    return float(ratio_of(largest, len(matrix))[0])
