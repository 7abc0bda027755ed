"""A demonstration prefecture on coarse cells, over simple county shapes made here."""

import geopandas as gpd
import numpy as np
import pytest
from scipy.spatial import cKDTree
from shapely.geometry import MultiPolygon, box
from shapely.ops import unary_union

from gis_core.crs import STORED, transformer
from gis_core.sources.demo import Demonstration, build_demonstration
from gis_core.sources.demo.description import read_description

CELL_M = 800.0


@pytest.fixture(scope="session")
def boundaries() -> gpd.GeoDataFrame:
    """Counties as the squares of 2 km nearest to each seat, within a rough outline."""
    told = read_description()
    to_plane = transformer(STORED, told.crs)
    codes = sorted(told.counties)
    seats = np.array([to_plane.transform(*told.counties[c].seat) for c in codes])
    step = 2000.0
    xs = np.arange(seats[:, 0].min() - 16000, seats[:, 0].max() + 24000, step)
    ys = np.arange(seats[:, 1].min() - 20000, seats[:, 1].max() + 20000, step)
    gx, gy = np.meshgrid(xs, ys)
    distance, near = cKDTree(seats).query(np.column_stack([gx.ravel(), gy.ravel()]))
    shapes = []
    for number in range(len(codes)):
        mine = np.flatnonzero((near == number) & (distance < 34000))
        left, low = gx.ravel()[mine], gy.ravel()[mine]
        cells = [box(x, y, x + step, y + step) for x, y in zip(left, low, strict=True)]
        union = unary_union(cells)
        shapes.append(union if isinstance(union, MultiPolygon) else MultiPolygon([union]))
    frame = gpd.GeoDataFrame(
        {
            "code": codes,
            "level": "county",
            "parent_code": "000000",
            "name_zh": [f"县{c}" for c in codes],
            "name_en": [f"County {c}" for c in codes],
        },
        geometry=shapes,
        crs=told.crs,
    )
    return frame.to_crs(STORED)


@pytest.fixture(scope="session")
def prefecture(boundaries: gpd.GeoDataFrame) -> Demonstration:
    return build_demonstration(boundaries=boundaries, cell_m=CELL_M, seed=1)
