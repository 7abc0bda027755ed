"""Areas in mu and hectares, and geodesic areas."""

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from gis_core.errors import MissingCrsError

SQUARE_METRES_PER_HECTARE = 10_000.0
MU_PER_HECTARE = 15.0  # national conversion: 1 ha = 15 mu
SQUARE_METRES_PER_MU = SQUARE_METRES_PER_HECTARE / MU_PER_HECTARE


def mu_from_m2(area_m2: float) -> float:
    """Return an area in mu (1 mu = 666.67 m²) from square metres."""
    return area_m2 / SQUARE_METRES_PER_MU


def m2_from_mu(area_mu: float) -> float:
    """Return an area in square metres from mu (1 mu = 666.67 m²)."""
    return area_mu * SQUARE_METRES_PER_MU


def geodesic_area_m2(shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    """Area on the WGS 84 ellipsoid of each geometry, in square metres, never negative.

    Raises
    ------
    MissingCrsError
        If `shapes` has no CRS.

    References
    ----------
    Karney (2013), Algorithms for geodesics.
    """
    if shapes.crs is None:
        raise MissingCrsError(
            "The geometries have no CRS, so their area cannot be computed; set one first.",
            "几何没有坐标系，无法计算面积；请先指定坐标系。",
        )
    geod = Geod(ellps="WGS84")
    lonlat = shapes.to_crs(4326)
    return np.array([abs(geod.geometry_area_perimeter(g)[0]) for g in lonlat], dtype=float)
