"""The whole-village problem on a chosen set of moves, by HiGHS's branch and bound."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from gis_core.errors import ServiceError
from gis_core.relocation.compiled import DEFERRED, CompiledPlan, Ints
from gis_core.relocation.master import (
    add_columns,
    add_rows,
    column_entries,
    number_rows,
)
from gis_core.relocation.pricing import Columns
from gis_core.solver import quiet_solver

Stop = Callable[[], bool]
NO_SITE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Budget:
    """How long to search: a moment of `time.monotonic`, a wanted gap, a call that says stop."""

    deadline: float
    gap: float
    stop: Stop

    def left(self) -> float:
        """Return the seconds left, at least 0."""
        return max(0.0, self.deadline - time.monotonic())

    def over(self) -> bool:
        """Return True when time is up or the caller wants to stop."""
        return self.left() == 0.0 or self.stop()


@dataclass(frozen=True)
class Outcome:
    """What branch and bound found: None for `site` without a plan; `bound` holds for the columns.

    `infeasible` is True when it was proved that no plan of these columns exists.
    """

    site: Ints | None
    year: Ints | None
    bound: float
    infeasible: bool


def solve_columns(
    plan: CompiledPlan,
    columns: Columns,
    *,
    budget: Budget,
    start: tuple[Ints, Ints] | None = None,
    max_nodes: int | None = None,
) -> Outcome:
    """Find the best plan that uses only `columns` and deferral where it is allowed.

    `start` is a feasible plan to begin with; its moves must be among `columns` to be of use.

    Raises
    ------
    ServiceError
        If HiGHS fails.
    """
    rows, solver = number_rows(plan), quiet_solver()
    solver.setOptionValue("mip_rel_gap", budget.gap)
    solver.setOptionValue("mip_abs_gap", 1e-6)
    solver.setOptionValue("time_limit", budget.left())
    if max_nodes is not None:
        solver.setOptionValue("mip_max_nodes", max_nodes)
    add_rows(solver, plan, rows)
    stay = np.flatnonzero(np.isfinite(plan.defer_cost))
    add_columns(solver, plan.defer_cost[stay], np.arange(len(stay) + 1), stay, np.ones(len(stay)))
    add_columns(solver, *column_entries(plan, rows, columns.unit, columns.site, columns.year))
    count = len(stay) + len(columns)
    integer = np.full(count, highspy.HighsVarType.kInteger)
    solver.changeColsIntegrality(count, np.arange(count, dtype=np.int32), integer)
    if start is not None:
        _pass_start(solver, columns, stay, *start)
    if budget.stop is not None:
        solver.cbMipInterrupt += lambda event: event.interrupt() if budget.stop() else None
    solver.run()
    return _read_outcome(solver, plan, columns, len(stay))


def _pass_start(
    solver: highspy.Highs, columns: Columns, stay: Ints, site: Ints, year: Ints
) -> None:
    values = np.concatenate([
        site[stay] == DEFERRED,
        (site[columns.unit] == columns.site) & (year[columns.unit] == columns.year),
    ]).astype(np.float64)  # fmt: skip
    used = np.flatnonzero(values)
    if used.size == len(site):
        solver.setSolution(len(values), np.arange(len(values), dtype=np.int32), values)


def _read_outcome(
    solver: highspy.Highs, plan: CompiledPlan, columns: Columns, first: int
) -> Outcome:
    status, info = solver.getModelStatus(), solver.getInfo()
    kinds = highspy.HighsModelStatus
    if status == kinds.kInfeasible:
        return Outcome(None, None, np.inf, True)
    stopped = (kinds.kOptimal, kinds.kTimeLimit, kinds.kInterrupt, kinds.kSolutionLimit)
    if status not in stopped:
        raise ServiceError(
            f"HiGHS ended the plan with {status}.", f"HiGHS 求解异常结束（{status}）。"
        )
    bound = float(info.mip_dual_bound)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Outcome(None, None, bound, False)
    taken = np.flatnonzero(np.array(solver.getSolution().col_value)[first:] > 0.5)
    site = np.full(plan.units, DEFERRED, np.int64)
    year = np.full(plan.units, DEFERRED, np.int64)
    site[columns.unit[taken]] = columns.site[taken]
    year[columns.unit[taken]] = columns.year[taken]
    if plan.violations(site, year):
        return Outcome(None, None, bound, False)
    return Outcome(site, year, bound, False)


def fewest_excess(columns: Columns, *, per_unit: int, units: int) -> Columns:
    """Return for each unit its `per_unit` moves of least excess (ties: first in order)."""
    order = np.lexsort((np.arange(len(columns)), columns.excess, columns.unit))
    starts = np.searchsorted(columns.unit[order], np.arange(units))
    rank = np.arange(len(columns)) - starts[columns.unit[order]]
    keep = np.sort(order[rank < per_unit])
    return Columns(columns.unit[keep], columns.site[keep], columns.year[keep],
                   columns.excess[keep])  # fmt: skip


def with_moves(columns: Columns, site: Ints, year: Ints) -> Columns:
    """Return `columns` with the moves of a plan added where they are missing."""
    present = set(zip(columns.unit.tolist(), columns.site.tolist(), columns.year.tolist(),
                      strict=True))  # fmt: skip
    moved = [u for u in np.flatnonzero(site != DEFERRED).tolist()
             if (u, int(site[u]), int(year[u])) not in present]  # fmt: skip
    added = np.array(moved, np.int64) if moved else NO_SITE
    return Columns(
        np.concatenate([columns.unit, added]),
        np.concatenate([columns.site, site[added]]),
        np.concatenate([columns.year, year[added]]),
        np.concatenate([columns.excess, np.zeros(len(added))]),
    )
