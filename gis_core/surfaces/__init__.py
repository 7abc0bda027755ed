"""Pure rasters: terrain, distance, travel time, zonal figures, sampling at points."""

from gis_core.surfaces.align import to_grid
from gis_core.surfaces.areas import cell_areas_m2
from gis_core.surfaces.density import density
from gis_core.surfaces.distance import DistanceStrips, distance_to, distance_to_features
from gis_core.surfaces.focal import focal_mean
from gis_core.surfaces.rasterise import burn, number_zones
from gis_core.surfaces.sampling import sample
from gis_core.surfaces.shares import ZoneShares, cell_shares, zone_shares
from gis_core.surfaces.speeds import Speeds, load_speeds
from gis_core.surfaces.terrain import aspect, ruggedness, slope
from gis_core.surfaces.travel import friction_from, origin_destination_times, travel_time
from gis_core.surfaces.wetness import wetness
from gis_core.surfaces.zonal import zonal_statistics

__all__ = [
    "DistanceStrips",
    "Speeds",
    "ZoneShares",
    "aspect",
    "burn",
    "cell_areas_m2",
    "cell_shares",
    "density",
    "distance_to",
    "distance_to_features",
    "focal_mean",
    "friction_from",
    "load_speeds",
    "number_zones",
    "origin_destination_times",
    "ruggedness",
    "sample",
    "slope",
    "to_grid",
    "travel_time",
    "wetness",
    "zonal_statistics",
    "zone_shares",
]
