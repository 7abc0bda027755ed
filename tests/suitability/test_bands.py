"""Windows of bands give every cell the class that the whole gives it."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from gis_core.errors import InvalidModelError
from gis_core.suitability import bands
from gis_core.suitability.bands import BandLayers, classes_in_bands
from gis_core.suitability.reader import model_from_values
from tests.suitability.hills import (
    GRID,
    RASTERS,
    WORD,
    criterion,
    in_memory,
    made_land,
    made_model,
    strips,
)


@dataclass(frozen=True)
class ArrayWindows:
    """A raster in memory, given window by window as a file would."""

    values: NDArray[np.float32]

    def read(self, row: int, col: int, out: NDArray[np.float32]) -> None:
        out[:] = self.values[row : row + out.shape[0], col : col + out.shape[1]]


@pytest.mark.parametrize("method", ["weighted_sum", "limiting_factor", "topsis"])
@pytest.mark.parametrize("tile", [1, 7, 16, 64])
def test_windows_give_the_classes_of_the_whole(
    tile: int, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, land = made_model(method), made_land()
    whole = in_memory(model, land)
    monkeypatch.setattr(bands, "TILE", tile)
    monkeypatch.setattr(bands, "WINDOW_BYTES", 4 * 7 * tile * tile)
    out = np.full(GRID.shape, 99, np.uint8)

    def write(row: int, col: int, codes: NDArray[np.uint8]) -> None:
        out[row : row + codes.shape[0], col : col + codes.shape[1]] = codes

    layers = BandLayers({theme: ArrayWindows(land[theme]) for theme in RASTERS}, **strips(land))
    totals = classes_in_bands(model, layers, grid=GRID, write=write,
                              weights={use.name: use.weight for use in whole.criteria})  # fmt: skip
    np.testing.assert_array_equal(out, whole.class_codes.to_numpy())
    assert len(np.unique(out)) >= 4
    assert totals.cells.tolist() == np.bincount(out.ravel(), minlength=10).tolist()
    assert totals.area_m2.sum() == pytest.approx(GRID.width * GRID.height * 1e4, rel=1e-3)


def test_what_needs_the_whole_land_is_refused() -> None:
    model = model_from_values({
        "name": "wet", "title": WORD,
        "criteria": [criterion("wet", "wetness", [[5, 0], [12, 1]])],
    })  # fmt: skip
    layers = BandLayers({"elevation": ArrayWindows(made_land()["elevation"])})
    with pytest.raises(InvalidModelError, match="wetness of 'elevation'.*whole land at once"):
        classes_in_bands(model, layers, grid=GRID, weights={"wet": 1.0}, write=lambda *_: None)
