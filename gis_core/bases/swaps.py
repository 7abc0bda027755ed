"""The best choice that differs from another in one base: quick to find, and a good beginning."""

import numpy as np
from numpy.typing import NDArray

from gis_core.bases.compile import CompiledSelection

ROUNDING = 1e-9  # relative; of the sums of areas and costs

Ints = NDArray[np.int64]


class Swaps:
    """Exchanges of one base of a choice that keep all rules."""

    def __init__(self, compiled: CompiledSelection, places: Ints) -> None:
        self.compiled, self.places = compiled, places
        number = len(compiled.worth)
        self.use = np.zeros((len(compiled.rows), number))
        for row, use in zip(compiled.rows, self.use, strict=True):
            use[row.places] = 1.0 if row.coefficients is None else row.coefficients
        self.least = np.array([row.least for row in compiled.rows])
        self.most = np.array([row.most for row in compiled.rows])
        self.beside = {place: compiled.exclusion.beside(place) for place in places.tolist()}
        self.excluded = np.zeros(number, np.int64)
        for beside in self.beside.values():
            self.excluded[beside] += 1

    def best(self, out: int, *, allowed: NDArray[np.bool_]) -> Ints | None:
        """Return the choice with the best of `allowed` instead of `out`; None where none fits."""
        excluded = self.excluded.copy()
        excluded[self.beside[out]] -= 1
        rest = self.use[:, self.places].sum(axis=1) - self.use[:, out]
        total = rest[:, None] + self.use
        slack = ROUNDING * np.abs(total)
        fits = ((total >= self.least[:, None] - slack) & (total <= self.most[:, None] + slack)).all(
            axis=0
        )
        fits &= allowed & (self.compiled.upper > 0) & (excluded == 0)
        fits[self.places] = False
        if not fits.any():
            return None
        instead = int(np.argmax(np.where(fits, self.compiled.worth, -np.inf)))
        return np.sort(np.append(self.places[self.places != out], instead))

    def best_of_all(self, *, allowed: NDArray[np.bool_]) -> Ints | None:
        """Return the best choice with one of `allowed` instead of any one base."""
        fixed = self.compiled.lower > 0
        tried = [self.best(out, allowed=allowed) for out in self.places.tolist() if not fixed[out]]
        found = [choice for choice in tried if choice is not None]
        worth = self.compiled.worth
        return max(found, key=lambda choice: float(worth[choice].sum()), default=None)
