"""The cheapest works that lift a place into a better class.

Each improvable criterion has a path: its value moved towards what can be reached, the score there
and the cost. A weighted sum (and, in logarithms, a weighted product) adds up what the paths give,
so with straight-line memberships some cheapest plan leaves at most one path between its knots: the
knots of the others are combined, keeping only sums that none betters, and the one left over is
solved exactly. Curved memberships get knots close enough for `CURVE` of a score.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gis_core.suitability.kernel.fused import combine_scores
from gis_core.suitability.looked_at import looks_at
from gis_core.suitability.membership import Categorical, Piecewise
from gis_core.suitability.model import Criterion, Improvement, SuitabilityModel
from gis_core.text import Text

CURVE = 1e-4  # of a score: how far a curve may leave the straight line between two knots
STRAIGHT = 1e-6  # of a score: below it a line counts as straight (scores are float32)
SINGLE = 2e-7  # of a score: what adding up in float32 may lose
SPLITS = 12  # halvings of one stretch of a curve at most
FAR = 1e9  # in any unit: further than any value from its limit
HALVINGS = 50  # of the interval in which a curve takes a wanted score
EXACT_METHODS = ("weighted_sum", "weighted_product", "limiting_factor")
LEAST_SCORE = 1e-300  # stands for 0 where a logarithm is taken

Floats = NDArray[np.float64]
Numbers = TypeVar("Numbers", NDArray[np.float32], NDArray[np.float64])


@dataclass(frozen=True)
class Work:
    """One criterion's part of a plan; values in `unit`, scores 0 to 1, cost in yuan a mu."""

    criterion: str
    title: Text
    how: Text
    unit: str
    from_value: float
    to_value: float
    score_from: float
    score_to: float
    cost_yuan_per_mu: float
    tag: str
    source: Text


@dataclass(frozen=True)
class WorksPlan:
    """The cheapest works that reach `score_wanted`; `score_after` is what they give.

    `exact`: no cheaper plan exists; else none is cheaper by more than about a thousandth, since
    a curved membership was followed in short straight pieces.
    """

    score_wanted: float
    score_after: float
    cost_yuan_per_mu: float
    works: tuple[Work, ...]
    exact: bool


@dataclass(frozen=True)
class Place:
    """What is known of a cell: by criterion its weight (sum 1), raw value and score (0 to 1)."""

    weights: Mapping[str, float]
    values: Mapping[str, float]
    scores: Mapping[str, float]


@dataclass(frozen=True)
class _Path:
    """A criterion's way towards its limit: knots with value, score and cost, from the place on."""

    criterion: Criterion
    improvement: Improvement
    weight: float
    value: Floats
    score: Floats
    cost: Floats
    straight: NDArray[np.bool_] = field(repr=False)  # between knot i and i + 1

    @property
    def front(self) -> NDArray[np.intp]:
        """Numbers of the knots whose score no earlier knot reaches."""
        before = np.maximum.accumulate(self.score)
        return np.flatnonzero(np.r_[True, self.score[1:] > before[:-1]])

    def cost_of(self, wanted: Floats) -> tuple[Floats, Floats]:
        """Return the least cost of scores of at least `wanted`, and the value; inf where none."""
        best = np.maximum.accumulate(self.score)
        after = np.searchsorted(best, wanted, side="left")
        value = np.full(wanted.shape, np.nan)
        value[after == 0] = self.value[0]
        between = (after > 0) & (after < best.size)
        value[between] = self._crossing(after[between] - 1, wanted[between])
        per_unit = self.improvement.cost_yuan_per_mu / self.improvement.per
        cost = np.abs(value - self.value[0]) * per_unit
        return np.where(np.isnan(value), np.inf, cost), value

    def _crossing(self, start: NDArray[np.intp], wanted: Floats) -> Floats:
        """Return where the score, rising from knot `start` to the next, takes `wanted`."""
        low, high = self.value[start], self.value[start + 1]
        share = (wanted - self.score[start]) / (self.score[start + 1] - self.score[start])
        found = low + share * (high - low)
        curved = ~self.straight[start]
        if curved.any():
            below, above, goal = low[curved], high[curved], wanted[curved]
            for _ in range(HALVINGS):
                middle = (below + above) / 2
                reached = _scores(self.criterion, middle) >= goal
                above = np.where(reached, middle, above)
                below = np.where(reached, below, middle)
            found[curved] = above
        return found


def improvable(model: SuitabilityModel, place: Place) -> list[str]:
    """Return the criteria with an improvement that helps here, a value and a weight above zero."""
    return [path.criterion.name for path in _paths(model, place)]


def best_score(model: SuitabilityModel, place: Place) -> float | None:
    """Return the score with every improvement at its best; None for TOPSIS, as `combined`.

    NaN where a criterion that counts has no data.
    """
    scores = {n: place.scores.get(n, np.nan) for n, w in place.weights.items() if w > 0}
    for path in _paths(model, place):
        scores[path.criterion.name] = float(path.score.max())
    return combined(model, place.weights, scores)


