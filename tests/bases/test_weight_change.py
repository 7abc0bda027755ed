"""The nearest weights that drop a base: beside every subset of small cases, in rationals."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from gis_core.bases.compile import CompiledSelection, compile_selection
from gis_core.bases.deadline import Deadline
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import solve_selection
from gis_core.bases.weight_change import (
    ScoreWorth,
    WeightChange,
    WeightQuestion,
    smallest_weight_changes,
)
from gis_core.errors import InvalidParameterError
from tests.bases.squares import candidates_at, random_case

RULES = SelectionRules(count=3, per_county=(0, 2), compactness_weight=0.2)
NAMES = ("slope", "soil", "water")


def case(seed: int):
    """Ten random candidates with three criterion scores, and the best three of them."""
    candidates = random_case(seed)
    chance = np.random.default_rng(seed)
    scores = chance.uniform(0.2, 1.0, (len(candidates), 3))
    weights = dict(zip(NAMES, chance.dirichlet(np.ones(3)), strict=True))
    candidates["mean_score"] = scores @ np.array(list(weights.values()))
    compiled = compile_selection(candidates, RULES)
    best = solve_selection(compiled, time_limit_s=10, gap=0.0)
    assert best.places is not None
    question = WeightQuestion(scores, weights, ScoreWorth.of(candidates, RULES))
    return candidates, compiled, best.places, question


def feasible_choices(compiled: CompiledSelection) -> list[tuple[int, ...]]:
    """Every choice that keeps the rules."""
    excluding = {tuple(pair) for pair in compiled.exclusion.pairs.tolist()}
    kept = []
    for choice in combinations(range(len(compiled.worth)), RULES.count):
        inside = [len(set(choice) & set(row.places.tolist())) for row in compiled.rows]
        limits = [row.least <= n <= row.most for row, n in zip(compiled.rows, inside, strict=True)]
        if all(limits) and not excluding & set(combinations(choice, 2)):
            kept.append(choice)
    return kept


def lines_of(question: WeightQuestion, number: int, choices) -> list[tuple[Fraction, Fraction]]:
    """Worth a + b·t of every choice, in rationals, straight from the definition."""
    weights = [Fraction(w) for w in question.weights.values()]
    others = sum(w for i, w in enumerate(weights) if i != number)
    lines = []
    for choice in choices:
        at_zero, at_one = Fraction(0), Fraction(0)
        for place in choice:
            fixed, scale = Fraction(question.worth.fixed[place]), Fraction(
                question.worth.scale[place])  # fmt: skip
            scores = [Fraction(s) for s in question.scores[place]]
            rest = sum(w * s for i, (w, s) in enumerate(zip(weights, scores, strict=True))
                       if i != number) / others  # fmt: skip
            at_zero += fixed + scale * rest
            at_one += fixed + scale * scores[number]
        lines.append((at_zero, at_one - at_zero))
    return lines


def nearest_drop(place, choices, lines, start: Fraction, end: int) -> Fraction | None:
    """The first weight from `start` towards `end` behind which choices without `place` win."""
    having = [line for c, line in zip(choices, lines, strict=True) if place in c]
    lacking = [line for c, line in zip(choices, lines, strict=True) if place not in c]

    def lead(t: Fraction) -> Fraction:
        return max(a + b * t for a, b in lacking) - max(a + b * t for a, b in having)

    meets = {start, Fraction(end)}
    for a, b in having:
        for c, d in lacking:
            if b != d:
                t = (c - a) / (b - d)
                if min(start, end) <= t <= max(start, end):
                    meets.add(t)
    ordered = sorted(meets, reverse=end < start)
    for here, there in zip(ordered, ordered[1:], strict=False):
        if lead((here + there) / 2) > 0:
            return here
    return None


@pytest.mark.parametrize("seed", range(4))
def test_drops_are_those_of_every_subset(seed: int) -> None:
    candidates, compiled, places, question = case(seed)
    choices = feasible_choices(compiled)
    assert tuple(places.tolist()) in choices
    found = smallest_weight_changes(
        candidates, compiled, places, question=question, deadline=Deadline(60)
    )
    assert len(found) == len(places) * len(NAMES)
    for number, name in enumerate(NAMES):
        lines = lines_of(question, number, choices)
        start = Fraction(question.weights[name])
        for change in (c for c in found if c.criterion == name):
            place = candidates["base_id"].tolist().index(change.base_id)
            for end, drop in ((1, change.outline_raised), (0, change.outline_lowered)):
                true = nearest_drop(place, choices, lines, start, end)
                assert (drop is None) == (true is None), (name, change.base_id, end)
                if drop is not None and true is not None:
                    assert drop.weight == pytest.approx(float(true), abs=1e-6)
                    assert change.base_id in drop.out
            assert change.searched == (0.0, 1.0)
            assert change.proven


def test_some_bases_drop_and_some_never_do() -> None:
    found: list[WeightChange] = []
    for seed in range(4):
        candidates, compiled, places, question = case(seed)
        found += smallest_weight_changes(
            candidates, compiled, places, question=question, deadline=Deadline(60)
        )
    assert {change.nearest is None for change in found} == {True, False}


def test_land_is_kept_where_only_the_outline_changes() -> None:
    """Two outlines of one place, one better for each criterion, and a place worse for both."""
    candidates = candidates_at([(0, 0), (0.1, 0), (5, 0)])
    rules = SelectionRules(count=1, aim="quality", compactness_weight=0.0)
    scores = np.array([[0.9, 0.5], [0.5, 0.9], [0.4, 0.4]])
    candidates["mean_score"] = scores @ [0.75, 0.25]
    compiled = compile_selection(candidates, rules)
    question = WeightQuestion(scores, {"slope": 0.75, "soil": 0.25},
                              ScoreWorth.of(candidates, rules))  # fmt: skip
    slope, soil = smallest_weight_changes(
        candidates, compiled, np.array([0]), question=question, deadline=Deadline(60)
    )
    assert slope.outline_lowered is not None
    assert soil.outline_raised is not None
    assert slope.outline_lowered.weight == pytest.approx(0.5)
    assert slope.outline_lowered.instead == ("c01",)
    assert soil.outline_raised.weight == pytest.approx(0.5)
    assert (slope.raised, slope.lowered, slope.nearest, slope.proven) == (None, None, None, True)


def test_without_time_nothing_is_claimed() -> None:
    candidates, compiled, places, question = case(0)
    found = smallest_weight_changes(
        candidates, compiled, places, question=question, deadline=Deadline(-1)
    )
    assert [change for change in found if change.proven or change.nearest is not None] == []


def test_other_combinations_are_refused() -> None:
    candidates, compiled, places, question = case(0)
    other = WeightQuestion(question.scores, question.weights, question.worth, "owa")
    with pytest.raises(InvalidParameterError, match="selection frequency"):
        smallest_weight_changes(candidates, compiled, places, question=other,
                                deadline=Deadline(60))  # fmt: skip


@pytest.mark.parametrize("aim", ["area", "quality"])
def test_worth_is_that_of_the_problem(aim) -> None:
    candidates = random_case(3)
    rules = SelectionRules(count=3, aim=aim, compactness_weight=0.3)
    worth = ScoreWorth.of(candidates, rules).at(candidates["mean_score"].to_numpy(float))
    np.testing.assert_allclose(worth, compile_selection(candidates, rules).worth, rtol=1e-12)
