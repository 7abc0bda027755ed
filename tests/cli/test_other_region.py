"""Another region than the demonstration's, from `init` to the map, by commands alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from gis_core.settings import Settings
from tests.conftest import Done

pytestmark = [pytest.mark.postgis, pytest.mark.shared_data]
MODEL = Path(__file__).parents[1] / "data" / "prairie.yaml"
MU_PER_CELL = 90 * 90 / 666.67


@pytest.fixture
def run(
    upland: Callable[..., Done], tmp_path: Path, database_url: str, shared_data: Path
) -> Callable[..., Any]:
    """Run a command with --json in a workspace of real hills without any administrative unit."""
    settings = Settings(home=tmp_path / "hills", database_url=database_url)

    def call(*arguments: str) -> Any:
        done = upland(*arguments, "--json", on=settings)
        assert (done.code, done.err) == (0, ""), done.err
        return json.loads(done.out)

    region = tmp_path / "region.yaml"
    region.write_text("name_en: Spearfish\nname_zh: 斯皮尔菲什\ncell_m: 90\n", "utf-8")
    call("init", "--region-file", str(region))
    given = shared_data / "spearfish"
    call("import", "raster", "elevation", str(given / "dem.tif"))
    call("import", "raster", "landcover", str(given / "landcover.tif"),
         "--classes", str(given / "landcover_classes.csv"))  # fmt: skip
    vectors = str(given / "spearfish_vectors.gpkg")
    for theme, layer in [("road", "roads"), ("river", "rivers"), ("town", "facilities"),
                         ("protected", "restricted_areas")]:  # fmt: skip
        call("import", "layer", theme, vectors, "--layer", layer)
    return call


def test_from_files_to_a_suitability_map(run: Callable[..., Any], tmp_path: Path) -> None:
    scored = run("suitability", "run", "screening")
    cells = sum(c["cells"] for c in scored["classes"])
    excluded = {e["rule"]: e["cells"] for e in scored["excluded"]}
    area_km2 = 467 * 633 * 30.016 * 29.979 / 1e6  # of the rasters, a hundredth of it no data
    assert 0.93 * area_km2 < (cells + sum(excluded.values())) * 0.0081 < 1.01 * area_km2
    assert 2000 < excluded["protected"] < 3000
    assert 0 < excluded["steep"] < 0.1 * cells
    for c in scored["classes"]:
        assert c["area_mu"] == pytest.approx(c["cells"] * MU_PER_CELL, rel=0.01)
    assert scored["grid"]["cell_m"] == 90
    page = tmp_path / "organic.html"
    run("map", "organic", "--out", str(page))
    text = page.read_text("utf-8")
    assert "Spearfish" in text
    assert "Extent of the data" in text  # no units were given, so no line is called a county's
    assert "Counties" not in text


def test_a_users_model_scores_the_classes_it_names(
    run: Callable[..., Any], shared_data: Path
) -> None:
    scored = run("suitability", "run", str(MODEL))
    weights = {c["name"]: c["weight"] for c in scored["criteria"]}
    assert weights == pytest.approx({"cover": 0.6, "slope": 0.4})
    assert {e["rule"] for e in scored["excluded"]} == {"urban"}
    with rasterio.open(shared_data / "spearfish" / "landcover.tif") as given:
        urban_mu = np.count_nonzero(given.read(1) == 2) * 30.016 * 29.979 / 666.67
    assert scored["excluded"][0]["area_mu"] == pytest.approx(urban_mu, rel=0.02)
    shares = {c["class"]: c["share"] for c in scored["classes"]}
    assert sum(shares.values()) == pytest.approx(1, abs=1e-3)
    assert 0.05 < shares["S1"] < 0.9  # grassland on gentle slopes
