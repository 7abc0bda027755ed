"""Shapes and tables as small JSON: whole numbers of 1e-5 degrees, each the step from the last."""

import base64
import html
import json
import re
import zlib
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

SCALE = 100_000  # 1e-5 degrees is about a metre
COUNTY_TOLERANCE = 0.0008  # degrees, about 80 m: half a pixel at the closest useful zoom
LINE_TOLERANCE = 0.0004
TEMPLATE_OPENING = re.compile(r"\{(?=[{%#])")  # never occurs between JSON's own marks


def steps(coordinates: NDArray[np.float64]) -> list[int]:
    """Return (n, 2) lon, lat as [x0, y0, dx1, dy1, …] in 1e-5 degrees."""
    whole = np.rint(coordinates * SCALE).astype(np.int64)
    moved = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64))
    keep = np.ones(len(moved), bool)
    keep[1:] = (moved[1:] != 0).any(axis=1)
    return [int(v) for v in moved[keep].ravel()]


def polygon_rings(shape: shapely.Geometry) -> list[list[list[int]]]:
    """Return every polygon of `shape` as its rings, the outer one first."""
    return [
        [steps(shapely.get_coordinates(ring)) for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and not part.is_empty
    ]


def line_parts(shape: shapely.Geometry) -> list[list[int]]:
    """Return every line of `shape`, simplified to about 40 m."""
    thin = shapely.simplify(shape, LINE_TOLERANCE)
    return [
        steps(shapely.get_coordinates(part))
        for part in shapely.get_parts(thin)
        if part.geom_type == "LineString" and not part.is_empty
    ]


def simplified_units(units: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return units with fewer vertices whose shared borders stay shared."""
    shapes = units.geometry.to_numpy()
    if bool(shapely.coverage_is_valid(shapes)):
        thin = shapely.coverage_simplify(shapes, COUNTY_TOLERANCE)
    else:
        thin = shapely.simplify(shapes, COUNTY_TOLERANCE / 4)
    return gpd.GeoSeries(thin, index=units.index, crs=units.crs)


def points(frame: gpd.GeoDataFrame) -> dict[str, list[int]]:
    """Return the points of `frame` as columns x and y, in steps."""
    lon, lat = frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()
    flat = np.array([np.rint(lon * SCALE), np.rint(lat * SCALE)]).astype(np.int64)
    moved = np.diff(flat, axis=1, prepend=0)
    return {"x": [int(v) for v in moved[0]], "y": [int(v) for v in moved[1]]}


def coded(values: list[Any]) -> dict[str, Any]:
    """Return a column that repeats few values as a dictionary and numbers into it.

    The numbers are `of`, or `runs` (number, length, …) where that is shorter.
    """
    words = list(dict.fromkeys(values))
    number = {word: i for i, word in enumerate(words)}
    numbers = np.array([number[v] for v in values], dtype=np.int64)
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    lengths = np.diff(starts, append=len(numbers))
    runs = np.column_stack([numbers[starts], lengths]).ravel()
    if len(runs) < len(numbers):
        return {"words": words, "runs": runs.tolist()}
    return {"words": words, "of": numbers.tolist()}


def script_json(value: Any) -> str:
    """Return JSON that is safe inside a script element, whatever the names hold.

    Folium reads a rendered script once more as a Jinja template, so what would open an expression
    there must be written as an escape too: a name must never be run.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    safe = TEMPLATE_OPENING.sub(r"\\u007b", safe)
    return safe.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def packed(value: Any) -> str:
    """Return a script's expression for `value`: JSON, deflated, base64; see ``packed.js``."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    return f'upland.unpack("{_squeezed(text)}",{len(text)})'


def packed_planes(planes: NDArray[np.uint8]) -> str:
    """Return a script's expression for bytes, dims (plane, row, column), as one plane on another.

    Each cell is written as the step from the one to its left, which squeezes smooth surfaces to
    half; ``land.js`` adds the steps up.
    """
    moved = np.diff(planes, axis=2, prepend=np.zeros((*planes.shape[:2], 1), np.uint8))
    return f'upland.unpackBytes("{_squeezed(moved.tobytes())}",{moved.size})'


def _squeezed(content: bytes) -> str:
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(squeeze.compress(content) + squeeze.flush()).decode()


def layer_name(name: str) -> str:
    """Return a layer's name for Folium: HTML in Leaflet's control, template text on the way."""
    return html.escape(name).replace("{", "&#123;").replace("}", "&#125;")
