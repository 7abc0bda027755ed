"""Selection frequency: beside solving each draw anew, and how it stops."""

import numpy as np
import pytest

from gis_core.bases.compile import compile_selection, on_the_plane
from gis_core.bases.deadline import Deadline
from gis_core.bases.repeated import RepeatedChoice
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import solve_selection
from gis_core.bases.stability import selection_frequency
from tests.bases.squares import candidates_at, random_case

RULES = SelectionRules(count=3, per_county=(0, 2), spacing_m=200.0)


@pytest.mark.parametrize("seed", range(3))
def test_shares_are_those_of_solving_each_draw(seed: int) -> None:
    candidates = random_case(seed)
    compiled = compile_selection(candidates, RULES)
    chance = np.random.default_rng(seed)
    worths = compiled.worth * chance.uniform(0.7, 1.3, (60, len(candidates)))
    first = solve_selection(compiled, time_limit_s=10, gap=0.0).places
    assert first is not None
    repeated = RepeatedChoice(compiled)
    found = selection_frequency(repeated, on_the_plane(candidates), first, worths=worths,
                                asked=60, deadline=Deadline(60))  # fmt: skip
    counted = np.zeros(len(first))
    for worth in worths:
        alone = solve_selection(compiled, time_limit_s=10, gap=0.0, worth=worth)
        again = repeated.best(worth, deadline=Deadline(10))
        assert alone.places is not None
        assert again is not None
        assert again.worth == pytest.approx(alone.objective, rel=1e-7)
        counted += np.isin(first, alone.places)
    assert found.draws == found.asked == 60
    np.testing.assert_allclose(found.outline, counted / 60)
    assert 0 < found.outline.min() < 1
    assert (found.land >= found.outline).all()
    assert sum(found.proofs.values()) == 60
    assert found.choices > 1


def test_another_outline_of_the_same_land_counts_for_the_land() -> None:
    candidates = candidates_at([(0, 0), (0.1, 0), (5, 0)])
    compiled = compile_selection(candidates, SelectionRules(count=1))
    worths = np.array([[3.0, 2.0, 1.0], [2.0, 3.0, 1.0], [1.0, 2.0, 3.0], [3.0, 1.0, 2.0]])
    found = selection_frequency(
        RepeatedChoice(compiled), on_the_plane(candidates), np.array([0]), worths=worths, asked=4,
        deadline=Deadline(60),
    )  # fmt: skip
    assert (found.outline.tolist(), found.land.tolist(), found.same) == ([0.5], [0.75], 0.5)


def test_without_time_no_draw_is_counted() -> None:
    candidates = random_case(1)
    compiled = compile_selection(candidates, RULES)
    found = selection_frequency(
        RepeatedChoice(compiled), on_the_plane(candidates), np.array([0, 1, 2]),
        worths=[compiled.worth], asked=1, deadline=Deadline(-1),
    )  # fmt: skip
    assert (found.asked, found.draws) == (1, 0)
    assert np.isnan(found.land).all()
