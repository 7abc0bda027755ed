"""Weights from comparing every criterion with the best and with the worst one."""

from dataclasses import dataclass

import highspy
import numpy as np

from gis_core.errors import InvalidCriterionError
from gis_core.solver import quiet_solver
from gis_core.suitability.judgements import BestWorst


@dataclass(frozen=True)
class BestWorstFound:
    """Weights (0 or more, sum 1) and how consistent the comparisons were.

    `deviation` is the linear model's ξ: the largest amount by which a weight misses what was
    judged, 0 for perfect judgements. `input_ratio` is 0 to 1 and known before solving: how far
    best → j → worst is from best → worst, at most over j; `least_consistent` is that criterion,
    None if the judgements are perfect.
    """

    weights: dict[str, float]
    deviation: float
    input_ratio: float
    least_consistent: str | None


def best_worst_weights(judged: BestWorst) -> BestWorstFound:
    """Return the weights whose largest deviation from the judgements is least.

    Raises
    ------
    InvalidCriterionError
        If the solver finds none, which checked judgements exclude.

    References
    ----------
    Rezaei (2015), Best-worst multi-criteria decision-making method; Rezaei (2016), its linear
    model; Liang, Brunelli and Rezaei (2020), Consistency issues in the best worst method: the
    input-based ratio.
    """
    names = list(judged.best_to_others)
    rows: list[tuple[int, int, float]] = []  # weight `one` less `times` the weight `other`
    best, worst = names.index(judged.best), names.index(judged.worst)
    for j, name in enumerate(names):
        if j != best:
            rows.append((best, j, judged.best_to_others[name]))
        if j not in (worst, best):
            rows.append((j, worst, judged.others_to_worst[name]))
    weights, deviation = _least_deviation(len(names), rows)
    ratio, name_off = _input_ratio(judged)
    return BestWorstFound(
        dict(zip(names, map(float, weights), strict=True)), deviation, ratio, name_off
    )


def _least_deviation(number: int, rows: list[tuple[int, int, float]]) -> tuple[np.ndarray, float]:
    """Solve the linear model; the last column is the deviation ξ."""
    model = highspy.HighsLp()
    count = 2 * len(rows) + 1
    model.num_col_, model.num_row_ = number + 1, count
    model.col_cost_ = np.array([0.0] * number + [1.0])
    model.col_lower_ = np.zeros(number + 1)
    model.col_upper_ = np.full(number + 1, np.inf)
    coefficients = np.zeros((count, number + 1))
    for k, (one, other, times) in enumerate(rows):
        for sign, row in ((1.0, 2 * k), (-1.0, 2 * k + 1)):
            coefficients[row, one] += sign
            coefficients[row, other] -= sign * times
            coefficients[row, number] = -1.0
    coefficients[-1, :number] = 1.0
    model.row_lower_ = np.array([-np.inf] * (count - 1) + [1.0])
    model.row_upper_ = np.array([0.0] * (count - 1) + [1.0])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = (np.arange(count + 1) * (number + 1)).astype(np.int32)
    model.a_matrix_.index_ = np.tile(np.arange(number + 1), count).astype(np.int32)
    model.a_matrix_.value_ = coefficients.ravel()
    solver = quiet_solver()
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise InvalidCriterionError(
            f"The best-worst comparisons gave no weights ({solver.getModelStatus()}). Check them.",
            f"由最优最劣比较未能求得权重（{solver.getModelStatus()}）。请检查比较值。",
        )
    found = np.maximum(np.array(solver.getSolution().col_value), 0.0)
    return found[:number] / found[:number].sum(), float(found[number])


def _input_ratio(judged: BestWorst) -> tuple[float, str | None]:
    whole = judged.best_to_others[judged.worst]
    if whole <= 1:
        return 0.0, None
    off = {
        name: abs(judged.best_to_others[name] * judged.others_to_worst[name] - whole)
        / (whole * whole - whole)
        for name in judged.best_to_others if name not in (judged.best, judged.worst)
    }  # fmt: skip
    name = max(off, key=lambda n: off[n], default=None)
    return (off[name], name) if name is not None and off[name] > 1e-12 else (0.0, None)
