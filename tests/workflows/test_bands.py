"""Files to a classed COG: the classes of the whole land, a sound file, nothing half-written."""

import json
from pathlib import Path
from typing import Any

import dask
import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from distributed import LocalCluster
from pyproj import CRS
from typer.testing import CliRunner

from gis_core.cli.main import app
from gis_core.errors import ClusterError, InvalidParameterError, NotFoundError
from gis_core.grid import Grid
from gis_core.store.raster_files import read_cog, write_cog
from gis_core.suitability.reader import load_model, model_from_values
from gis_core.suitability.run import run_suitability
from gis_core.workflows import on_cluster
from gis_core.workflows.bands import class_files

GRID = Grid(CRS(4546), 500_000.0, 4_000_000.0, 30.0, 1100, 1300)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """An elevation with gaps and a road, made to be read by tiles of 512."""
    row, col = np.mgrid[: GRID.height, : GRID.width]
    height = (900 + 300 * np.sin(row / 90) * np.cos(col / 120)).astype(np.float32)
    height[700:720, 100:140] = np.nan
    write_cog(GRID.wrap(height), tmp_path / "dem.tif")
    left, bottom, right, top = GRID.bounds
    road = gpd.GeoDataFrame(geometry=[shapely.LineString([(left, bottom), (right, top)])],
                            crs=GRID.crs).to_crs(4326)  # fmt: skip
    road.to_file(tmp_path / "road.gpkg")
    return {"elevation": tmp_path / "dem.tif", "road": tmp_path / "road.gpkg"}


