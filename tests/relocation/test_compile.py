"""Coefficients of the compiled problem, by hand."""

import numpy as np
import pandas as pd
import pytest

from gis_core.errors import InvalidLayerError, InvalidParameterError
from gis_core.relocation.compile import compile_problem
from gis_core.relocation.factors import load_priority_model
from gis_core.relocation.priority import Ranking, rank_villages
from gis_core.relocation.problem import Problem, make_problem
from gis_core.relocation.rules import FixedMove, PlanRules, Weights
from gis_core.relocation.standards import load_standards

VILLAGES = pd.DataFrame({
    "village_id": ["b", "a", "c", "n"], "name": ["Bei", "An", "Che", "Nan"],
    "county_code": ["1", "1", "2", "1"], "people": [40.0, 20.0, 90.0, np.nan],
    "households": [10, 6, 20, 1],
})  # fmt: skip
SITES = pd.DataFrame({
    "destination_id": ["t", "s", "e"], "name": ["镇", "散", "外"],
    "name_en": ["Town", "Own", "Away"],
    "kind": ["town", "scattered", "inter_county"], "county_code": ["1", "1", "1"],
    "capacity_people": [50.0, np.nan, 100.0], "cost_per_person_yuan": [100.0, 50.0, np.nan],
})  # fmt: skip
TIMES = np.array([[10.0, 1.0, 5.0], [30.0, 1.0, 5.0], [99.0, 1.0, np.inf], [1.0, 1.0, 1.0]])


def ranking(scores: dict[str, float]) -> Ranking:
    hazard = pd.DataFrame({"hazard": scores})
    return rank_villages(VILLAGES, hazard, load_priority_model())


def problem(rules: PlanRules) -> Problem:
    scores = {"a": 0.5, "b": 1.0, "c": 0.0, "n": 0.0}
    return make_problem(VILLAGES, SITES, TIMES, ranking=ranking(scores), rules=rules,
                        standards=load_standards())  # fmt: skip


RULES = PlanRules(years=2, quota=60, weights=Weights(waiting_yuan=10, travel_yuan=2))


def test_coefficients_by_hand() -> None:
    # order: villages a (20), b (40), c (90); sites e (away), s (own), t (town)
    found = problem(RULES)
    compiled = compile_problem(found)
    assert found.units["village_id"].tolist() == ["a", "b", "c"]
    assert found.sites["destination_id"].tolist() == ["e", "s", "t"]
    inf = np.inf
    # own county only, away never for county 1; c is in county 2 but no way leads from it to e;
    # the scattered journey counts as the nearest one, 5 min to e
    assert compiled.place_cost.tolist() == [
        [inf, 20 * 50 + 20 * 5 * 2, 20 * 100 + 20 * 30 * 2],
        [inf, 40 * 50 + 40 * 5 * 2, 40 * 100 + 40 * 10 * 2],
        [inf, inf, inf],
    ]  # fmt: skip
    assert compiled.time_cost.tolist() == [[0, 20 * 0.5 * 10], [0, 40 * 1.0 * 10], [0, 0]]
    dearest = 100 + 30 * 2
    assert compiled.defer_cost.tolist() == [
        20 * 0.5 * 10 * 2 + 20 * dearest, 40 * 10 * 2 + 40 * dearest, 90 * dearest
    ]  # fmt: skip
    assert compiled.quota.tolist() == [60, 60]
    assert compiled.budget.tolist() == [inf, inf]
    assert compiled.capacity.tolist() == [100, inf, 50]
    assert compiled.load[:, 0].tolist() == [20, 40, 90]
    assert compiled.spending[:, 1].tolist() == [1000, 2000, 4500]


