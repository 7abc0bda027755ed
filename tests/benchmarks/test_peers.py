"""The small benchmarks: ours and the peers give the same answers, and every row is complete."""

import numpy as np
import pytest

from benchmarks import base_selection, distance, monte_carlo, weighted_sum
from benchmarks.__main__ import names
from gis_core.bases.compile import compile_selection
from gis_core.suitability.kernel.fused import fused_scores
from gis_core.surfaces.distance import distance_to

WANTED = {"job", "size", "ours_s", "peers", "floor_s", "peak_mib", "runs"}


def test_weighted_sums_agree() -> None:
    made = weighted_sum.made_values(20_000)
    ours = fused_scores(made[0], weighted_sum.our_recipe(made))
    score, codes = np.empty(20_000, np.float32), np.empty(20_000, np.uint8)
    weighted_sum.by_numexpr(made, score, codes)
    whole, classes = weighted_sum.by_xarray(made, (100, 200))
    near_limit = np.abs(score[:, None] - np.float32(weighted_sum.LIMITS)).min(axis=1) < 1e-5
    for theirs, their_codes in ((score, codes), (whole.values.ravel(), classes.values.ravel())):
        np.testing.assert_allclose(ours.score, theirs, rtol=1e-5)
        np.testing.assert_array_equal(ours.codes[~near_limit], their_codes[~near_limit])
    assert set(np.unique(ours.codes)) >= {0, 2, 3, 4}


def test_distances_agree() -> None:
    mask = distance.made_mask(120, share=0.01)
    np.testing.assert_allclose(distance_to(mask), distance.by_scipy(mask), rtol=1e-6)


def test_choices_agree() -> None:
    candidates = base_selection.made_candidates(200)
    compiled = compile_selection(candidates, base_selection.RULES)
    plain = base_selection.with_plain_pairs(compiled)
    assert len(plain) > len(compiled.rows)
    ours, theirs = base_selection.solve(candidates), base_selection.solve_plainly(compiled, plain)
    assert (ours.status, theirs[1]) == ("optimal", pytest.approx(0, abs=1e-6))
    assert ours.objective == pytest.approx(theirs[0])


@pytest.mark.parametrize("module", [base_selection, distance, monte_carlo, weighted_sum])
def test_rows_are_complete(module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLAND_BENCH_SCALE", "0.001")
    rows = module.rows()
    assert rows
    for row in rows:
        assert set(row) >= WANTED
        assert row["ours_s"] > 0
        assert all(seconds > 0 for seconds in row["peers"].values())
    assert module.__name__.removeprefix("benchmarks.") in names()


def test_draws_without_spread_count_what_a_pass_classes() -> None:
    values = monte_carlo.made_values(1)[:, :3000]
    codes = monte_carlo.one_pass(values).codes
    counts = monte_carlo.count(values, spread=0.0)
    reached = (codes >= 1) & (codes <= np.arange(1, 5)[:, None])
    np.testing.assert_array_equal(counts, monte_carlo.DRAWS * reached)
    assert set(codes) == {0, 1, 2, 3, 4, 5}
