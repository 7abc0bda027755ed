"""The shipped models: honest thresholds, the demonstration's classes, and sense on real ground."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rioxarray

from gis_core.grid import Grid
from gis_core.settings import Settings
from gis_core.sources.demo import cover
from gis_core.store.workspace import Workspace, open_workspace
from gis_core.suitability.membership import Categorical
from gis_core.suitability.model import NEARNESS, shipped_models
from gis_core.suitability.reader import load_model, model_from_values
from gis_core.suitability.run import Surroundings, run_suitability
from gis_core.suitability.spreads import ZEROS
from gis_core.workflows.layers import layers_for, legends_for
from gis_core.workflows.workspace import analysis_grid, county_units

WANTED = {
    "organic_base", "apple", "pear", "walnut", "jujube", "millet_minor_grains", "medicinal_herbs",
    "settlement_site", "household_biogas", "economic_forest", "grass_livestock", "screening",
}  # fmt: skip
EXACT = {"pH": 0.3, "°C": 1.0}  # what people mean by a pH or a mean temperature
DIRECTIONS = {  # what the works do: nobody makes a road further away
    ("elevation", "slope"): "lower", ("precipitation", "value"): "raise",
    ("soil_ph", "value"): "lower", ("soil_organic_matter", "value"): "raise",
    ("river", "distance"): "lower", ("road", "distance"): "lower",
}  # fmt: skip
ORDINARY = {"elevation", "landcover", "road", "river"}  # what any office has


def test_all_models_are_shipped() -> None:
    assert set(shipped_models()) == WANTED


@pytest.mark.parametrize("name", sorted(WANTED))
def test_every_threshold_says_unit_tag_and_source(name: str) -> None:
    model = load_model(name)
    assert model_from_values(model.document) == model
    assert model.thresholds()
    derived = {p.name: p.derive for p in (*model.criteria, *model.rules)}
    for threshold in model.thresholds():
        assert threshold.unit
        assert threshold.source.en
        at_zero = threshold.value in ZEROS.get(derived[threshold.part], ())
        assert (threshold.spread == 0) == (threshold.tag == "standard" or at_zero), threshold
        if threshold.unit in EXACT:
            assert threshold.spread == EXACT[threshold.unit]
    near = [p for p in (*model.criteria, *model.rules) if p.derive in NEARNESS]
    assert all(part.tag != "standard" for part in near)
    required = [p.layer for p in (*model.criteria, *model.rules) if not p.optional]
    assert set(required) <= {"elevation"}
    assert sum(c.weight for c in model.criteria) == pytest.approx(1)


@pytest.mark.parametrize("name", sorted(WANTED))
def test_models_name_the_classes_of_the_demonstration(name: str) -> None:
    model = load_model(name)
    classes = {legend.en for legend in cover.LEGEND.values()}
    uses = [c.membership for c in model.criteria if c.layer == "landcover"]
    taken = {name for r in model.rules if r.layer == "landcover" for name in r.classes}
    assert taken <= classes
    for use in uses:
        assert isinstance(use, Categorical)
        assert set(use.scores) == classes
        assert all(use.scores[name] < 0.2 for name in taken)


def test_improvements_can_lift_a_score() -> None:
    lifted = 0
    for name in sorted(WANTED):
        for criterion in load_model(name).criteria:
            if criterion.improvement is None or isinstance(criterion.membership, Categorical):
                continue
            best = criterion.membership.score(np.array([criterion.improvement.limit], np.float32))
            assert float(best[0]) >= 0.6, (name, criterion.name)
            assert criterion.improvement.tag == "planner"
            assert criterion.improvement.only == DIRECTIONS[criterion.layer, criterion.derive]
            lifted += 1
    assert lifted > 30


@pytest.fixture(scope="module")
def workspace(demonstration: Settings) -> Iterator[Workspace]:
    with open_workspace(demonstration) as opened:
        yield opened


@pytest.mark.postgis
@pytest.mark.parametrize("name", sorted(WANTED))
def test_models_make_sense_on_the_demonstration(workspace: Workspace, name: str) -> None:
    """Every layer is used, every class of land is told apart, and no model likes everything."""
    model = load_model(name)
    themes = model.themes()
    result = run_suitability(
        model, layers_for(workspace, themes), grid=analysis_grid(workspace),
        surroundings=Surroundings(legends=legends_for(workspace, themes),
                                  units=county_units(workspace)),
    )  # fmt: skip
    assert not [r for r in result.remarks if "left out" in r.reason.en]
    assert len(result.criteria) == len(model.criteria)
    scores = result.score.values[np.isfinite(result.score.values)]
    assert np.ptp(scores) > 0.25
    suited = {c.class_name: c.share for c in result.classes}
    assert suited["S1"] < 0.7, suited
    assert suited["S1"] + suited["S2"] > 0.02, suited
    if result.excluded:
        assert any(rule.cells for rule in result.excluded)


@pytest.fixture(scope="module")
def hills(shared_data: Path) -> dict[str, Any]:
    """The layers an ordinary office has of real hills elsewhere, with other classes."""
    given = shared_data / "spearfish"
    vectors = given / "spearfish_vectors.gpkg"
    rasters = {
        theme: rioxarray.open_rasterio(given / file, masked=True).squeeze("band", drop=True)
        for theme, file in (("elevation", "dem.tif"), ("landcover", "landcover.tif"))
    }
    lines = {t: gpd.read_file(vectors, layer=f"{t}s") for t in ("road", "river")}
    return {**rasters, **lines}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", sorted(WANTED))
def test_models_run_where_only_ordinary_layers_are(hills: dict[str, Any], name: str) -> None:
    assert set(hills) == ORDINARY
    model = load_model(name)
    extent = hills["road"]
    grid = Grid.over(extent, cell_m=300)
    result = run_suitability(model, hills, grid=grid)
    missing = {part.layer for part in (*model.criteria, *model.rules)} - ORDINARY
    said = " ".join(r.reason.en for r in result.remarks)
    assert all(f"'{theme}'" in said for theme in missing)
    assert sum(c.weight for c in result.criteria) == pytest.approx(1)
    assert np.isfinite(result.score.values).sum() > 0.3 * grid.width * grid.height
