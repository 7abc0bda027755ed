"""The land of an organic map: what the page needs to explain a click and to weigh anew, offline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from folium.map import Layer
from jinja2 import Template
from numpy.typing import NDArray
from rasterio.warp import Resampling

from gis_core.grid import Grid
from gis_core.products.maps import styles
from gis_core.products.maps.codec import layer_name, packed_planes, script_json
from gis_core.products.maps.context import MapContext
from gis_core.products.maps.images import MOST_PIXELS, class_picture, warped
from gis_core.products.maps.strings import say

CLASS_NUMBERS = {"S1": 1, "S2": 2, "S3": 3, "N1": 4, "N2": 5}
EXCLUDED_NUMBER = 9
MOST_BYTES = 5_600_000  # of all planes; squeezed and written as text about half of it
NO_SCORE, FULL_SCORE = 255, 254  # as in the packed scores of a run
ADDS_UP = "weighted_sum"
WORDS = (
    "anew", "no_weights", "criterion", "product", "works", "fails", "limiting_gain",
    "limiting_only", "excluded", "no_data", "score", "without_rules", "note", "note_anew",
)  # fmt: skip
CLEAR = (0, 0, 0, 0)


@dataclass(frozen=True)
class Works:
    """What people can do about a criterion: `score` (0 to 1) is what it can reach at most.

    A place that scores below `helps_below` lies where the works lead; works that only raise or
    only lower a value may be of no use to others, and the page knows scores, not values.
    """

    how: str
    cost: str
    score: float
    helps_below: float = 2.0


@dataclass(frozen=True)
class LandRasters:
    """A run's rasters that a page holds, all on one grid, dims (y, x), with CRS.

    Attributes
    ----------
    criteria
        By criterion, in the order of the run's document: scores as bytes 0 to 254, 255 no data.
    failed_rules
        Bit i set when rule i of the document fails.
    limiting
        Number (from 1) of the criterion that holds the cell back most, 0 none; None where the
        run has no such raster.
    score
        0 to 1; NaN is no data or excluded. Looked at only where scores are not added up.
    explain
        Address of our own server that explains a place, ending in its first parameter; None in a
        page that must do without.
    limits
        Least scores of the classes S1, S2, … of the run's model, falling.
    works
        By criterion, where the model names works.
    shares
        By ``probability-S1`` and so on and ``agreement``, as a sensitivity analysis found them: the
        share of its draws that gave the class, or the class of the run, packed as scores are.
    """

    criteria: Mapping[str, xr.DataArray]
    failed_rules: xr.DataArray
    limits: tuple[float, ...]
    limiting: xr.DataArray | None = None
    score: xr.DataArray | None = None
    explain: str | None = None
    works: Mapping[str, Works] = field(default_factory=dict)
    shares: Mapping[str, xr.DataArray] = field(default_factory=dict)


class LandLayer(Layer):
    """The classes as run, the classes weighed anew, and what a click tells."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = upland.land({{ this.data }}, {{ this.planes }});
        {% endmacro %}
    """)

    def __init__(self, data: dict[str, Any], planes: NDArray[np.uint8], *, name: str) -> None:
        super().__init__(name=layer_name(name), overlay=True, control=True, show=True)
        self._name = "Land"
        self.data = script_json(data)
        self.planes = packed_planes(planes)


def thinned(array: xr.DataArray, most: int = MOST_PIXELS) -> xr.DataArray:
    """Return every nth cell of `array` (dims y, x, with CRS), so that no side has more than `most`.

    Values are kept as they are, so bits and classes stay what they were; the raster itself where
    it is small enough.
    """
    nth = -(-max(array.shape) // most)
    if nth == 1:
        return array
    grid = Grid.of(array)
    values = np.asarray(array)[nth // 2 :: nth, nth // 2 :: nth]
    coarse = Grid(grid.crs, grid.min_x, grid.max_y, grid.cell_m * nth, *values.shape)
    return coarse.wrap(values.copy(), name=str(array.name))


def class_palette() -> dict[int, tuple[int, int, int, int]]:
    """Return the colours of the classes by their number in a run's raster."""
    palette = {n: styles.rgba(styles.CLASS_COLOURS[c], styles.CLASS_OPACITY)
               for c, n in CLASS_NUMBERS.items()}  # fmt: skip
    palette[EXCLUDED_NUMBER] = styles.rgba(styles.EXCLUDED_COLOUR, styles.EXCLUDED_OPACITY)
    return palette


