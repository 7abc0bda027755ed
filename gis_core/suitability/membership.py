"""Membership: from a criterion's own unit to a score between 0 and 1.

Every shape has `score` (NaN stays NaN), `reach`, its `parameters` by name, `moved` to others, and
`kernel`, what the compiled pass takes; `score` runs the same compiled code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gis_core.errors import InvalidCriterionError
from gis_core.suitability.kernel import shapes

Floats = NDArray[np.float32]
Kernel = tuple[int, Floats]

FLAT_ENOUGH = 0.001  # of a score: beyond its reach a shape changes by less
NARROWEST = 1e-30  # a width or middle, either sign: single precision makes 0 of far less
LEAST = 1e-6  # a width, or the middle of a fuzzy large or small, moved through 0 stops here


class _Shape:
    """What all shapes share; their thresholds are fields of the names in `_named`."""

    _kind: int
    _named: tuple[str, ...] = ()

    def kernel(self) -> Kernel:
        """Return kind and float32 parameters for the compiled pass: the fields, as they stand."""
        return self._kind, np.array([getattr(self, f.name) for f in fields(self)], np.float32)  # type: ignore[arg-type]

    def score(self, values: NDArray[np.floating]) -> Floats:
        """Return scores 0 to 1, float32, shaped as `values`; NaN stays NaN."""
        kind, parameters = self.kernel()
        return shapes.score_values(kind, parameters, values)

    def parameters(self) -> dict[str, float]:
        """Return the thresholds by name, in the criterion's unit."""
        return {name: float(getattr(self, name)) for name in self._named}

    def moved(self, parameters: Mapping[str, float]) -> Self:
        """Return the shape with other thresholds; those not given stay.

        Raises
        ------
        InvalidCriterionError
            If a name is none of `parameters`, or a number is not finite.
        """
        _known(parameters, self._named)
        changed = {}
        for name, value in parameters.items():
            held = float(getattr(self, name))
            kept_sign = name == "width" or (name == "middle" and isinstance(self, Large | Small))
            changed[name] = _same_sign(float(value), held) if kept_sign else float(value)
        return replace(self, **changed)  # type: ignore[type-var]


@dataclass(frozen=True)
class Piecewise(_Shape):
    """Straight lines between points (value, score); the end scores hold beyond the ends.

    Linear, triangular, trapezoid and ECOCROP memberships are such lines too. `names` are those of
    the values, rising as they do; two equal values make a step.
    """

    values: tuple[float, ...]
    scores: tuple[float, ...]
    names: tuple[str, ...] = ()

    @property
    def reach(self) -> float:
        """Value beyond which the score no longer changes."""
        return self.values[-1]

    def kernel(self) -> Kernel:
        """Return kind and float32 parameters for the compiled pass."""
        return shapes.LINES, shapes.line_parameters(self.values, self.scores)

    def parameters(self) -> dict[str, float]:
        """Return the values of the points by name, rising."""
        return dict(zip(self._point_names(), self.values, strict=True))

    def moved(self, parameters: Mapping[str, float]) -> "Piecewise":
        """Return the lines with other values, sorted where they crossed; scores stay in order.

        Raises
        ------
        InvalidCriterionError
            If a name is none of `parameters`, or a number is not finite.
        """
        _known(parameters, self._point_names())
        values = {**self.parameters(), **{k: float(v) for k, v in parameters.items()}}
        return replace(self, values=tuple(sorted(values.values())))

    def _point_names(self) -> tuple[str, ...]:
        return self.names or tuple(f"value_{i}" for i in range(1, len(self.values) + 1))


@dataclass(frozen=True)
class Sigmoid(_Shape):
    """A logistic curve: score 0.5 at `middle`; `width` from score 0.5 to 0.88, < 0 falls."""

    middle: float
    width: float
    _kind = shapes.SIGMOID
    _named = ("middle", "width")

    @property
    def reach(self) -> float:
        """Value beyond which the score changes by less than 0.001."""
        return self.middle + 4.0 * abs(self.width)


