"""Solve a compiled choice by HiGHS's branch and bound; nothing is printed."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from gis_core.bases.compile import CompiledSelection, Row
from gis_core.errors import ServiceError

SEED = 1
# HiGHS keeps one pool of threads a process: a solve that asks for another number is refused, so
# every solve of the program asks for the same.
THREADS = 1


@dataclass(frozen=True)
class Choice:
    """Chosen places, None without a choice; objective, its upper bound, and what was proved."""

    places: NDArray[np.int64] | None
    objective: float
    bound: float
    status: str
    time_s: float


class _Quiet(highspy.Highs):
    """HiGHS without its banner, which the plain constructor prints on standard output."""

    def enableCallbacks(self) -> highspy.HighsStatus:
        self.silent()
        return super().enableCallbacks()


def solve_selection(
    compiled: CompiledSelection,
    *,
    time_limit_s: float,
    gap: float,
    without: Collection[str] = (),
    extra: Sequence[Row] = (),
    worth: NDArray[np.float64] | None = None,
) -> Choice:
    """Maximise the worth of the chosen candidates.

    Parameters
    ----------
    compiled
        The problem.
    time_limit_s, gap
        Seconds at most; relative gap at which to stop.
    without
        Groups of rows to leave out, ``fixed`` for the fixed bases.
    extra
        More rows.
    worth
        Instead of the problem's own.

    Raises
    ------
    ServiceError
        If HiGHS fails otherwise than by time or infeasibility.
    """
    started = time.monotonic()
    number = len(compiled.worth)
    rows = [r for r in (*compiled.rows, *extra) if r.group not in without]
    impossible = any(len(r.places) == 0 and r.least > 0 for r in rows)
    if impossible:
        return Choice(None, 0.0, 0.0, "infeasible", time.monotonic() - started)
    if number == 0:
        return Choice(np.zeros(0, np.int64), 0.0, 0.0, "optimal", time.monotonic() - started)
    solver = _Quiet()
    for option, value in (("random_seed", SEED), ("threads", THREADS),
                          ("time_limit", time_limit_s), ("mip_rel_gap", gap),
                          ("mip_abs_gap", 1e-6)):  # fmt: skip
        solver.setOptionValue(option, value)
    solver.passModel(_model(compiled, rows, worth, free="fixed" in without))
    solver.run()
    status = solver.getModelStatus()
    spent = time.monotonic() - started
    if status in (highspy.HighsModelStatus.kInfeasible,
                  highspy.HighsModelStatus.kUnboundedOrInfeasible):  # fmt: skip
        return Choice(None, 0.0, 0.0, "infeasible", spent)
    if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit):
        raise ServiceError(
            f"The solver stopped with '{solver.modelStatusToString(status)}'.",
            f"求解器异常停止：{solver.modelStatusToString(status)}。",
        )
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Choice(None, 0.0, -info.mip_dual_bound, "unknown", spent)
    values = np.array(solver.getSolution().col_value)
    places = np.flatnonzero(values > 0.5)
    objective = float((compiled.worth if worth is None else worth)[places].sum())
    bound = max(-float(info.mip_dual_bound), objective)
    proved = bound - objective <= gap * abs(objective) + 1e-6
    return Choice(places, objective, bound, "optimal" if proved else "feasible", spent)


def _model(
    compiled: CompiledSelection,
    rows: Sequence[Row],
    worth: NDArray[np.float64] | None,
    *,
    free: bool,
) -> highspy.HighsLp:
    number = len(compiled.worth)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = number, len(rows)
    model.col_cost_ = -(compiled.worth if worth is None else worth)
    model.col_lower_ = np.zeros(number) if free else compiled.lower
    model.col_upper_ = np.ones(number) if free else compiled.upper
    model.integrality_ = [highspy.HighsVarType.kInteger] * number
    model.row_lower_ = np.array([r.least for r in rows], dtype=float)
    model.row_upper_ = np.array([r.most for r in rows], dtype=float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    if not rows:
        return model
    model.a_matrix_.start_ = np.cumsum([0, *(len(r.places) for r in rows)]).astype(np.int32)
    model.a_matrix_.index_ = np.concatenate([r.places for r in rows]).astype(np.int32)
    model.a_matrix_.value_ = np.concatenate([
        np.ones(len(r.places)) if r.coefficients is None else r.coefficients for r in rows
    ])  # fmt: skip
    return model
