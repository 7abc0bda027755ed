"""Upland's HTTP face: pages, JSON and tiles over what `gis_core` computed."""