@dataclass(frozen=True)
class Gaussian(_Shape):
    """A bell: score 1 at `centre`, 0.61 one `width` away."""

    centre: float
    width: float
    _kind = shapes.BELL
    _named = ("centre", "width")

    @property
    def reach(self) -> float:
        """Value beyond which the score changes by less than 0.001."""
        return self.centre + 4.0 * abs(self.width)


@dataclass(frozen=True)
class Near(_Shape):
    """A bell with long tails: score 1 at `centre`, 0.5 one `width` away, 0.1 three."""

    centre: float
    width: float
    _kind = shapes.NEAR
    _named = ("centre", "width")

    @property
    def reach(self) -> float:
        """Value beyond which the score is less than 0.001."""
        return float(self.centre + abs(self.width) * np.sqrt(1.0 / FLAT_ENOUGH - 1.0))


@dataclass(frozen=True)
class Large(_Shape):
    """Fuzzy large: score 0.5 at `middle`, towards 1 above it; 0 at 0 and below.

    The greater `steepness` (no unit, above 0), the sharper; 5 is common.
    """

    middle: float
    steepness: float
    _named = ("middle",)

    @property
    def reach(self) -> float:
        """Value beyond which the score changes by less than 0.001."""
        return float(self.middle * (1.0 / FLAT_ENOUGH - 1.0) ** (1.0 / self.steepness))

    def kernel(self) -> Kernel:
        """Return kind and float32 parameters for the compiled pass."""
        return shapes.LARGE, np.array([self.middle, -self.steepness], np.float32)


@dataclass(frozen=True)
class Small(_Shape):
    """Fuzzy small: score 0.5 at `middle`, towards 1 below it; 1 at 0 and below."""

    middle: float
    steepness: float
    _kind = shapes.SMALL
    _named = ("middle",)

    @property
    def reach(self) -> float:
        """Value beyond which the score is less than 0.001."""
        return float(self.middle * (1.0 / FLAT_ENOUGH - 1.0) ** (1.0 / self.steepness))


@dataclass(frozen=True)
class Categorical(_Shape):
    """A score a class; classes not listed get `other`."""

    scores: dict[str, float]
    other: float

    @property
    def reach(self) -> float:
        """Classes have no distance: 0."""
        return 0.0

    def kernel(self) -> Kernel:
        """Return kind and parameters; only classes given by value count, `by_value` makes them."""
        known = [(float(key), score) for key, score in self.scores.items() if _is_value(key)]
        flat = [number for pair in known for number in pair]
        return shapes.CLASSES, np.array([self.other, *flat], np.float32)

    def by_value(self, present: Sequence[int], names: dict[int, tuple[str, str]]) -> "Categorical":
        """Return the same with the classes `present` given by value, each found in `names`."""
        found: dict[str, float] = {}
        for value in present:
            keys = class_keys(value, names)
            for name, score in self.scores.items():
                if class_key(name) in keys:
                    found[str(value)] = score
                    break
        return Categorical(found, self.other)

    def score_values(
        self, values: NDArray[np.floating], names: dict[int, tuple[str, str]]
    ) -> Floats:
        """Return scores of class values, each known by its value or its name in `names`."""
        present = [int(v) for v in np.unique(values[np.isfinite(values)])]
        return self.by_value(present, names).score(values)


def class_key(name: str) -> str:
    """Return a class's name or value as it is compared: without case and outer blanks."""
    return name.strip().casefold()


def class_keys(value: int, names: dict[int, tuple[str, str]]) -> set[str]:
    """Return all that a model may call a class: its value, English and Chinese name."""
    return {str(value), *(class_key(name) for name in names.get(value, ()))}


Membership = Piecewise | Sigmoid | Gaussian | Near | Large | Small | Categorical


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
        return Piecewise((worst, best), (0.0, 1.0), ("worst", "best"))
    return Piecewise((best, worst), (1.0, 0.0), ("best", "worst"))


def piecewise(points: Sequence[tuple[float, float]]) -> Piecewise:
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


def triangular(low: float, best: float, high: float) -> Piecewise:
    """Return score 1 at `best`, falling to 0 at `low` and at `high`; the three must rise.

    Raises
    ------
    InvalidCriterionError
        If they do not.
    """
    return _named_lines(("low", "peak", "high"), (low, best, high), (0.0, 1.0, 0.0))


