"""What people open: maps, tiles, legends, reports; made from frames, rasters and run documents."""
