"""Exactly how far one weight must move before a chosen base is given up."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gis_core.bases.alternatives import same_land
from gis_core.bases.compile import CompiledSelection, on_the_plane
from gis_core.bases.deadline import Deadline
from gis_core.bases.repeated import RepeatedChoice
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import PROOF
from gis_core.errors import InvalidParameterError
from gis_core.progress import Progress, silent
from gis_core.text import Text

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ScoreWorth:
    """The worth of each candidate as `fixed` + `scale` × mean score."""

    fixed: Floats
    scale: Floats

    @classmethod
    def of(cls, candidates: gpd.GeoDataFrame, rules: SelectionRules) -> "ScoreWorth":
        """Return the worth that `compile_selection` gives, open in the mean score."""
        area = candidates["area_mu"].to_numpy(float)
        scale = area if rules.aim == "area" else np.ones(len(candidates))
        compactness = candidates["compactness"].to_numpy(float)
        return cls(scale * rules.compactness_weight * compactness, scale)

    def at(self, mean_score: Floats) -> Floats:
        """Return the worth of candidates of these mean scores (0 to 1)."""
        return self.fixed + self.scale * mean_score


@dataclass(frozen=True)
class Break:
    """The weight at which one best choice gives way to another."""

    weight: float
    before: Ints
    after: Ints


@dataclass(frozen=True)
class Drop:
    """The weight (0 to 1) at which a base leaves the best choice, and what comes instead."""

    weight: float
    out: tuple[str, ...]
    instead: tuple[str, ...]


@dataclass(frozen=True)
class WeightChange:
    """What moving the weight of one criterion does to one base, the others scaled to keep sum 1.

    Attributes
    ----------
    base_id, criterion
        The base and the criterion whose weight moves.
    weight
        The weight that it has, 0 to 1.
    raised, lowered
        The nearest weight above and below at which no base on its land is chosen any more;
        None where there is none as far as was searched.
    outline_raised, outline_lowered
        The same for the base as it is drawn: another base on the same land may come instead.
    searched
        Least and largest weight up to which all this is proven; (0, 1) when the search ended.
    """

    base_id: str
    criterion: str
    weight: float
    raised: Drop | None
    lowered: Drop | None
    outline_raised: Drop | None
    outline_lowered: Drop | None
    searched: tuple[float, float]

    @property
    def nearest(self) -> Drop | None:
        """The smaller of both moves that give up the base's land."""
        found = [d for d in (self.raised, self.lowered) if d is not None]
        return min(found, key=lambda d: abs(d.weight - self.weight), default=None)

    @property
    def proven(self) -> bool:
        """Whether no smaller change exists: all weights that are nearer were searched."""
        low, high = self.searched
        if self.nearest is None:
            return low <= 0.0 and high >= 1.0
        reach = abs(self.nearest.weight - self.weight)
        return low <= max(0.0, self.weight - reach) and high >= min(1.0, self.weight + reach)


@dataclass(frozen=True)
class WeightQuestion:
    """What the weights act on: mean criterion scores (candidates, criteria), weights of sum 1.

    `combination` is the model's; only that of ``weighted_sum`` is linear in a weight.
    """

    scores: Floats
    weights: Mapping[str, float]
    worth: ScoreWorth
    combination: str = "weighted_sum"


def smallest_weight_changes(
    candidates: gpd.GeoDataFrame,
    compiled: CompiledSelection,
    places: Ints,
    *,
    question: WeightQuestion,
    deadline: Deadline,
    repeated: RepeatedChoice | None = None,
    progress: Progress = silent,
) -> tuple[WeightChange, ...]:
    """Find for each chosen base and criterion the nearest weights that drop the base.

    With the weight of one criterion at t and the others scaled, the worth of every choice is a
    straight line in t, and the best worth their upper envelope. It is traced outward from the
    weight as it is: solve at the far end, solve where both lines meet, and so on between, which
    finds every corner (Eisner and Severance, 1976). A base drops at the first corner behind which
    it is not chosen. The candidates stay as they were grown.

    Parameters
    ----------
    candidates
        In the order of `compiled`, EPSG:4326.
    compiled
        The problem of the choice.
    places
        The chosen bases, rising.
    question
        What the weights act on.
    deadline
        When to stop; `WeightChange.searched` then says how far everything is known.
    repeated
        A solver of the same problem that has learnt choices already.

    Returns
    -------
    changes
        Criterion by criterion, one for each base, in the order of `places`. A base that is in no
        best choice even at the weight as it is drops at that weight.

    Raises
    ------
    InvalidParameterError
        If the combination is not linear in the weights.

    References
    ----------
    Eisner and Severance (1976), Mathematical techniques for efficient record segmentation in large
    shared databases: parametric optima by intersecting lines.
    """
    if question.combination != "weighted_sum":
        raise InvalidParameterError(
            f"The model combines its criteria by '{question.combination}'; how far a weight must "
            "move is exact for weighted_sum only. Look at the selection frequency instead.",
            f"模型采用 {question.combination} 合成方式；权重变动的精确临界值仅适用于 weighted_sum。"
            "请改看入选频率。",
        )
    solver = repeated or RepeatedChoice(compiled)
    solver.learn(places)
    plane = on_the_plane(candidates)
    land = [same_land(plane, np.array([place])) for place in places.tolist()]
    ids = candidates["base_id"].to_numpy(str)
    changes: list[WeightChange] = []
    for number, (name, weight) in enumerate(question.weights.items()):
        progress(number / len(question.weights), Text(
            f"Moving the weight of '{name}'", f"正在变动“{name}”的权重"
        ))  # fmt: skip
        line = _line(question, number)
        sides = [_Side(solver, line, weight, end, deadline) for end in (1.0, 0.0)]
        up, down = [side.drops(places, land, ids) for side in sides]
        changes += [
            WeightChange(ids[place], name, weight, up[i][1], down[i][1], up[i][0], down[i][0],
                         (sides[1].reached, sides[0].reached))
            for i, place in enumerate(places.tolist())
        ]  # fmt: skip
    return tuple(changes)


