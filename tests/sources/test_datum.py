"""Datum conversion against published pairs and against its own inverse."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString, box

from gis_core.errors import InvalidParameterError, MissingCrsError
from gis_core.layers import CheckedFrame, LayerInfo
from gis_core.sources.boundaries import read_boundaries
from gis_core.sources.datum import convert_frame, convert_lonlat, detect_datum, note_finding
from gis_core.sources.vectors import read_vector


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("source", "target", "tolerance_deg"),
    [("wgs84", "gcj02", 1e-4), ("gcj02", "wgs84", 1e-4), ("wgs84", "bd09", 1e-4),
     ("gcj02", "bd09", 1e-6), ("bd09", "gcj02", 1e-5)],
)  # fmt: skip
def test_published_cities(
    shared_data: Path, source: str, target: str, tolerance_deg: float
) -> None:
    pairs = pd.read_csv(shared_data / "reference" / "china_datum_pairs_gcoord.csv")
    lon, lat = convert_lonlat(
        pairs[f"{source}_lon"].to_numpy(), pairs[f"{source}_lat"].to_numpy(),
        source=source, target=target,
    )  # fmt: skip
    assert np.abs(lon - pairs[f"{target}_lon"]).max() < tolerance_deg
    assert np.abs(lat - pairs[f"{target}_lat"]).max() < tolerance_deg


@given(lon=st.floats(75, 134), lat=st.floats(4, 53), datum=st.sampled_from(["gcj02", "bd09"]))
def test_the_way_back_is_within_a_centimetre(lon: float, lat: float, datum: str) -> None:
    there = convert_lonlat(np.array([lon]), np.array([lat]), source="wgs84", target=datum)
    back = convert_lonlat(*there, source=datum, target="wgs84")
    assert Geod(ellps="WGS84").inv(lon, lat, back[0][0], back[1][0])[2] < 0.01


def test_outside_china_nothing_moves_and_nan_stays() -> None:
    lon, lat = convert_lonlat(
        np.array([-103.8, np.nan]), np.array([44.4, np.nan]), source="wgs84", target="gcj02"
    )
    assert (lon[0], lat[0]) == (-103.8, 44.4)
    assert np.isnan(lon[1])
    assert np.isnan(lat[1])


def test_frame_keeps_its_rows_and_moves_every_vertex() -> None:
    line = LineString([(111.5, 36.0), (111.6, 36.1)])
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[line], crs=4326, index=[7])
    moved = convert_frame(frame, source="wgs84", target="gcj02")
    assert list(moved.index) == [7]
    start = moved.geometry.iloc[0].coords[0]
    _, _, distance_m = Geod(ellps="WGS84").inv(111.5, 36.0, *start)
    assert 480 < distance_m < 590  # the published offset around 111.5 °E, 36 °N
    with pytest.raises(MissingCrsError):
        convert_frame(frame.set_crs(None, allow_override=True), source="wgs84", target="gcj02")


def test_unknown_datum_is_named() -> None:
    with pytest.raises(InvalidParameterError, match="beijing54"):
        convert_lonlat(np.zeros(1), np.zeros(1), source="beijing54", target="wgs84")


@pytest.mark.shared_data
def test_published_points_at_full_precision(shared_data: Path) -> None:
    pairs = pd.read_csv(shared_data / "reference" / "china_datum_pairs_eviltransform.csv")
    assert len(pairs) == 5
    for pair in pairs.itertuples():
        source, target = str(pair.operation).split("_to_")
        lon, lat = convert_lonlat(
            np.array([pair.in_lon]), np.array([pair.in_lat]), source=source, target=target
        )
        # This source's BD-09 takes plain π where the published formula has 3000 π / 180; its
        # two pairs therefore lie up to 42 m from the other source's, which ours follows.
        tolerance = float(pair.tolerance_deg) if source == "wgs84" else 4e-4
        assert lon[0] == pytest.approx(pair.out_lon, abs=tolerance)
        assert lat[0] == pytest.approx(pair.out_lat, abs=tolerance)


BOUNDARY_FILES = {  # file: the datum its coordinates have
    "linfen_counties_amap2022_gcj02": "gcj02",
    "linfen_counties_datav_gcj02": "gcj02",
    "linfen_counties_ctamap2021_wgs84": "wgs84",
    "linfen_counties_coarse2016": "wgs84",
    "linfen_prefecture_ctamap2023_wgs84": "wgs84",
}


def boundary_file(folder: Path, stem: str, *, datum: str) -> gpd.GeoDataFrame:
    return read_boundaries(folder / "boundaries" / f"{stem}.geojson", datum=datum).frame


@pytest.mark.shared_data
@pytest.mark.parametrize("stem", BOUNDARY_FILES)
def test_every_boundary_file_is_decided_right_by_every_other(shared_data: Path, stem: str) -> None:
    layer, datum = boundary_file(shared_data, stem, datum="auto"), BOUNDARY_FILES[stem]
    for other, other_datum in BOUNDARY_FILES.items():
        if other == stem:
            continue
        finding = detect_datum(layer, boundary_file(shared_data, other, datum=other_datum))
        assert finding.datum == datum, (other, finding)
        assert min(finding.residual_m, key=finding.residual_m.__getitem__) == datum
        # the published offset here is 500 to 580 m east; the files differ by up to 50 m grids
        east = 530 if datum == "gcj02" else 0
        assert finding.offset_east_m == pytest.approx(east, abs=75)
        assert finding.offset_north_m == pytest.approx(0, abs=75)
        assert f"{finding.residual_m[datum]:,.0f} m" in finding.text.en
        assert f"{finding.residual_m[datum]:,.0f} 米" in finding.text.zh


@pytest.mark.shared_data
def test_bd09_is_told_from_gcj02(shared_data: Path) -> None:
    stem = "linfen_counties_datav_gcj02"
    layer = convert_frame(
        boundary_file(shared_data, stem, datum="auto"), source="gcj02", target="bd09"
    )
    reference = boundary_file(shared_data, "linfen_counties_ctamap2021_wgs84", datum="wgs84")
    finding = detect_datum(layer, reference)
    assert finding.datum == "bd09"
    assert "--datum bd09" in finding.cure.en
    assert 1_150 < finding.offset_m < 1_400


@pytest.mark.shared_data
def test_lines_that_are_no_boundaries_leave_the_datum_open(shared_data: Path) -> None:
    reference = boundary_file(shared_data, "linfen_counties_amap2022_gcj02", datum="gcj02")
    folder = shared_data / "hydro_transport"
    for name in ("rivers_1to4M_box", "railways_vmap0_box", "highspeed_stations_box"):
        frame = read_vector(folder / f"{name}.geojson", theme="x").frame
        finding = detect_datum(frame, reference)
        assert (finding.datum, finding.confidence) == ("unknown", "undecided")
        assert "--datum" in finding.cure.en


def cells(*, shift_m: tuple[float, float] = (0.0, 0.0), lon: float = 111.5) -> gpd.GeoDataFrame:
    """A 3 × 3 block of unequal units of some 20 km, shifted by metres."""
    xs, ys = np.array([0.0, 0.21, 0.44, 0.7]), np.array([0.0, 0.17, 0.41, 0.6])
    east, north = shift_m[0] / 90_000, shift_m[1] / 111_000
    shapes = [
        box(lon + xs[i] + east, 36 + ys[j] + north, lon + xs[i + 1] + east, 36 + ys[j + 1] + north)
        for i in range(3)
        for j in range(3)
    ]
    return gpd.GeoDataFrame(geometry=shapes, crs=4326)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize("crs", [4326, 4546])
def test_clean_lines_are_decided_in_any_crs(datum: str, crs: int) -> None:
    layer = convert_frame(cells(), source="wgs84", target=datum).to_crs(crs)
    finding = detect_datum(layer, cells().to_crs("EPSG:32649"))
    assert (finding.datum, finding.confidence) == (datum, "sure")
    assert finding.residual_m[datum] < 30  # half the spacing of the compared places


def test_points_are_compared_with_points() -> None:
    rng = np.random.default_rng(5)
    lon, lat = 111 + rng.random(200), 36 + rng.random(200)
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
    shifted = convert_frame(places, source="wgs84", target="gcj02")
    assert detect_datum(shifted, places).datum == "gcj02"
    assert detect_datum(places, cells()).datum == "unknown"


def test_a_shift_that_no_datum_makes_is_not_explained_away() -> None:
    finding = detect_datum(cells(shift_m=(-500, 0)), cells())
    assert finding.datum == "unknown"
    assert finding.offset_east_m == pytest.approx(-500, abs=30)
    assert "500 m west" in finding.text.en


def test_nothing_common_and_outside_china() -> None:
    assert detect_datum(cells(lon=100), cells()).datum == "unknown"
    assert detect_datum(cells().iloc[:0], cells()).datum == "unknown"
    abroad = detect_datum(cells(lon=-100), cells(lon=-100))
    assert (abroad.datum, abroad.offset_m) == ("wgs84", 0.0)
    with pytest.raises(MissingCrsError):
        detect_datum(cells().set_crs(None, allow_override=True), cells())


def test_a_finding_is_told_and_nothing_moves() -> None:
    layer = CheckedFrame(
        LayerInfo("county", "boundaries", "units.geojson", "0" * 64),
        convert_frame(cells(), source="wgs84", target="gcj02"),
    )
    noted = note_finding(layer, detect_datum(layer.frame, cells()))
    assert noted.info.source_datum == "gcj02"
    assert noted.frame is layer.frame
    [remark] = noted.info.remarks
    assert (remark.file, remark.action, remark.value) == ("units.geojson", "note", "gcj02")
    assert "kept as it is" in remark.cure.en
