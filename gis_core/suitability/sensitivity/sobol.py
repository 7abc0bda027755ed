"""Sobol indices from any function's values: first order and total, with their confidence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

CONFIDENCE = 0.95
RESAMPLES = 200  # of the bootstrap
STILL = 1e-20  # a variance, of values scaled to 1, below which all are alike but for rounding

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SobolIndices:
    """Indices (factors, outputs) and half-widths of their 95 % confidence intervals.

    `first` is the share of an output's variance that the factor explains alone, `total` that with
    all its interactions; NaN for outputs that do not vary.
    """

    first: Floats
    first_confidence: Floats
    total: Floats
    total_confidence: Floats


def crossed_samples(
    sample: Floats, groups: NDArray[np.int64]
) -> tuple[Floats, Floats, list[Floats]]:
    """Return the matrices A, B, and for each group A with the group's columns taken from B.

    Parameters
    ----------
    sample
        (n, 2 × dimensions) numbers from 0 to 1: A and B side by side.
    groups
        (dimensions,), number of each dimension's group from 0.
    """
    half = sample.shape[1] // 2
    first, second = sample[:, :half], sample[:, half:]
    crossed = []
    for group in range(int(groups.max()) + 1):
        mixed = first.copy()
        mixed[:, groups == group] = second[:, groups == group]
        crossed.append(mixed)
    return first, second, crossed


def sobol_indices(
    of_first: Floats, of_second: Floats, of_crossed: Floats, *, seed: int = 1
) -> SobolIndices:
    """Estimate the indices from a function's values on A, B and the crossed matrices.

    Parameters
    ----------
    of_first, of_second
        (n, outputs), the values on A and on B.
    of_crossed
        (factors, n, outputs), those on A with one factor's columns from B.
    seed
        Of the bootstrap, which draws rows anew `RESAMPLES` times.

    References
    ----------
    Saltelli et al. (2010), Variance based sensitivity analysis of model output, Computer Physics
    Communications 181: first order after Saltelli, total after Jansen (1999).
    """
    every = np.concatenate((of_first[None], of_second[None], of_crossed))
    spread = every.std(axis=(0, 1))
    varies = spread > 1e-12 * np.maximum(1.0, np.abs(every).max(axis=(0, 1)))
    scaled = (every - every.mean(axis=(0, 1))) / np.where(varies, spread, np.nan)
    first, total = _estimates(scaled)
    rows = np.random.default_rng(seed)
    number = len(of_first)
    again = [_estimates(scaled[:, rows.integers(0, number, number)]) for _ in range(RESAMPLES)]
    width = float(ndtri(0.5 + CONFIDENCE / 2))
    return SobolIndices(
        first, width * _deviation(np.array([f for f, _ in again])),
        total, width * _deviation(np.array([t for _, t in again])),
    )  # fmt: skip


def _estimates(values: Floats) -> tuple[Floats, Floats]:
    first, second, crossed = values[0], values[1], values[2:]
    variance = np.var(np.concatenate((first, second)), axis=0)
    variance = np.where(variance > STILL, variance, np.nan)  # rows drawn anew may all be alike
    return (
        np.mean(second * (crossed - first), axis=1) / variance,
        0.5 * np.mean((first - crossed) ** 2, axis=1) / variance,
    )


def _deviation(again: Floats) -> Floats:
    """Standard deviation over the first axis of what is known; NaN of fewer than two."""
    known = np.isfinite(again)
    number = known.sum(axis=0)
    enough = np.where(number > 1, number, np.nan)
    away = np.where(known, again - np.where(known, again, 0.0).sum(axis=0) / enough, 0.0)
    return np.asarray(np.sqrt((away**2).sum(axis=0) / (enough - 1)))
