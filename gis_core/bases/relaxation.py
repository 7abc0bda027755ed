"""The relaxation that allows parts of candidates: a bound, and what each costs against it."""

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from gis_core.bases.cliques import broken_cliques
from gis_core.bases.compile import CompiledSelection
from gis_core.bases.deadline import Deadline
from gis_core.bases.highs import INFEASIBLE, checked_status, model_of
from gis_core.solver import quiet_solver

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Prices:
    """An upper bound of the objective, and by how much it falls, at least, for each candidate.

    `share` is how much of each candidate the relaxation chooses, and where that is more than 0
    `cost` is 0; a choice with a candidate is worth at most `bound` less its cost. `cliques` are
    the rows that were added for what excludes each other.
    """

    bound: float
    cost: Floats
    share: Floats
    cliques: tuple[NDArray[np.int64], ...] = ()


def relax(asked: CompiledSelection, *, deadline: Deadline) -> Prices | None:
    """Solve the relaxation, adding rows for what excludes each other only where they are broken.

    Returns
    -------
    prices
        None when not even parts of candidates meet the rules. When time ends before all rows
        hold, the prices of the rows so far, which are as valid and less sharp.
    """
    return Relaxation(asked).priced(asked.worth, deadline=deadline)


class Relaxation:
    """The relaxation of `asked`, solved for one worth after another from where it stands."""

    def __init__(self, asked: CompiledSelection) -> None:
        self._upper = asked.upper
        self._bits = asked.exclusion.bits if len(asked.exclusion.pairs) else None
        self._solver = quiet_solver(presolve="off", solver="simplex")
        self._solver.passModel(
            model_of(asked.worth, asked.rows, asked.lower, asked.upper, whole=False)
        )
        self._worth = asked.worth
        self._cliques: tuple[NDArray[np.int64], ...] = ()

    def priced(self, worth: Floats, *, deadline: Deadline) -> Prices | None:
        """Return the prices of `worth` (one a candidate), None and less sharp ones as `relax`."""
        solver = self._solver
        if worth is not self._worth:
            number = len(worth)
            solver.changeColsCost(number, np.arange(number, dtype=np.int32), -worth)
            self._worth = worth
        nothing = np.zeros(len(worth))
        prices = Prices(float(worth[worth > 0].sum()), nothing, nothing, self._cliques)
        while True:
            solver.setOptionValue("time_limit", solver.getRunTime() + deadline.left_s())
            solver.run()
            if solver.getModelStatus() == highspy.HighsModelStatus.kUnknown:
                solver.clearSolver()  # lost its way from the last basis: once more from none
                solver.run()
            status = checked_status(solver)
            if status in INFEASIBLE:
                return None
            if status != highspy.HighsModelStatus.kOptimal:
                return prices
            solution = solver.getSolution()
            share, dual = np.array(solution.col_value), np.array(solution.col_dual)
            cost = np.where(share < self._upper - 1e-9, np.maximum(dual, 0.0), 0.0)
            cost[self._upper <= 0] = np.inf
            bound = -solver.getInfo().objective_function_value
            prices = Prices(bound, cost, share, self._cliques)
            if self._bits is None:
                return prices
            order = np.argsort(np.where(share > 1e-9, -np.inf, dual), kind="stable")
            broken = broken_cliques(self._bits, share, order)
            if not broken or deadline.passed():
                return prices
            self._cliques += tuple(broken)
            _add(solver, broken)


def _add(solver: highspy.Highs, cliques: list[NDArray[np.int64]]) -> None:
    """Add rows: at most one of each clique."""
    sizes = [len(c) for c in cliques]
    starts = np.cumsum([0, *sizes[:-1]]).astype(np.int32)
    solver.addRows(
        len(cliques), np.full(len(cliques), -np.inf), np.ones(len(cliques)), sum(sizes), starts,
        np.concatenate(cliques).astype(np.int32), np.ones(sum(sizes)),
    )  # fmt: skip
