"""Files that cannot be taken: one sentence with place and cure, the workspace as before."""

import resource
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import rasterio
from shapely.geometry import Point, Polygon, box

from gis_core.settings import Settings
from gis_core.store.workspace import open_workspace
from tests.conftest import Done, fresh_settings

pytestmark = pytest.mark.postgis
Upland = Callable[..., Done]
SQUARE = box(111.0, 36.0, 111.1, 36.1)
SURVEY = "村名,县,户数,人数,经度,纬度\n"


@pytest.fixture(scope="module")
def kept(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A workspace without data, which every refused file must leave so."""
    home = tmp_path_factory.mktemp("refused")
    with fresh_settings(home, database_server) as settings:
        with open_workspace(settings, create=True):
            pass
        yield settings


def held(settings: Settings) -> tuple[Any, ...]:
    with open_workspace(settings) as workspace:
        layers = [record.layer_id for record in workspace.layers(current_only=False)]
        return layers, workspace.region(), sorted(settings.raster_folder.glob("*.tif*"))


def refused(upland: Upland, settings: Settings, *arguments: str) -> str:
    """Run a command that must refuse in both languages and change nothing; return the English."""
    before = held(settings)
    sentences = []
    for lang in ("en", "zh"):
        done = upland(*arguments, "--json", "--lang", lang, on=settings)
        assert (done.code, done.out) == (1, "")
        assert len(done.err.splitlines()) == 1, done.err
        sentences.append(done.err)
    english, chinese = sentences
    assert english != chinese
    assert any("一" <= letter <= "鿿" for letter in chinese)
    assert held(settings) == before
    return english


def layer(folder: Path, geometries: list[Any], *, crs: Any = 4326, suffix: str = "gpkg") -> Path:
    path = folder / f"given.{suffix}"
    gpd.GeoDataFrame({"name": ["a"] * len(geometries)}, geometry=geometries, crs=crs).to_file(path)
    return path


def no_crs(folder: Path) -> Path:
    return layer(folder, [Point(500_000, 3_990_000)], crs=None)


def wrong_crs(folder: Path) -> Path:
    return layer(folder, [Point(500_000, 3_990_000)])


def empty_layer(folder: Path) -> Path:
    return layer(folder, [])


def only_null(folder: Path) -> Path:
    return layer(folder, [None, None])


def only_empty(folder: Path) -> Path:
    return layer(folder, [Polygon(), Polygon()])


def truncated(folder: Path) -> Path:
    path = layer(folder, [SQUARE])
    path.write_bytes(path.read_bytes()[:20_000])
    return path


def without_shx(folder: Path) -> Path:
    path = layer(folder, [SQUARE], suffix="shp")
    path.with_suffix(".shx").unlink()
    path.with_suffix(".dbf").unlink()
    return path


def nothing_in_it(folder: Path) -> Path:
    (folder / "nothing.geojson").write_bytes(b"")
    return folder / "nothing.geojson"


def slipping_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "slip.zip", "w") as archive:
        archive.writestr("../../slip.geojson", '{"type": "FeatureCollection", "features": []}')
    return folder / "slip.zip"


def not_there(folder: Path) -> Path:
    return folder / "absent.gpkg"


def a_folder(folder: Path) -> Path:
    return folder


@pytest.mark.parametrize(
    "made",
    [no_crs, wrong_crs, empty_layer, only_null, only_empty, truncated, without_shx, nothing_in_it,
     slipping_zip, not_there, a_folder],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_bad_layer_is_refused(
    upland: Upland, kept: Settings, tmp_path: Path, made: Callable[[Path], Path]
) -> None:
    path = made(tmp_path)
    assert path.name in refused(upland, kept, "import", "layer", "protected", str(path))
    assert path.name in refused(upland, kept, "import", "boundaries", str(path))


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"II*\x00" + b"\x00" * 40])
def test_a_bad_raster_is_refused(
    upland: Upland, kept: Settings, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "dem.tif"
    path.write_bytes(content)
    assert "dem.tif" in refused(upland, kept, "import", "raster", "elevation", str(path))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("options", [{}, {"crs": "EPSG:4326"}])
def test_a_raster_without_place_is_refused(
    upland: Upland, kept: Settings, tmp_path: Path, options: dict[str, str]
) -> None:
    path = tmp_path / "dem.tif"
    with rasterio.open(path, "w", driver="GTiff", width=4, height=4, count=1, dtype="int16",
                       **options) as made:  # fmt: skip
        made.write(np.ones((1, 4, 4), "int16"))
    assert "dem.tif" in refused(upland, kept, "import", "raster", "elevation", str(path))
    refused(upland, kept, "import", "raster", "elevation", str(path), "--band", "7")


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\xff\xff\x81", b"a,b\n1,2\n", SURVEY.encode()],
    ids=["empty", "encoding", "no_columns", "no_rows"],
)
def test_a_bad_survey_is_refused(
    upland: Upland, kept: Settings, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(content)
    assert "survey.csv" in refused(upland, kept, "import", "villages", str(path))


def test_bad_cells_are_named_and_the_rest_is_taken(
    upland: Upland, workspace: Any, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["村名", "县", "户数", "人数", "经度", "纬度"])
    sheet.append(["好村", "甲县", 10, 40, 111.1, 36.1])
    sheet.append(["负村", "甲县", 10, -40, 111.2, 36.2])
    sheet.append(["无村", "甲县", 10, "NaN", 111.3, 36.3])
    sheet.append(["穷村", "甲县", "inf", 30, 111.4, 36.4])
    sheet.append(["长" * 10_000, "甲县", 5, 20, 111.5, 36.5])
    sheet.append(["算村", "甲县", 5, "=1+1", 111.6, 36.6])
    book.save(tmp_path / "survey.xlsx")
    listed = tmp_path / "remarks.csv"
    done = upland("import", "villages", str(tmp_path / "survey.xlsx"), "--remarks", str(listed),
                  "--json", on=workspace.settings)  # fmt: skip
    assert done.code == 0, done.err
    text = listed.read_text("utf-8-sig")
    assert all(len(line) < 1500 for line in text.splitlines())
    for value in ("-40", "NaN", "inf"):
        assert value in text
    people = workspace.villages().set_index("name")["people"]
    assert people["好村"] == 40
    assert (people.to_numpy() != -40).all()


def test_bow_ties_and_gaps_in_a_layer_are_taken_with_a_remark(
    upland: Upland, workspace: Any, tmp_path: Path
) -> None:
    tie = Polygon([(111, 36), (111.1, 36.1), (111.1, 36), (111, 36.1)])
    path = layer(tmp_path, [SQUARE, tie, None])
    listed = tmp_path / "remarks.csv"
    done = upland("import", "layer", "protected", str(path), "--remarks", str(listed), "--json",
                  on=workspace.settings)  # fmt: skip
    assert done.code == 0, done.err
    kept_features = workspace.features("protected")
    assert kept_features.geometry.is_valid.all()
    assert len(kept_features) == 2
    assert "Self-intersection" in listed.read_text("utf-8-sig")


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Let no file grow above `size` bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_is_said(upland: Upland, kept: Settings, tmp_path: Path) -> None:
    path = tmp_path / "dem.tif"
    noise = np.random.default_rng(1).random((1, 400, 400), "float32")
    with rasterio.open(path, "w", driver="GTiff", width=400, height=400, count=1, dtype="float32",
                       crs="EPSG:4546", transform=rasterio.Affine(30, 0, 5e5, 0, -30, 4e6),
                       ) as made:  # fmt: skip
        made.write(noise)
    before = held(kept)
    with no_file_above(100_000):
        done = upland("import", "raster", "elevation", str(path), on=kept)
    assert (done.code, done.out) == (1, "")
    assert "Free some space" in done.err
    assert len(done.err.splitlines()) == 1
    assert held(kept) == before


def test_a_database_out_of_reach_is_said(upland: Upland, kept: Settings, tmp_path: Path) -> None:
    path = layer(tmp_path, [SQUARE])
    gone = Settings(home=kept.home, database_url="postgresql://nobody@127.0.0.1:1/none")
    done = upland("import", "layer", "protected", str(path), on=gone)
    assert (done.code, done.out) == (1, "")
    assert "upland doctor" in done.err
    assert len(done.err.splitlines()) == 1
