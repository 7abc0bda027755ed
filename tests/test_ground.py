"""The ground row: grid, CRS choice, units, region files, remarks."""

import pickle
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS
from shapely.geometry import box

from gis_core.crs import check_lonlat, choose_analysis_crs, parse_crs
from gis_core.errors import (
    CrsMismatchError,
    InfeasibleError,
    InvalidParameterError,
    MissingCrsError,
)
from gis_core.grid import Grid
from gis_core.provenance import hash_document
from gis_core.region import read_region, region_from_dict
from gis_core.remarks import Remark, write_remarks
from gis_core.text import Text
from gis_core.units import geodesic_area_m2, m2_from_mu, mu_from_m2


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"), [(111.5, 36.1, 4546), (103.8, 44.4, 4544), (-103.8, 44.4, 32613)]
)
def test_analysis_crs_follows_the_place(lon: float, lat: float, epsg: int) -> None:
    assert choose_analysis_crs(lon, lat).to_epsg() == epsg


def test_unknown_crs_is_named() -> None:
    with pytest.raises(InvalidParameterError, match="EPSG:99999999"):
        parse_crs("EPSG:99999999")


def test_metres_claimed_as_degrees_are_refused() -> None:
    with pytest.raises(CrsMismatchError, match="roads"):
        check_lonlat((500000.0, 3900000.0, 600000.0, 4000000.0), what="roads")


def test_grid_covers_and_snaps() -> None:
    grid = Grid.covering((105.0, 210.0, 995.0, 790.0), crs=CRS.from_epsg(4546), cell_m=100)
    assert grid.shape == (6, 9)
    assert grid.bounds == (100.0, 200.0, 1000.0, 800.0)
    array = grid.wrap(np.zeros(grid.shape))
    assert Grid.of(array) == grid
    assert array.y[0] == 750.0
    assert array.x[0] == 150.0


def test_grid_refuses_degrees() -> None:
    with pytest.raises(CrsMismatchError, match="metres"):
        Grid.covering((110, 35, 112, 37), crs=CRS.from_epsg(4326), cell_m=100)


def test_grid_over_a_layer_takes_the_metres_of_the_place() -> None:
    square = gpd.GeoDataFrame(geometry=[box(111.0, 36.0, 111.01, 36.01)], crs=4326)
    grid = Grid.over(square, cell_m=50)
    assert grid.crs.to_epsg() == 4546
    assert grid == Grid.over(square.to_crs(4546), cell_m=50, crs=CRS.from_epsg(4546))
    assert grid.cell_m == 50
    assert box(*grid.bounds).buffer(-100).within(square.to_crs(4546).geometry[0])
    assert square.to_crs(4546).geometry[0].within(box(*grid.bounds))
    with pytest.raises(MissingCrsError):
        Grid.over(square.set_crs(None, allow_override=True), cell_m=50)


def test_mu_and_hectares() -> None:
    assert mu_from_m2(10_000) == pytest.approx(15)
    assert m2_from_mu(1) == pytest.approx(666.6667, abs=1e-3)


def test_geodesic_area_of_a_known_square() -> None:
    # One degree at the equator on WGS 84: 12308.778 km² (GeographicLib's Planimeter).
    area = geodesic_area_m2(gpd.GeoSeries([box(0, 0, 1, 1)], crs=4326))
    assert area[0] / 1e6 == pytest.approx(12308.778, abs=0.01)
    with pytest.raises(MissingCrsError):
        geodesic_area_m2(gpd.GeoSeries([box(0, 0, 1, 1)]))


def test_region_file_names_place_and_cure(tmp_path: Path) -> None:
    file = tmp_path / "region.yaml"
    file.write_text("name_en: Hills\nbrackets:\n- {label: a, min_people: 1, max_people: 99}\n")
    region = read_region(file)
    assert region.brackets[0].max_people == 99
    assert region_from_dict(region.as_dict()) == region
    file.write_text("colour: red\n")
    with pytest.raises(InvalidParameterError, match=r"line 1 \(colour\)"):
        read_region(file)
    with pytest.raises(InvalidParameterError, match=r"region \(cell_m\): is 0, wanted 1"):
        region_from_dict({"cell_m": 0})


def test_remarks_file_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    remark = Remark(
        "a.xlsx", "refused", Text("bad", "不好"), Text("mend", "改正"), row=7, value="-1"
    )
    write_remarks(tmp_path / "r.csv", [remark], lang="zh")
    raw = (tmp_path / "r.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert "不好" in raw.decode("utf-8-sig")


def test_hash_ignores_key_order() -> None:
    assert hash_document({"a": 1, "b": 2}) == hash_document({"b": 2, "a": 1})


def test_an_error_of_another_process_keeps_both_sentences() -> None:
    sent = pickle.loads(pickle.dumps(InfeasibleError("no", "不行", (Text("rule", "规则"),))))
    assert (sent.text, str(sent), sent.conflicts) == (
        Text("no", "不行"), "no", (Text("rule", "规则"),)
    )  # fmt: skip
