"""The fused pass: every combination by hand or beside another program, and what must hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymcdm.methods import TOPSIS
from pymcdm.normalizations import vector_normalization

from gis_core.errors import InvalidCriterionError
from gis_core.suitability.kernel.blocks import BLOCK
from gis_core.suitability.kernel.fused import (
    FEW_CELLS,
    Method,
    combine_scores,
    fused_scores,
    make_recipe,
    topsis_sums,
    with_ideals,
)
from gis_core.suitability.membership import Membership, linear, near, sigmoid, trapezoid
from gis_core.suitability.model import Combination

METHODS = (
    Combination(), Combination("weighted_product"), Combination("owa", alpha=0.5),
    Combination("owa", alpha=3.0), Combination("owa", order_weights=(0.1, 0.2, 0.7)),
    Combination("fuzzy_gamma", gamma=0.7), Combination("topsis"), Combination("limiting_factor"),
)  # fmt: skip
MONOTONE = [m for m in METHODS if m.method != "topsis"]
SPLITTABLE = [m for m in MONOTONE if m.method != "fuzzy_gamma"]
SHAPES: tuple[Membership, ...] = (
    linear(80, 10), linear(5, 95), trapezoid(0, 20, 60, 100), sigmoid(50, 12), near(40, 20),
)  # fmt: skip
SEEDS = st.integers(0, 2**32 - 1)


def drawn_scores(seed: int, criteria: int, cells: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return (chance.integers(0, 9, (criteria, cells)) / 8).astype(np.float32)


def one(scores: list[float], weights: list[float], combination: Combination) -> float:
    return float(combine_scores(np.array(scores, np.float32)[:, None], weights, combination)[0])


def test_combinations_by_hand() -> None:
    scores, weights = [0.9, 0.4, 0.6], [0.5, 0.3, 0.2]
    assert one(scores, weights, Combination()) == pytest.approx(0.45 + 0.12 + 0.12, rel=1e-6)
    product = 0.9**0.5 * 0.4**0.3 * 0.6**0.2
    assert one(scores, weights, Combination("weighted_product")) == pytest.approx(product, rel=1e-6)
    assert one(scores, weights, Combination("limiting_factor")) == pytest.approx(0.4)
    # best to worst 0.9, 0.6, 0.4 with weights 0.5, 0.2, 0.3: Q(p) = p² at 0.5, 0.7 and 1
    owa = 0.9 * 0.25 + 0.6 * (0.49 - 0.25) + 0.4 * (1 - 0.49)
    assert one(scores, weights, Combination("owa", alpha=2)) == pytest.approx(owa, rel=1e-6)
    # order weights 0.5, 0.3, 0.2: Q runs through (1/3, 0.5), (2/3, 0.8), (1, 1)
    at_half, at_seven_tenths = 0.5 + 0.3 * 0.5, 0.8 + 0.2 * 0.1
    owa = 0.9 * at_half + 0.6 * (at_seven_tenths - at_half) + 0.4 * (1 - at_seven_tenths)
    given_order = Combination("owa", order_weights=(0.5, 0.3, 0.2))
    assert one(scores, weights, given_order) == pytest.approx(owa, rel=1e-6)
    both, some = 0.9 * 0.4 * 0.6, 1 - 0.1 * 0.6 * 0.4
    fuzzy = both**0.3 * some**0.7
    assert one(scores, [1, 1, 1], Combination("fuzzy_gamma", gamma=0.7)) == pytest.approx(
        fuzzy, rel=1e-6
    )
    assert one(scores, [1, 1, 1], Combination("fuzzy_gamma", gamma=0.0)) == pytest.approx(both)
    assert one(scores, [1, 1, 1], Combination("fuzzy_gamma", gamma=1.0)) == pytest.approx(some)


def test_extreme_quantifiers_are_the_sum_the_best_and_the_worst() -> None:
    scores = drawn_scores(1, 4, 300)
    weights = [0.1, 0.2, 0.3, 0.4]
    plain = combine_scores(scores, weights)
    np.testing.assert_allclose(combine_scores(scores, weights, Combination("owa", alpha=1)), plain,
                               atol=1e-6)  # fmt: skip
    worst = combine_scores(scores, weights, Combination("owa", alpha=500))
    best = combine_scores(scores, weights, Combination("owa", order_weights=(1.0,) + (0.0,) * 99))
    np.testing.assert_allclose(worst, scores.min(axis=0), atol=1e-6)
    assert (best >= combine_scores(scores, weights, Combination("owa", alpha=0.2)) - 1e-6).all()
    np.testing.assert_allclose(best, scores.max(axis=0), atol=1e-6)


def test_many_criteria_are_averaged_in_order_as_few_are() -> None:
    few = drawn_scores(2, 5, 200)
    weights = np.random.default_rng(3).random(5)
    for combination in (m for m in METHODS if m.method == "owa"):
        wanted = combine_scores(few, list(weights), combination)
        many = combine_scores(np.repeat(few, 4, axis=0), list(np.repeat(weights, 4)), combination)
        np.testing.assert_allclose(many, wanted, atol=2e-6)


def test_topsis_is_that_of_pymcdm() -> None:
    scores = np.random.default_rng(5).random((6, 500), dtype=np.float32)
    weights = np.array([0.3, 0.25, 0.15, 0.1, 0.1, 0.1])
    wanted = TOPSIS(normalization_function=vector_normalization)(
        scores.T.astype(float), weights, np.ones(6)
    )
    ours = combine_scores(scores, list(weights), Combination("topsis"))
    np.testing.assert_allclose(ours, wanted, atol=2e-7)
    gaps = np.concatenate([scores, np.full((6, 7), 1.0, np.float32)], axis=1)
    gaps[2, 500:] = np.nan
    np.testing.assert_array_equal(combine_scores(gaps, list(weights), Combination("topsis"))[:500],
                                  ours)  # fmt: skip


@pytest.mark.parametrize("combination", METHODS, ids=str)
def test_no_result_depends_on_threads_chunks_or_order_of_rows(combination: Combination) -> None:
    chance = np.random.default_rng(7)
    cells = FEW_CELLS + BLOCK // 2 + 1
    values = chance.uniform(-10, 110, (len(SHAPES), cells)).astype(np.float32)
    values[chance.random(values.shape) < 0.02] = np.nan
    values[1, :99] = np.inf
    failed = (chance.random(cells) < 0.1).astype(np.uint32)
    inside = chance.random(cells) < 0.9
    recipe = make_recipe(SHAPES, [3, 2, 1, 1, 0.5], Method(combination))
    whole = fused_scores(values, recipe, failed=failed, inside=inside, threads=1)
    shared = fused_scores(values, recipe, failed=failed, inside=inside, threads=3)
    np.testing.assert_array_equal(shared.score, whole.score)
    np.testing.assert_array_equal(shared.codes, whole.codes)
    np.testing.assert_array_equal(shared.limiting, whole.limiting)
    order = np.concatenate([np.arange(777, cells), np.arange(777)])
    turned = fused_scores(values[:, order], recipe, failed=failed[order], inside=inside[order])
    np.testing.assert_array_equal(turned.score, whole.score[order])
    cut = 12_345
    land = [(slice(0, cut)), (slice(cut, cells))]
    parts = [np.ascontiguousarray(values[:, s]) for s in land]
    if combination.method == "topsis":
        first, second = (
            topsis_sums(part, recipe, failed=failed[s], inside=inside[s])
            for part, s in zip(parts, land, strict=True)
        )
        assert first + second == second + first == topsis_sums(
            values, recipe, failed=failed, inside=inside
        )  # fmt: skip
        recipe = with_ideals(recipe, first + second)
    found = [
        fused_scores(part, recipe, failed=failed[s], inside=inside[s]).score
        for part, s in zip(parts, land, strict=True)
    ]
    np.testing.assert_array_equal(np.concatenate(found), whole.score)
    missing = np.isnan(values).any(axis=0) | ~inside
    np.testing.assert_array_equal(np.isnan(whole.score), missing | (failed > 0))
    assert (whole.codes[missing] == 0).all()
    assert (whole.codes[~missing & (failed > 0)] == 9).all()


@pytest.mark.parametrize("combination", METHODS, ids=str)
def test_scoring_first_gives_the_same_to_the_bit(combination: Combination) -> None:
    values = np.random.default_rng(8).uniform(-10, 110, (5, 3000)).astype(np.float32)
    scores = np.stack([s.score(v) for s, v in zip(SHAPES, values, strict=True)])
    weights = [3, 2, 1, 1, 0.5]
    at_once = fused_scores(values, make_recipe(SHAPES, weights, Method(combination)))
    np.testing.assert_array_equal(at_once.score, combine_scores(scores, weights, combination))
    bare = fused_scores(values, make_recipe(SHAPES, weights, Method(combination)), limiting=False)
    np.testing.assert_array_equal(bare.score, at_once.score)
    np.testing.assert_array_equal(bare.codes, at_once.codes)
    assert bare.limiting.size == 0


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.integers(1, 6), st.sampled_from(MONOTONE))
def test_a_better_criterion_never_lowers_a_score(
    seed: int, criteria: int, combination: Combination
) -> None:
    scores = drawn_scores(seed, criteria, 40)
    weights = list(np.random.default_rng(seed).random(criteria) + 0.01)
    plain = combine_scores(scores, weights, combination)
    better = scores.copy()
    row = seed % criteria
    better[row] = np.minimum(better[row] + 0.25, 1)
    assert (combine_scores(better, weights, combination) >= plain - 1e-6).all()
    assert ((plain >= 0) & (plain <= 1)).all()


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.integers(1, 5), st.sampled_from(SPLITTABLE))
def test_a_criterion_given_twice_at_half_its_weight_changes_nothing(
    seed: int, criteria: int, combination: Combination
) -> None:
    scores = drawn_scores(seed, criteria, 30)
    weights = np.random.default_rng(seed).random(criteria) + 0.01
    plain = combine_scores(scores, list(weights), combination)
    twice = np.concatenate([scores, scores[:1]])
    halved = [weights[0] / 2, *weights[1:], weights[0] / 2]
    found = combine_scores(twice, halved, combination)
    np.testing.assert_allclose(found, plain, atol=2e-6)


def test_a_criterion_of_no_weight_is_not_looked_at_nor_are_its_gaps() -> None:
    scores = drawn_scores(4, 3, 50)
    scores[1, ::2] = np.nan
    for combination in METHODS:
        found = combine_scores(scores, [0.5, 0.0, 0.5], combination)
        wanted = combine_scores(scores[[0, 2]], [0.5, 0.5], combination)
        np.testing.assert_array_equal(found, wanted)


def test_level_land_has_its_own_score_on_an_aspect() -> None:
    values = np.array([[-1, 180, 90, np.nan]], np.float32)
    facing = make_recipe([linear(180, 0)], [1], Method(level_scores=(0.75,)))
    np.testing.assert_allclose(fused_scores(values, facing).score, [0.75, 1, 0.5, np.nan])


def test_alike_land_is_halfway_between_ideal_and_worst() -> None:
    alike = np.full((3, 5), 0.5, np.float32)
    assert (combine_scores(alike, [1, 1, 1], Combination("topsis")) == 0.5).all()


@pytest.mark.parametrize("weights", [[1, np.nan], [1, -1], [0, 0], [np.inf, 1], [1]])
def test_bad_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(InvalidCriterionError):
        make_recipe(SHAPES[:2], weights, Method())
