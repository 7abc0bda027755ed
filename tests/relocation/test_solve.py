"""The search against brute force, published optima and its own promises."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gis_core.relocation.compiled import DEFERRED, CompiledPlan
from gis_core.relocation.master import solve_relaxation
from gis_core.relocation.pricing import Duals, columns_within, price
from gis_core.relocation.solve import SolveOptions, solve


def random_plan(seed: int, *, units: int = 4, sites: int = 3, years: int = 2) -> CompiledPlan:
    random = np.random.default_rng(seed)
    people = random.integers(5, 100, units).astype(float)
    place = np.round(people[:, None] * random.uniform(10, 60, (units, sites)))
    place[random.random((units, sites)) < 0.2] = np.inf
    waiting = np.round(people * random.uniform(5, 40, units))
    intake = np.where(random.random((sites, years)) < 0.3, 80.0, np.inf)
    return CompiledPlan(
        people=people,
        place_cost=place,
        time_cost=waiting[:, None] * np.arange(years),
        defer_cost=np.where(random.random(units) < 0.2, np.inf, waiting * years + people * 60),
        load=people[:, None] + random.integers(0, 5, (units, sites)),
        spending=people[:, None] * random.uniform(1, 3, (units, sites)),
        quota=np.round(np.full(years, people.sum() / years * random.uniform(0.6, 1.2))),
        budget=np.where(random.random(years) < 0.5, people.sum() * 1.2, np.inf),
        capacity=np.round(random.uniform(0.3, 0.9, sites) * people.sum()),
        intake=intake,
        group=np.arange(sites) % 2,
        group_limit=np.array([np.inf, round(people.sum() * random.uniform(0.3, 1.0))]),
    )


def brute_force(plan: CompiledPlan) -> float:
    choices = [(DEFERRED, DEFERRED), *itertools.product(range(plan.sites), range(plan.years))]
    best = np.inf
    for picks in itertools.product(choices, repeat=plan.units):
        site, year = (np.array(part, np.int64) for part in zip(*picks, strict=True))
        cost = plan.cost_of(site, year)
        if cost < best and not plan.violations(site, year):
            best = cost
    return best


@pytest.mark.parametrize("seed", range(12))
def test_search_equals_brute_force(seed: int) -> None:
    plan = random_plan(seed)
    wanted = brute_force(plan)
    found = solve(plan, options=SolveOptions(gap=0.0, time_limit_s=600))
    if np.isinf(wanted):
        assert found.status == "infeasible"
        assert np.isinf(found.objective)
    else:
        assert found.status == "optimal"
        assert found.objective == pytest.approx(wanted)
        assert found.bound == pytest.approx(wanted)
        assert not plan.violations(found.site, found.year)


@pytest.mark.parametrize("seed", range(6))
def test_bound_holds_at_any_prices(seed: int) -> None:
    plan, random = random_plan(seed), np.random.default_rng(seed)
    wanted = brute_force(plan)
    zero = Duals.zero(plan)
    prices = [random.uniform(0, 30, part.shape) * np.isfinite(most) for part, most in (
        (zero.quota, plan.quota), (zero.budget, plan.budget), (zero.capacity, plan.capacity),
        (zero.intake, plan.intake), (zero.group, plan.group_limit))]  # fmt: skip
    assert price(plan, Duals(*prices)).bound <= wanted + 1e-6


def test_moves_ruled_out_are_in_no_better_plan() -> None:
    plan = random_plan(3)
    relaxed = solve_relaxation(plan, start=Duals.zero(plan), deadline=time.monotonic() + 600,
                               stop=lambda: False)  # fmt: skip
    best = solve(plan, options=SolveOptions(gap=0.0))
    kept = columns_within(plan, relaxed.duals, relaxed.prices,
                          excess=best.objective - relaxed.bound + 1e-6)  # fmt: skip
    present = set(zip(kept.unit, kept.site, kept.year, strict=True))
    for unit in np.flatnonzero(best.site != DEFERRED):
        assert (unit, best.site[unit], best.year[unit]) in present


def seconds_of_work() -> Callable[[], float]:
    """Seconds that this process has worked since, whatever else the machine does."""
    solve(random_plan(0), options=SolveOptions())  # what is compiled on first use is by now
    begun = time.process_time()
    return lambda: time.process_time() - begun


def test_stopping_at_once_still_answers() -> None:
    plan = random_plan(1, units=30, sites=6, years=3)
    seconds = seconds_of_work()
    found = solve(plan, options=SolveOptions(should_stop=lambda: True))
    assert found.status in ("unknown", "feasible")
    assert seconds() < 5


def test_stop_in_the_middle_keeps_the_plan() -> None:
    random = np.random.default_rng(5)
    units, sites = 200, 20
    people = random.integers(10, 99, units).astype(float)
    place = people[:, None] * random.uniform(10, 60, (units, sites))
    plan = CompiledPlan(
        people, place, np.zeros((units, 1)), people * 200.0, place * random.uniform(0.5, 2, sites),
        place * 0, np.array([np.inf]), np.array([np.inf]), np.full(sites, place.mean() * 9),
        np.full((sites, 1), np.inf), np.zeros(sites, np.int64), np.array([np.inf]),
    )  # fmt: skip
    seconds = seconds_of_work()
    found = solve(plan, options=SolveOptions(gap=0.0, time_limit_s=600,
                                             should_stop=lambda: seconds() > 1.5))  # fmt: skip
    assert seconds() < 8
    assert found.status in ("feasible", "optimal")
    assert found.bound <= found.objective
    assert not plan.violations(found.site, found.year)


def assignment_problem(text: str, *, maximise: bool = False) -> CompiledPlan:
    """Read a generalised assignment instance: agents are sites, items are units, one year."""
    numbers = [float(n) for n in text.split()]
    agents, items = int(numbers[0]), int(numbers[1])
    cost = np.reshape(numbers[2 : 2 + agents * items], (agents, items)).T
    load = np.reshape(numbers[2 + agents * items : 2 + 2 * agents * items], (agents, items)).T
    capacity = np.array(numbers[2 + 2 * agents * items :])
    if maximise:
        cost = cost.max() - cost
    one = np.array([np.inf])
    return CompiledPlan(
        people=np.ones(items), place_cost=cost.copy(), time_cost=np.zeros((items, 1)),
        defer_cost=np.full(items, np.inf), load=load.copy(), spending=np.zeros((items, agents)),
        quota=one, budget=one, capacity=capacity, intake=np.full((agents, 1), np.inf),
        group=np.zeros(agents, np.int64), group_limit=one,
    )  # fmt: skip


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "optimum"),
    [("gap1-0", 261), ("gap1-4", 251), ("gap3-2", None), ("gap6-1", None), ("gap9-3", None),
     ("gap12-0", 974), ("a05100", 1698), ("b05100", None), ("c05100", None)],
)  # fmt: skip
def test_published_assignment_problems(shared_data: Path, name: str, optimum: float | None) -> None:
    folder = shared_data / "optimisation" / "gap"
    rows = [line.split(",") for line in (folder / "optima.csv").read_text().splitlines()]
    published = {row[0]: float(row[3]) for row in rows[1:] if row[3]}
    plan = assignment_problem((folder / f"{name}.txt").read_text())
    found = solve(plan, options=SolveOptions(gap=0.0, time_limit_s=600))
    assert optimum is None or published[name] == optimum
    assert found.objective == pytest.approx(published[name])
    assert found.status == "optimal"


@pytest.mark.shared_data
def test_published_assignment_problem_maximised(shared_data: Path) -> None:
    text = (shared_data / "optimisation" / "gap" / "gap1-0.txt").read_text()
    plan = assignment_problem(text, maximise=True)
    found = solve(plan, options=SolveOptions(gap=0.0))
    numbers = np.array([float(n) for n in text.split()])
    assert numbers[2 : 2 + 75].max() * 15 - found.objective == pytest.approx(336)