def combined(
    model: SuitabilityModel, weights: Mapping[str, float], scores: Mapping[str, float]
) -> float | None:
    """Return the score of one cell (0 to 1) from its criteria's; None for TOPSIS.

    TOPSIS needs the whole map.

    Criteria of weight 0 do not count; NaN among the others gives NaN.
    """
    if model.combination.method == "topsis":
        return None
    score = np.array([[scores.get(n, np.nan)] for n in weights], np.float32)
    return float(combine_scores(score, list(weights.values()), model.combination)[0])


def cheapest_works(model: SuitabilityModel, place: Place, *, wanted: float) -> WorksPlan | None:
    """Return the cheapest works after which the place scores at least `wanted`.

    Parameters
    ----------
    model
        Its criteria's improvements say what can be done; what a rule would then exclude is not
        done.
    place
        The cell, without gaps in the criteria that count.
    wanted
        A score, above 0 and up to 1.

    Returns
    -------
    plan
        None if no works reach it, or the method is not in `EXACT_METHODS`.
    """
    if model.combination.method not in EXACT_METHODS:
        return None
    paths = _paths(model, place)
    fixed = {
        n: place.scores.get(n, np.nan) for n, w in place.weights.items()
        if w > 0 and n not in {p.criterion.name for p in paths}
    }  # fmt: skip
    if model.combination.method == "limiting_factor":
        low = [s for s in fixed.values() if not s >= wanted - SINGLE]
        chosen = None if low else _each_alone(paths, wanted - SINGLE)
    else:
        worth = _worth_of(model.combination.method)
        given = sum(float(worth.forth(place.weights[n], np.array(s))) for n, s in fixed.items())
        goal = float(worth.goal(wanted - SINGLE)) - given
        chosen = _together(paths, goal, worth)
    if chosen is None:
        return None
    works = tuple(_work(path, value) for path, value in zip(paths, chosen, strict=True)
                  if value != path.value[0])  # fmt: skip
    after = dict(place.scores) | {w.criterion: w.score_to for w in works}
    reached = combined(model, place.weights, after)
    return WorksPlan(
        wanted, float("nan") if reached is None else reached,
        sum(w.cost_yuan_per_mu for w in works), works,
        exact=all(p.straight.all() for p in paths)
        and model.combination.method != "weighted_product",
    )  # fmt: skip


@dataclass(frozen=True)
class _Worth:
    """What a score adds to the sum that is compared with `goal`, and the score of such a part."""

    forth: Callable[[float, Floats], Floats]
    back: Callable[[float, Floats], Floats]
    goal: Callable[[float], float]


def _worth_of(method: str) -> _Worth:
    if method == "weighted_sum":
        return _Worth(lambda w, s: w * s, lambda w, part: part / w, lambda score: score)
    return _Worth(
        lambda w, s: w * np.log(np.maximum(s, LEAST_SCORE)),
        lambda w, part: np.exp(np.minimum(part / w, 1.0)),
        lambda score: float(np.log(score)),
    )


def _each_alone(paths: Sequence[_Path], wanted: float) -> list[float] | None:
    values = [float(path.cost_of(np.array([wanted]))[1][0]) for path in paths]
    return None if any(np.isnan(v) for v in values) else values


def _together(paths: Sequence[_Path], goal: float, worth: _Worth) -> list[float] | None:
    """Return every path's value in the cheapest plan whose parts add up to `goal`."""
    cheapest, found = np.inf, None
    for free, path in enumerate(paths):
        others = [p for i, p in enumerate(paths) if i != free]
        cost, part, knots = _sums(others, worth)
        wanted = worth.back(path.weight, goal - part)
        own_cost, own_value = path.cost_of(wanted)
        total = cost + own_cost
        best = int(np.argmin(total))
        if total[best] < cheapest:
            cheapest = float(total[best])
            values = [float(p.value[k]) for p, k in zip(others, knots[best], strict=True)]
            found = [*values[:free], float(own_value[best]), *values[free:]]
    return found


