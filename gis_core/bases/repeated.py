"""One choice solved again and again for other worths of the same candidates."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gis_core.bases.compile import CompiledSelection
from gis_core.bases.core import solve_by_core
from gis_core.bases.deadline import Deadline
from gis_core.bases.relaxation import Relaxation
from gis_core.bases.solve import PROOF

WHOLE = 1e-6  # a share this near 0 or 1 is 0 or 1

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Proven:
    """A choice that is best to within `PROOF`, and by what that was proved."""

    places: Ints
    worth: float
    proof: str  # "known", "relaxation" or "branching"


class RepeatedChoice:
    """Finds the best choice for one worth after another, cheaply.

    The relaxation goes on from its last solution and keeps the rows it found. Where a choice
    found before reaches its bound, that choice is best, and nothing is branched on; where the
    relaxation takes no part of a candidate, it is the choice itself.
    """

    def __init__(self, compiled: CompiledSelection) -> None:
        self._compiled = compiled
        self._relaxation = Relaxation(compiled)
        self._known: dict[bytes, Ints] = {}

    @property
    def known(self) -> tuple[Ints, ...]:
        """The different choices found so far, in the order they were found."""
        return tuple(self._known.values())

    def learn(self, places: Ints) -> Ints:
        """Keep a choice (places rising) that meets all rules; return the copy that is kept."""
        return self._known.setdefault(places.tobytes(), places)

    def best(self, worth: Floats, *, deadline: Deadline) -> Proven | None:
        """Return the best choice for `worth` (one a candidate), rising places.

        None when there is no choice, or it was not proven in time; what was found is learnt.

        Raises
        ------
        ServiceError
            If HiGHS fails otherwise than by time or infeasibility.
        """
        prices = self._relaxation.priced(worth, deadline=deadline)
        if prices is None:
            return None
        start = max(self._known.values(), key=lambda p: float(worth[p].sum()), default=None)
        if start is not None and _reaches(float(worth[start].sum()), prices.bound):
            return Proven(start, float(worth[start].sum()), "known")
        if not deadline.passed() and (np.abs(prices.share - np.rint(prices.share)) < WHOLE).all():
            places = np.flatnonzero(prices.share > 0.5)
            if _reaches(float(worth[places].sum()), prices.bound) and self._keeps(places):
                return Proven(self.learn(places), float(worth[places].sum()), "relaxation")
        asked = replace(self._compiled, worth=worth)
        found = solve_by_core(asked, prices, gap=PROOF, deadline=deadline, start=start)
        if found.places is None:
            return None
        places = self.learn(np.sort(found.places))
        value = float(worth[places].sum())
        return Proven(places, value, "branching") if _reaches(value, found.bound) else None

    def _keeps(self, places: Ints) -> bool:
        """Return whether `places` meet every row and exclude none of each other."""
        chosen = np.zeros(len(self._compiled.worth))
        chosen[places] = 1.0
        for row in self._compiled.rows:
            parts = chosen[row.places]
            total = float((parts if row.coefficients is None else parts * row.coefficients).sum())
            if not row.least - _rounding(row.least) <= total <= row.most + _rounding(row.most):
                return False
        pairs = self._compiled.exclusion.pairs
        return not (chosen[pairs[:, 0]] * chosen[pairs[:, 1]]).any()


def _reaches(worth: float, bound: float) -> bool:
    return bound - worth <= PROOF * abs(worth) + 1e-6


def _rounding(limit: float) -> float:
    return 1e-9 * abs(limit) if np.isfinite(limit) else 0.0
