"""The overview map: counties, water, roads, towns, villages by size."""

from collections.abc import Mapping
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import xarray as xr

from gis_core.products.maps import styles
from gis_core.products.maps.base import (
    add_counties,
    add_relief,
    add_surroundings,
    finish,
    name_of,
    point_data,
    shown_units,
    start_map,
)
from gis_core.products.maps.codec import coded
from gis_core.products.maps.context import MapContext
from gis_core.products.maps.drawn import DrawnLayer
from gis_core.products.maps.page import attach_panel
from gis_core.products.maps.panel import LegendEntry, Panel, PanelTable
from gis_core.products.maps.strings import say

SIZES = ("under_100", "to_300", "above_300")
STRIP_DEG = 0.02  # villages are stored in strips of this height, about 2 km
PRECISIONS = {"point": "point", "township": "township_place", "county": "county_place"}


def overview_map(
    context: MapContext,
    *,
    boundaries: gpd.GeoDataFrame,
    villages: gpd.GeoDataFrame | None = None,
    layers: Mapping[str, gpd.GeoDataFrame] | None = None,
    elevation: xr.DataArray | None = None,
) -> folium.Map:
    """Return the overview map.

    Parameters
    ----------
    context
        Language, labels, sources.
    boundaries
        code, name_zh, name_en, geometry (EPSG:4326).
    villages
        `layers.VILLAGE_COLUMNS`; those without a place count in the sums only.
    layers
        Further layers by theme, EPSG:4326.
    elevation
        Metres, dims (y, x), with CRS; for the relief.
    """
    found = start_map(boundaries, context)
    ground = add_relief(found, elevation, context, opacity=0.75)
    sums = village_sums(boundaries, villages, context)
    add_surroundings(found, layers or {}, context)
    add_counties(found, boundaries, context, rows=sums)
    if villages is not None and context.show_villages:
        data = village_data(villages, boundaries, context)
        DrawnLayer("points", data, name=say("villages", context.lang)).add_to(found)
    panel = Panel(
        title=say("overview", context.lang),
        legend=_legend(villages, layers or {}, context, ground),
        tables=[_county_table(boundaries, villages, context)] if villages is not None else [],
    )  # fmt: skip
    attach_panel(found, panel, context, where=place_line(boundaries, context))
    return finish(found, boundaries, context)


def place_line(boundaries: gpd.GeoDataFrame, context: MapContext) -> str:
    """Return the region, and the county when the map shows one."""
    region = context.say(context.region_name)
    if context.county is None:
        return region
    names, _ = name_of(shown_units(boundaries, context), context.lang)
    return f"{region} · {names[0]}"


def village_sums(
    boundaries: gpd.GeoDataFrame, villages: gpd.GeoDataFrame | None, context: MapContext
) -> dict[str, list[tuple[str, Any]]]:
    """Return villages, households and people by county, as rows for its popup."""
    if villages is None:
        return {}
    groups = villages.groupby("county_code")[["people", "households"]].sum()
    counts = villages.groupby("county_code").size()
    return {
        code: [(say("village_count", context.lang), int(counts[code])),
               (say("households", context.lang), int(groups.loc[code, "households"])),
               (say("people", context.lang), int(groups.loc[code, "people"]))]
        for code in boundaries["code"] if code in counts.index
    }  # fmt: skip


def in_view(villages: gpd.GeoDataFrame, context: MapContext) -> gpd.GeoDataFrame:
    """Return the villages with a place, of the county in view when there is one."""
    placed = of_county(villages[~villages.geometry.isna()], context)
    strip = np.floor(placed.geometry.y.to_numpy() / STRIP_DEG)
    keys = (placed.geometry.x.to_numpy(), strip, placed["township"].astype(str).to_numpy(),
            placed["county_code"].astype(str).to_numpy())  # fmt: skip
    return placed.iloc[np.lexsort(keys)]  # neighbours follow each other: small steps, long runs


def of_county(villages: gpd.GeoDataFrame, context: MapContext) -> gpd.GeoDataFrame:
    """Return the villages of the county in view, all when the map shows every county."""
    return villages if context.county is None else villages[
        villages["county_code"] == context.county
    ]  # fmt: skip


