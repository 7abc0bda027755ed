"""Windows of bands give every cell the class that the whole gives it."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gis_core.errors import InvalidModelError
from gis_core.grid import Grid
from gis_core.suitability import bands
from gis_core.suitability.bands import ArrayWindows, BandLayers, classes_in_bands
from gis_core.suitability.model import SuitabilityModel
from gis_core.suitability.reader import model_from_values
from gis_core.suitability.run import Surroundings, run_suitability
from gis_core.surfaces.distance import DistanceStrips
from gis_core.text import Text

GRID = Grid(CRS(4546), 500_000.0, 4_000_000.0, 100.0, 150, 90)
WORD = {"en": "made up", "zh": "虚构"}


def part(name: str, layer: str, **more: Any) -> dict[str, Any]:
    unit = "°" if more.get("derive") in ("slope", "aspect") else "m"
    return {"name": name, "title": WORD, "layer": layer, "unit": unit, "tag": "planner",
            "source": WORD, **more}  # fmt: skip


def criterion(name: str, layer: str, points: list[list[float]], **more: Any) -> dict[str, Any]:
    shape = {"kind": "piecewise", "points": points}
    return part(name, layer, membership=shape, weight=len(name), **more)


def made_model(method: str = "weighted_sum") -> SuitabilityModel:
    return model_from_values({
        "name": "bands", "title": WORD, "combination": {"method": method},
        "criteria": [
            criterion("slope", "elevation", [[0, 1], [5, 0.6], [20, 0]], derive="slope"),
            criterion("faces", "elevation", [[0, 0], [180, 1], [360, 0]], derive="aspect",
                      flat=0.7),
            criterion("rough", "elevation", [[0, 1], [40, 0]], derive="ruggedness"),
            criterion("around", "elevation", [[900, 1], [1100, 0]], derive="focal_mean",
                      radius_m=450),
            criterion("height", "elevation", [[800, 0], [1000, 1], [1200, 0]]),
            criterion("road", "road", [[0, 0], [3000, 1]], derive="distance"),
            part("cover", "cover", weight=2,
                 membership={"kind": "categorical", "classes": {"field": 1, "3": 0.4}}),
        ],
        "rules": [
            part("steep", "elevation", derive="slope", exclude={"above": 18}),
            part("taken", "cover", exclude={"classes": ["lake"]}),
            part("near", "road", exclude={"within_m": 250}),
        ],
    })  # fmt: skip


def made_land(seed: int = 4) -> tuple[dict[str, NDArray[np.float32]], gpd.GeoDataFrame]:
    chance = np.random.default_rng(seed)
    row, col = np.mgrid[: GRID.height, : GRID.width]
    height = 1000 + 150 * np.sin(row / 9) * np.cos(col / 7) + chance.uniform(0, 6, row.shape)
    height[40:60, 20:50] = 980.0  # level land, which faces nowhere
    height[chance.random(row.shape) < 0.01] = np.nan
    cover = chance.integers(1, 5, row.shape).astype(np.float32)
    cover[120, 3] = np.nan
    left, bottom, right, top = GRID.bounds
    road = shapely.LineString([(left - 900, bottom + 700), (right, top - 4000)])
    return (
        {"elevation": height.astype(np.float32), "cover": cover},
        gpd.GeoDataFrame(geometry=[road], crs=GRID.crs),
    )


def by_bands(model: SuitabilityModel, weights: dict[str, float], legend: Any) -> NDArray[np.uint8]:
    rasters, road = made_land()
    out = np.full(GRID.shape, 99, np.uint8)

    def write(row: int, col: int, codes: NDArray[np.uint8]) -> None:
        out[row : row + codes.shape[0], col : col + codes.shape[1]] = codes

    layers = BandLayers(
        {theme: ArrayWindows(values) for theme, values in rasters.items()},
        {"road": DistanceStrips(road, GRID, reach_m=3000.0)}, {"cover": legend},
    )  # fmt: skip
    totals = classes_in_bands(model, layers, grid=GRID, weights=weights, write=write)
    assert totals.cells.tolist() == np.bincount(out.ravel(), minlength=10).tolist()
    assert totals.area_m2.sum() == pytest.approx(GRID.width * GRID.height * 1e4, rel=1e-3)
    return out


@pytest.mark.parametrize("method", ["weighted_sum", "limiting_factor", "topsis"])
@pytest.mark.parametrize("tile", [1, 7, 64])
def test_windows_give_the_classes_of_the_whole(
    tile: int, method: str, monkeypatch: pytest.MonkeyPatch, legend: Any
) -> None:
    model = made_model(method)
    rasters, road = made_land()
    layers = {theme: GRID.wrap(values, name=theme) for theme, values in rasters.items()}
    whole = run_suitability(
        model, {**layers, "road": road}, grid=GRID, surroundings=surroundings(legend)
    )
    monkeypatch.setattr(bands, "TILE", tile)
    monkeypatch.setattr(bands, "WINDOW_BYTES", 4 * 7 * tile * tile)
    weights = {use.name: use.weight for use in whole.criteria}
    found = by_bands(model, weights, legend)
    np.testing.assert_array_equal(found, whole.class_codes.to_numpy())
    assert len(np.unique(found)) >= 4


def surroundings(legend: Any) -> Any:
    return Surroundings(legends={"cover": legend})


@pytest.fixture
def legend() -> Any:
    return {1: Text("field", "耕地"), 2: Text("wood", "林地"), 4: Text("lake", "湖泊")}


def test_what_needs_the_whole_land_is_refused() -> None:
    model = model_from_values({
        "name": "wet", "title": WORD,
        "criteria": [criterion("wet", "elevation", [[5, 0], [12, 1]], derive="wetness")],
    })  # fmt: skip
    rasters, _ = made_land()
    layers = BandLayers({"elevation": ArrayWindows(rasters["elevation"])})
    with pytest.raises(InvalidModelError, match="wetness of 'elevation'.*whole land at once"):
        classes_in_bands(model, layers, grid=GRID, weights={"wet": 1.0}, write=lambda *_: None)