def test_files_give_the_classes_of_the_whole(files: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "classes.tif"
    document = class_files("screening", files, out)
    layers: dict[str, Any] = {
        "elevation": read_cog(files["elevation"]), "road": gpd.read_file(files["road"])
    }  # fmt: skip
    whole = run_suitability(load_model("screening"), layers, grid=GRID)
    found = read_cog(out)
    np.testing.assert_array_equal(found.to_numpy(), whole.class_codes.to_numpy())
    for ours, theirs in zip(document["classes"], whole.classes, strict=True):
        assert ours["cells"] == theirs.cells
        assert ours["area_mu"] == pytest.approx(theirs.area_mu, rel=1e-6)
        assert ours["area_ha"] == pytest.approx(theirs.area_mu / 15, rel=1e-6)
    assert set(document["left_out"]) >= {"water_distance", "protected"}
    with rasterio.open(out) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (file.nodata, file.overviews(1)) == (0, [2, 4])
    assert {p.name for p in tmp_path.iterdir()} == {"classes.tif", "dem.tif", "road.gpkg"}


def test_the_command_says_what_it_made(files: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "classes.tif"
    given = [f"--layer={theme}={path}" for theme, path in files.items()]
    done = CliRunner().invoke(
        app, ["suitability", "files", "screening", *given, "--out", str(out), "--json"]
    )
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert sum(c["share"] for c in document["classes"]) == pytest.approx(1.0)
    assert [c["name"] for c in document["criteria"]] == ["slope", "road_access"]


def test_an_output_never_takes_the_place_of_an_input(files: dict[str, Path]) -> None:
    before = files["elevation"].read_bytes()
    with pytest.raises(InvalidParameterError, match="is one of the inputs"):
        class_files("screening", files, files["elevation"])
    assert files["elevation"].read_bytes() == before


def test_a_theme_is_given_once(files: dict[str, Path], tmp_path: Path) -> None:
    given = [f"--layer=elevation={files['elevation']}"] * 2
    out = ["--out", str(tmp_path / "o.tif")]
    done = CliRunner().invoke(app, ["suitability", "files", "screening", *given, *out])
    assert isinstance(done.exception, InvalidParameterError)
    assert "names 'elevation' twice" in done.exception.text.en


def local_cluster(workers: int) -> LocalCluster:
    return LocalCluster(n_workers=workers, threads_per_worker=1, processes=False, protocol="tcp",
                        host="127.0.0.1", dashboard_address=None)  # fmt: skip


def test_a_cluster_makes_the_same_file_to_the_byte(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, bottom, _, _ = GRID.bounds
    park = gpd.GeoDataFrame(geometry=[shapely.box(left, bottom, left + 15_000, bottom + 9_000)],
                            crs=GRID.crs).to_crs(4326)  # fmt: skip
    park.to_file(tmp_path / "park.gpkg")
    given = {**files, "protected": tmp_path / "park.gpkg"}
    here = class_files("screening", given, tmp_path / "here.tif")
    assert here["excluded_cells"] > 100_000
    options = [f"--layer={theme}={path}" for theme, path in given.items()]
    with local_cluster(2) as cluster:
        monkeypatch.setenv("UPLAND_DASK_SCHEDULER", cluster.scheduler_address)
        done = CliRunner().invoke(
            app,
            ["suitability", "files", "screening", *options, "--out", str(tmp_path / "there.tif"),
             "--json"],
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        there = json.loads(done.stdout)
        assert there["sha256"] == here["sha256"]
        for ours, theirs in zip(there["classes"], here["classes"], strict=True):
            assert ours["cells"] == theirs["cells"]
            assert ours["area_mu"] == pytest.approx(theirs["area_mu"], rel=1e-6)
    assert (tmp_path / "here.tif").read_bytes() == (tmp_path / "there.tif").read_bytes()


def test_a_cluster_that_is_not_there_is_said_and_leaves_no_file(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_cluster, "PATIENCE_S", 0.5)
    out = tmp_path / "classes.tif"
    for address in ("tcp://127.0.0.1:9", "nonsense://here"):
        with pytest.raises(ClusterError, match=f"'{address}', but no Dask scheduler answers"):
            class_files("screening", files, out, scheduler=address)
    with local_cluster(0) as idle, pytest.raises(ClusterError, match="has no worker"):
        class_files("screening", files, out, scheduler=idle.scheduler_address)
    assert {p.name for p in tmp_path.iterdir()} == {"dem.tif", "road.gpkg"}


def test_a_cluster_that_is_lost_is_said_and_leaves_no_file(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_cluster, "PATIENCE_S", 0.5)
    monkeypatch.setattr(on_cluster, "CHUNK", (64, 64))  # many are still to come
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), local_cluster(1) as cluster:

        def lose_it(share: float, _: object) -> None:
            if share < 0.5:
                cluster.close()

        with pytest.raises(ClusterError, match="was lost while it worked"):
            class_files("screening", files, tmp_path / "classes.tif", progress=lose_it,
                        scheduler=cluster.scheduler_address)  # fmt: skip
    assert {p.name for p in tmp_path.iterdir()} == {"dem.tif", "road.gpkg"}


def test_what_does_not_fit_is_refused_and_leaves_no_file(
    files: dict[str, Path], tmp_path: Path
) -> None:
    other = Grid(GRID.crs, GRID.min_x, GRID.max_y, 60.0, 10, 10)
    write_cog(other.wrap(np.zeros(other.shape, np.float32)), tmp_path / "other.tif")
    out = tmp_path / "classes.tif"
    with pytest.raises(InvalidParameterError, match="'other.tif' stands on another grid"):
        class_files("screening", {**files, "landcover": tmp_path / "other.tif"}, out)
    with pytest.raises(InvalidParameterError, match="needs a raster of 'elevation'|No raster"):
        class_files("screening", {"road": files["road"]}, out)
    with pytest.raises(NotFoundError, match="nowhere.tif cannot be read"):
        class_files("screening", {"elevation": tmp_path / "nowhere.tif"}, out)
    assert not out.exists()


def test_given_weights_stand_in_for_those_that_the_data_would_give(
    files: dict[str, Path], tmp_path: Path
) -> None:
    document = load_model("screening").document
    bare = [{k: v for k, v in c.items() if k != "weight"} for c in document["criteria"]]
    model = model_from_values({**document, "criteria": bare, "weighting": {"method": "entropy"}})
    with pytest.raises(InvalidParameterError):
        class_files(model, files, tmp_path / "none.tif")
    weights = {"slope": 3.0, "road_access": 1.0}
    found = class_files(model, files, tmp_path / "given.tif", weights=weights)
    assert [c["weight"] for c in found["criteria"]] == [0.75, 0.25]
    assert not (tmp_path / "none.tif").exists()
