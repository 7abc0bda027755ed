"""Cells with three criteria whose scores can be worked out by hand."""

import numpy as np

from gis_core.suitability.membership import Categorical, linear, piecewise
from gis_core.suitability.model import Criterion, Threshold
from gis_core.suitability.sensitivity import CriterionCells
from gis_core.text import Text

SAY = Text("x", "某")
LIMITS = (0.8, 0.65, 0.5, 0.3)
WEIGHTS = np.array([0.5, 0.3, 0.2])


def threshold(part: str, key: str, value: float, spread: float) -> Threshold:
    return Threshold(part, key, value, "u", "planner", SAY, spread)


def criterion(name: str, membership, thresholds=()) -> Criterion:
    return Criterion(name, SAY, "soil", name, "value", "u", membership, 1.0, "planner", SAY,
                     thresholds=tuple(thresholds))  # fmt: skip


def some_cells(number: int, *, seed: int = 1, gaps: float = 0.05) -> list[CriterionCells]:
    """A line, a bent line, and classes, with gaps in the first."""
    chance = np.random.default_rng(seed)
    slope = chance.uniform(0, 40, number).astype(np.float32)
    slope[chance.random(number) < gaps] = np.nan
    soil = chance.uniform(0, 10, number).astype(np.float32)
    cover = chance.integers(1, 4, number).astype(np.float32)
    falls = [threshold("slope", "best", 2, 0.5), threshold("slope", "worst", 35, 7)]
    bends = [threshold("soil", f"value_{i}", v, 1.0) for i, v in enumerate((2, 5, 8), 1)]
    return [
        CriterionCells(criterion("slope", linear(2, 35), falls), slope),
        CriterionCells(
            criterion("soil", piecewise([(2, 0.0), (5, 0.8), (8, 1.0)]), bends), soil
        ),
        CriterionCells(
            criterion("cover", Categorical({"1": 1.0, "field": 0.7}, 0.1)), cover,
            {2: ("field", "田")},
        ),
    ]  # fmt: skip
