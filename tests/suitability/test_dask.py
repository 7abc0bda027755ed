"""The pass over Dask arrays on a local cluster: equal to that in memory, whatever the chunks."""

from collections.abc import Iterator

import dask.array as da
import numpy as np
import pytest
from distributed import Client, LocalCluster

from gis_core.suitability.dask_arrays import lazy_scores
from gis_core.suitability.kernel.fused import Method, fused_scores, make_recipe
from gis_core.suitability.membership import linear, near, trapezoid
from gis_core.suitability.model import Combination

SHAPES = (linear(80, 10), trapezoid(0, 20, 60, 100), near(40, 20))


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False,
                     dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        yield client


@pytest.mark.parametrize("method", ["weighted_sum", "topsis", "owa"])
def test_any_chunks_give_what_memory_gives_to_the_bit(client: Client, method: str) -> None:
    chance = np.random.default_rng(1)
    values = chance.uniform(-10, 110, (3, 60, 80)).astype(np.float32)
    values[chance.random(values.shape) < 0.05] = np.nan
    failed = (chance.random((60, 80)) < 0.2).astype(np.uint32)
    inside = chance.random((60, 80)) < 0.9
    recipe = make_recipe(
        SHAPES, [3, 2, 1], Method(Combination(method, alpha=2.0))  # type: ignore[arg-type]
    )  # fmt: skip
    wanted = fused_scores(values.reshape(3, -1), recipe, failed=failed.ravel(),
                          inside=inside.ravel())  # fmt: skip
    for chunks in ((60, 80), (17, 29)):
        layers = [da.from_array(v, chunks=chunks) for v in values]
        scored = lazy_scores(
            layers, recipe, failed=da.from_array(failed, chunks=(60, 40)),
            inside=da.from_array(inside, chunks=chunks),
        ).compute()  # fmt: skip
        np.testing.assert_array_equal(scored["score"].ravel(), wanted.score)
        np.testing.assert_array_equal(scored["code"].ravel(), wanted.codes)
        np.testing.assert_array_equal(scored["limiting"].ravel(), wanted.limiting)