Line = tuple[Floats, Floats]


def _line(question: WeightQuestion, number: int) -> Line | None:
    """Worth of each candidate as a + b·t for weight `number` at t; None where it is the only one.

    The others keep their proportions, so that their mean score stays one number a candidate.
    """
    weights = np.array(list(question.weights.values()), dtype=np.float64)
    others = weights.copy()
    others[number] = 0.0
    if others.sum() <= 0:
        return None
    rest = question.scores @ (others / others.sum())
    own = question.scores[:, number]
    return question.worth.at(rest), question.worth.scale * (own - rest)


class _Side:
    """The best choices from a weight outward to `end`, 0 or 1."""

    def __init__(
        self,
        solver: RepeatedChoice,
        line: Line | None,
        weight: float,
        end: float,
        deadline: Deadline,
    ) -> None:
        self._solver, self._deadline = solver, deadline
        self._line, self._start, self._end = line, weight, end
        self.reached = weight

    def drops(
        self, places: Ints, land: Sequence[Ints], ids: NDArray[np.str_]
    ) -> list[tuple[Drop | None, Drop | None]]:
        """For each place where it drops as it is drawn, and where its land is given up."""
        outline: list[Drop | None] = [None] * len(places)
        ground: list[Drop | None] = [None] * len(places)
        for found in self._breaks():
            out = np.setdiff1d(found.before, found.after)
            new = np.setdiff1d(found.after, found.before)
            told = Drop(found.weight, tuple(ids[out]), tuple(ids[new]))
            for i, place in enumerate(places.tolist()):
                if outline[i] is None and place not in found.after:
                    outline[i] = told
                if ground[i] is None and not np.isin(land[i], found.after).any():
                    ground[i] = told
            if None not in ground and None not in outline:
                self.reached = self._end
                break
        return list(zip(outline, ground, strict=True))

    def _breaks(self) -> Iterator[Break]:
        """Give the corners of the envelope, the nearest first, as far as time allows."""
        if self._line is None:
            return
        first = self._best(self._start)
        if first is None:
            return
        yield Break(self._start, first, first)
        last = self._best(self._end)
        if last is None:
            return
        yield from trace_envelope(
            (self._start, first), (self._end, last), worth=self._worth, best=self._best,
            reached=self._reach,
        )  # fmt: skip

    def _reach(self, weight: float) -> None:
        self.reached = weight

    def _worth(self, places: Ints) -> tuple[float, float]:
        if self._line is None:
            return 0.0, 0.0
        return float(self._line[0][places].sum()), float(self._line[1][places].sum())

    def _best(self, weight: float) -> Ints | None:
        if self._line is None or self._deadline.passed():
            return None
        found = self._solver.best(self._line[0] + weight * self._line[1], deadline=self._deadline)
        return None if found is None else found.places


def trace_envelope(
    near: tuple[float, Ints],
    far: tuple[float, Ints],
    *,
    worth: Callable[[Ints], tuple[float, float]],
    best: Callable[[float], Ints | None],
    reached: Callable[[float], None],
) -> Iterator[Break]:
    """Give the corners of the upper envelope between `near` and `far`, the nearest first.

    Parameters
    ----------
    near, far
        A weight and the best choice there; either may be the larger.
    worth
        Worth of a choice as a + b·t: (a, b).
    best
        Best choice at a weight, None when it was not found in time; the search ends there.
    reached
        Told the weight up to which all corners are known.
    """
    waiting = [(near, far)]  # stretches still to be searched, the nearest last
    while waiting:
        (left, before), (right, after) = waiting.pop()
        a, b = worth(before)
        c, d = worth(after)
        rounding = PROOF * max(abs(a + b * right), abs(c + d * right)) + 1e-6
        if (
            abs((a + b * left) - (c + d * left))
            <= rounding
            >= abs((a + b * right) - (c + d * right))
        ):
            reached(right)
            continue
        meet = (c - a) / (b - d) if b != d else left
        meet = min(max(meet, min(left, right)), max(left, right))
        middle = best(meet)
        if middle is None:
            return
        at_meet = a + b * meet
        e, f = worth(middle)
        if e + f * meet <= at_meet + PROOF * abs(at_meet) + 1e-6:
            yield Break(meet, before, after)
            reached(right)
            continue
        waiting += [((meet, middle), (right, after)), ((left, before), (meet, middle))]
