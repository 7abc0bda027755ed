"""Mid-size choices with every kind of rule: as much as OR-tools' CP-SAT proves possible."""

import geopandas as gpd
import numpy as np
import pytest
from ortools.sat.python import cp_model

from gis_core.bases.compile import CompiledSelection, compile_selection
from gis_core.bases.rules import ProductLimits, SelectionRules
from gis_core.bases.solve import solve_selection
from tests.bases.squares import candidates_at

NUMBER = 240
WHOLE = 1000  # CP-SAT takes whole numbers: worth, areas and costs in thousandths


def made(seed: int) -> gpd.GeoDataFrame:
    """Squares in six counties, of three products, whose figures are whole in thousandths."""
    rng = np.random.default_rng(seed)
    places = [(float(x), float(y)) for x, y in rng.uniform(0, 40, (NUMBER, 2))]
    area = rng.integers(1500, 9000, NUMBER).astype(float)
    return candidates_at(
        places, county_code=[f"0{int(x // 20) + 2 * int(y // 14)}" for x, y in places],
        area_mu=list(area), mean_score=list(np.round(rng.uniform(0.5, 0.9, NUMBER), 2)),
        compactness=list(np.round(rng.uniform(0.3, 0.9, NUMBER), 1)),
        product=list(rng.choice(["apple", "herbs", "millet"], NUMBER)),
        cost_yuan=list(np.round(area * rng.uniform(300, 1500, NUMBER))),
    )  # fmt: skip


def best_by_cp_sat(compiled: CompiledSelection) -> float | None:
    model = cp_model.CpModel()
    x = [model.new_bool_var(str(n)) for n in range(len(compiled.worth))]
    for row in compiled.rows:
        factor = 1 if row.coefficients is None else WHOLE
        amount = np.ones(len(row.places)) if row.coefficients is None else row.coefficients
        whole = np.rint(amount * factor).astype(int).tolist()
        total = sum(a * x[p] for a, p in zip(whole, row.places.tolist(), strict=True))
        if np.isfinite(row.most):
            model.add(total <= int(np.floor(row.most * factor)))
        model.add(total >= int(np.ceil(row.least * factor)))
    for i, j in compiled.exclusion.pairs.tolist():
        model.add_bool_or([x[i].negated(), x[j].negated()])
    for n in range(len(x)):
        model.add(x[n] >= int(compiled.lower[n]))
        model.add(x[n] <= int(compiled.upper[n]))
    worth = np.rint(compiled.worth * WHOLE).astype(int).tolist()
    model.maximize(sum(w * v for w, v in zip(worth, x, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    assert status == cp_model.OPTIMAL
    return solver.objective_value / WHOLE


@pytest.mark.parametrize("seed", range(3))
def test_as_good_as_another_exact_solver(seed: int) -> None:
    frame = made(seed)
    rules = SelectionRules(
        count=8, per_county=(1, 2), spacing_m=[0.0, 2500.0, 6000.0][seed],
        products={"apple": ProductLimits(2, 4, 5000, 20_000), "herbs": ProductLimits(1, 3)},
        max_budget_yuan=3.0e7, min_total_area_mu=30_000, max_total_area_mu=50_000,
        fixed_in=["c07"], fixed_out=["c11", "c100"],
    )  # fmt: skip
    compiled = compile_selection(frame, rules)
    ours = solve_selection(compiled, time_limit_s=600, gap=0.0)
    theirs = best_by_cp_sat(compiled)
    assert theirs is not None
    assert ours.status == "optimal"
    assert ours.objective == pytest.approx(theirs, rel=1e-6)


def test_both_find_that_there_is_no_choice() -> None:
    rules = SelectionRules(count=8, per_county=(1, 2), max_budget_yuan=4e6,
                           min_total_area_mu=30_000)  # fmt: skip
    compiled = compile_selection(made(0), rules)
    assert best_by_cp_sat(compiled) is None
    assert solve_selection(compiled, time_limit_s=600, gap=0.0).status == "infeasible"
