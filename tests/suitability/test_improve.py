"""The cheapest works against hand calculation and against trying everything."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from gis_core.suitability.improve import (
    Place,
    WorksPlan,
    best_score,
    cheapest_works,
    improvable,
    works_help_below,
)
from gis_core.suitability.membership import Membership, Sigmoid, linear, piecewise, trapezoid
from gis_core.suitability.model import (
    Combination,
    Criterion,
    Direction,
    Improvement,
    Rule,
    SuitabilityModel,
)
from gis_core.text import Text

SAY = Text("x", "某")


def criterion(
    name: str, membership: Membership, *, cost: float | None = None, limit: float = 10.0,
    only: Direction | None = None,
) -> Criterion:  # fmt: skip
    works = None if cost is None else Improvement(SAY, cost, 1.0, limit, "planner", SAY, only)
    return Criterion(name, SAY, "soil", name, "value", "u", membership, 1.0, "planner", SAY,
                     improvement=works)  # fmt: skip


def model_of(*criteria: Criterion, rules: tuple[Rule, ...] = (), method: str = "weighted_sum",
             ) -> SuitabilityModel:  # fmt: skip
    return SuitabilityModel("m", SAY, SAY, criteria, rules, (0.8, 0.6, 0.4, 0.2), "hash",
                            combination=Combination(method))  # type: ignore[arg-type]  # fmt: skip


def place_of(model: SuitabilityModel, values: list[float]) -> Place:
    names = [c.name for c in model.criteria]
    scores = [float(c.membership.score(np.array([v], np.float32))[0])  # type: ignore[union-attr]
              for c, v in zip(model.criteria, values, strict=True)]  # fmt: skip
    return Place(dict.fromkeys(names, 1 / len(names)), dict(zip(names, values, strict=True)),
                 dict(zip(names, scores, strict=True)))  # fmt: skip


def plan_of(model: SuitabilityModel, values: list[float], wanted: float) -> WorksPlan:
    plan = cheapest_works(model, place_of(model, values), wanted=wanted)
    assert plan is not None
    return plan


def test_the_cheaper_criterion_goes_first_and_the_other_gives_the_rest() -> None:
    line = linear(10, 0)
    model = model_of(criterion("a", line, cost=30, limit=6), criterion("b", line, cost=50))
    plan = plan_of(model, [4, 2], 0.5)  # 0.3 now; a can give 0.1, b must give 0.1
    assert [(w.criterion, w.to_value) for w in plan.works] == [
        ("a", 6), ("b", pytest.approx(4, abs=1e-5))
    ]  # fmt: skip
    assert plan.cost_yuan_per_mu == pytest.approx(2 * 30 + 2 * 50, rel=1e-5)
    assert plan.score_after == pytest.approx(0.5)
    assert plan.exact


def test_a_step_that_pays_only_when_taken_whole_is_found() -> None:
    """Nothing is gained on the first stretch of a, so b wins until a is taken whole."""
    late = piecewise([(0, 0.0), (8, 0.0), (9, 1.0)])
    model = model_of(criterion("a", late, cost=10), criterion("b", linear(10, 0), cost=20))
    assert [w.criterion for w in plan_of(model, [0, 0], 0.1).works] == ["b"]
    whole = plan_of(model, [0, 0], 0.5)
    assert [(w.criterion, round(w.to_value, 5)) for w in whole.works] == [("a", 9)]
    assert whole.cost_yuan_per_mu == pytest.approx(90)


def test_what_cannot_be_reached_has_no_plan() -> None:
    model = model_of(criterion("a", linear(10, 0), cost=1, limit=5), criterion("b", linear(10, 0)))
    place = place_of(model, [2, 2])
    assert best_score(model, place) == pytest.approx(0.35)
    assert cheapest_works(model, place, wanted=0.4) is None
    assert cheapest_works(model, place, wanted=0.35) is not None


def test_no_value_is_moved_into_what_a_rule_excludes() -> None:
    rule = Rule("wet", SAY, "a", "value", "planner", SAY, above=4)
    free = model_of(criterion("a", linear(10, 0), cost=1))
    held = model_of(criterion("a", linear(10, 0), cost=1), rules=(rule,))
    assert best_score(free, place_of(free, [1])) == pytest.approx(1)
    assert best_score(held, place_of(held, [1])) == pytest.approx(0.4)


def test_falling_memberships_are_improved_downwards() -> None:
    model = model_of(criterion("slope", linear(2, 22), cost=100, limit=5))
    plan = plan_of(model, [18], 0.6)
    assert plan.works[0].to_value == pytest.approx(10, abs=1e-4)
    assert plan.cost_yuan_per_mu == pytest.approx(800, rel=1e-5)


def test_no_work_leads_against_its_direction() -> None:
    """Gypsum brings pH 8.5 down to 7.5 at most; on sour soil, pH 5.5, it is no cure."""
    ph = trapezoid(5, 6, 8, 9)
    model = model_of(criterion("ph", ph, cost=500, limit=7.5, only="lower"))
    plan = plan_of(model, [8.5], 0.8)
    assert plan.works[0].to_value == pytest.approx(8.2, abs=1e-4)
    assert plan.cost_yuan_per_mu == pytest.approx(150, rel=1e-4)
    sour = place_of(model, [5.5])
    assert improvable(model, sour) == []
    assert best_score(model, sour) == pytest.approx(0.5)
    assert cheapest_works(model, sour, wanted=0.8) is None
    both_ways = model_of(criterion("ph", ph, cost=500, limit=7.5))
    assert plan_of(both_ways, [5.5], 0.8).works[0].to_value == pytest.approx(5.8, abs=1e-4)
    raised = model_of(criterion("ph", ph, cost=500, limit=6.5, only="raise"))
    assert plan_of(raised, [5.5], 0.8).works[0].to_value == pytest.approx(5.8, abs=1e-4)
    assert cheapest_works(raised, place_of(raised, [8.5]), wanted=0.8) is None


def test_a_score_tells_the_side_only_where_the_other_side_scores_better() -> None:
    road = piecewise([(100, 0.5), (500, 1.0), (2000, 0.8), (8000, 0.0)])
    ph = trapezoid(5, 6, 8, 9)
    assert works_help_below(criterion("a", road, cost=1, limit=500, only="lower")) == 0.5
    assert works_help_below(criterion("a", ph, cost=1, limit=7.5, only="lower")) == 0
    assert works_help_below(criterion("a", linear(10, 0), cost=1, only="raise")) == 1
    assert works_help_below(criterion("a", ph, cost=1, limit=7.5)) > 1


def test_a_limiting_factor_has_every_low_criterion_lifted() -> None:
    line = linear(10, 0)
    model = model_of(criterion("a", line, cost=3), criterion("b", line, cost=5),
                     criterion("c", line), method="limiting_factor")  # fmt: skip
    plan = plan_of(model, [3, 5, 7], 0.6)
    assert plan.cost_yuan_per_mu == pytest.approx(3 * 3 + 1 * 5, rel=1e-5)
    assert cheapest_works(model, place_of(model, [3, 5, 5]), wanted=0.6) is None


def test_methods_without_separate_parts_give_no_plan() -> None:
    model = model_of(criterion("a", linear(10, 0), cost=3), method="owa")
    assert cheapest_works(model, place_of(model, [3]), wanted=0.6) is None


@pytest.mark.parametrize("seed", range(12))
def test_no_combination_of_many_tried_is_cheaper(seed: int) -> None:
    """Three criteria on random lines: every mix of 61 places and the knots of each is tried."""
    random = np.random.default_rng(seed)
    steps = 60
    criteria = []
    for name in "abc":
        knots = np.sort(random.choice(np.arange(1.0, 10.0), 3, replace=False))
        points = list(zip(knots.tolist(), random.random(3).tolist(), strict=True))
        criteria.append(criterion(name, piecewise(points), cost=float(random.integers(1, 90)),
                                  limit=float(random.choice([0, 10]))))  # fmt: skip
    model = model_of(*criteria, method=("weighted_sum", "weighted_product")[seed % 2])
    values = random.uniform(1, 9, 3).round(1).tolist()
    place = place_of(model, values)
    now, best = place_of(model, values), best_score(model, place)
    assert best is not None
    start = _score(model, np.array([list(now.scores.values())]))[0]
    wanted = float(start + 0.6 * (best - start))
    tried = [_places(c, v, steps) for c, v in zip(criteria, values, strict=True)]
    scores = [c.membership.score(t.astype(np.float32))  # type: ignore[union-attr]
              for c, t in zip(criteria, tried, strict=True)]  # fmt: skip
    costs = [np.abs(t - v) * c.improvement.cost_yuan_per_mu  # type: ignore[union-attr]
             for c, t, v in zip(criteria, tried, values, strict=True)]  # fmt: skip
    reached = _score(model, np.array(list(product(*scores)), float)) >= wanted - 1e-6
    totals = np.array([sum(p) for p in product(*costs)])
    plan = plan_of(model, values, wanted)
    step_cost = sum(float(c.max()) / steps for c in costs)
    assert plan.score_after >= wanted - 1e-6
    assert plan.cost_yuan_per_mu <= totals[reached].min() * 1.001 + 1e-6
    assert plan.cost_yuan_per_mu >= totals[reached].min() - step_cost


def _places(criterion: Criterion, value: float, steps: int) -> np.ndarray:
    limit = criterion.improvement.limit  # type: ignore[union-attr]
    low, high = sorted((value, limit))
    knots = [k for k in criterion.membership.values if low < k < high]  # type: ignore[union-attr]
    return np.unique([*np.linspace(low, high, steps + 1), *knots])


def _score(model: SuitabilityModel, scores: np.ndarray) -> np.ndarray:
    if model.combination.method == "weighted_sum":
        return scores.mean(axis=1)
    return np.exp(np.log(np.maximum(scores, 1e-300)).mean(axis=1))


def test_a_curve_is_followed_to_the_value_that_just_suffices() -> None:
    model = model_of(criterion("a", Sigmoid(5, 1), cost=7), criterion("b", Sigmoid(3, 2), cost=4))
    plan = plan_of(model, [3, 2], 0.6)
    fine = np.linspace(0, 1, 1401)
    a, b = 3 + 7 * fine, 2 + 8 * fine
    total = 7 * (a - 3)[:, None] + 4 * (b - 2)
    score = (Sigmoid(5, 1).score(a.astype(np.float32))[:, None]
             + Sigmoid(3, 2).score(b.astype(np.float32))) / 2  # fmt: skip
    assert plan.score_after == pytest.approx(0.6, abs=1e-6)
    assert plan.cost_yuan_per_mu <= total[score >= 0.6].min() * 1.001
    assert not plan.exact


def test_a_criterion_that_does_not_count_is_left_alone() -> None:
    model = model_of(criterion("a", linear(10, 0), cost=1), criterion("b", linear(10, 0), cost=0.1))
    place = place_of(model, [5, 5])
    alone = replace(place, weights={"a": 1.0, "b": 0.0})
    plan = cheapest_works(model, alone, wanted=0.7)
    assert plan is not None
    assert [w.criterion for w in plan.works] == ["a"]
