"""Surfaces to switch on: what holds the land back most, and how sure its class is."""

from typing import Any

import folium
import numpy as np
import xarray as xr

from gis_core.grid import Grid
from gis_core.products.maps import styles
from gis_core.products.maps.base import add_picture
from gis_core.products.maps.context import MapContext
from gis_core.products.maps.images import class_picture
from gis_core.products.maps.land import (
    CLASS_NUMBERS,
    FULL_SCORE,
    NO_SCORE,
    LandRasters,
    thinned,
)
from gis_core.products.maps.panel import LegendEntry
from gis_core.products.maps.strings import say

STEPS = len(styles.SHARE_COLOURS)


def add_shaded(
    found: folium.Map,
    rasters: LandRasters,
    document: dict[str, Any],
    context: MapContext,
    *,
    class_codes: xr.DataArray,
    ground: str,
) -> list[LegendEntry]:
    """Add the surfaces that the run has, switched off, and return their legend.

    `document` is the run's, in the map's language; `class_codes` as of `organic_map`: what holds
    the land back is shown of scored land alone; `ground` is the colour of level land.
    """
    entries = []
    if rasters.limiting is not None:
        codes = thinned(class_codes)
        scored = np.isin(np.asarray(codes), list(CLASS_NUMBERS.values()))
        limiting = np.where(scored, np.asarray(rasters.limiting), 0).astype(np.uint8)
        entries += _add_limiting(found, Grid.of(codes).wrap(limiting), document, context,
                                 ground=ground)  # fmt: skip
    for role, share in rasters.shares.items():
        entries += _add_share(found, share, _name_of(role, context.lang), ground=ground)
    return entries


def _add_limiting(
    found: folium.Map,
    limiting: xr.DataArray,
    document: dict[str, Any],
    context: MapContext,
    *,
    ground: str,
) -> list[LegendEntry]:
    name, colours = say("limiting", context.lang), styles.LIMITING_COLOURS
    palette = {
        number: styles.rgba(colours[(number - 1) % len(colours)], styles.LIMITING_OPACITY)
        for number in range(1, len(document["criteria"]) + 1)
    }
    _add(found, limiting, palette, name)
    cells = np.bincount(np.asarray(limiting).ravel(), minlength=len(palette) + 1)[1:]
    order = np.argsort(-cells, kind="stable")
    heading = LegendEntry(name, "", "head", layer=name, optional=True)
    return [heading] + [
        LegendEntry(
            document["criteria"][i]["title"], _css(palette[int(i) + 1], ground), "",
            f"{cells[i] / cells.sum():.1%}", layer=name, optional=True,
        )
        for i in order if cells[i]
    ]  # fmt: skip


def _add_share(
    found: folium.Map, share: xr.DataArray, name: str, *, ground: str
) -> list[LegendEntry]:
    palette = {i + 1: styles.rgba(colour, styles.SHARE_OPACITY)
               for i, colour in enumerate(styles.SHARE_COLOURS)}  # fmt: skip
    _add(found, share_steps(share), palette, name)
    heading = LegendEntry(name, "", "head", layer=name, optional=True)
    return [heading] + [
        LegendEntry(f"{100 * i // STEPS}–{100 * (i + 1) // STEPS}%",
                    _css(palette[i + 1], ground), layer=name, optional=True)
        for i in reversed(range(STEPS))
    ]  # fmt: skip


def share_steps(share: xr.DataArray) -> xr.DataArray:
    """Return packed shares (bytes 0 to 254, 255 none) as their fifth, 1 to 5; 0 where none."""
    packed = np.asarray(share, np.int32)
    step = np.where(packed == NO_SCORE, 0, packed * STEPS // (FULL_SCORE + 1) + 1)
    return Grid.of(share).wrap(step.astype(np.uint8))


def _add(found: folium.Map, codes: xr.DataArray, palette: dict[int, Any], name: str) -> None:
    picture = class_picture(codes, palette)
    add_picture(found, picture.address, picture.corners, name=name, opacity=1, css="shaded",
                z_index=3, show=False)  # fmt: skip


def _css(rgba: tuple[int, int, int, int], ground: str) -> str:
    colour = "#" + "".join(f"{part:02x}" for part in rgba[:3])
    return f"background:{styles.blend(colour, rgba[3] / 255, ground)}"


def _name_of(role: str, lang: str) -> str:
    if role.startswith("probability-"):
        return say("probability", lang).format(name=role.removeprefix("probability-"))
    return say(role, lang)
