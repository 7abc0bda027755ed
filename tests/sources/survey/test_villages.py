"""A survey from file to checked layer, answers known by hand."""

from pathlib import Path

import geopandas as gpd
import numpy as np

from gis_core.layers import VILLAGE_COLUMNS
from gis_core.sources.survey.villages import read_villages


def test_a_clean_csv_is_taken_whole(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(
        "编号,县,乡镇,村名,户数,人口,经度,纬度\n"
        "1,东山县,上镇,张家庄,10,40,110.2,36.2\n"
        "2,西河县,下镇,李家庄,20,80,110.7,36.3\n", "utf-8"
    )  # fmt: skip
    reading = read_villages(path, units=units)
    frame = reading.layer.frame
    assert tuple(frame.columns) == VILLAGE_COLUMNS
    assert frame["village_id"].tolist() == ["1", "2"]
    assert frame["county_code"].tolist() == ["990001", "990002"]
    assert frame["people"].tolist() == [40, 80]
    assert frame["people"].dtype == frame["households"].dtype == np.int64
    assert [(p.x, p.y) for p in frame.geometry] == [(110.2, 36.2), (110.7, 36.3)]
    assert frame["place_precision"].tolist() == ["point", "point"]
    assert frame.crs.to_epsg() == 4326
    assert reading.layer.info.remarks == ()
    assert reading.unresolved == ()
    assert reading.mapping["人口"] == {"field": "people", "score": 99.9, "used": True}
