"""Bands of rows give what the whole gives."""

import numpy as np
import pytest

from gis_core.errors import InvalidParameterError
from gis_core.suitability.bands import Land, everywhere, score_bands
from gis_core.suitability.kernel.fused import CellScores, Method, fused_scores, make_recipe
from gis_core.suitability.membership import linear, near, trapezoid
from gis_core.suitability.model import Combination

SHAPES = (linear(80, 10), trapezoid(0, 20, 60, 100), near(40, 20))


class Rows:
    """Rows of an array."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    @property
    def shape(self) -> tuple[int, int]:
        height, width = self.values.shape
        return height, width

    def read_rows(self, start: int, out: np.ndarray) -> None:
        out[:] = self.values[start : start + out.shape[0]]


@pytest.mark.parametrize("method", ["weighted_sum", "topsis"])
def test_bands_of_any_height_give_the_same_to_the_bit(method: str) -> None:
    chance = np.random.default_rng(1)
    values = chance.uniform(-10, 110, (3, 70, 33)).astype(np.float32)
    values[chance.random(values.shape) < 0.05] = np.nan
    failed = (chance.random((70, 33)) < 0.2).astype(np.uint32)
    recipe = make_recipe(SHAPES, [3, 2, 1], Method(Combination(method)))  # type: ignore[arg-type]
    wanted = fused_scores(values.reshape(3, -1), recipe, failed=failed.ravel())
    for rows in (1, 16, 69, 500):
        score, codes = np.zeros((70, 33), np.float32), np.zeros((70, 33), np.uint8)

        def keep(start: int, part: CellScores, score=score, codes=codes) -> None:  # type: ignore[no-untyped-def]
            end = start + part.score.shape[0]
            score[start:end], codes[start:end] = part.score, part.codes

        score_bands([Rows(v) for v in values], recipe, keep, band_rows=rows,
                    land_of=lambda start, end: Land(failed=failed[start:end]))  # fmt: skip
        np.testing.assert_array_equal(score.ravel(), wanted.score)
        np.testing.assert_array_equal(codes.ravel(), wanted.codes)


def test_rasters_of_different_shapes_are_refused() -> None:
    sources = [Rows(np.zeros((3, 4))), Rows(np.zeros((4, 3)))]
    recipe = make_recipe(SHAPES[:2], [1, 1], Method())
    with pytest.raises(InvalidParameterError, match="3 × 4, 4 × 3"):
        score_bands(sources, recipe, lambda start, part: None)
    assert everywhere(0, 1) == Land()
