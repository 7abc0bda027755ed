"""Rasters: every kind taken, every fault in words."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning

from gis_core.errors import (
    CrsMismatchError,
    InputError,
    InvalidLayerError,
    InvalidParameterError,
    MissingCrsError,
    UnreadableFileError,
)
from gis_core.sources import raster_values, rasters
from gis_core.sources.rasters import read_raster

NORTH_UP = Affine(30.0, 0.0, 545_000.0, 0.0, -30.0, 3_986_000.0)
HEIGHTS = np.array([[400, 410, 420], [430, -1, 450]])


def write(path: Path, values: Any, dtype: str = "int16", **options: Any) -> Path:
    """Write a raster of 30 m cells in EPSG:4546; options go to the GDAL dataset."""
    bands = np.asarray(values, dtype=None if dtype.startswith("complex_") else dtype)
    bands = bands[None] if bands.ndim == 2 else bands
    profile = {"crs": "EPSG:4546", "transform": NORTH_UP, **options}
    tags = {key: profile.pop(key) for key in ("mask", "scales", "offsets") if key in profile}
    with rasterio.open(
        path, "w", driver="GTiff", count=bands.shape[0], height=bands.shape[1],
        width=bands.shape[2], dtype=dtype, **{k: v for k, v in profile.items() if v is not None},
    ) as out:  # fmt: skip
        out.write(bands)
        if "mask" in tags:
            out.write_mask(tags["mask"])
        if "scales" in tags:
            out.scales, out.offsets = tags["scales"], tags["offsets"]
    return path


def refused(error: type[InputError], path: Path, **options: Any) -> InputError:
    """Read, expect `error`; its two sentences name the file."""
    with pytest.raises(error) as caught:
        read_raster(path, **{"theme": "elevation", **options})
    assert type(caught.value) is error
    assert path.name in caught.value.text.en
    assert path.name in caught.value.text.zh
    return caught.value


def test_a_surface_is_float32_with_nan_on_the_files_cells(tmp_path: Path) -> None:
    raster = read_raster(write(tmp_path / "d.tif", HEIGHTS, nodata=-1), theme="elevation")
    array = raster.array
    assert (array.dims, array.dtype, array.name) == (("y", "x"), np.float32, "elevation")
    np.testing.assert_array_equal(array, [[400, 410, 420], [430, np.nan, 450]])
    assert array.x.to_numpy().tolist() == [545_015, 545_045, 545_075]
    assert array.y.to_numpy().tolist() == [3_985_985, 3_985_955]
    assert (array.rio.crs.to_epsg(), array.rio.transform()) == (4546, NORTH_UP)
    assert np.isnan(array.rio.nodata)
    assert raster.legend == {}
    extra = raster.info.extra
    assert (extra["min"], extra["max"], extra["mean"], extra["cells_with_data"]) == (
        400, 450, 422, 5,
    )  # fmt: skip
    assert (raster.info.kind, raster.info.source_crs, raster.info.source_datum) == (
        "raster", "EPSG:4546", "cgcs2000",
    )  # fmt: skip
    assert raster.info.remarks == ()


def test_nodata_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "d.tif", HEIGHTS, nodata=-1)
    named = read_raster(path, theme="elevation", nodata=450).array.to_numpy()
    assert np.isnan(named).tolist() == [[False] * 3, [False, False, True]]
    for value in (40_000, -1.5, float("nan")):
        said = refused(InvalidParameterError, path, nodata=value).text
        assert "int16" in said.en
        assert "-32768" in said.zh


def test_bands(tmp_path: Path) -> None:
    path = write(tmp_path / "d.tif", np.stack([HEIGHTS, HEIGHTS + 1]))
    assert read_raster(path, theme="t", band=2).array.to_numpy()[0, 0] == 401
    for band in (0, 3):
        assert "1 to 2" in refused(InvalidParameterError, path, band=band).text.en


def test_nan_and_infinity_are_counted(tmp_path: Path) -> None:
    values = [[1.0, np.nan, np.inf], [-np.inf, 5.0, 1e300]]
    raster = read_raster(write(tmp_path / "d.tif", values, "float64"), theme="soil_ph")
    np.testing.assert_array_equal(raster.array, [[1, np.nan, np.nan], [np.nan, 5, np.nan]])
    said = {r.value: (r.action, r.reason.en) for r in raster.info.remarks}
    assert said["NaN"] == ("note", "1 cells are NaN; they count as no data.")
    assert said["inf"][0] == "mended"
    assert said["inf"][1].startswith("3 cells are infinite")  # 1e300 is beyond float32


def test_nan_that_the_file_states_needs_no_remark(tmp_path: Path) -> None:
    path = write(tmp_path / "d.tif", [[1.0, np.nan]], "float32", nodata=np.nan)
    assert read_raster(path, theme="t").info.remarks == ()


def test_float_nodata_is_matched_in_the_bands_own_precision(tmp_path: Path) -> None:
    lowest = float(np.finfo(np.float32).min)
    path = write(tmp_path / "d.tif", [[1.0, lowest, 0.1]], "float32", nodata=0.1)
    stated = read_raster(path, theme="t").array.to_numpy()
    assert np.isnan(stated).tolist() == [[False, False, True]]
    assert np.isnan(read_raster(path, theme="t", nodata=lowest).array.to_numpy())[0, 1]


def test_scale_and_offset_are_applied_and_told(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tif", [[105, -9999]], nodata=-9999, scales=(0.1,), offsets=(-2.0,))
    raster = read_raster(path, theme="temperature")
    np.testing.assert_allclose(raster.array, [[8.5, np.nan]], rtol=1e-6)
    [remark] = raster.info.remarks
    assert "multiplied by 0.1 and -2 added" in remark.reason.en


def test_large_whole_numbers_stay_exact(tmp_path: Path) -> None:
    path = write(tmp_path / "d.tif", [[16_777_217, 3]], "int32")
    array = read_raster(path, theme="t").array
    assert (array.dtype, int(array[0, 0])) == (np.float64, 16_777_217)


def test_masked_cells_have_no_data(tmp_path: Path) -> None:
    mask = np.array([[True, True, False], [True, True, True]])
    path = write(tmp_path / "d.tif", HEIGHTS, mask=mask)
    assert np.isnan(read_raster(path, theme="t").array.to_numpy()).tolist() == (~mask).tolist()


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_blocks_do_not_change_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    values = np.arange(20 * 3).reshape(20, 3)
    path = write(tmp_path / "d.tif", values, nodata=7)
    whole = read_raster(path, theme="t").array
    monkeypatch.setattr(raster_values, "BLOCK_CELLS", rows * 3)
    assert read_raster(path, theme="t").array.identical(whole)


def test_a_raster_stored_upside_down_is_turned(tmp_path: Path) -> None:
    south_up = Affine(30.0, 0.0, 545_000.0, 0.0, 30.0, 3_985_940.0)
    turned = read_raster(
        write(tmp_path / "s.tif", HEIGHTS[::-1], nodata=-1, transform=south_up), theme="elevation"
    )
    plain = read_raster(write(tmp_path / "n.tif", HEIGHTS, nodata=-1), theme="elevation")
    assert turned.array.equals(plain.array)
    assert turned.array.rio.transform() == NORTH_UP
    [remark] = turned.info.remarks
    assert "south to north" in remark.reason.en


# --- classes ------------------------------------------------------------------------------


def legend(folder: Path) -> Path:
    path = folder / "classes.csv"
    path.write_text("value,name_zh,name_en\n1,耕地,Cropland\n2,林地,Forest\n", "utf-8")
    return path


def test_classes_keep_their_integers_and_names(tmp_path: Path) -> None:
    path = write(tmp_path / "c.tif", [[1, 2, 255]], "uint8", nodata=255)
    raster = read_raster(path, theme="landcover", classes=legend(tmp_path))
    assert (raster.array.dtype, raster.array.rio.nodata) == (np.uint8, 255)
    assert raster.array.to_numpy().tolist() == [[1, 2, 255]]
    assert raster.legend[1].zh == "耕地"
    assert raster.info.extra["categorical"] is True
    assert raster.info.remarks == ()


def test_classes_without_a_name_are_listed(tmp_path: Path) -> None:
    path = write(tmp_path / "c.tif", [[1, 2, 7, 9]], "uint8", nodata=9)
    [remark] = read_raster(path, theme="soil", classes=legend(tmp_path)).info.remarks
    assert (remark.action, remark.value) == ("note", "7")


def test_land_cover_and_palettes_are_classes_without_a_legend(tmp_path: Path) -> None:
    path = write(tmp_path / "c.tif", [[1, 2]], "uint8")
    assert read_raster(path, theme="landcover").array.dtype == np.uint8
    assert read_raster(path, theme="elevation").array.dtype == np.float32
    with rasterio.open(path, "r+") as out:
        out.write_colormap(1, {1: (255, 0, 0), 2: (0, 255, 0)})
        assert out.colorinterp[0] == ColorInterp.palette
    assert read_raster(path, theme="zones").array.dtype == np.uint8


def test_float_classes_become_integers_and_fractions_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "c.tif", [[1.0, np.nan, 2.0]], "float32")
    raster = read_raster(path, theme="landcover")
    assert raster.array.dtype == np.int32
    nodata = raster.array.rio.nodata
    assert raster.array.to_numpy().tolist() == [[1, nodata, 2]]
    fractions = write(tmp_path / "f.tif", [[1.5, 2.0]], "float32")
    said = refused(InvalidLayerError, fractions, classes=legend(tmp_path)).text
    assert "1 cells are fractions" in said.en


def test_masked_classes_take_a_free_value(tmp_path: Path) -> None:
    mask = np.array([[True, False, True]])
    path = write(tmp_path / "c.tif", [[255, 2, 3]], "uint8", mask=mask)
    raster = read_raster(path, theme="landcover")
    assert (raster.array.to_numpy().tolist(), raster.array.rio.nodata) == ([[255, 0, 3]], 0)
    full = write(tmp_path / "f.tif", [[255, 2, 0]], "uint8", mask=mask)
    assert "wider integer" in refused(InvalidLayerError, full, theme="landcover").text.en


# --- bad files ----------------------------------------------------------------------------


def test_missing_empty_and_foreign_files(tmp_path: Path) -> None:
    refused(UnreadableFileError, tmp_path / "none.tif")
    (tmp_path / "nil.tif").write_bytes(b"")
    assert "0 bytes" in refused(UnreadableFileError, tmp_path / "nil.tif").text.en
    (tmp_path / "text.tif").write_text("hello")
    assert "no raster" in refused(UnreadableFileError, tmp_path / "text.tif").text.en


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("compress", [None, "deflate"])
def test_truncated_file(tmp_path: Path, share: float, compress: str | None) -> None:
    values = np.random.default_rng(3).integers(0, 2000, (300, 300))
    path = write(tmp_path / "d.tif", values, compress=compress)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    said = refused(UnreadableFileError, path).text
    assert "damaged" in said.en
    assert "重新复制" in said.zh


def test_no_crs_and_no_position(tmp_path: Path) -> None:
    said = refused(MissingCrsError, write(tmp_path / "d.tif", HEIGHTS, crs=None)).text
    assert "gdal_edit.py -a_srs" in said.en
    with pytest.warns(NotGeoreferencedWarning):
        path = write(tmp_path / "p.tif", HEIGHTS, transform=None)
    assert "no position" in refused(InvalidLayerError, path).text.en


def test_wrong_crs_claimed(tmp_path: Path) -> None:
    metres = write(tmp_path / "m.tif", HEIGHTS, crs="EPSG:4326")
    assert "cannot be degrees" in refused(CrsMismatchError, metres).text.en
    degrees = Affine(0.001, 0, 111.0, 0, -0.001, 36.5)
    path = write(tmp_path / "d.tif", HEIGHTS, transform=degrees)
    assert "look like degrees" in refused(CrsMismatchError, path).text.en


def test_whole_earth_may_reach_half_a_cell_past_the_date_line(tmp_path: Path) -> None:
    cells = Affine(90.0, 0, -180.00001, 0, -90.0, 90.00001)
    path = write(tmp_path / "w.tif", np.ones((2, 4)), crs="EPSG:4326", transform=cells)
    assert read_raster(path, theme="t").array.shape == (2, 4)


def test_rotated_raster(tmp_path: Path) -> None:
    rotated = NORTH_UP @ Affine.rotation(10.0)
    path = write(tmp_path / "d.tif", HEIGHTS, transform=rotated)
    assert "gdalwarp" in refused(InvalidLayerError, path).text.en


@pytest.mark.parametrize("dtype", ["complex64", "complex_int16"])
def test_complex_numbers(tmp_path: Path, dtype: str) -> None:
    values = np.ones((2, 2), dtype="complex64")
    path = write(tmp_path / "d.tif", values, dtype)
    assert "complex" in refused(InvalidLayerError, path).text.en


def test_no_cell_with_data(tmp_path: Path) -> None:
    path = write(tmp_path / "d.tif", [[-1, -1]], nodata=-1)
    assert "no cell has data" in refused(InvalidLayerError, path).text.en
    refused(InvalidLayerError, path, theme="landcover")


def test_larger_than_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "d.tif", HEIGHTS)
    monkeypatch.setattr(rasters, "available_bytes", lambda: 50)  # 6 cells × 4 bytes × 3 copies
    said = refused(UnreadableFileError, path).text
    assert "3 x 2 cells" in said.en
    assert "gdal_translate -projwin" in said.en
    monkeypatch.undo()
    assert rasters.available_bytes() > 10_000_000


def test_virtual_raster_under_another_name(tmp_path: Path) -> None:
    source = write(tmp_path / "d.tif", HEIGHTS)
    text = (
        '<VRTDataset rasterXSize="3" rasterYSize="2"><SRS>EPSG:4546</SRS>'
        "<GeoTransform>545000, 30, 0, 3986000, 0, -30</GeoTransform>"
        '<VRTRasterBand dataType="Int16" band="1"><SimpleSource>'
        f"<SourceFilename>{source}</SourceFilename><SourceBand>1</SourceBand>"
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    (tmp_path / "v.tif").write_text(text)
    assert "virtual raster" in refused(UnreadableFileError, tmp_path / "v.tif").text.en
    (tmp_path / "v.vrt").write_text(text)
    assert read_raster(tmp_path / "v.vrt", theme="t").array.to_numpy()[0, 0] == 400


def test_zipped_raster(tmp_path: Path) -> None:
    write(tmp_path / "d.tif", HEIGHTS, nodata=-1)
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.write(tmp_path / "d.tif", "folder/d.tif")
    zipped = read_raster(tmp_path / "d.zip", theme="elevation")
    assert zipped.array.equals(read_raster(tmp_path / "d.tif", theme="elevation").array)
    assert zipped.info.file_name == "d.zip"


# --- published data -----------------------------------------------------------------------


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "shape", "lowest", "highest", "missing", "crs"),
    [("spearfish/dem.tif", (467, 633), 1066, 1840, 0.011, "EPSG:26713"),
     ("dem/linfen_dem_0p2deg.tif", (12, 16), 104, 2244, 0.0, "EPSG:4326"),
     ("dem/srtm_bigtujunga30m_utm11.tif", (643, 1197), 315, 2295, 0.0, "EPSG:32611")],
)  # fmt: skip
def test_published_elevations(
    shared_data: Path, name: str, shape: tuple[int, int], lowest: float, highest: float,
    missing: float, crs: str,
) -> None:  # fmt: skip
    raster = read_raster(shared_data / name, theme="elevation")
    values = raster.array.to_numpy()
    assert (values.shape, values.dtype, raster.info.source_crs) == (shape, np.float32, crs)
    assert np.nanmin(values) == pytest.approx(lowest, abs=0.5)
    assert np.nanmax(values) == pytest.approx(highest, abs=0.5)
    assert np.isnan(values).mean() == pytest.approx(missing, abs=0.001)
    assert raster.info.remarks == ()


@pytest.mark.shared_data
def test_spearfish_land_cover_and_population(shared_data: Path) -> None:
    folder = shared_data / "spearfish"
    cover = read_raster(
        folder / "landcover.tif", theme="landcover", classes=folder / "landcover_classes.csv"
    )
    assert sorted(cover.legend) == [1, 2, 3, 4, 5, 6]
    assert cover.legend[4].en == "Forest dense"
    present = set(np.unique(cover.array).tolist())
    assert present == {1, 2, 3, 4, 5, 6, 255}
    assert cover.array.rio.nodata == 255
    people = read_raster(folder / "population.tif", theme="population").array
    assert float(people.sum()) == 103_310  # published
    cell_x, cell_y = people.rio.transform().a, -people.rio.transform().e
    assert (round(cell_x, 3), round(cell_y, 3)) == (30.016, 29.979)
