"""The whole chain on real hills: model, map, sensitivity, five bases, explanation, counties."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gis_core.region import Region
from gis_core.settings import Settings
from gis_core.store.workspace import Workspace
from gis_core.workflows.imports import (
    FieldNames,
    RasterSource,
    VectorSource,
    import_boundaries,
    import_layer,
    import_raster,
)
from tests.conftest import Done

pytestmark = [pytest.mark.postgis, pytest.mark.shared_data]
CELL_M = 200
AREAS = ("s1_area_mu", "s2_area_mu", "s3_area_mu", "n1_area_mu", "n2_area_mu")
BASES = ("bases", "select", "--count", "5", "--per-county", "0:2", "--spacing-m", "2000",
         "--max-area-mu", "9000", "--apart", "--alternatives", "0")  # fmt: skip


@pytest.fixture
def hills(workspace: Workspace, shared_data: Path) -> Settings:
    """A workspace of the hills, their three zones taken for counties."""
    given = shared_data / "spearfish"
    vectors = given / "spearfish_vectors.gpkg"
    workspace.save_region(Region(name_en="Spearfish", name_zh="斯皮尔菲什", cell_m=CELL_M))
    import_boundaries(workspace, vectors, fields=FieldNames("id", "zone", layer="zones"))
    import_raster(workspace, "elevation", RasterSource(given / "dem.tif"))
    for theme, layer in [("road", "roads"), ("river", "rivers"), ("town", "facilities"),
                         ("protected", "restricted_areas")]:  # fmt: skip
        import_layer(workspace, theme, VectorSource(vectors, layer))
    return workspace.settings


def test_from_the_model_to_the_county_outlines(
    hills: Settings, upland: Callable[..., Done], tmp_path: Path
) -> None:
    def told(*arguments: str) -> Any:
        done = upland(*arguments, "--json", on=hills)
        assert (done.code, done.err) == (0, ""), done.err
        return json.loads(done.out)

    scored = told("suitability", "run", "screening")
    first = told(*BASES)
    assert {b["selection_frequency"] for b in first["bases"]} == {None}  # not known yet
    tested = told("suitability", "sensitivity", "--draws", "64")
    chosen = told("bases", "show")
    again = told(*BASES)  # the same choice anew: what was found of it holds
    outlines = told("suitability", "counties")

    assert chosen["run_id"] == first["run_id"]
    shares = [b["selection_frequency"] for b in chosen["bases"]]
    assert shares == [b["selection_frequency"] for b in tested["bases"]]
    assert shares == [b["selection_frequency"] for b in again["bases"]]
    assert all(0 < share <= 1 for share in shares)
    assert (first["status"], len(first["bases"])) == ("optimal", 5)
    assert first["gap"] == 0
    for by_class in tested["classes"]:
        run_area = next(c["area_mu"] for c in scored["classes"] if c["class"] == by_class["class"])
        assert by_class["area_mu"] == pytest.approx(run_area, rel=1e-3, abs=1)
    figures_agree(scored, outlines, chosen)

    base = chosen["bases"][0]
    there = told("suitability", "explain", "--at", f"{base['lon']},{base['lat']}")
    assert there["score"] == pytest.approx(sum(p["contribution"] for p in there["contributions"]))
    assert there["score"] >= 0.5  # no candidate takes lower land
    for lang, words in [("en", "Probability of S1"), ("zh", "属于 S1 的概率")]:
        told("map", "organic", "--out", str(tmp_path / "m.html"), "--lang", lang)
        page = (tmp_path / "m.html").read_text("utf-8")
        assert words in page
        assert base["id"] in page


def figures_agree(scored: Any, outlines: Any, chosen: Any) -> None:
    """Hold the run's areas, the counties' and those of the bases to one another."""
    counties, total = outlines["counties"], outlines["total"]
    assert len(counties) == 3
    for key, by_class in zip(AREAS, scored["classes"], strict=True):
        assert total[key] == pytest.approx(sum(c[key] for c in counties), abs=1)
        assert total[key] == pytest.approx(by_class["area_mu"], rel=0.01, abs=50)
    for row in [*counties, total]:
        parts = sum(row[key] for key in (*AREAS, "excluded_area_mu", "no_data_area_mu"))
        assert parts == pytest.approx(row["area_mu"], rel=1e-6)
        assert row["area_ha"] == pytest.approx(row["area_mu"] / 15)
    of_bases = [b["id"] for county in counties for b in county["bases"]]
    assert sorted(of_bases) == sorted(b["id"] for b in chosen["bases"])
