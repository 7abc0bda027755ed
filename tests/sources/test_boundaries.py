"""Boundary files: fields found, codes exact, parts joined, faults measured."""

from pathlib import Path

import pytest

from gis_core.layers import BOUNDARY_COLUMNS
from gis_core.sources.boundaries import read_boundaries
from gis_core.units import geodesic_area_m2

COUNTY_FILES = {  # file: published area in km² (plane, so ±0.2 %), code column
    "linfen_counties_amap2022_gcj02.geojson": (20_296.8, "adcode"),
    "linfen_counties_datav_gcj02.geojson": (20_295.0, "adcode"),
    "linfen_counties_ctamap2021_wgs84.geojson": (20_291.6, "adcode"),
    "linfen_counties_coarse2016.geojson": (20_274.5, "id"),
}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", COUNTY_FILES)
def test_each_published_county_file(shared_data: Path, name: str) -> None:
    area_km2, code_column = COUNTY_FILES[name]
    layer = read_boundaries(shared_data / "boundaries" / name)
    frame = layer.frame
    assert tuple(frame.columns) == BOUNDARY_COLUMNS
    assert (len(frame), frame.crs.to_epsg()) == (17, 4326)
    assert set(frame.geom_type) == {"MultiPolygon"}
    assert frame.geometry.is_valid.all()
    assert {"141002", "141034", "141081", "141082"} <= set(frame["code"])
    assert frame.set_index("code").loc["141031", "name_zh"] == "隰县"
    assert layer.info.extra["fields"]["code"] == code_column
    assert geodesic_area_m2(frame.geometry).sum() / 1e6 == pytest.approx(area_km2, rel=2e-3)
