"""A whole model on a local cluster gives what memory gives, to the bit, whatever the chunks."""

import itertools
from collections.abc import Iterator
from typing import Any

import dask.array as da
import numpy as np
import pytest
import shapely
from distributed import Client, LocalCluster

from gis_core.errors import InvalidModelError, InvalidParameterError, NotFoundError
from gis_core.grid import Grid
from gis_core.suitability.dask_land import LazyLayers, LazyRaster, lazy_suitability
from gis_core.suitability.reader import model_from_values
from gis_core.surfaces.inside import InsideStrips
from tests.suitability.hills import (
    GRID,
    RASTERS,
    criterion,
    in_memory,
    made_land,
    made_model,
    strips,
)

CHUNKS = {"weighted_sum": [(61, 83), (17, 29), ((30, 1, 30), (2, 80, 1))], "topsis": [(23, 40)]}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, protocol="tcp",
                     host="127.0.0.1", dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        yield client


@pytest.fixture(scope="module")
def land() -> dict[str, Any]:
    return made_land()


def rasters(land: dict[str, Any], chunks: Any) -> dict[str, LazyRaster]:
    return {theme: da.from_array(land[theme], chunks=chunks) for theme in RASTERS}


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
            for theme in RASTERS}  # fmt: skip
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


def test_what_does_not_fit_is_refused(land: dict[str, Any]) -> None:
    model, weights = made_model(), {"height": 1.0}
    with pytest.raises(NotFoundError, match="'taken' of model 'hills' needs the layer 'cover'"):
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