def trapezoid(low: float, from_: float, to: float, high: float) -> Piecewise:
    """Return score 1 between `from_` and `to`, falling to 0 at `low` and `high`; all must rise.

    Raises
    ------
    InvalidCriterionError
        If they do not.
    """
    return _named_lines(("low", "from", "to", "high"), (low, from_, to, high), (0, 1, 1, 0))


def ecocrop(
    absolute_min: float, optimal_min: float, optimal_max: float, absolute_max: float
) -> Piecewise:
    """Return a crop's response: 1 within its optimal, 0 outside its absolute limits; all rise.

    Raises
    ------
    InvalidCriterionError
        If they do not.

    References
    ----------
    FAO, ECOCROP: absolute and optimal ranges of a plant's needs.
    """
    names = ("absolute_min", "optimal_min", "optimal_max", "absolute_max")
    return _named_lines(names, (absolute_min, optimal_min, optimal_max, absolute_max), (0, 1, 1, 0))


def sigmoid(middle: float, width: float) -> Sigmoid:
    """Return the logistic curve; `width` is not 0, below 0 it falls.

    Raises
    ------
    InvalidCriterionError
        If `width` is 0 or a number is not finite.
    """
    _wide({"middle": middle, "width": width})
    return Sigmoid(middle, width)


def gaussian(centre: float, width: float) -> Gaussian:
    """Return the bell; errors as `sigmoid`."""
    _wide({"centre": centre, "width": width})
    return Gaussian(centre, width)


def near(centre: float, width: float) -> Near:
    """Return the bell with long tails; errors as `sigmoid`."""
    _wide({"centre": centre, "width": width})
    return Near(centre, width)


def large(middle: float, steepness: float) -> Large:
    """Return fuzzy large; both are above 0.

    Raises
    ------
    InvalidCriterionError
        If one is not, or not finite.
    """
    _positive({"middle": middle, "steepness": steepness})
    return Large(middle, steepness)


def small(middle: float, steepness: float) -> Small:
    """Return fuzzy small; errors as `large`."""
    _positive({"middle": middle, "steepness": steepness})
    return Small(middle, steepness)


def _named_lines(
    names: tuple[str, ...], values: tuple[float, ...], scores: tuple[float, ...]
) -> Piecewise:
    numbers = tuple(float(v) for v in values)
    if not np.isfinite(numbers).all() or any(
        a >= b for a, b in zip(numbers, numbers[1:], strict=False)
    ):
        said = ", ".join(f"{n} {v:g}" for n, v in zip(names, numbers, strict=True))
        raise InvalidCriterionError(
            f"{said}: wanted numbers that rise in this order.", f"{said}：各数应按此顺序递增。"
        )
    return Piecewise(numbers, tuple(float(s) for s in scores), names)


def _wide(parameters: Mapping[str, float]) -> None:
    if abs(parameters["width"]) < NARROWEST or not np.isfinite(list(parameters.values())).all():
        said = ", ".join(f"{name} {value}" for name, value in parameters.items())
        raise InvalidCriterionError(
            f"{said}: wanted finite numbers and a width other than 0.",
            f"{said}：应为有限数，且 width 不为 0。",
        )


def _positive(parameters: Mapping[str, float]) -> None:
    for name, value in parameters.items():
        if not np.isfinite(value) or value < NARROWEST:
            raise InvalidCriterionError(
                f"'{name}' is {value}; wanted a number above 0.", f"{name} 为 {value}；应大于 0。"
            )


def _known(parameters: Mapping[str, float], names: tuple[str, ...]) -> None:
    for name, value in parameters.items():
        if name not in names or not np.isfinite(value):
            raise InvalidCriterionError(
                f"The membership's threshold '{name}' cannot become {value}; wanted finite numbers "
                f"for {', '.join(names) or '(none)'}.",
                f"隶属函数的阈值“{name}”不能改为 {value}；可改的阈值为 "
                f"{'、'.join(names) or '（无）'}，且须为有限数。",
            )


def _same_sign(value: float, held: float) -> float:
    """Keep what was above (or below) 0 there."""
    return max(value, LEAST) if held > 0 else min(value, -LEAST)


def _is_value(key: str) -> bool:
    return key.strip().lstrip("-").isdigit()
