"""What every plan must keep, whatever the villages, destinations and rules."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.relocation.planning import plan_relocation
from gis_core.relocation.result import FORMS
from gis_core.relocation.rules import PlanRules

COUNTIES = ["a", "b", ""]


@st.composite
def questions(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, PlanRules]:
    """Draw a small survey with gaps, a few destinations, times with gaps, and rules."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, places = draw(st.integers(1, 14)), draw(st.integers(1, 5))
    people = rng.integers(1, 140, count).astype(float)
    people[rng.random(count) < 0.1] = np.nan
    villages = pd.DataFrame({
        "village_id": [f"v{i}" for i in range(count)], "name": "x",
        "county_code": rng.choice(COUNTIES, count), "people": people, "households": 5,
    })  # fmt: skip
    kinds = rng.choice(list(FORMS), places)
    room = np.where(kinds == "scattered", np.nan, rng.integers(0, 300, places))
    destinations = pd.DataFrame({
        "destination_id": [f"d{i}" for i in range(places)], "name": "y", "kind": kinds,
        "county_code": rng.choice(COUNTIES, places), "capacity_people": room,
        "cost_per_person_yuan": rng.integers(1000, 9000, places).astype(float),
    })  # fmt: skip
    minutes = rng.uniform(5, 200, (count, places))
    minutes[rng.random(minutes.shape) < 0.2] = np.inf
    rules = PlanRules(
        years=draw(st.integers(1, 4)),
        quota=draw(st.one_of(st.none(), st.integers(20, 300))),
        budget_yuan=draw(st.one_of(st.none(), st.integers(50_000, 900_000))),
        forms=tuple(draw(st.sets(st.sampled_from(list(FORMS)), min_size=1))),
        max_travel_min=draw(st.one_of(st.none(), st.integers(20, 150))),
        target_under_people=draw(st.sampled_from([100, None])),
    )
    return villages, destinations, pd.DataFrame(
        minutes, villages["village_id"], destinations["destination_id"]
    ), rules  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(questions())
def test_no_plan_breaks_a_rule_or_loses_a_village(
    question: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, PlanRules],
) -> None:
    villages, destinations, minutes, rules = question
    known = villages.set_index("village_id")
    places = destinations.set_index("destination_id")
    under = np.inf if rules.target_under_people is None else rules.target_under_people
    targets = set(known.index[known["people"].isna() | (known["people"] < under)])
    if not (known["people"] < under).any():
        return  # nobody to plan for, which is refused
    plan = plan_relocation(villages, destinations, minutes, rules=rules)
    assert plan.status == "optimal"
    moved = Counter(move.village_id for move in plan.assignments)
    waiting = Counter(wait.village_id for wait in plan.deferred)
    assert set((moved + waiting).values()) <= {1}  # each once, whole: moved or waiting
    assert set(moved | waiting) == targets == set(moved) | set(waiting)
    assert (plan.target_villages, plan.bound <= plan.objective + 1e-6) == (len(targets), True)

    table = pd.DataFrame(
        [(m.village_id, m.destination_id, m.year, m.people, m.cost_yuan) for m in plan.assignments],
        columns=["village", "place", "year", "people", "cost"],
    )
    assert (table["people"].to_numpy() == known["people"].loc[table["village"]]).all()
    assert set(table["year"]) <= set(range(1, rules.years + 1))
    by_year = table.groupby("year")[["people", "cost"]].sum()
    assert (by_year["people"] <= (rules.quota or np.inf)).all()
    assert (by_year["cost"] <= (rules.budget_yuan or np.inf) + 1e-6).all()
    taken = table.groupby("place")["people"].sum()
    room = places["capacity_people"].fillna(np.inf).loc[taken.index]
    assert (taken.to_numpy() <= room.to_numpy()).all()
    cost = table["people"].to_numpy() * places["cost_per_person_yuan"].loc[table["place"]]
    assert table["cost"].to_numpy() == pytest.approx(cost.to_numpy())
    for move in plan.assignments:
        kind = places["kind"].loc[move.destination_id]
        home, there = known["county_code"].loc[move.village_id], places["county_code"].loc[
            move.destination_id
        ]  # fmt: skip
        assert kind in rules.forms
        assert not home or not there or (home == there) != (kind == "inter_county")
        if kind != "scattered":
            way = minutes.loc[move.village_id, move.destination_id]
            assert way <= (rules.max_travel_min or np.inf) and np.isfinite(way)  # noqa: PT018
