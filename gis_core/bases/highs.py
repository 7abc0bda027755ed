"""The choice of bases as HiGHS takes it, and what came of a solve."""

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from gis_core.bases.compile import Row
from gis_core.bases.counts import alike_in_size, most_of
from gis_core.errors import ServiceError
from gis_core.solver import QuietHighs, quiet_solver

LARGEST_COEFFICIENT = 1000.0  # of a row of areas or costs; rounding then takes 1e-9 of it
INFEASIBLE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


@dataclass(frozen=True)
class Solved:
    """Chosen places or None; an upper bound; ``solved``, ``infeasible`` or ``unknown``."""

    places: NDArray[np.int64] | None
    bound: float
    status: str


def solve_binary(
    worth: NDArray[np.float64],
    rows: Sequence[Row],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    *,
    gap: float,
    time_limit_s: float,
    start: NDArray[np.int64] | None = None,
    by_size: bool = True,
) -> Solved:
    """Maximise the worth of the chosen under `rows` by branch and bound.

    With `by_size` the solver is also given how many of about one size are chosen, to decide on
    (`alike_in_size`).

    Raises
    ------
    ServiceError
        If HiGHS stops otherwise than by time or infeasibility.
    """
    solver = quiet_solver(time_limit=time_limit_s, mip_rel_gap=gap, mip_abs_gap=1e-6)
    number, groups = len(worth), alike_in_size(rows) if by_size else []
    solver.passModel(_with_counts(worth, rows, lower, upper, groups))
    if start is not None:
        chosen = np.zeros(number)
        chosen[start] = 1.0
        all_values = np.append(chosen, [chosen[group].sum() for group in groups])
        solver.setSolution(len(all_values), np.arange(len(all_values), dtype=np.int32), all_values)
    solver.run()
    status = checked_status(solver)
    if status in INFEASIBLE:
        return Solved(None, 0.0, "infeasible")
    info = solver.getInfo()
    bound = -float(info.mip_dual_bound)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Solved(None, bound, "unknown")
    value = np.array(solver.getSolution().col_value)[:number]
    return Solved(np.flatnonzero(value > 0.5), bound, "solved")


def _with_counts(
    worth: NDArray[np.float64],
    rows: Sequence[Row],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    groups: Sequence[NDArray[np.int64]],
) -> highspy.HighsLp:
    """The 0/1 model with one more whole number for each group: how many of it are chosen."""
    number, more = len(worth), len(groups)
    counts = [
        Row("alike", np.append(group, number + n), 0.0, 0.0, np.append(np.ones(len(group)), -1.0))
        for n, group in enumerate(groups)
    ]
    none, many = np.zeros(more), np.array([most_of(group, rows) for group in groups])
    return model_of(
        np.append(worth, none), [*rows, *counts], np.append(lower, none), np.append(upper, many),
        whole=True,
    )  # fmt: skip


def checked_status(solver: QuietHighs) -> highspy.HighsModelStatus:
    """Return why `solver` stopped.

    Raises
    ------
    ServiceError
        If it was neither done, nor out of time, nor without a solution.
    """
    status = solver.getModelStatus()
    known = (*INFEASIBLE, highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit)
    if status not in known:
        raise ServiceError(
            f"The solver stopped with '{solver.modelStatusToString(status)}'.",
            f"求解器异常停止：{solver.modelStatusToString(status)}。",
        )
    return status


def model_of(
    worth: NDArray[np.float64],
    rows: Sequence[Row],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    *,
    whole: bool,
) -> highspy.HighsLp:
    """Return HiGHS's model; `whole` asks for 0 or 1, otherwise parts are allowed."""
    number = len(worth)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = number, len(rows)
    model.col_cost_ = -worth
    model.col_lower_, model.col_upper_ = lower, upper
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * number
    scale = np.array([_scale(r) for r in rows])
    model.row_lower_ = np.array([r.least for r in rows], dtype=float) * scale
    model.row_upper_ = np.array([r.most for r in rows], dtype=float) * scale
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    if not rows:
        return model
    model.a_matrix_.start_ = np.cumsum([0, *(len(r.places) for r in rows)]).astype(np.int32)
    model.a_matrix_.index_ = np.concatenate([r.places for r in rows]).astype(np.int32)
    model.a_matrix_.value_ = np.concatenate([
        np.ones(len(r.places)) if r.coefficients is None else r.coefficients * by
        for r, by in zip(rows, scale, strict=True)
    ])  # fmt: skip
    return model


def _scale(row: Row) -> float:
    """By what to multiply a row, so that the solver's fixed rounding does not depend on units."""
    most = 0.0 if row.coefficients is None else float(np.abs(row.coefficients).max(initial=0.0))
    return LARGEST_COEFFICIENT / most if most > 0 else 1.0
