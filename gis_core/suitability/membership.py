"""Membership: from a criterion's own unit to a score between 0 and 1."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.errors import InvalidCriterionError

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Piecewise:
    """Straight lines between points (value, score); the end scores hold beyond the ends.

    Linear, triangular and trapezoid memberships are such lines too.
    """

    values: tuple[float, ...]
    scores: tuple[float, ...]

    @property
    def reach(self) -> float:
        """Value beyond which the score no longer changes."""
        return self.values[-1]

    def score(self, values: Floats) -> Floats:
        """Return scores 0 to 1; NaN stays NaN, ``inf`` takes the last score."""
        return np.interp(values, self.values, self.scores).astype(np.float32)


@dataclass(frozen=True)
class Sigmoid:
    """A logistic curve: score 0.5 at `middle`; `width` from score 0.5 to 0.88, < 0 falls."""

    middle: float
    width: float

    @property
    def reach(self) -> float:
        """Value beyond which the score changes by less than 0.001."""
        return self.middle + 4.0 * abs(self.width)

    def score(self, values: Floats) -> Floats:
        """Return scores 0 to 1; NaN stays NaN."""
        with np.errstate(over="ignore"):
            return (1.0 / (1.0 + np.exp(-2.0 * (values - self.middle) / self.width))).astype(
                np.float32
            )


@dataclass(frozen=True)
class Gaussian:
    """A bell: score 1 at `centre`, 0.61 one `width` away."""

    centre: float
    width: float

    @property
    def reach(self) -> float:
        """Value beyond which the score changes by less than 0.001."""
        return self.centre + 4.0 * abs(self.width)

    def score(self, values: Floats) -> Floats:
        """Return scores 0 to 1; NaN stays NaN."""
        away = (values - self.centre) / self.width
        return np.exp(-0.5 * away * away).astype(np.float32)


@dataclass(frozen=True)
class Categorical:
    """A score a class; classes not listed get `other`."""

    scores: dict[str, float]
    other: float

    def score_values(self, values: Floats, names: dict[int, tuple[str, str]]) -> Floats:
        """Return scores of class values, each known by its value or its name in `names`."""
        out = np.full(values.shape, np.nan, np.float32)
        known = np.isfinite(values)
        for value in np.unique(values[known]):
            keys = class_keys(int(value), names)
            found = [s for name, s in self.scores.items() if class_key(name) in keys]
            out[values == value] = found[0] if found else self.other
        return out


def class_key(name: str) -> str:
    """Return a class's name or value as it is compared: without case and outer blanks."""
    return name.strip().casefold()


def class_keys(value: int, names: dict[int, tuple[str, str]]) -> set[str]:
    """Return all that a model may call a class: its value, English and Chinese name."""
    return {str(value), *(class_key(name) for name in names.get(value, ()))}


Membership = Piecewise | Sigmoid | Gaussian | Categorical


def linear(best: float, worst: float) -> Piecewise:
    """Return the straight line from score 0 at `worst` to 1 at `best`; either may be the larger.

    Raises
    ------
    InvalidCriterionError
        If both are equal or one is not finite.
    """
    if best == worst or not np.isfinite([best, worst]).all():
        raise InvalidCriterionError(
            f"'best' is {best} and 'worst' is {worst}; they must be different numbers.",
            f"best 为 {best}，worst 为 {worst}；两者应为不同的数。",
        )
    if worst < best:
        return Piecewise((worst, best), (0.0, 1.0))
    return Piecewise((best, worst), (1.0, 0.0))


def piecewise(points: list[tuple[float, float]]) -> Piecewise:
    """Return the lines through `points`, at least two, values rising, scores from 0 to 1.

    Raises
    ------
    InvalidCriterionError
        If the points are not so.
    """
    values = tuple(float(p[0]) for p in points)
    scores = tuple(float(p[1]) for p in points)
    rising = all(a < b for a, b in zip(values, values[1:], strict=False))
    within = all(0.0 <= s <= 1.0 for s in scores)
    if len(points) < 2 or not rising or not within or not np.isfinite(values).all():
        raise InvalidCriterionError(
            f"points are {points}; wanted at least two (value, score) with rising values and "
            "scores from 0 to 1.",
            f"points 为 {points}；应至少有两个（数值， 得分）点，数值递增，得分在 0 至 1 之间。",
        )
    return Piecewise(values, scores)