def _sums(paths: Sequence[_Path], worth: _Worth) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Return cost, sum of parts and knot numbers of the sums that no cheaper one reaches."""
    cost, part = np.zeros(1), np.zeros(1)
    knots = np.zeros((1, 0), np.intp)
    for path in paths:
        front = path.front
        new_cost = (cost[:, None] + path.cost[front]).ravel()
        new_part = (part[:, None] + worth.forth(path.weight, path.score[front])).ravel()
        order = np.lexsort((-new_part, new_cost))
        before = np.maximum.accumulate(np.r_[-np.inf, new_part[order][:-1]])
        kept = order[new_part[order] > before]
        row, knot = np.divmod(kept, front.size)
        cost, part = new_cost[kept], new_part[kept]
        knots = np.column_stack([knots[row], front[knot]])
    return cost, part, knots


def _paths(model: SuitabilityModel, place: Place) -> list[_Path]:
    found = []
    for criterion in model.criteria:
        improvement, name = criterion.improvement, criterion.name
        value, weight = place.values.get(name, np.nan), place.weights.get(name, 0.0)
        if improvement is None or not weight > 0 or not np.isfinite(value):
            continue
        if not improvement.helps(value):
            continue
        if not isinstance(criterion.membership, Categorical):
            at = np.array([value], np.float64)
            limit = float(allowed_limits(model, criterion, at, improvement.limit)[0])
            found.append(_path(criterion, improvement, weight, value, limit))
    return found


def allowed_limits(
    model: SuitabilityModel, criterion: Criterion, values: Numbers, limit: float
) -> Numbers:
    """Return how far towards `limit` each value may go before a rule on the same thing excludes.

    `values` in the criterion's unit, any shape; NaN gives `limit`.
    """
    limits = np.full(values.shape, limit, values.dtype)
    for rule in model.rules:
        if looks_at(rule) != looks_at(criterion):
            continue
        least = rule.within_m if rule.within_m is not None else rule.below
        if rule.above is not None:
            limits = np.where(values <= rule.above, np.minimum(limits, rule.above), limits)
        if least is not None:
            limits = np.where(values >= least, np.maximum(limits, least), limits)
    return limits.astype(values.dtype)


def _path(
    criterion: Criterion, improvement: Improvement, weight: float, value: float, limit: float
) -> _Path:
    low, high = sorted((value, limit))
    inner = [p for p in criterion_turns(criterion) if low < p < high]
    stops = np.unique(np.array([low, *inner, high], np.float64))
    values: list[float] = [float(stops[0])]
    straight: list[bool] = []
    for a, b in zip(stops, stops[1:], strict=False):
        is_straight = _bend(criterion, float(a), float(b)) <= STRAIGHT
        pieces = [float(b)] if is_straight else _pieces(criterion, float(a), float(b), SPLITS)
        values += pieces
        straight += [is_straight] * len(pieces)
    if limit < value:
        values.reverse()
        straight.reverse()
    along = np.array(values)
    cost = np.abs(along - value) * (improvement.cost_yuan_per_mu / improvement.per)
    return _Path(criterion, improvement, weight, along, _scores(criterion, along), cost,
                 np.array(straight, bool))  # fmt: skip


def criterion_turns(criterion: Criterion) -> list[float]:
    """Return the values at which the membership's line may turn, or a curve has its top."""
    membership = criterion.membership
    if isinstance(membership, Piecewise):
        return list(membership.values)
    return [v for v in vars(membership).values() if isinstance(v, int | float)]


def works_help_below(criterion: Criterion) -> float:
    """Return the score below which a place surely lies where the criterion's works lead.

    Works that only lower a value are of no use below their limit, and a score alone does not tell
    the side: so this is the least score on the other side; 2, above every score, for works without
    a direction.
    """
    works = criterion.improvement
    if works is None or works.only is None:
        return 2.0
    beyond = FAR if works.only == "raise" else -FAR
    other_side = [works.limit, works.limit + beyond]
    other_side += [v for v in criterion_turns(criterion) if not works.helps(v)]
    return float(_scores(criterion, np.array(other_side)).min())


def _bend(criterion: Criterion, low: float, high: float) -> float:
    """How far the scores at the quarters leave the straight line between two values."""
    shares = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    score = _scores(criterion, low + shares * (high - low))
    line = score[0] + shares * (score[-1] - score[0])
    return float(np.abs(score - line).max())


def _pieces(criterion: Criterion, low: float, high: float, splits: int) -> list[float]:
    """Ends of pieces from `low` to `high` that each bend by `CURVE` at most."""
    if splits == 0 or _bend(criterion, low, high) <= CURVE:
        return [high]
    middle = (low + high) / 2
    return [*_pieces(criterion, low, middle, splits - 1),
            *_pieces(criterion, middle, high, splits - 1)]  # fmt: skip


def _scores(criterion: Criterion, values: Floats) -> Floats:
    membership = criterion.membership
    if isinstance(membership, Categorical):
        return np.full(values.shape, np.nan)
    return membership.score(values.astype(np.float32)).astype(np.float64)


def _work(path: _Path, value: float) -> Work:
    criterion, improvement = path.criterion, path.improvement
    per_unit = improvement.cost_yuan_per_mu / improvement.per
    return Work(
        criterion.name, criterion.title, improvement.how, criterion.unit,
        from_value=float(path.value[0]), to_value=value,
        score_from=float(path.score[0]),
        score_to=float(_scores(criterion, np.array([value]))[0]),
        cost_yuan_per_mu=abs(value - float(path.value[0])) * per_unit,
        tag=improvement.tag, source=improvement.source,
    )  # fmt: skip
