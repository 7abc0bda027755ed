"""From the planner's problem to coefficients."""

import math

import numpy as np

from gis_core.relocation.compiled import CompiledPlan, Floats
from gis_core.relocation.problem import SCATTERED, Problem


def compile_problem(problem: Problem) -> CompiledPlan:
    """Return the coefficients of a plan's objective and rules.

    The objective is in points: a yuan of cost counts one, the weights say what a minute of
    journey and a year of waiting count.
    A move costs people × cost per person, and people × minutes × `travel_yuan` (scattered: the
    minutes to the nearest destination in reach). Waiting until
    year index y costs people × urgency × `waiting_yuan` × y. Deferral costs the waiting until just
    after the plan's years and, for each person, as much as the dearest allowed move, so that no
    one is deferred to save money. Urgency is the priority score, plus a step a tier that
    outweighs every other cost, so that an earlier tier goes first. Under the goal ``all``, and for
    villages with a fixed decision, deferral is not allowed.
    """
    rules, units, sites = problem.rules, problem.units, problem.sites
    people = units["people"].to_numpy(float)
    spending = people[:, None] * sites["cost_per_person_yuan"].to_numpy(float)[None, :]
    travel = people[:, None] * _journeys(problem) * rules.weights.travel_yuan
    place_cost = np.where(problem.allowed, spending + travel, np.inf)
    dearest = _dearest_per_person(place_cost, people)
    waiting = people * urgency(problem, dearest) * rules.weights.waiting_yuan
    time_cost = waiting[:, None] * np.arange(rules.years, dtype=float)[None, :]
    defer_cost = waiting * rules.years + people * dearest
    must_move = units["village_id"].isin(list(rules.fixed)).to_numpy() | (rules.goal == "all")
    _close_other_years(problem, time_cost)
    group, limit = _form_limits(problem)
    return CompiledPlan(
        people=people,
        place_cost=place_cost,
        time_cost=time_cost,
        defer_cost=np.where(must_move, np.inf, defer_cost),
        load=np.repeat(people[:, None], len(sites), axis=1),
        spending=spending,
        quota=np.array(rules.yearly(rules.quota)),
        budget=np.array(rules.yearly(rules.budget_yuan)),
        capacity=sites["capacity_people"].fillna(np.inf).to_numpy(float),
        intake=np.full((len(sites), rules.years), np.inf),
        group=group,
        group_limit=limit,
    )


def _journeys(problem: Problem) -> Floats:
    """Return minutes that count; without a site, as to the nearest destination in reach.

    Counting nothing for the scattered form would make it look best wherever places are far.
    """
    minutes = problem.travel_min.copy()
    nearest = np.where(np.isfinite(minutes), minutes, np.inf).min(axis=1)
    scattered = (problem.sites["kind"] == SCATTERED).to_numpy()
    minutes[:, scattered] = np.where(np.isfinite(nearest), nearest, 0.0)[:, None]
    return np.nan_to_num(minutes, nan=0.0)


def urgency(problem: Problem, dearest_per_person: float) -> Floats:
    """Return each unit's urgency: its score (0 to 1) plus a step for every tier before the last."""
    tier = problem.units["tier"].to_numpy(float)
    waiting = problem.rules.weights.waiting_yuan
    step = 1.0 + math.ceil(dearest_per_person / waiting) if waiting > 0 else 0.0
    return problem.units["score"].to_numpy(float) + step * (tier.max() - tier)


def movable_people(problem: Problem) -> float:
    """Return the most people that the quota and the targets let move over all years."""
    return min(sum(problem.rules.yearly(problem.rules.quota)), float(problem.target_people))


def _dearest_per_person(place_cost: Floats, people: Floats) -> float:
    per_person = place_cost / people[:, None]
    return float(per_person[np.isfinite(per_person)].max(initial=0.0))


def _close_other_years(problem: Problem, time_cost: Floats) -> None:
    row_of = {village: i for i, village in enumerate(problem.units["village_id"])}
    for village, move in problem.rules.fixed.items():
        if move.year is not None and village in row_of:
            others = np.array(problem.rules.calendar) != move.year
            time_cost[row_of[village], others] = np.inf


def _form_limits(problem: Problem) -> tuple[np.ndarray, Floats]:
    """Number the forms; the share of a form is of the people that can be moved at all."""
    forms = sorted(set(problem.sites["kind"]))
    most = movable_people(problem)
    shares = problem.rules.form_shares
    limit = np.array([shares[f] * most if f in shares else np.inf for f in forms])
    group = problem.sites["kind"].map({form: i for i, form in enumerate(forms)})
    return group.to_numpy(np.int64), limit
