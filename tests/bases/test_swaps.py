"""Exchanges of one base, and counts by size: by hand and against trying all."""

import numpy as np
import pytest

from gis_core.bases.compile import Row, compile_selection
from gis_core.bases.counts import alike_in_size, most_of
from gis_core.bases.highs import solve_binary
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import solve_selection
from gis_core.bases.swaps import Swaps
from tests.bases.squares import random_case


@pytest.mark.parametrize("seed", range(6))
def test_the_best_exchange_is_that_of_all(seed: int) -> None:
    rules = SelectionRules(count=3, per_county=(0, 2), max_total_area_mu=6500)
    compiled = compile_selection(random_case(seed), rules)
    best = solve_selection(compiled, time_limit_s=60, gap=0.0).places
    assert best is not None

    def keeps_all_rules(choice: np.ndarray) -> bool:
        fixed = np.zeros(len(compiled.worth))
        fixed[choice] = 1.0
        pairs = [Row("pair", pair, 0, 1) for pair in compiled.exclusion.pairs]
        return solve_binary(compiled.worth, [*compiled.rows, *pairs], fixed, fixed, gap=0.0,
                            time_limit_s=60).places is not None  # fmt: skip

    others = np.setdiff1d(np.arange(len(compiled.worth)), best)
    swaps = Swaps(compiled, best)
    anything = np.ones(len(compiled.worth), bool)
    found = []
    for out in best.tolist():
        tried = [np.sort(np.append(best[best != out], new)) for new in others]
        worths = [float(compiled.worth[c].sum()) for c in tried if keeps_all_rules(c)]
        swapped = swaps.best(out, allowed=anything)
        assert (swapped is None) == (not worths)
        if swapped is not None:
            assert compiled.worth[swapped].sum() == pytest.approx(max(worths))
            found += worths
    any_swapped = swaps.best_of_all(allowed=anything)
    assert (any_swapped is None) == (not found)
    if any_swapped is not None:
        assert compiled.worth[any_swapped].sum() == pytest.approx(max(found))
    assert swaps.best_of_all(allowed=~anything) is None


def test_candidates_of_about_one_size_are_counted_together() -> None:
    places = np.arange(6)
    rows = [
        Row("count", places, 3, 3), Row("product:a", np.array([0, 1]), 0, 1),
        Row("budget", places, 0, 9, np.array([4.0, 4.1, 2.0, 2.1, 1.0, 0.0])),
    ]  # fmt: skip
    groups = alike_in_size(rows)
    assert [group.tolist() for group in groups] == [[2, 3], [0, 1]]
    assert [most_of(group, rows) for group in groups] == [2, 1]
    assert most_of(places, rows) == 3
