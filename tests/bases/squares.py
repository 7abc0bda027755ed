"""Candidates whose geometry can be checked by hand."""

import geopandas as gpd
import numpy as np
import shapely

METRIC = 4546


def candidates_at(places: list[tuple[float, float]], **columns: list) -> gpd.GeoDataFrame:
    """Squares of 1 km whose south-west corners lie at `places` (km)."""
    number = len(places)
    shapes = [
        shapely.box(
            500_000 + x * 1000, 4_000_000 + y * 1000, 501_000 + x * 1000, 4_001_000 + y * 1000
        )
        for x, y in places
    ]
    frame = gpd.GeoDataFrame({
        "base_id": [f"c{i:02d}" for i in range(number)], "county_code": ["01"] * number,
        "area_mu": [1500.0] * number, "mean_score": [0.5] * number,
        "compactness": [0.78] * number, **columns,
    }, geometry=shapes, crs=METRIC)  # fmt: skip
    return frame.to_crs(4326)


def random_case(seed: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    places = [(float(x), float(y)) for x, y in rng.uniform(0, 4, (10, 2))]
    return candidates_at(
        places, county_code=[f"0{k}" for k in rng.integers(1, 4, 10)],
        mean_score=list(rng.uniform(0.3, 1, 10)), area_mu=list(rng.uniform(1000, 3000, 10)),
    )  # fmt: skip