def test_earlier_tier_outweighs_every_cost() -> None:
    rules = PlanRules(years=2, quota=60, target_under_people=None,
                      weights=Weights(waiting_yuan=10, travel_yuan=2))  # fmt: skip
    larger = VILLAGES.assign(people=[40.0, 20.0, 120.0, np.nan])
    scores = pd.DataFrame({"hazard": {"a": 0.5, "b": 0.0, "c": 1.0}})
    ranked = rank_villages(larger, scores, load_priority_model())
    found = make_problem(larger, SITES, TIMES, ranking=ranked, rules=rules,
                         standards=load_standards())  # fmt: skip
    compiled = compile_problem(found)
    per_person = compiled.time_cost[:, 1] / compiled.people
    dearest = 100 + 30 * 2
    assert ranked.table.loc[["a", "b", "c"], "tier"].tolist() == [1, 1, 2]
    assert per_person[:2].min() - per_person[2] >= dearest


def test_goal_all_and_fixed_moves_forbid_deferral() -> None:
    everyone = PlanRules(years=2, quota=60, goal="all")
    assert np.isinf(compile_problem(problem(everyone)).defer_cost).all()
    fixed = PlanRules(years=2, quota=60, fixed={"b": FixedMove("t", 2)})
    compiled = compile_problem(problem(fixed))
    assert np.isinf(compiled.defer_cost).tolist() == [False, True, False]
    assert np.isfinite(compiled.place_cost[1]).tolist() == [False, False, True]
    assert np.isfinite(compiled.time_cost[1]).tolist() == [False, True]


def test_share_of_a_form_counts_the_people_that_can_move() -> None:
    rules = PlanRules(years=2, quota=60, form_shares={"scattered": 0.25})
    compiled = compile_problem(problem(rules))
    # 150 people are targets, the quota lets 120 move; forms in order: inter_county, scattered, town
    assert compiled.group.tolist() == [0, 1, 2]
    assert compiled.group_limit.tolist() == [np.inf, 30.0, np.inf]


def test_missing_cost_comes_from_the_table_and_is_marked() -> None:
    found = problem(RULES)
    row = load_standards().cost_of("inter_county")
    assert found.sites["cost_per_person_yuan"].tolist() == [row.cost_per_person_yuan, 50, 100]
    assert found.sites["assumed"].tolist() == [True, False, False]


def test_people_unknown_and_declined_are_left_out_with_reasons() -> None:
    found = problem(PlanRules(years=2, quota=60, declined=frozenset({"a"})))
    assert found.units["village_id"].tolist() == ["b", "c"]
    reasons = dict(zip(found.left_out["village_id"], found.left_out["why"], strict=True))
    assert "declined" in reasons["a"].en
    assert "not known" in reasons["n"].en


@pytest.mark.parametrize(
    ("frame", "column", "value"),
    [("sites", "kind", "castle"), ("sites", "capacity_people", -1.0),
     ("sites", "destination_id", "t"), ("villages", "village_id", "a")],
)  # fmt: skip
def test_bad_inputs_are_refused(frame: str, column: str, value: object) -> None:
    villages, sites = VILLAGES, SITES
    if frame == "sites":
        sites = SITES.assign(**{column: [value] * 3})
    else:
        villages = VILLAGES.assign(**{column: value})
    with pytest.raises(InvalidLayerError):
        make_problem(villages, sites, TIMES, ranking=ranking({"a": 1.0}), rules=RULES,
                     standards=load_standards())  # fmt: skip


def test_times_of_another_shape_are_refused() -> None:
    with pytest.raises(InvalidParameterError, match="3 destinations"):
        make_problem(VILLAGES, SITES, TIMES[:2], ranking=ranking({"a": 1.0}), rules=RULES,
                     standards=load_standards())  # fmt: skip


@pytest.mark.parametrize("values", [
    {"quota": 0}, {"quota": (100.0, 200.0)}, {"years": 0}, {"forms": ("palace",)},
    {"form_shares": {"town": 1.5}}, {"budget_yuan": -1.0}, {"max_travel_min": -5.0},
    {"goal": "some"}, {"fixed": {"a": FixedMove(year=9)}}, {"quota": float("nan")},
])  # fmt: skip
def test_rules_out_of_range_are_refused(values: dict) -> None:
    with pytest.raises(InvalidParameterError):
        PlanRules(**values)
