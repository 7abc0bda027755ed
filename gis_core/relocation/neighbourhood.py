"""Better a plan part by part: free some units, keep the rest, solve the part exactly."""

from dataclasses import replace

import numpy as np

from gis_core.relocation.compiled import DEFERRED, CompiledPlan, Ints
from gis_core.relocation.mip import Budget, fewest_excess, solve_columns, with_moves
from gis_core.relocation.pricing import Columns, Duals, Prices, columns_within

FREE_UNITS = 90
MOVES_A_UNIT = 24
NODES = 400


def better_by_parts(
    plan: CompiledPlan,
    plan_now: tuple[Ints, Ints],
    *,
    duals: Duals,
    prices: Prices,
    budget: Budget,
    good_enough: float,
) -> tuple[Ints, Ints]:
    """Return the plan bettered until its cost is `good_enough`, time is up or it is stuck.

    The parts are drawn with a fixed seed, so the same problem takes the same steps.
    """
    site, year = plan_now[0].copy(), plan_now[1].copy()
    priced = _nearest_moves(plan, duals, prices)
    random, cost, idle = np.random.default_rng(1), plan.cost_of(site, year), 0
    while cost > good_enough and not budget.over() and idle < 40:
        free = _draw(plan, priced, site, random)
        part = _solve_part(plan, priced, free, (site, year), budget)
        if part is None:
            idle += 1
            continue
        site[free], year[free] = part
        now = plan.cost_of(site, year)
        idle = 0 if now < cost - 1e-6 * abs(cost) else idle + 1
        cost = now
    return site, year


def _nearest_moves(plan: CompiledPlan, duals: Duals, prices: Prices) -> Columns:
    """Return the `MOVES_A_UNIT` best priced moves of each unit, in unit order."""
    found = columns_within(plan, duals, prices, excess=float(np.inf))
    return fewest_excess(found, per_unit=MOVES_A_UNIT, units=plan.units)


def _draw(plan: CompiledPlan, priced: Columns, site: Ints, random: np.random.Generator) -> Ints:
    """Return units that share sites with one drawn unit, and some that wait, in order."""
    seed = int(random.integers(plan.units))
    near = np.unique(priced.site[priced.unit == seed])
    at_near = np.flatnonzero(np.isin(site, near))
    wants = np.unique(priced.unit[np.isin(priced.site, near)])
    waiting = wants[site[wants] == DEFERRED]
    pool = [random.permutation(at_near)[: FREE_UNITS * 2 // 3],
            random.permutation(waiting)[: FREE_UNITS // 6]]  # fmt: skip
    rest = FREE_UNITS - sum(len(p) for p in pool)
    pool.append(random.permutation(plan.units)[:rest])
    return np.unique(np.concatenate([*pool, [seed]]))


def _solve_part(
    plan: CompiledPlan, priced: Columns, free: Ints, now: tuple[Ints, Ints], budget: Budget
) -> tuple[Ints, Ints] | None:
    site, year = now
    part = _restrict(plan, free, site, year)
    position = np.full(plan.units, -1, np.int64)
    position[free] = np.arange(len(free))
    mine = np.flatnonzero(position[priced.unit] >= 0)
    columns = Columns(position[priced.unit[mine]], priced.site[mine], priced.year[mine],
                      priced.excess[mine])  # fmt: skip
    columns = with_moves(columns, site[free], year[free])
    limited = replace(budget, gap=1e-6)
    outcome = solve_columns(part, columns, budget=limited, start=(site[free], year[free]),
                            max_nodes=NODES)  # fmt: skip
    if outcome.site is None or outcome.year is None:
        return None
    if part.cost_of(outcome.site, outcome.year) > part.cost_of(site[free], year[free]):
        return None
    return outcome.site, outcome.year


def _restrict(plan: CompiledPlan, free: Ints, site: Ints, year: Ints) -> CompiledPlan:
    """Return the problem of the `free` units within what the other units leave."""
    fixed = np.setdiff1d(np.flatnonzero(site != DEFERRED), free)
    s, y, people = site[fixed], year[fixed], plan.people[fixed]
    load = plan.load[fixed, s]
    intake = np.zeros_like(plan.intake)
    np.add.at(intake, (s, y), load)
    return CompiledPlan(
        people=plan.people[free],
        place_cost=plan.place_cost[free],
        time_cost=plan.time_cost[free],
        defer_cost=plan.defer_cost[free],
        load=plan.load[free],
        spending=plan.spending[free],
        quota=plan.quota - np.bincount(y, people, plan.years),
        budget=plan.budget - np.bincount(y, plan.spending[fixed, s], plan.years),
        capacity=plan.capacity - np.bincount(s, load, plan.sites),
        intake=plan.intake - intake,
        group=plan.group,
        group_limit=plan.group_limit - np.bincount(plan.group[s], people, len(plan.group_limit)),
    )
