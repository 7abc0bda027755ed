"""Rasters as small pictures in Web Mercator: classes with a palette, relief as shades."""

import base64
import struct
import zlib
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rasterio.transform import from_bounds
from rasterio.warp import Resampling, reproject, transform_bounds

MOST_PIXELS = 1400  # of the longer side
TONES = 32  # of the relief; twice as many look the same and make the page 200 kB larger
WEB_MERCATOR = "EPSG:3857"
Palette = dict[int, tuple[int, int, int, int]]


@dataclass(frozen=True)
class Picture:
    """A PNG as a data address, and its corners (south, west), (north, east) in degrees."""

    address: str
    corners: tuple[tuple[float, float], tuple[float, float]]


def class_picture(codes: xr.DataArray, palette: Palette) -> Picture:
    """Return classes (uint8, dims y, x, with CRS) as a picture; classes not in it are clear."""
    pixels, corners = warped(codes, Resampling.nearest, fill=0)
    return Picture(_png(pixels.astype(np.uint8), palette), corners)


def relief_picture(elevation: xr.DataArray, *, exaggeration: float = 2.5) -> Picture:
    """Return a hillshade of `elevation` (metres, NaN clear), lit from the north-west at 45°.

    References
    ----------
    Horn (1981), Hill shading and the reflectance map.
    """
    heights, corners = warped(elevation.astype(np.float32), Resampling.average, fill=np.nan)
    (south, west), (north, east) = corners
    metres = 111_320.0 * (north - south) / heights.shape[0]
    d_south, d_east = np.gradient(heights.astype(np.float64) * exaggeration, metres)
    steep = np.arctan(np.hypot(d_east, d_south))
    facing = np.arctan2(d_south, -d_east)  # downhill, anticlockwise from east
    azimuth, altitude = np.radians(135.0), np.radians(45.0)
    light = np.sin(altitude) * np.cos(steep) + np.cos(altitude) * np.sin(steep) * np.cos(
        azimuth - facing
    )
    tones = np.clip(np.rint(light * (TONES - 1)), 0, TONES - 1)
    known = np.isfinite(tones)
    pixels = np.where(known, tones + 1, 0).astype(np.uint8)
    palette = {i + 1: (tone, tone, tone, 255) for i, tone in enumerate(range(66, 255, 6))}
    return Picture(_png(pixels, palette), corners)


def warped(
    array: xr.DataArray, method: Resampling, *, fill: float, most: int = MOST_PIXELS
) -> tuple[NDArray, tuple[tuple[float, float], tuple[float, float]]]:
    """Return `array` (dims y, x, with CRS) in Web Mercator, and its corners in degrees.

    The longer side gets at most `most` pixels, and no more than the array has.
    """
    west, south, east, north = transform_bounds(array.rio.crs, WEB_MERCATOR, *array.rio.bounds())
    longer = max(east - west, north - south)
    cell = longer / min(most, max(array.shape))
    shape = max(1, round((north - south) / cell)), max(1, round((east - west) / cell))
    values = np.asarray(array)
    out = np.full(shape, fill, dtype=values.dtype)
    reproject(
        values, out, src_transform=array.rio.transform(), src_crs=array.rio.crs,
        dst_transform=from_bounds(west, south, east, north, shape[1], shape[0]),
        dst_crs=WEB_MERCATOR, src_nodata=fill, dst_nodata=fill, resampling=method,
    )  # fmt: skip
    left, bottom, right, top = transform_bounds(WEB_MERCATOR, "EPSG:4326", west, south, east, north)
    return out, ((bottom, left), (top, right))


def _png(pixels: NDArray[np.uint8], palette: Palette) -> str:
    """Return an 8-bit palette PNG with transparency as a data address."""
    height, width = pixels.shape
    colours = np.zeros((256, 4), np.uint8)
    for value, colour in palette.items():
        colours[value] = colour
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = pixels
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", colours[:, :3].tobytes()),
        (b"tRNS", colours[:, 3].tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    return "data:image/png;base64," + base64.b64encode(png).decode()