def method_of(document: dict[str, Any]) -> str:
    """Return how a run combined its scores; runs that do not say added them up."""
    held = document.get("combination") or document.get("model_document", {}).get("combination")
    return str(held.get("method", ADDS_UP) if isinstance(held, dict) else held or ADDS_UP)


def land_layer(
    class_codes: xr.DataArray,
    rasters: LandRasters,
    document: dict[str, Any],
    context: MapContext,
) -> LandLayer:
    """Return the layer of the land; `document` is the run's, in the map's language."""
    lang = context.lang
    picture = class_picture(class_codes, class_palette())
    planes, corners = _planes(class_codes, rasters, document)
    _, height, width = planes.shape
    palette = class_palette()
    colours = [CLEAR, *(palette[n] for n in CLASS_NUMBERS.values()), palette[EXCLUDED_NUMBER]]
    data = {
        "picture": picture.address, "bounds": [list(c) for c in corners],
        "width": width, "height": height, "resolution_m": _resolution_m(class_codes, planes),
        "criteria": [_criterion(row, rasters.works.get(row["name"])) for row in
                     document["criteria"]],
        "rules": [{"title": r["title"], "tag": say(r["tag"], lang), "source": r["source"]}
                  for r in document["excluded"]],
        "limits": list(rasters.limits), "colours": [list(c) for c in colours],
        "classes": [say(c, lang) for c in CLASS_NUMBERS], "adds_up": method_of(document) == ADDS_UP,
        "explain": rasters.explain, "words": {key: say(f"land_{key}", lang) for key in WORDS},
    }  # fmt: skip
    return LandLayer(data, planes, name=say("suitability", lang))


def _criterion(row: dict[str, Any], works: Works | None) -> dict[str, Any]:
    told = {"name": row["name"], "title": row["title"], "weight": row["weight"]}
    if works is None:
        return told
    return told | {"works": {"how": works.how, "cost": works.cost, "score": works.score,
                             "helps_below": works.helps_below}}  # fmt: skip


def _planes(
    class_codes: xr.DataArray, rasters: LandRasters, document: dict[str, Any]
) -> tuple[NDArray[np.uint8], tuple[tuple[float, float], tuple[float, float]]]:
    """Return scores by criterion, class (6 excluded), limiting, score, and bytes of rule bits."""
    bit_bytes = -(-len(document["excluded"]) // 8)
    count = len(rasters.criteria) + 3 + bit_bytes
    height, width = class_codes.shape
    most = int(max(height, width) * min(1.0, (MOST_BYTES / count / (height * width)) ** 0.5))

    def drawn(array: xr.DataArray, fill: int) -> NDArray[np.uint8]:
        return np.asarray(warped(array, Resampling.nearest, fill=fill, most=most)[0], np.uint8)

    codes, corners = warped(class_codes, Resampling.nearest, fill=0, most=most)
    scores = [drawn(rasters.criteria[row["name"]], NO_SCORE) for row in document["criteria"]]
    weighed = [s for s, row in zip(scores, document["criteria"], strict=True) if row["weight"] > 0]
    outside = (codes == 0) & np.all([s != NO_SCORE for s in weighed], axis=0)
    for plane in scores:
        plane[outside] = NO_SCORE  # beyond the area of study no weights make a score
    rule_bits, grid = np.asarray(rasters.failed_rules), Grid.of(rasters.failed_rules)
    bits = [drawn(grid.wrap((rule_bits >> 8 * i & 255).astype(np.uint8)), 0)
            for i in range(bit_bytes)]  # fmt: skip
    none = np.zeros(codes.shape, np.uint8)
    limiting = none if rasters.limiting is None else drawn(rasters.limiting, 0)
    kept = none if rasters.score is None else drawn(_as_bytes(rasters.score), NO_SCORE)
    codes = np.where(codes == EXCLUDED_NUMBER, len(CLASS_NUMBERS) + 1, codes).astype(np.uint8)
    return np.stack([*scores, codes, limiting, kept, *bits]), corners


def _as_bytes(score: xr.DataArray) -> xr.DataArray:
    values = np.asarray(score)
    whole = np.rint(np.nan_to_num(values) * FULL_SCORE)
    return Grid.of(score).wrap(np.where(np.isfinite(values), whole, NO_SCORE).astype(np.uint8))


def _resolution_m(class_codes: xr.DataArray, planes: NDArray[np.uint8]) -> int:
    """Return the side of a cell of the planes on the ground, metres, in tens."""
    grid = Grid.of(class_codes)
    cell = max(grid.height / planes.shape[1], grid.width / planes.shape[2]) * grid.cell_m
    return max(10, round(cell / 10) * 10)
