"""Pure rasters: terrain, distance, travel time, zonal figures, sampling at points."""
