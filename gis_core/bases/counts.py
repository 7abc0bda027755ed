"""Counts of candidates of about one size: what branch and bound should decide first."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gis_core.bases.compile import Row

PER_OCTAVE = 2  # groups of sizes between one and twice as large

Ints = NDArray[np.int64]


def alike_in_size(rows: Sequence[Row]) -> list[Ints]:
    """Return, for each row of areas or costs, its candidates in groups of about one size.

    A budget or a total area is a knapsack of pieces of few sizes. Deciding on single candidates
    hardly moves its fractional answer, for another of the same size steps in; deciding how many
    of each size are chosen does. Each group's count is given to the solver as a whole number.

    Returns
    -------
    groups
        Places rising; of those of one row none holds what another holds. Nothing for rows that
        only count.
    """
    groups = []
    for row in rows:
        if row.coefficients is None or not len(row.places):
            continue
        amount = np.maximum(np.abs(row.coefficients), np.abs(row.coefficients).max() * 1e-6)
        if not amount.any():
            continue
        size = np.rint(PER_OCTAVE * np.log2(amount / amount.max())).astype(int)
        groups += [np.sort(row.places[size == s]) for s in np.unique(size)]
    return [group for group in groups if len(group) > 1]


def most_of(group: Ints, rows: Sequence[Row]) -> float:
    """Return how many of `group` can be chosen at most, by those of `rows` that count all of it."""
    most = float(len(group))
    for row in rows:
        if row.coefficients is None and row.most < most and np.isin(group, row.places).all():
            most = row.most
    return most
