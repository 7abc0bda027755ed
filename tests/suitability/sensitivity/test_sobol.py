"""Sobol indices beside known values and SALib."""

import numpy as np
import pytest
from SALib.analyze import sobol as salib_sobol

from gis_core.suitability.sensitivity import DrawSettings, find_influence, sobol_indices
from gis_core.suitability.sensitivity.draws import drawn_from, unit_sample
from gis_core.suitability.sensitivity.influence import zone_outputs
from gis_core.suitability.sensitivity.sobol import crossed_samples
from tests.suitability.sensitivity.land import LIMITS, WEIGHTS, some_cells

ISHIGAMI_FIRST, ISHIGAMI_TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)
MOVES = np.array([True, True, False])


def ishigami(sample: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * sample - 1)
    return (np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))[
        :, None
    ]


def by_salib(first: np.ndarray, second: np.ndarray, crossed: np.ndarray) -> dict:
    """SALib's indices of the same values: it wants A, the crossed ones and B row by row."""
    rows = np.stack((first, *crossed, second)).T.ravel()
    names = [f"x{k}" for k in range(len(crossed))]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0, 1]] * len(names)}
    return dict(salib_sobol.analyze(problem, rows, calc_second_order=False, seed=1))


def test_ishigami_is_as_published_and_as_salib_has_it() -> None:
    first, second, crossed = crossed_samples(
        unit_sample(4096, 6, method="sobol", seed=1), np.arange(3)
    )
    values = [ishigami(m) for m in (first, second, *crossed)]
    found = sobol_indices(values[0], values[1], np.stack(values[2:]))
    np.testing.assert_allclose(found.first[:, 0], ISHIGAMI_FIRST, atol=0.02)
    np.testing.assert_allclose(found.total[:, 0], ISHIGAMI_TOTAL, atol=0.02)
    theirs = by_salib(values[0][:, 0], values[1][:, 0], np.stack(values[2:])[:, :, 0])
    np.testing.assert_allclose(found.first[:, 0], theirs["S1"], atol=1e-9)
    np.testing.assert_allclose(found.total[:, 0], theirs["ST"], atol=1e-9)
    np.testing.assert_allclose(
        found.first_confidence[:, 0], theirs["S1_conf"], rtol=0.4, atol=0.002
    )
    np.testing.assert_allclose(
        found.total_confidence[:, 0], theirs["ST_conf"], rtol=0.4, atol=0.002
    )


def test_our_model_is_as_salib_has_it() -> None:
    """The same matrices, our model worked out by plain NumPy, SALib's estimators."""
    cells = some_cells(900, gaps=0.0)
    zones = np.sort(np.random.default_rng(4).integers(0, 3, 900))
    settings = DrawSettings(seed=5)
    found = find_influence(cells, WEIGHTS, zones=zones, good=LIMITS[1], settings=settings, rows=128)
    sample = unit_sample(128, 12, method="sobol", seed=5)
    for indices, groups in ((found.whole, np.tile(np.arange(3), 2)), (found.apart, np.arange(6))):
        outputs = []
        for matrix in (*(parts := crossed_samples(sample, groups))[:2], *parts[2]):
            drawn = drawn_from(matrix, WEIGHTS, MOVES, settings)
            scores = []
            for weights, picks in zip(drawn.weights, drawn.picks, strict=True):
                rows = [c.shifted(drawn.shares[p]) if c.moves else c.scores()
                        for c, p in zip(cells, picks, strict=True)]  # fmt: skip
                scores.append(weights.astype(np.float64) @ np.stack(rows))
            total = np.array(scores)
            outputs.append([(total + 1e-6 >= LIMITS[1]).mean(axis=1), total.mean(axis=1),
                            total[:, zones == 2].mean(axis=1)])  # fmt: skip
        for output, column in ((0, 0), (1, 3), (2, 5)):
            theirs = by_salib(outputs[0][output], outputs[1][output],
                              np.array([o[output] for o in outputs[2:]]))  # fmt: skip
            np.testing.assert_allclose(indices.first[:, column], theirs["S1"], atol=2e-3)
            np.testing.assert_allclose(indices.total[:, column], theirs["ST"], atol=2e-3)
    assert found.apart.total[5, 3] == pytest.approx(0.0, abs=1e-12)  # classes have no thresholds
    assert found.cells == (900, (zones == 1).sum(), (zones == 2).sum())
    assert found.evaluations == 128 * 11


def test_another_combination_gives_the_same_where_it_is_the_same() -> None:
    cells = some_cells(300, gaps=0.0)
    zones = np.zeros(300, int)
    drawn = drawn_from(unit_sample(32, 6, method="lhs", seed=2), WEIGHTS, MOVES, DrawSettings())
    fast = zone_outputs(cells, drawn, zones=zones, good=0.65)
    slow = zone_outputs(cells, drawn, zones=zones, good=0.65,
                        combine=lambda s, w: (w[:, None] * s).sum(axis=0))  # fmt: skip
    np.testing.assert_allclose(fast, slow, atol=2e-5)


def test_what_does_not_vary_has_no_indices() -> None:
    same = np.ones((8, 1))
    found = sobol_indices(same, same, np.ones((2, 8, 1)))
    assert np.isnan(found.first).all()
    assert np.isnan(found.total).all()


def test_rows_drawn_anew_that_are_all_alike_give_no_infinity() -> None:
    """One row of four differs: a third of the bootstrap's draws leave it out."""
    first, second = np.zeros((4, 1)), np.zeros((4, 1))
    second[2] = 1.0
    crossed = np.stack([second, first])
    found = sobol_indices(first, second, crossed)
    for values in (found.first_confidence, found.total_confidence):
        assert np.isfinite(values).all()
