"""Cells as a criterion sees them, and their scores when its thresholds move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gis_core.suitability.kernel.shapes import LEVEL
from gis_core.suitability.membership import Categorical, Membership
from gis_core.suitability.model import Criterion, Threshold

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class CriterionCells:
    """What one criterion looks at in every cell.

    `values` has shape (cells,), in the unit of the criterion; NaN means no data, but on the aspect
    level land (as −1 does). `class_names` are the English and Chinese names of class values.
    """

    criterion: Criterion
    values: Floats
    class_names: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def moves(self) -> bool:
        """Whether some threshold of the criterion has a spread."""
        return any(t.spread > 0 for t in self.criterion.thresholds)

    def part(self, start: int, end: int) -> "CriterionCells":
        """Return the cells from `start` up to `end`."""
        return replace(self, values=self.values[start:end])

    def scores(self, moved: Mapping[str, float] | None = None) -> Floats:
        """Return scores 0 to 1, with the thresholds that `moved` names at other values.

        The order of thresholds is kept: where one would pass another, they are sorted again.
        """
        criterion, membership = self.criterion, self.criterion.membership
        if isinstance(membership, Categorical):
            return membership.score_values(self.values, dict(self.class_names))
        scores = (membership.moved(moved) if moved else membership).score(self.values)
        if criterion.flat is not None:
            scores[np.isnan(self.values) | (self.values == LEVEL)] = criterion.flat
        return scores

    def shifted(self, share: float) -> Floats:
        """Return scores with every threshold moved by `share`, −1 to 1, of its spread."""
        return self.scores(self._shift(share))

    def membership_at(self, share: float) -> Membership:
        """Return the membership with every threshold moved by `share` of its spread."""
        return self.criterion.membership.moved(self._shift(share))

    def _shift(self, share: float) -> dict[str, float]:
        return {t.key: t.value + share * t.spread for t in self.criterion.thresholds}


def moved_thresholds(cells: Sequence[CriterionCells]) -> list[Threshold]:
    """Return the thresholds of the criteria that have a spread, in the model's order."""
    return [t for c in cells for t in c.criterion.thresholds if t.spread > 0]
