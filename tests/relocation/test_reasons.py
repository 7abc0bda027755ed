"""What a village is told holds when it is counted again from the plan."""

import re

import numpy as np
import pandas as pd
import pytest

from gis_core.relocation.explain import explain_village
from gis_core.relocation.factors import load_priority_model
from gis_core.relocation.planning import PlanOptions, plan_relocation
from gis_core.relocation.priority import factors_from_survey, rank_villages
from gis_core.relocation.reasons import in_year
from gis_core.relocation.result import Deferred, RelocationPlan
from gis_core.relocation.rules import PlanRules
from tests.relocation.landscape import destinations, published_villages, times

VILLAGES, SITES = published_villages(300, 11_000, seed=5), destinations(20, capacity=700)
TIMES = times(VILLAGES, SITES)
QUOTA, YEARS = 800, 5


@pytest.fixture(scope="module")
def plan() -> RelocationPlan:
    return plan_relocation(VILLAGES, SITES, TIMES,
                           rules=PlanRules(years=YEARS, quota=QUOTA, first_year=2004))  # fmt: skip


def number(pattern: str, text: str) -> float | None:
    found = re.search(pattern, text)
    return float(found[1].replace(",", "")) if found else None


def beyond(plan: RelocationPlan) -> list[Deferred]:
    found = [d for d in plan.deferred if "By rank alone" in d.why.en]
    assert found
    return found


def test_who_comes_after_the_quota_is_told_its_people_and_its_turn(plan: RelocationPlan) -> None:
    rows = sorted([*plan.assignments, *plan.deferred], key=lambda row: row.rank)
    before = {row.village_id: 0 for row in rows}
    total = 0
    for row in rows:
        total += row.people or 0
        before[row.village_id] = total
    for wait in beyond(plan):
        held = before[wait.village_id]
        assert held > QUOTA * YEARS
        assert number(r"hold ([\d,]+) people", wait.why.en) == held
        turn = 2004 + int(np.ceil(held / QUOTA)) - 1
        assert f"come in {turn}," in wait.why.en
        assert f"约在{turn}年轮到该村" in wait.why.zh


def test_villages_that_go_before_are_counted_and_come_cheaper(plan: RelocationPlan) -> None:
    people = VILLAGES.set_index("village_id")["people"]
    cost = SITES.set_index("destination_id")["cost_per_person_yuan"]
    told = 0
    for wait in plan.deferred:
        later = [a for a in plan.assignments if a.rank > wait.rank]
        count = number(r"([\d,]+) villages of later rank move", wait.why.en)
        if not later:
            assert count is None
            continue
        if count is None:
            continue  # another reason was enough: no room, no form
        assert count == len(later)
        theirs = number(r"less for them: ([\d,]+) yuan", wait.why.en)
        if theirs is None:
            continue
        told += 1
        sums = sum(a.cost_yuan + 20 * a.people * minutes_of(a.village_id, a.destination_id)
                   for a in later)  # fmt: skip
        assert theirs == pytest.approx(sums / sum(people[a.village_id] for a in later), abs=0.5)
        ours = min(cost[s] + 20 * minutes_of(wait.village_id, s) for s in cost.index)
        assert number(r"average, ([\d,]+) for this", wait.why.en) == pytest.approx(ours, abs=0.5)
        assert theirs <= ours
    assert told > 3


def minutes_of(village: str, site: str) -> float:
    """Minutes that count: without a site, those to the nearest destination."""
    sited = SITES["kind"] != "scattered"
    if sited[SITES["destination_id"] == site].all():
        return float(TIMES.loc[village, site])
    return float(TIMES.loc[village, SITES["destination_id"][sited]].min())


def test_what_makes_a_village_urgent_is_named_in_the_order_of_its_parts(
    plan: RelocationPlan,
) -> None:
    villages = VILLAGES.copy()
    villages["extra"] = [
        {k: v for k, v in extra.items() if k != "water" or i} for i, extra in
        enumerate(villages["extra"])
    ]  # fmt: skip
    model = load_priority_model()
    ranking = rank_villages(villages, factors_from_survey(villages, model), model)
    made = plan_relocation(villages, SITES, TIMES, rules=PlanRules(years=YEARS, quota=QUOTA),
                           options=PlanOptions(ranking=ranking))  # fmt: skip
    titles = {f.name: f.title.en for f in model.factors}
    for row in [*made.assignments, *made.deferred]:
        parts = ranking.parts.loc[row.village_id].sort_values(ascending=False, kind="stable")
        most = [titles[str(n)] for n in parts[parts > 0].index[:3]]
        assert f"urgency is {ranking.table['score'][row.village_id]:.2f} of 1" in row.urgency.en
        assert (f"most: {', '.join(most)}." in row.urgency.en) == bool(most)
        assert ("left out: lacks water" in row.urgency.en) == (row.village_id == "v0000")


def test_a_page_speaks_its_language_and_its_calendar(plan: RelocationPlan) -> None:
    move = plan.assignments[0]
    page = explain_village(plan, move.village_id)
    english, chinese = (" ".join(line.in_(lang) for line in page) for lang in ("en", "zh"))
    assert re.search(r"to move in 2004 to Site \d+:", english)
    assert "安置点" not in english
    assert "2004年" in chinese
    assert "第2004年" not in chinese
    assert "assumption" not in english  # each destination gives its own cost
    assert (in_year(3).en, in_year(3).zh) == ("in year 3", "第3年")


def test_an_assumed_cost_is_called_so() -> None:
    sites = SITES.drop(columns="cost_per_person_yuan")
    made = plan_relocation(VILLAGES, sites, TIMES, rules=PlanRules(years=2, quota=100))
    page = " ".join(line.zh for line in explain_village(made, made.assignments[0].village_id))
    assert "（规划假设）" in page


def test_the_plan_says_what_is_money_and_what_is_not(plan: RelocationPlan) -> None:
    document = plan.document()
    assert document["objective_unit"] == "points"
    assert document["cost_yuan"] == pytest.approx(sum(y.cost_yuan for y in plan.years))
    assert document["gap_yuan"] == pytest.approx(plan.objective - plan.bound)
    assert document["objective"] > document["cost_yuan"]
    assert "is no sum of money" in document["objective_text"]["en"]
    assert "不是金额" in document["objective_text"]["zh"]
    years = pd.DataFrame([{"y": a.year - 2004, "v": a.village_id} for a in plan.assignments])
    ranking = rank_villages(VILLAGES, factors_of_plan(), load_priority_model())
    score = ranking.table["score"]
    people = VILLAGES.set_index("village_id")["people"]
    waiting = sum(20_000 * people[v] * score[v] * y for y, v in years.itertuples(index=False))
    assert plan.parts.waiting_points == pytest.approx(waiting)
    travel = sum(20 * a.people * minutes_of(a.village_id, a.destination_id)
                 for a in plan.assignments)  # fmt: skip
    assert plan.parts.travel_points == pytest.approx(travel)


def factors_of_plan() -> pd.DataFrame:
    """The factors a plan reckons with by itself: the survey's, and minutes to the nearest town."""
    factors = factors_from_survey(VILLAGES, load_priority_model())
    towns = SITES.loc[SITES["kind"] == "town", "destination_id"]
    return factors.assign(travel_time_town=TIMES[towns].min(axis=1))
