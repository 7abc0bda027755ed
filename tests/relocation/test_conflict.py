"""Rules that contradict: the smallest set, by hand, and changes that are enough."""

import numpy as np
import pandas as pd
import pytest

from gis_core.relocation.planning import plan_relocation
from gis_core.relocation.rules import FixedMove, PlanRules
from gis_core.relocation.shortage import least_even_quota


def villages(*people: int) -> pd.DataFrame:
    count = len(people)
    return pd.DataFrame({
        "village_id": [f"v{i}" for i in range(count)], "name": [f"V{i}" for i in range(count)],
        "county_code": "1", "people": np.array(people, float), "households": 5,
        "extra": [{"hazard": 0.5}] * count,
    })  # fmt: skip


def sites(*capacity: float) -> pd.DataFrame:
    count = len(capacity)
    return pd.DataFrame({
        "destination_id": [f"d{i}" for i in range(count)], "name": [f"D{i}" for i in range(count)],
        "kind": "town", "county_code": "1", "capacity_people": capacity,
        "cost_per_person_yuan": [100.0 * (i + 1) for i in range(count)],
    })  # fmt: skip


def test_three_villages_that_do_not_pack_into_two_years() -> None:
    # 60 + 60 + 60 = 180 fits 2 × 90 by the sum, but whole villages need a year of 120
    rules = PlanRules(years=2, quota=90, goal="all")
    plan = plan_relocation(villages(60, 60, 60), sites(1000), np.full((3, 1), 10.0), rules=rules)
    assert plan.status == "infeasible"
    assert plan.conflicts[0].rules == ("quota", "goal")
    assert plan.conflicts[0].least_change == {"quota": 120}
    again = PlanRules(years=2, quota=120, goal="all")
    done = plan_relocation(villages(60, 60, 60), sites(1000), np.full((3, 1), 10.0), rules=again)
    assert done.status == "optimal"
    assert not done.deferred


def test_capacity_and_travel_time_contradict_together() -> None:
    # within 30 min only d0 is reached and holds one village; d1 is 50 min away
    minutes = np.array([[10.0, 50.0], [10.0, 45.0]])
    rules = PlanRules(years=1, quota=500, goal="all", max_travel_min=30)
    plan = plan_relocation(villages(50, 60), sites(105, 500), minutes, rules=rules)
    assert plan.status == "infeasible"
    # counted without a solver: 110 people, room for 105 at what is in reach
    assert plan.conflicts[0].least_change == {"capacity_people": 5}
    # 90, 60 and 30 people into 90 and 90: enough in sum, each village finds a place, but with
    # 50-people villages the sum hides that whole villages do not fit
    minutes = np.array([[10.0, 10.0, 50.0]] * 3)
    plan = plan_relocation(villages(50, 50, 50), sites(90, 90, 500), minutes, rules=rules)
    assert plan.status == "infeasible"
    conflict = plan.conflicts[0]
    assert conflict.rules == ("max_travel_min", "capacity", "goal")
    assert conflict.least_change == {"max_travel_min": 50, "more_capacity_people_each": 10}


def test_fixed_decisions_that_exceed_a_year() -> None:
    fixed = {"v0": FixedMove(year=1), "v1": FixedMove(year=1)}
    rules = PlanRules(years=2, quota=100, fixed=fixed)
    plan = plan_relocation(villages(60, 60, 20), sites(1000), np.full((3, 1), 9.0), rules=rules)
    assert plan.status == "infeasible"
    assert plan.conflicts[0].rules == ("fixed", "quota", "goal")
    assert plan.conflicts[0].least_change == {"quota": 120}


def test_too_little_money_for_the_only_place() -> None:
    rules = PlanRules(years=1, goal="all", budget_yuan=9000.0)
    plan = plan_relocation(villages(50, 50), sites(1000), np.full((2, 1), 9.0), rules=rules)
    assert plan.status == "infeasible"
    assert plan.conflicts[0].least_change == {"budget_yuan": 10_000}


@pytest.mark.parametrize(
    ("people", "years", "least", "exact"),
    [([60, 60, 60], 2, 120, False), ([10, 20, 30, 40], 2, 50, True), ([99, 1], 5, 99, True),
     ([7, 7, 6, 6, 5, 5], 2, 18, True)],
)  # fmt: skip
def test_least_even_quota(people: list[int], years: int, least: int, exact: bool) -> None:
    assert least_even_quota(np.array(people, float), years) == (least, exact)
