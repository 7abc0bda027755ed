"""Reference systems: named, checked against coordinates, left by one stated way."""

import math

import numpy as np
import pytest
from pyproj import CRS, Transformer

from gis_core.errors import CrsMismatchError
from gis_core.sources.reference_systems import (
    check_bounds,
    datum_of,
    missing_crs,
    name_of,
    way_to_wgs84,
)

SPEARFISH = (590_000.0, 4_914_000.0, 609_000.0, 4_928_000.0)  # NAD27, UTM 13N
LINFEN_4546 = (440_000.0, 3_920_000.0, 580_000.0, 4_090_000.0)


@pytest.mark.parametrize(
    ("crs", "name", "datum"),
    [("EPSG:4326", "EPSG:4326", "wgs84"), ("OGC:CRS84", "EPSG:4326", "wgs84"),
     ("EPSG:32649", "EPSG:32649", "wgs84"), ("EPSG:3857", "EPSG:3857", "wgs84"),
     ("EPSG:4490", "EPSG:4490", "cgcs2000"), ("EPSG:4546", "EPSG:4546", "cgcs2000"),
     ("EPSG:26713", "EPSG:26713", "North American Datum 1927"),
     ("EPSG:2434", "EPSG:2434", "Beijing 1954"), ("EPSG:4610", "EPSG:4610", "Xian 1980")],
)  # fmt: skip
def test_names(crs: str, name: str, datum: str) -> None:
    assert (name_of(CRS(crs)), datum_of(CRS(crs))) == (name, datum)


def test_a_crs_of_ones_own_keeps_its_name() -> None:
    own = CRS.from_proj4("+proj=laea +lat_0=36 +lon_0=111 +datum=WGS84 +units=m")
    assert name_of(own) == own.name


@pytest.mark.parametrize("crs", ["EPSG:4546", "EPSG:32649", "EPSG:4526", "EPSG:2383"])
def test_places_in_and_near_the_area_of_use_pass(crs: str) -> None:
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(111.5, 36.0)
    check_bounds((x - 5e4, y - 5e4, x + 5e4, y + 5e4), CRS(crs), what="u.gpkg")


@pytest.mark.parametrize(
    ("bounds", "crs", "said"),
    [((545_000, 3_985_000, 546_000, 3_986_000), "EPSG:4326", "cannot be degrees"),
     ((36.0, 110.5, 37.0, 112.0), "EPSG:4490", "latitude before longitude"),
     ((110.5, 35.5, 112.0, 37.0), "EPSG:4546", "look like degrees"),
     ((37_440_000, 3_920_000, 37_580_000, 4_090_000), "EPSG:4546", "zone number 37"),
     ((440_000, 3_920_000, 580_000, 4_090_000), "EPSG:4525", "far outside"),
     ((440_000, 3_920_000, 580_000, 4_090_000), "EPSG:27700", "far outside"),
     ((math.nan, 0, 1, 1), "EPSG:4326", "cannot be degrees")],
)  # fmt: skip
def test_wrong_claims_are_refused(
    bounds: tuple[float, float, float, float], crs: str, said: str
) -> None:
    with pytest.raises(CrsMismatchError) as caught:
        check_bounds(bounds, CRS(crs), what="u.gpkg")
    text = caught.value.text
    assert said in text.en
    assert "u.gpkg" in text.en
    assert "u.gpkg" in text.zh
    assert "import again" in text.en
    assert "重新导入" in text.zh


def test_missing_crs_names_its_cure() -> None:
    text = missing_crs("u.shp").text
    assert "Set CRS" in text.en
    assert "ogr2ogr -a_srs" in text.zh


def test_nad27_goes_by_a_stated_operation_not_a_ballpark() -> None:
    way = way_to_wgs84(CRS("EPSG:26713"), SPEARFISH, file_name="u.gpkg")
    [remark] = way.remarks
    assert "NAD27 to WGS 84" in remark.reason.en
    assert "m." in remark.reason.en
    assert remark.value == "EPSG:26713"
    corner = np.array([SPEARFISH[:2]])
    lon, lat = way.apply(corner)[0]
    # the same place read as if NAD27 were WGS 84: some 40 to 50 m away here
    naive = Transformer.from_crs("EPSG:26713", "EPSG:4267", always_xy=True).transform(*corner[0])
    east_m = (lon - naive[0]) * 79_600  # a degree of longitude at 44.4° N
    north_m = (lat - naive[1]) * 111_100
    assert 30 < math.hypot(east_m, north_m) < 60


@pytest.mark.parametrize("crs", ["EPSG:4546", "EPSG:32649"])
def test_cgcs2000_and_wgs84_go_without_a_word(crs: str) -> None:
    way = way_to_wgs84(CRS(crs), LINFEN_4546, file_name="u.gpkg")
    assert way.remarks == ()
    straight = Transformer.from_crs(crs, 4326, always_xy=True).transform(*LINFEN_4546[:2])
    np.testing.assert_allclose(way.apply(np.array([LINFEN_4546[:2]]))[0], straight, atol=1e-9)


def test_a_datum_without_known_shift_says_so() -> None:
    way = way_to_wgs84(CRS("EPSG:4610"), (110.0, 35.0, 112.0, 37.0), file_name="u.gpkg")
    [remark] = way.remarks
    assert "No datum shift from Xian 1980" in remark.reason.en
    assert "Xian 1980" in remark.reason.zh
