"""The published case and the plan's promises."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from gis_core.relocation.explain import explain_village
from gis_core.relocation.planning import PlanOptions, plan_relocation
from gis_core.relocation.result import RelocationPlan
from gis_core.relocation.rules import FixedMove, PlanRules
from gis_core.relocation.solve import SolveOptions
from tests.relocation.landscape import destinations, published_villages, times

VILLAGES, SITES = published_villages(), destinations()
TIMES = times(VILLAGES, SITES)


@pytest.fixture(scope="module")
def published() -> RelocationPlan:
    return plan_relocation(VILLAGES, SITES, TIMES, rules=PlanRules(quota=3300, first_year=2004))


def test_published_case_says_what_the_goal_needs(published: RelocationPlan) -> None:
    assert published.target_people == 45_135
    conflict = published.conflicts[0]
    assert conflict.least_change == {"quota": 9027, "years": 14}
    for figure in ("3,300", "16,500", "45,135", "9,027"):
        assert figure in conflict.text.en
        assert figure.replace(",", "") in conflict.text.zh


def test_published_case_is_optimal_within_its_gap(published: RelocationPlan) -> None:
    assert published.status == "optimal"
    assert 0 <= published.gap <= 0.005
    assert published.bound <= published.objective
    parts = published.parts
    total = parts.moves_yuan + parts.travel_points + parts.waiting_points + parts.deferral_points
    assert total == pytest.approx(published.objective)


def test_published_case_keeps_its_rules(published: RelocationPlan) -> None:
    assert [y.year for y in published.years] == [2004, 2005, 2006, 2007, 2008]
    assert all(3200 <= y.people <= 3300 for y in published.years)
    assert len({a.village_id for a in published.assignments}) == len(published.assignments)
    assert len(published.assignments) + len(published.deferred) == 1261
    for use in published.destinations:
        assert use.capacity_people is None or use.people <= use.capacity_people
    assert sum(use.people for use in published.destinations) == sum(
        y.people for y in published.years
    )
    assert sum(f.cost_yuan for f in published.forms) == pytest.approx(published.parts.moves_yuan)


def test_document_has_the_keys_of_the_interface(published: RelocationPlan) -> None:
    document = json.loads(json.dumps(published.document()))
    assert {"status", "objective", "bound", "gap", "time_s", "years", "forms", "assignments",
            "deferred", "conflicts"} <= set(document)  # fmt: skip
    assert {"year", "people", "households", "cost", "cost_yuan"} <= set(document["years"][0])
    assert {"village", "destination", "year", "form", "people", "cost",
            "travel_time_min"} <= set(document["assignments"][0])  # fmt: skip
    assert set(document["deferred"][0]["why"]) == {"en", "zh"}
    assert {"rules", "text", "least_change"} <= set(document["conflicts"][0])


def test_goal_all_is_infeasible_under_the_published_quota() -> None:
    plan = plan_relocation(VILLAGES, SITES, TIMES, rules=PlanRules(quota=3300, goal="all"))
    assert plan.status == "infeasible"
    assert not plan.assignments
    assert plan.conflicts[0].least_change["quota"] == 9027
    assert plan.document()["objective"] is None


def small(count: int = 40, people: int = 1600) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    villages, sites = published_villages(count, people, seed=3), destinations(8, capacity=300)
    return villages, sites, times(villages, sites)


EXACT = PlanOptions(search=SolveOptions(gap=0.0, time_limit_s=600))


def test_order_of_rows_changes_nothing() -> None:
    villages, sites, minutes = small()
    rules = PlanRules(years=3, quota=250)
    first = plan_relocation(villages, sites, minutes, rules=rules)
    mixed = plan_relocation(
        villages.sample(frac=1, random_state=1).reset_index(drop=True),
        sites.sample(frac=1, random_state=2).reset_index(drop=True), minutes, rules=rules,
    )  # fmt: skip
    assert first.assignments == mixed.assignments
    assert first.deferred == mixed.deferred
    assert first.objective == mixed.objective
    assert first.provenance.input_hashes == mixed.provenance.input_hashes


def test_more_quota_never_makes_a_plan_worse() -> None:
    villages, sites, minutes = small(16, 600)
    costs = []
    for quota in (100, 140, 180, 240):
        plan = plan_relocation(villages, sites, minutes, rules=PlanRules(years=2, quota=quota),
                               options=EXACT)  # fmt: skip
        assert plan.status == "optimal"
        costs.append(plan.objective)
    assert costs == sorted(costs, reverse=True)


def test_fixed_and_declined_villages_are_obeyed() -> None:
    villages, sites, minutes = small()
    sites.loc[0, "kind"] = "town"
    fixed = {"v0000": FixedMove("d000", 3), "v0001": FixedMove(year=2)}
    rules = PlanRules(years=3, quota=250, declined=frozenset({"v0003"}), fixed=fixed)
    plan = plan_relocation(villages, sites, minutes, rules=rules)
    moves = {a.village_id: a for a in plan.assignments}
    assert (moves["v0000"].destination_id, moves["v0000"].year) == ("d000", 3)
    assert moves["v0001"].year == 2
    waits = {d.village_id: d.why.en for d in plan.deferred}
    assert waits["v0003"] == "The village declined to move."


def test_every_move_is_within_forms_and_time() -> None:
    villages, sites, minutes = small()
    rules = PlanRules(years=3, quota=250, forms=("town", "new_village"), max_travel_min=60)
    plan = plan_relocation(villages, sites, minutes, rules=rules)
    assert {a.form for a in plan.assignments} <= {"town", "new_village"}
    for move in plan.assignments:
        assert move.travel_time_min is not None
        assert move.travel_time_min <= 60
        expected = minutes.loc[move.village_id, move.destination_id]
        assert move.travel_time_min == pytest.approx(expected)


def test_village_out_of_reach_is_named_with_the_nearest_time() -> None:
    villages, sites, minutes = small()
    sites = sites.iloc[:-1]
    minutes = minutes.drop(columns="d007")
    minutes.loc["v0005"] = 500.0
    plan = plan_relocation(villages, sites, minutes, rules=PlanRules(quota=900, max_travel_min=300))
    why = {d.village_id: d.why.en for d in plan.deferred}["v0005"]
    assert "within 300 min" in why
    assert "500" in why
    conflict = next(c for c in plan.conflicts if "max_travel_min" in c.rules)
    assert conflict.least_change == {"max_travel_min": 500}
    assert "Village 5" in conflict.text.en


def test_too_little_capacity_and_money_are_named() -> None:
    villages, sites, minutes = small()
    sites = sites.iloc[:-1].assign(capacity_people=100.0)
    minutes = minutes.drop(columns="d007")
    rules = PlanRules(years=2, quota=2000, goal="all", budget_yuan=1000.0)
    plan = plan_relocation(villages, sites, minutes, rules=rules)
    assert plan.status == "infeasible"
    capacity = next(c for c in plan.conflicts if "capacity" in c.rules)
    assert capacity.least_change == {"capacity_people": 900}
    money = next(c for c in plan.conflicts if "budget" in c.rules)
    cheapest = villages["people"].sum() * sites["cost_per_person_yuan"].min()
    assert money.least_change["budget_yuan"] == pytest.approx(cheapest / 2, abs=1)


def test_village_page_in_both_languages(published: RelocationPlan) -> None:
    page = explain_village(published, published.assignments[0].village_id)
    assert all(line.en and line.zh for line in page)
    wait = explain_village(published, published.deferred[0].village_id)
    assert "does not move" in wait[0].en
    told = [line.zh for line in (*page, *wait)]
    assert not [line for line in told if re.search(r"[\u4e00-\u9fff][,;:(]", line)]


def test_unreachable_as_infinite_or_nan_is_the_same() -> None:
    villages, sites, minutes = small()
    far = minutes.mask(minutes > 100)
    rules = PlanRules(years=3, quota=250)
    as_nan = plan_relocation(villages, sites, far, rules=rules)
    as_inf = plan_relocation(villages, sites, far.fillna(np.inf), rules=rules)
    assert as_nan.assignments == as_inf.assignments
