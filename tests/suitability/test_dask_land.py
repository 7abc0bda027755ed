"""A whole model on a local cluster gives what memory gives, to the bit, whatever the chunks."""

import itertools
from collections.abc import Iterator
from typing import Any

import dask.array as da
import geopandas as gpd
import numpy as np
import pytest
import shapely
from distributed import Client, LocalCluster
from numpy.typing import NDArray
from pyproj import CRS

from gis_core.errors import InvalidModelError, InvalidParameterError, NotFoundError
from gis_core.grid import Grid
from gis_core.suitability import bands
from gis_core.suitability.bands import ArrayWindows, BandLayers, classes_in_bands
from gis_core.suitability.dask_land import LazyLayers, LazyRaster, lazy_suitability
from gis_core.suitability.model import SuitabilityModel
from gis_core.suitability.reader import model_from_values
from gis_core.suitability.result import SuitabilityResult
from gis_core.suitability.run import Surroundings, run_suitability
from gis_core.surfaces.distance import DistanceStrips
from gis_core.surfaces.inside import InsideStrips
from gis_core.text import Text

GRID = Grid(CRS(4546), 500_000.0, 4_000_000.0, 100.0, 61, 83)
WORD = {"en": "made up", "zh": "虚构"}
LEGEND = {1: Text("field", "耕地"), 2: Text("wood", "林地"), 4: Text("lake", "湖泊")}
CHUNKS = {"weighted_sum": [(61, 83), (17, 29), ((30, 1, 30), (2, 80, 1))], "topsis": [(23, 40)]}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, protocol="tcp",
                     host="127.0.0.1", dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        yield client


def part(name: str, layer: str, derive: str = "value", **more: Any) -> dict[str, Any]:
    unit = "°" if derive in ("slope", "aspect") else "m"
    return {"name": name, "title": WORD, "layer": layer, "unit": unit, "tag": "planner",
            "derive": derive, "source": WORD, **more}  # fmt: skip


def criterion(name: str, derive: str, points: list[list[float]], **more: Any) -> dict[str, Any]:
    shape = {"kind": "piecewise", "points": points}
    layer = "road" if derive == "distance" else "elevation"
    return part(name, layer, derive, membership=shape, **{"weight": len(name), **more})


def made_model(method: str = "weighted_sum", **more: Any) -> SuitabilityModel:
    return model_from_values({
        "name": "dask", "title": WORD, "combination": {"method": method},
        "criteria": [
            criterion("slope", "slope", [[0, 1], [5, 0.6], [20, 0]]),
            criterion("idle", "value", [[0, 1], [1, 0]], weight=0),
            criterion("faces", "aspect", [[0, 0], [180, 1], [360, 0]], flat=0.7),
            criterion("rough", "ruggedness", [[0, 1], [40, 0]]),
            criterion("around", "focal_mean", [[900, 1], [1100, 0]], radius_m=750),
            criterion("height", "value", [[800, 0], [1000, 1], [1200, 0]]),
            criterion("road", "distance", [[0, 0], [3000, 1]]),
            part("cover", "cover", weight=2,
                 membership={"kind": "categorical", "classes": {"field": 1, "3": 0.4}}),
        ],
        "rules": [
            part("steep", "elevation", "slope", exclude={"above": 24}),
            part("north", "elevation", "aspect", exclude={"below": 12}),
            part("low", "elevation", exclude={"below": 860}),
            part("taken", "cover", exclude={"classes": ["lake"]}),
            part("near", "road", "distance", exclude={"within_m": 250}),
            part("park", "park", exclude={"inside": True}),
        ], **more,
    })  # fmt: skip


@pytest.fixture(scope="module")
def land() -> dict[str, Any]:
    """Hills with level land and gaps, classes, a road and areas whose edges cut cell centres."""
    chance = np.random.default_rng(4)
    row, col = np.mgrid[: GRID.height, : GRID.width]
    height = 1000 + 150 * np.sin(row / 9) * np.cos(col / 7) + chance.uniform(0, 6, row.shape)
    height[20:40, 20:50] = 980.0  # level land, which faces nowhere
    height[chance.random(row.shape) < 0.01] = np.nan
    cover = chance.integers(1, 5, row.shape).astype(np.float32)
    cover[50, 3] = np.nan
    left, bottom, right, top = GRID.bounds
    road = shapely.LineString([(left - 900, bottom + 700), (right, top - 4000)])
    parks = [shapely.box(left + 1050, top - 2050, left + 2050, top - 1050),
             shapely.Point(left + 5000, bottom + 2000).buffer(700)]  # fmt: skip
    return {
        "elevation": height.astype(np.float32), "cover": cover,
        "road": gpd.GeoDataFrame(geometry=[road], crs=GRID.crs),
        "park": gpd.GeoDataFrame(geometry=parks, crs=GRID.crs),
    }  # fmt: skip


def in_memory(model: SuitabilityModel, land: dict[str, Any]) -> SuitabilityResult:
    layers = {theme: GRID.wrap(values, name=theme) if isinstance(values, np.ndarray) else values
              for theme, values in land.items()}  # fmt: skip
    return run_suitability(model, layers, grid=GRID,
                           surroundings=Surroundings(legends={"cover": LEGEND}))  # fmt: skip


