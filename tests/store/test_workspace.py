"""Layers, region and runs: what goes in comes out, whole or not at all."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely
import xarray as xr
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from geoalchemy2 import alembic_helpers
from geopandas.testing import assert_geodataframe_equal
from pyproj import CRS
from sqlalchemy import inspect

from gis_core.errors import (
    DatabaseError,
    InvalidLayerError,
    MissingCrsError,
    NotComputedError,
    NotFoundError,
    StorageError,
)
from gis_core.grid import Grid
from gis_core.layers import CheckedFrame, CheckedRaster, LayerInfo
from gis_core.provenance import Provenance
from gis_core.region import Bracket, Region
from gis_core.remarks import Remark
from gis_core.settings import Settings
from gis_core.store import bulk, frames, schema
from gis_core.store.cluster import PrivateCluster
from gis_core.store.tables import metadata
from gis_core.store.workspace import Workspace, open_workspace
from gis_core.text import Text

pytestmark = pytest.mark.postgis


def villages(number: int, *, first: int = 0) -> CheckedFrame:
    ids = np.arange(first, first + number)
    frame = gpd.GeoDataFrame(
        {
            "village_id": [f"V{i}" for i in ids], "name": [f"东沟{i}" for i in ids],
            "township": "城关镇", "county_code": "000001", "people": ids % 300,
            "households": ids % 80, "place_precision": "point",
            "extra": [{"water": "piped", "slope_deg": float(i)} for i in ids],
        },
        geometry=gpd.points_from_xy(111 + ids / 1000, 36 + ids / 2000), crs=4326,
    )  # fmt: skip
    frame.loc[0, "geometry"] = None
    remark = Remark("a.xlsx", "mended", Text("why", "因"), Text("cure", "法"), row=3, value="1 2")
    return CheckedFrame(LayerInfo("villages", "villages", "a.xlsx", "0a", remarks=(remark,)), frame)


def units(*codes: str) -> CheckedFrame:
    boxes = [shapely.MultiPolygon([shapely.box(i, 0, i + 1, 1)]) for i in range(len(codes))]
    frame = gpd.GeoDataFrame(
        {"code": codes, "level": "county", "parent_code": "", "name_zh": "甲县", "name_en": "Jia"},
        geometry=boxes, crs=4326,
    )  # fmt: skip
    return CheckedFrame(LayerInfo("county", "boundaries", "b.geojson", "0b"), frame)


def elevation(dtype: str = "float32") -> CheckedRaster:
    grid = Grid.covering((0, 0, 6000, 4000), crs=CRS.from_epsg(4546), cell_m=10)
    values = np.random.default_rng(1).uniform(0, 200, grid.shape).astype(dtype)
    if dtype == "float32":
        values[0, :5] = np.nan
    legend = {1: Text("forest", "林地")} if dtype == "uint8" else {}
    return CheckedRaster(LayerInfo("elevation", "raster", "d.tif", "0c"), grid.wrap(values), legend)


def test_villages_come_back_as_they_went_in(workspace: Workspace) -> None:
    given = villages(500)
    record = workspace.add_villages(given)
    assert record.info == given.info
    assert workspace.layer("villages") == record
    found = workspace.villages()
    assert found.loc[0, "geometry"] is None
    pd.testing.assert_frame_equal(
        pd.DataFrame(found.drop(columns="geometry")),
        pd.DataFrame(given.frame.drop(columns="geometry"))[list(found.columns.drop("geometry"))],
        check_dtype=False,
    )
    assert (shapely.get_x(found.geometry[1:]) == shapely.get_x(given.frame.geometry[1:])).all()


def test_a_new_layer_supersedes_the_older_one(workspace: Workspace) -> None:
    workspace.add_boundaries(units("01", "02"))
    workspace.add_boundaries(units("01", "02", "03"))
    assert list(workspace.boundaries()["code"]) == ["01", "02", "03"]
    assert len(workspace.layers()) == 1
    assert len(workspace.layers(current_only=False)) == 2


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int16"])
def test_a_raster_comes_back_to_the_bit(workspace: Workspace, dtype: str) -> None:
    given = elevation(dtype)
    record = workspace.add_raster(given)
    found = workspace.raster("elevation")
    assert found.dtype == dtype
    np.testing.assert_array_equal(found.values, given.array.values)
    assert Grid.of(found) == Grid.of(given.array)
    assert workspace.legend("elevation") == given.legend
    assert record.summary["valid_cells"] == int(np.isfinite(given.array.values).sum())


def test_features_keep_their_properties(workspace: Workspace) -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["汾河", None], "width": [1.5, np.nan], "when": pd.Timestamp("2020-01-02")},
        geometry=[shapely.LineString([(0, 0), (1, 1)]), shapely.Point(3, 4)], crs=4326,
    )  # fmt: skip
    workspace.add_features(CheckedFrame(LayerInfo("river", "vector", "r.gpkg", "0d"), frame))
    found = workspace.features("river")
    assert found.loc[0, "name"] == "汾河"
    assert found.loc[0, "when"] == pd.Timestamp("2020-01-02")
    assert np.isnan(found.loc[1, "width"])
    assert found.geometry.geom_equals(frame.geometry).all()


def test_region_and_totals(workspace: Workspace) -> None:
    region = Region("A", "甲", "EPSG:4546", 200.0, (Bracket("small", 1, 99),), schematic=True)
    workspace.save_region(region)
    workspace.save_region(region)
    assert workspace.region() == region
    totals = pd.DataFrame(
        [["small", 1, 99, 2, 20, 80]],
        columns=["label", "min_people", "max_people", "villages", "households", "people"],
    )
    workspace.add_villages(villages(3), totals=totals)
    pd.testing.assert_frame_equal(workspace.reported_totals(), totals)


def test_runs_are_numbered_by_kind_and_hold_what_made_them(workspace: Workspace) -> None:
    made = Provenance("m", {"elevation": "e"}, {"count": 16})
    ids = [workspace.save_run(k, document={"t": Text("a", "甲")}, provenance=made)
           for k in ("bases", "bases", "plan")]  # fmt: skip
    assert ids == ["bases-1", "bases-2", "plan-1"]
    assert workspace.run(kind="bases").run_id == "bases-2"
    assert workspace.run("bases-1").document == {"t": {"en": "a", "zh": "甲"}}
    assert workspace.run("bases-1").provenance["parameters"] == {"count": 16}
    with pytest.raises(NotComputedError, match="upland suitability run"):
        workspace.run(kind="suitability")
    with pytest.raises(NotFoundError, match="bases-1, bases-2"):
        workspace.run("bases-9", kind="bases")


def test_runs_saved_at_once_get_different_numbers(workspace: Workspace) -> None:
    def save() -> None:
        workspace.save_run("plan", document={}, provenance=Provenance("", {}, {}))

    threads = [threading.Thread(target=save) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {r.run_id for r in workspace.runs("plan")} == {f"plan-{i}" for i in range(1, 9)}


def test_a_runs_frames_and_rasters(workspace: Workspace) -> None:
    frame = villages(4).frame.drop(columns="extra").to_crs(4546)
    array = elevation().array
    run_id = workspace.save_run(
        "bases", document={}, provenance=Provenance("", {}, {}),
        frames_by_role={"bases": frame}, rasters={"score": array},
    )  # fmt: skip
    assert list(workspace.run_frame(run_id, "bases")["village_id"]) == ["V0", "V1", "V2", "V3"]
    np.testing.assert_array_equal(workspace.run_raster(run_id, "score"), array)
    with pytest.raises(NotFoundError, match="no raster 'class'"):
        workspace.run_raster(run_id, "class")


def test_missing_layers_name_the_cure(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="upland import raster soil FILE"):
        workspace.raster("soil")
    with pytest.raises(NotFoundError, match="upland import boundaries"):
        workspace.boundaries()


def test_no_workspace_is_said_and_none_is_made(tmp_path: Path) -> None:
    with (
        pytest.raises(NotFoundError, match="upland init"),
        open_workspace(Settings(home=tmp_path / "none")),
    ):
        pass
    assert not (tmp_path / "none").exists()


def test_the_server_killed_in_the_middle_leaves_all_as_before(
    private_workspace: Workspace,
) -> None:
    workspace = private_workspace
    workspace.add_boundaries(units("01"))
    workspace.add_villages(villages(10))
    cluster = PrivateCluster(workspace.settings.cluster_folder)
    pid = cluster.running_pid()
    assert pid is not None

    def kill_then(frame: gpd.GeoDataFrame, key: int) -> dict[str, bulk.Field]:
        os.kill(pid, signal.SIGKILL)
        return frames.village_columns(frame, key)

    with pytest.raises(DatabaseError, match="nothing was changed"):
        workspace._add_frame(villages(50_000), "village", kill_then)
    assert len(workspace.villages()) == 10  # the same session goes on: the server is revived
    with open_workspace(workspace.settings) as again:
        assert [r.info.theme for r in again.layers()] == ["county", "villages"]


def test_a_server_lost_to_a_full_disk_is_said_as_such(private_workspace: Workspace) -> None:
    cluster = private_workspace.cluster
    assert cluster is not None
    assert not cluster.ran_out_of_disk()
    pid = cluster.running_pid()
    assert pid is not None

    def lose_then(frame: gpd.GeoDataFrame, key: int) -> dict[str, bulk.Field]:
        with (cluster.folder / "server.log").open("a") as log:
            log.write("PANIC:  could not write to file: No space left on device\n")
        os.kill(pid, signal.SIGKILL)
        return frames.village_columns(frame, key)

    with pytest.raises(StorageError, match="disk is full"):
        private_workspace._add_frame(villages(50_000), "village", lose_then)
    assert private_workspace.layers() == []
    assert not cluster.ran_out_of_disk()  # it was started anew since


def test_a_refused_row_leaves_all_as_before(workspace: Workspace) -> None:
    workspace.add_boundaries(units("01"))
    bare = units("02", "03")
    bare.frame.loc[1, "geometry"] = None  # which the table does not take
    with pytest.raises(DatabaseError, match="nothing was changed"):
        workspace.add_boundaries(bare)
    assert list(workspace.boundaries()["code"]) == ["01"]
    assert len(workspace.layers(current_only=False)) == 1


def test_a_repeated_code_is_named_with_both_rows_before_anything_is_written(
    workspace: Workspace,
) -> None:
    workspace.add_boundaries(units("01"))
    with pytest.raises(InvalidLayerError, match="code 03 stands in row 2 and in row 4") as refused:
        workspace.add_boundaries(units("02", "03", "04", "03"))
    assert "第2行与第4行的 code 同为 03" in refused.value.text.zh
    assert "own code" in refused.value.text.en
    survey = villages(3)
    survey.frame["village_id"] = "v1"
    with pytest.raises(InvalidLayerError, match="village_id v1 .* and 1 more rows repeat one"):
        workspace.add_villages(survey)
    assert [(r.info.theme, r.count) for r in workspace.layers(current_only=False)] == [
        ("county", 1)
    ]


def test_a_full_disk_is_said_and_leaves_no_file(workspace: Workspace) -> None:
    given = elevation()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StorageError, match="Free some space"):
            workspace.add_raster(given)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert not list(workspace.rasters.folder.glob("*.tif*"))
    assert not workspace.has_layer("elevation")


def test_a_process_killed_before_its_commit_leaves_nothing(workspace: Workspace) -> None:
    workspace.add_raster(elevation())
    kept = raster_names(workspace)
    script = (
        "import os, signal, sys\n"
        "import numpy as np\n"
        "from pathlib import Path\n"
        "from pyproj import CRS\n"
        "from gis_core.grid import Grid\n"
        "from gis_core.settings import Settings\n"
        "from gis_core.store.workspace import open_workspace\n"
        "array = Grid(CRS.from_epsg(4546), 0, 0, 10, 8, 8).wrap(np.ones((8, 8)))\n"
        "settings = Settings(home=Path(sys.argv[1]), database_url=sys.argv[2])\n"
        "with open_workspace(settings) as workspace:\n"
        "    with workspace.rasters.writing({'elevation': array}):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    settings = workspace.settings
    arguments = [str(settings.home), str(settings.database_url)]
    done = subprocess.run([sys.executable, "-c", script, *arguments], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(raster_names(workspace)) == len(kept) + 1
    with open_workspace(settings):
        assert raster_names(workspace) == kept


def test_files_being_written_are_no_orphans(workspace: Workspace) -> None:
    with workspace.rasters.writing({"elevation": elevation().array}) as written:
        with open_workspace(workspace.settings) as other:
            assert other.remove_orphans() == []
        name = written["elevation"].file_name
        assert raster_names(workspace) == {name}
    assert workspace.remove_orphans() == [name]


def test_a_backend_ended_in_the_middle_leaves_all_as_before(workspace: Workspace) -> None:
    workspace.add_villages(villages(10))

    def end_then(frame: gpd.GeoDataFrame, key: int) -> dict[str, bulk.Field]:
        with workspace.engine.connect() as other:
            other.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        return frames.village_columns(frame, key)

    with pytest.raises(DatabaseError, match="nothing was changed"):
        workspace._add_frame(villages(20), "village", end_then)
    assert len(workspace.villages()) == 10
    assert len(workspace.layers(current_only=False)) == 1


def raster_names(workspace: Workspace) -> set[str]:
    return {path.name for path in workspace.rasters.folder.glob("*.tif")}


def test_a_lost_connection_leaves_the_raster_to_the_catalogue(workspace: Workspace) -> None:
    with (
        pytest.raises(DatabaseError),
        workspace.rasters.writing({"elevation": elevation().array}),
        workspace.writing() as connection,
    ):
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    assert len(raster_names(workspace)) == 1  # had the commit happened, a row would name it
    assert len(workspace.remove_orphans()) == 1


def test_features_keep_order_and_types_even_when_there_are_none(workspace: Workspace) -> None:
    frame = gpd.GeoDataFrame(
        {"zebra": [2, 1], "name": ['国道 "108"\n', None], "width_m": [np.inf, np.nan],
         "open": [True, False], "lanes": pd.array([4, None], dtype="Int64"),
         "tags": [{"a": [1, float("nan")]}, None], "apple": ["x", "\\"]},
        geometry=[shapely.LineString([(111, 35, 9), (111.5, 35.5, 9)]), None], crs=4326,
    )  # fmt: skip
    for theme, part in (("road", frame), ("rail", frame.iloc[:0])):
        info = LayerInfo(theme, "vector", "r.gpkg", "0d")
        workspace.add_features(CheckedFrame(info, part))
        found = workspace.features(theme)
        wanted = part.copy()
        wanted["tags"] = pd.Series([{"a": [1, None]}, None][: len(part)], dtype=object)
        wanted["geometry"] = wanted.geometry.force_2d()
        assert_geodataframe_equal(found, wanted, check_like=False)
    assert workspace.layer("road").summary["without_geometry"] == 1
    run_id = workspace.save_run(
        "plan", document={}, provenance=Provenance("", {}, {}),
        frames_by_role={"moves": frame.iloc[:0]},
    )  # fmt: skip
    assert list(workspace.run_frame(run_id, "moves").columns) == list(frame.columns)


@pytest.mark.parametrize("bad", ["a\0b", "\ud800"])
def test_text_that_no_database_takes_is_said(workspace: Workspace, bad: str) -> None:
    given = villages(3)
    given.frame["name"] = given.frame["name"].astype(object)
    given.frame.loc[1, "name"] = bad
    with pytest.raises(InvalidLayerError, match="name"):
        workspace.add_villages(given)
    frame = given.frame.drop(columns="extra")
    with pytest.raises(InvalidLayerError):
        workspace.add_features(CheckedFrame(LayerInfo("road", "vector", "r", "0"), frame))
    assert workspace.layers() == []


def test_features_in_another_crs_are_moved_and_without_one_refused(workspace: Workspace) -> None:
    info = LayerInfo("river", "vector", "r.gpkg", "0d")
    degrees = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(111, 36)], crs=4326)
    workspace.add_features(CheckedFrame(info, degrees.to_crs(4546)))
    assert workspace.features("river").geometry.geom_equals_exact(degrees.geometry, 1e-7).all()
    with pytest.raises(MissingCrsError, match=r"r\.gpkg"):
        workspace.add_features(CheckedFrame(info, degrees.set_crs(None, allow_override=True)))


def test_other_kinds_never_take_the_place_of_boundaries(workspace: Workspace) -> None:
    workspace.add_boundaries(units("01"))
    info = LayerInfo("county", "vector", "r.gpkg", "0d")
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(111, 36)], crs=4326)
    with pytest.raises(InvalidLayerError, match="holds boundaries"):
        workspace.add_features(CheckedFrame(info, frame))
    assert workspace.layer("county").info.kind == "boundaries"


def test_a_fill_value_on_floats_becomes_nan_and_classes_are_counted(workspace: Workspace) -> None:
    grid = Grid(CRS.from_epsg(4546), 0.0, 20.0, 10.0, 2, 2)
    given = grid.wrap(np.array([[1.0, -9999.0], [3.0, 2.0]])).rio.write_nodata(-9999.0)
    workspace.add_raster(CheckedRaster(LayerInfo("rain", "raster", "r.tif", "0"), given))
    np.testing.assert_array_equal(workspace.raster("rain"), [[1, np.nan], [3, 2]])
    classes = grid.wrap(np.array([[1, 0], [3, 3]], np.uint8)).rio.write_nodata(0)
    record = workspace.add_raster(
        CheckedRaster(LayerInfo("landcover", "raster", "l.tif", "0"), classes)
    )
    assert workspace.raster("landcover").rio.nodata == 0
    assert record.summary["counts"] == {"1": 1, "3": 2}
    bare = xr.DataArray(np.zeros((2, 2)), dims=("y", "x"))
    with pytest.raises(MissingCrsError, match="EPSG:4546"):
        workspace.add_raster(CheckedRaster(LayerInfo("soil", "raster", "s.tif", "0"), bare))


def test_layers_of_a_theme_added_at_once_leave_one_current(workspace: Workspace) -> None:
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(111, 36)], crs=4326)
    layer = CheckedFrame(LayerInfo("town", "vector", "t.gpkg", "0"), frame)
    threads = [threading.Thread(target=workspace.add_features, args=(layer,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(workspace.layers()) == 1
    assert len(workspace.layers(current_only=False)) == 6


def test_a_schema_newer_than_the_program_is_said(workspace: Workspace) -> None:
    with workspace.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="newer Upland"), open_workspace(workspace.settings):
        pass


def test_migrations_at_once_make_the_schema_once(workspace: Workspace) -> None:
    schema.downgrade(workspace.engine)
    threads = [threading.Thread(target=schema.upgrade, args=(workspace.engine,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert workspace.layers() == []


def test_one_step_down_and_up_keeps_what_it_can(workspace: Workspace) -> None:
    frame = gpd.GeoDataFrame(
        {"n": [1, 2]}, geometry=[shapely.Point(111, 36), None], crs=4326
    )  # fmt: skip
    workspace.add_features(CheckedFrame(LayerInfo("town", "vector", "t.gpkg", "0"), frame))
    schema.downgrade(workspace.engine, "0001")
    schema.upgrade(workspace.engine)
    assert list(workspace.features("town")["n"]) == [1]


def test_migrations_make_just_the_tables_and_take_them_away(workspace: Workspace) -> None:
    with workspace.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": alembic_helpers.include_object}
        )
        assert compare_metadata(context, metadata) == []
    schema.downgrade(workspace.engine)
    assert not set(metadata.tables) & set(inspect(workspace.engine).get_table_names())
    schema.upgrade(workspace.engine)
    assert set(metadata.tables) <= set(inspect(workspace.engine).get_table_names())


def test_an_address_that_is_none_or_not_there(tmp_path: Path) -> None:
    for url, said in (("nonsense", "not a database address"), ("mysql://h/d", "only postgresql")):
        settings = Settings(home=tmp_path, database_url=url)
        with pytest.raises(ValueError, match=said), open_workspace(settings):
            pass
    gone = Settings(home=tmp_path, database_url="postgresql://u@127.0.0.1:1/d")
    with pytest.raises(DatabaseError, match="upland doctor"), open_workspace(gone):
        pass


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_of_another_encoding_is_refused(
    database_url: str, tmp_path: Path, encoding: str
) -> None:
    other = f"e{encoding.lower()}"
    server = psycopg.connect(database_url, autocommit=True)
    with contextlib.closing(server):
        server.execute(
            f"CREATE DATABASE {other} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"
        )
        path = urlsplit(database_url)._replace(path=f"/{other}").geturl()
        settings = Settings(home=tmp_path, database_url=path)
        try:
            with (
                pytest.raises(DatabaseError, match=f"encoded in {encoding}; wanted UTF8"),
                open_workspace(settings, create=True),
            ):
                pass
        finally:
            server.execute(f"DROP DATABASE {other} WITH (FORCE)")


def test_the_region_saved_by_many_at_once(workspace: Workspace) -> None:
    faults: list[Exception] = []

    def save(number: int) -> None:
        try:
            workspace.save_region(Region(f"R{number}", "区"))
        except Exception as err:
            faults.append(err)

    threads = [threading.Thread(target=save, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert workspace.region().name_zh == "区"
