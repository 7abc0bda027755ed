"""PostGIS: the private cluster, the schema, bulk read and write, the raster catalogue."""