def strips(land: dict[str, Any]) -> dict[str, Any]:
    return {
        "distances": {"road": DistanceStrips(land["road"], GRID, reach_m=3000.0)},
        "areas": {"park": InsideStrips(land["park"], GRID)}, "legends": {"cover": LEGEND},
    }  # fmt: skip


def rasters(land: dict[str, Any], chunks: Any) -> dict[str, LazyRaster]:
    return {theme: da.from_array(land[theme], chunks=chunks) for theme in ("elevation", "cover")}


def test_the_whole_model_agrees_to_the_bit_in_any_chunks(
    client: Client, land: dict[str, Any]
) -> None:
    for method, cuts in CHUNKS.items():
        model = made_model(method)
        whole = in_memory(model, land)
        weights = {use.name: use.weight for use in whole.criteria}
        assert weights["idle"] == 0
        assert len(np.unique(whole.class_codes)) >= 4
        failed = np.bitwise_or.reduce(whole.failed_rules.to_numpy(), axis=None)
        assert failed == 0b111111  # each rule excludes some cell
        for chunks in cuts:
            lazy = LazyLayers(rasters(land, chunks), **strips(land))
            scored = lazy_suitability(model, lazy, grid=GRID, weights=weights).compute()
            np.testing.assert_array_equal(scored["score"], whole.score)
            np.testing.assert_array_equal(scored["code"], whole.class_codes)
            np.testing.assert_array_equal(scored["limiting"], whole.limiting)


def test_arrays_with_coordinates_and_futures_of_strips_are_taken(
    client: Client, land: dict[str, Any]
) -> None:
    model = made_model()
    whole = in_memory(model, land)
    weights = {use.name: use.weight for use in whole.criteria}
    lazy = {theme: GRID.wrap(land[theme], name=theme).chunk({"y": 20, "x": 31})
            for theme in ("elevation", "cover")}  # fmt: skip
    sent = {kind: client.scatter(held) if kind != "legends" else held
            for kind, held in strips(land).items()}  # fmt: skip
    scored = lazy_suitability(
        model, LazyLayers(lazy, **sent), grid=GRID, weights=weights, limiting=False
    )
    assert scored.chunks == ((20, 20, 20, 1), (31, 31, 21))
    found = scored.compute()
    np.testing.assert_array_equal(found["score"], whole.score)
    np.testing.assert_array_equal(found["code"], whole.class_codes)
    assert not found["limiting"].any()


def test_bands_agree_on_level_land_and_inside_of_areas(
    land: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = made_model()
    whole = in_memory(model, land)
    out = np.full(GRID.shape, 99, np.uint8)

    def write(row: int, col: int, codes: NDArray[np.uint8]) -> None:
        out[row : row + codes.shape[0], col : col + codes.shape[1]] = codes

    monkeypatch.setattr(bands, "TILE", 16)
    monkeypatch.setattr(bands, "WINDOW_BYTES", 4 * 7 * 16 * 16)
    layers = BandLayers({t: ArrayWindows(land[t]) for t in ("elevation", "cover")}, **strips(land))
    classes_in_bands(model, layers, grid=GRID, write=write,
                     weights={use.name: use.weight for use in whole.criteria})  # fmt: skip
    np.testing.assert_array_equal(out, whole.class_codes)


def test_what_does_not_fit_is_refused(land: dict[str, Any]) -> None:
    model, weights = made_model(), {"height": 1.0}
    with pytest.raises(NotFoundError, match="'taken' of model 'dask' needs the layer 'cover'"):
        lazy_suitability(model, LazyLayers({"elevation": da.zeros(GRID.shape)}, **strips(land)),
                         grid=GRID, weights=weights)  # fmt: skip
    short = {**rasters(land, (20, 20)), "cover": da.zeros((5, 83))}
    with pytest.raises(InvalidParameterError, match="'cover' has .5, 83. cells"):
        lazy_suitability(model, LazyLayers(short, **strips(land)), grid=GRID, weights=weights)
    wet = made_model(rules=[])
    wet = model_from_values({
        **wet.document,
        "criteria": [criterion("wet", "wetness", [[5, 0], [12, 1]])], "rules": [],
    })  # fmt: skip
    with pytest.raises(InvalidModelError, match="wetness of 'elevation'.*whole land at once"):
        lazy_suitability(wet, LazyLayers(rasters(land, (20, 20))), grid=GRID, weights={"wet": 1.0})


def test_areas_are_the_same_in_any_rows(land: dict[str, Any]) -> None:
    high = Grid(GRID.crs, GRID.min_x, GRID.max_y, 20.0, 700, 300)
    areas = InsideStrips(land["park"], high)
    whole = areas.rows(0, 700)
    cuts = [0, 1, 255, 256, 300, 699, 700]
    found = np.vstack([areas.rows(*rows) for rows in itertools.pairwise(cuts)])
    np.testing.assert_array_equal(found, whole)
    x, y = np.meshgrid(high.min_x + (np.arange(300) + 0.5) * 20.0,
                       high.max_y - (np.arange(700) + 0.5) * 20.0)  # fmt: skip
    parks = land["park"].union_all()
    wanted = shapely.contains_xy(parks, x, y)
    assert wanted.sum() > 1000
    on_edge = shapely.dwithin(parks.boundary, shapely.points(x, y), 0.01)
    assert on_edge.any()  # either side is right there, but always the same
    np.testing.assert_array_equal(found[~on_edge], wanted[~on_edge])