def village_data(
    villages: gpd.GeoDataFrame, boundaries: gpd.GeoDataFrame, context: MapContext
) -> dict[str, Any]:
    """Return villages as columns, styled by size."""
    placed = in_view(villages, context)
    data = point_data(placed, "villages", context, fields={
        "township": "township", "people": "people", "households": "households",
    })  # fmt: skip
    lang = context.lang
    counties = dict(zip(boundaries["code"], name_of(boundaries, lang)[0], strict=True))
    precise = [say(PRECISIONS.get(p, p), lang) for p in placed["place_precision"]]
    data["fields"] = [
        {"label": say("county", lang),
         **coded([counties.get(c, c) for c in placed["county_code"]])},
        {"label": say("township", lang), **coded(placed["township"].tolist())},
        *data["fields"][1:],
        {"label": say("placed_by", lang), **coded(precise)},
    ]  # fmt: skip
    people = placed["people"].to_numpy()
    data["where"] = 2  # a search result tells county and township
    data["order"] = [2, 1, 0]  # small villages, drawn small, on top of large ones
    data["styles"] = list(styles.VILLAGE_STYLES)
    data["style"] = [int(v) for v in np.digitize(people, [100, 301])]
    return data


def _legend(
    villages: gpd.GeoDataFrame | None,
    layers: Mapping[str, gpd.GeoDataFrame],
    context: MapContext,
    ground: str,
) -> list[LegendEntry]:
    entries = []
    name = say("villages", context.lang)
    if villages is not None and context.show_villages:
        held = of_county(villages, context)
        counts = np.bincount(np.digitize(held["people"], [100, 301]), minlength=3)
        for size, style, count in zip(SIZES, styles.VILLAGE_STYLES, counts, strict=True):
            if count:
                told = say(size, context.lang)
                told = f"{name}, {told}" if context.lang == "en" else f"{told}的村"
                css = styles.swatch(style, ground)
                entries.append(LegendEntry(told, css, "dot", f"{count:,}", layer=name))
    return [*entries, *layer_legend(layers, context, ground)]


def layer_legend(
    layers: Mapping[str, gpd.GeoDataFrame], context: MapContext, ground: str
) -> list[LegendEntry]:
    """Return a legend line for every layer given, as it looks on land of the colour `ground`."""
    entries = []
    for theme, frame in layers.items():
        if not len(frame):
            continue
        name = say(theme, context.lang)
        if theme in styles.LINE_STYLES:
            dash = "dashed" if "dashArray" in styles.LINE_STYLES[theme] else "solid"
            line = styles.LINE_STYLES[theme]
            css = f"border-top:3px {dash} {styles.blend(line['color'], line['opacity'], ground)}"
            entries.append(LegendEntry(name, css, "stroke", layer=name))
        else:
            style = styles.POINT_STYLES.get(theme) or styles.AREA_STYLES.get(theme)
            style = style or styles.POINT_STYLES["service"]
            shape = "dot" if theme not in styles.AREA_STYLES else ""
            css = styles.swatch(style, ground)
            entries.append(LegendEntry(name, css, shape, layer=name))
    county = f"border-top:3px solid {styles.COUNTY_STYLE['color']}"
    counties = say(context.units, context.lang)
    return [*entries, LegendEntry(counties, county, "stroke", layer=counties)]


def _county_table(
    boundaries: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, context: MapContext
) -> PanelTable:
    lang = context.lang
    names = dict(zip(boundaries["code"], name_of(boundaries, lang)[0], strict=True))
    held = of_county(villages, context)
    groups = held.groupby("county_code")
    rows = [
        [names.get(str(code), str(code)), f"{len(group):,}", f"{int(group['people'].sum()):,}"]
        for code, group in groups
    ]
    rows.append([say("total", lang), f"{len(held):,}", f"{int(held['people'].sum()):,}"])
    notes = [] if context.show_villages else [say("aggregated", lang)]
    return PanelTable(
        say("villages", lang), [say(k, lang) for k in ("county", "village_count", "people")],
        rows, notes, total=True,
    )  # fmt: skip
