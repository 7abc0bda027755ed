"""Rasters: every kind taken, every fault in words."""

from pathlib import Path

import numpy as np
import pytest

from gis_core.sources.rasters import read_raster


@pytest.mark.shared_data
def test_spearfish_elevation_becomes_a_surface(shared_data: Path) -> None:
    raster = read_raster(shared_data / "spearfish" / "dem.tif", theme="elevation")
    values = raster.array.to_numpy()
    assert values.dtype == np.float32
    assert (np.nanmin(values), np.nanmax(values)) == (1066, 1840)
    assert np.isnan(values).mean() == pytest.approx(0.011, abs=0.001)
    assert raster.info.source_crs == "EPSG:26713"
