"""The linear relaxation by column generation: only the moves that can pay are ever in the model."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from gis_core.errors import ServiceError
from gis_core.relocation.compiled import CompiledPlan, Floats, Ints
from gis_core.relocation.pricing import Columns, Duals, Prices, price
from gis_core.solver import quiet_solver

MAX_ROUNDS = 200
TOLERANCE = 1e-6  # share of the bound below which the relaxation counts as solved
BIG_FACTOR = 20.0  # a unit that must move pays this many times the dearest choice for staying


@dataclass(frozen=True)
class Rows:
    """Row numbers of the model: −1 where a rule has no limit and thus no row."""

    quota: Ints
    budget: Ints
    capacity: Ints
    intake: Ints
    group: Ints
    count: int
    limits: Floats


@dataclass(frozen=True)
class Relaxation:
    """The best bound found with its duals, and the last fractional moves with their shares."""

    bound: float
    duals: Duals
    prices: Prices
    columns: Columns
    shares: Floats


def number_rows(plan: CompiledPlan) -> Rows:
    """Number the rows: one a unit first, then one for every limit that is finite."""
    count, limits = plan.units, [np.ones(plan.units)]
    numbers: list[Ints] = []
    for most in (plan.quota, plan.budget, plan.capacity, plan.intake, plan.group_limit):
        rows = np.full(most.shape, -1, np.int64)
        finite = np.isfinite(most)
        rows[finite] = count + np.arange(finite.sum())
        count += int(finite.sum())
        limits.append(most[finite])
        numbers.append(rows)
    quota, budget, capacity, intake, group = numbers
    return Rows(quota, budget, capacity, intake, group, count, np.concatenate(limits))


def column_entries(
    plan: CompiledPlan, rows: Rows, unit: Ints, site: Ints, year: Ints
) -> tuple[Floats, Ints, Ints, Floats]:
    """Return costs, starts, row indices and coefficients of moves, as HiGHS takes columns."""
    people, load = plan.people[unit], plan.load[unit, site]
    spending, ones = plan.spending[unit, site], np.ones(len(unit))
    index = np.stack([
        unit, rows.quota[year], rows.budget[year], rows.capacity[site],
        rows.intake[site, year], rows.group[plan.group[site]],
    ], axis=1)  # fmt: skip
    values = np.stack([ones, people, spending, load, load, people], axis=1)
    keep = index >= 0
    starts = np.concatenate([[0], np.cumsum(keep.sum(axis=1))])
    costs = plan.place_cost[unit, site] + plan.time_cost[unit, year]
    return costs, starts, index[keep], values[keep]


def add_rows(solver: highspy.Highs, plan: CompiledPlan, rows: Rows) -> None:
    """Add the empty rows: each unit exactly once, every limit from above."""
    lower = np.full(rows.count, -highspy.kHighsInf)
    lower[: plan.units] = 1.0
    empty, none = np.zeros(0, np.int32), np.zeros(0)
    starts = np.zeros(rows.count, np.int32)
    solver.addRows(rows.count, lower, rows.limits, 0, starts, empty, none)


def add_columns(
    solver: highspy.Highs, costs: Floats, starts: Ints, index: Ints, values: Floats
) -> None:
    """Add columns with bounds 0 and 1."""
    count = len(costs)
    solver.addCols(
        count, costs, np.zeros(count), np.ones(count), len(index),
        starts[:-1].astype(np.int32), index.astype(np.int32), values,
    )  # fmt: skip


def stay_costs(plan: CompiledPlan) -> Floats:
    """Return finite costs of not moving; a unit that must move pays a multiple of any move."""
    finite = plan.place_cost[np.isfinite(plan.place_cost)]
    dearest = float(finite.max(initial=1.0)) + float(
        plan.time_cost[np.isfinite(plan.time_cost)].max(initial=0.0)
    )
    return np.where(np.isfinite(plan.defer_cost), plan.defer_cost, BIG_FACTOR * dearest)


def solve_relaxation(
    plan: CompiledPlan, *, start: Duals, deadline: float, stop: Callable[[], bool]
) -> Relaxation:
    """Solve the linear relaxation of `plan`; stopped early, the bound is valid but weaker.

    Raises
    ------
    ServiceError
        If HiGHS fails on the restricted relaxation.
    """
    rows, solver = number_rows(plan), quiet_solver()
    add_rows(solver, plan, rows)
    units = np.arange(plan.units)
    add_columns(solver, stay_costs(plan), np.arange(plan.units + 1), units, np.ones(plan.units))
    pool = _Pool(plan, rows, solver)
    best, duals = price(plan, start), start
    pool.add(best, np.full(plan.units, np.inf))
    for _ in range(MAX_ROUNDS):
        if stop() or time.monotonic() > deadline:
            break
        solver.setOptionValue(
            "time_limit", solver.getRunTime() + max(0.1, deadline - time.monotonic())
        )
        solver.run()
        status = solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            if status == highspy.HighsModelStatus.kTimeLimit:
                break
            raise ServiceError(f"HiGHS ended the relaxation with {status}.",
                               f"HiGHS 求解松弛问题异常结束（{status}）。")  # fmt: skip
        row_dual = np.array(solver.getSolution().row_dual)
        current = read_duals(plan, rows, row_dual)
        prices = price(plan, current)
        if prices.bound > best.bound:
            best, duals = prices, current
        value = solver.getInfo().objective_function_value
        if value - best.bound <= TOLERANCE * abs(value):
            break
        if not pool.add(prices, row_dual[: plan.units] - 1e-9 * np.abs(row_dual[: plan.units])):
            break
    shares = np.array(solver.getSolution().col_value)[plan.units :]
    return Relaxation(best.bound, duals, best, pool.columns(), shares[: len(pool.columns())])


def read_duals(plan: CompiledPlan, rows: Rows, row_dual: Floats) -> Duals:
    """Return the rules' prices from HiGHS's row duals (negative for a binding upper limit)."""
    padded = np.append(np.maximum(-row_dual, 0.0), 0.0)
    return Duals(*(padded[r] for r in (rows.quota, rows.budget, rows.capacity, rows.intake,
                                       rows.group)))  # fmt: skip


class _Pool:
    """The moves in the restricted model, each once."""

    def __init__(self, plan: CompiledPlan, rows: Rows, solver: highspy.Highs) -> None:
        self._plan, self._rows, self._solver = plan, rows, solver
        self._keys = np.zeros(0, np.int64)

    def add(self, prices: Prices, limit: Floats) -> int:
        """Add each unit's best move of every year that is cheaper than `limit`; return how many."""
        pays = prices.by_year < limit[:, None]
        pays &= np.isfinite(prices.by_year)
        unit, year = np.nonzero(pays)
        site = prices.site_by_year[unit, year]
        keys = (unit * self._plan.sites + site) * self._plan.years + year
        new = ~np.isin(keys, self._keys)
        if new.any():
            entries = column_entries(self._plan, self._rows, unit[new], site[new], year[new])
            add_columns(self._solver, *entries)
            self._keys = np.concatenate([self._keys, keys[new]])
        return int(new.sum())

    def columns(self) -> Columns:
        """Return the moves in the order of the model's columns."""
        rest, year = np.divmod(self._keys, self._plan.years)
        unit, site = np.divmod(rest, self._plan.sites)
        return Columns(unit, site, year, np.zeros(len(year)))
