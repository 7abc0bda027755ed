"""Vector files: every format taken, every fault in words."""

from pathlib import Path

import pytest

from gis_core.sources.vectors import read_vector


@pytest.mark.shared_data
def test_spearfish_roads_tell_how_they_were_transformed(shared_data: Path) -> None:
    layer = read_vector(
        shared_data / "spearfish" / "spearfish_vectors.gpkg", theme="road", layer="roads"
    )
    assert (len(layer.frame), layer.info.source_crs) == (825, "EPSG:26713")
    [remark] = layer.info.remarks
    assert "NAD27 to WGS 84" in remark.reason.en
    assert "accurate to" in remark.reason.en
