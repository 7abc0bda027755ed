"""What every map has: relief, water, roads, county lines and names, towns, and the frame."""

from collections.abc import Mapping
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
import shapely
import xarray as xr

from gis_core.errors import NotFoundError
from gis_core.products.assets import MAP_SCRIPTS
from gis_core.products.maps import codec, styles
from gis_core.products.maps.context import MapContext
from gis_core.products.maps.drawn import DrawnLayer, PageStart
from gis_core.products.maps.images import relief_picture
from gis_core.products.maps.strings import STRINGS, say

SHOWN_AT_FIRST = {"water", "river", "road", "railway", "town"}
TOWN_NAMES_FROM = 10  # zoom; farther out only counties and bases are named
LEAST_ZOOM, MOST_ZOOM = 6, 16
PAGE_WORDS = ("nothing_found", "zoom_in", "zoom_out", "layers", "close")


def start_map(boundaries: gpd.GeoDataFrame, context: MapContext) -> folium.Map:
    """Return an empty map; nothing on it comes from anywhere else."""
    found = folium.Map(
        tiles=None, zoom_control=False, zoom_snap=0.25, prefer_canvas=True, min_zoom=LEAST_ZOOM,
        max_zoom=MOST_ZOOM, location=_middle(shown_units(boundaries, context)), zoom_start=8,
    )  # fmt: skip
    found.default_js = [(name, name) for name in ("leaflet.js", *MAP_SCRIPTS)]
    found.default_css = [("leaflet_css", "leaflet.css"), ("upland_css", "upland.css")]
    return found


def shown_units(boundaries: gpd.GeoDataFrame, context: MapContext) -> gpd.GeoDataFrame:
    """Return the units in view: all, or the one of `context.county`.

    Raises
    ------
    NotFoundError
        If there is no such county.
    """
    if context.county is None:
        return boundaries
    chosen = boundaries[boundaries["code"] == context.county]
    if chosen.empty:
        raise NotFoundError(
            f"There is no county '{context.county}' here; there are "
            f"{', '.join(boundaries['code'])}.",
            f"没有代码为“{context.county}”的县；现有：{'、'.join(boundaries['code'])}。",
        )
    return chosen


def _middle(units: gpd.GeoDataFrame) -> tuple[float, float]:
    west, south, east, north = units.total_bounds
    return (south + north) / 2, (west + east) / 2


def add_relief(
    found: folium.Map, elevation: xr.DataArray | None, context: MapContext, *, opacity: float
) -> str:
    """Put the hillshade at the very bottom; return the colour that level land then has."""
    if elevation is None:
        return styles.ground(None)
    picture = relief_picture(elevation)
    add_picture(found, picture.address, picture.corners, name=say("relief", context.lang),
                opacity=opacity, css="relief", z_index=1)  # fmt: skip
    return styles.ground(opacity)


def add_picture(
    found: folium.Map,
    address: str,
    corners: tuple[tuple[float, float], tuple[float, float]],
    **options: Any,
) -> None:
    """Lay a picture over the map; options name, opacity, css, z_index, show."""
    folium.raster_layers.ImageOverlay(
        image=address, bounds=[list(c) for c in corners], name=codec.layer_name(options["name"]),
        opacity=options["opacity"], className=options["css"], zindex=options["z_index"],
        interactive=False, show=options.get("show", True), alt=codec.layer_name(options["name"]),
    ).add_to(found)  # fmt: skip


def add_surroundings(
    found: folium.Map, layers: Mapping[str, gpd.GeoDataFrame], context: MapContext
) -> None:
    """Draw every layer given: areas, then lines, then points; what is unknown is drawn plainly."""
    order = {"Polygon": 0, "MultiPolygon": 0, "LineString": 1, "MultiLineString": 1}
    for theme, frame in sorted(
        layers.items(), key=lambda item: order.get(_kind(item[1]), 2) if len(item[1]) else 3
    ):
        if not len(frame):
            continue
        kind = _kind(frame)
        shown = theme in SHOWN_AT_FIRST
        name = say(theme, context.lang)
        if "Polygon" in kind:
            DrawnLayer("areas", _area_data(frame, theme, context), name=name,
                       show=shown).add_to(found)  # fmt: skip
        elif "Line" in kind:
            DrawnLayer("lines", _line_data(frame, theme), name=name, show=shown).add_to(found)
        else:
            data = point_data(frame, theme, context)
            DrawnLayer("points", data, name=name, show=shown).add_to(found)
            if theme == "town":
                _name_towns(found, frame, context)


def _name_towns(found: folium.Map, towns: gpd.GeoDataFrame, context: MapContext) -> None:
    placed = towns[towns.geom_type == "Point"]
    names, _ = name_of(placed, context.lang)
    features = [
        {"name": name, "at": [round(at.x, 5), round(at.y, 5)]}
        for name, at in zip(names, placed.geometry, strict=True)
        if name
    ]
    data = {"features": features, "kind": "town", "rank": 2, "least": TOWN_NAMES_FROM}
    DrawnLayer("labels", data, name=say("town_names", context.lang)).add_to(found)


def _kind(frame: gpd.GeoDataFrame) -> str:
    return str(frame.geom_type.iloc[0]) if len(frame) else ""


def name_of(frame: gpd.GeoDataFrame, lang: str) -> tuple[list[str], list[str]]:
    """Return names in `lang` and in the other language, empty where there is none."""
    zh = _first(frame, ("name_zh", "name", "名称"))
    en = _first(frame, ("name_en", "pinyin", "name"))
    mine, other = (zh, en) if lang == "zh" else (en, zh)
    shown = [m or o for m, o in zip(mine, other, strict=True)]
    return shown, ["" if o == s else o for o, s in zip(other, shown, strict=True)]


def _first(frame: gpd.GeoDataFrame, columns: tuple[str, ...]) -> list[str]:
    held = next((c for c in columns if c in frame), None)
    if held is None:
        return [""] * len(frame)
    return ["" if v is None or v != v else str(v) for v in frame[held]]


def _area_data(frame: gpd.GeoDataFrame, theme: str, context: MapContext) -> dict[str, Any]:
    style = styles.AREA_STYLES.get(theme, styles.AREA_STYLES["protected"])
    names, _ = name_of(frame, context.lang)
    thin = shapely.simplify(frame.geometry.to_numpy(), codec.LINE_TOLERANCE)
    features = [
        {"rings": codec.polygon_rings(shape), "name": name or say(theme, context.lang), "rows": []}
        for shape, name in zip(thin, names, strict=True)
    ]
    return {"features": features, "style": style}


def _line_data(frame: gpd.GeoDataFrame, theme: str) -> dict[str, Any]:
    """Gather lines by class, so that thousands of segments are a few drawings."""
    style: dict[str, Any] = styles.LINE_STYLES.get(theme, styles.LINE_STYLES["road"])
    column = next((c for c in ("class", "kind", "type") if c in frame), None)
    words = pd.Series("", index=frame.index) if column is None else frame[column].astype(str)
    classes: list[dict[str, Any]] = []
    for word, members in frame.groupby(words):
        main = str(word).lower() in styles.MAIN_ROADS or str(word).lower() in ("main", "1")
        weight = style["weight"] * (1.8 if main else 1.0)
        parts = [p for shape in members.geometry for p in codec.line_parts(shape)]
        classes.append({"parts": parts, "style": {**style, "weight": weight}})
    return {"classes": classes}


def point_data(
    frame: gpd.GeoDataFrame,
    theme: str,
    context: MapContext,
    *,
    fields: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return points as columns; `fields` maps columns to keys of the strings."""
    placed = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    single = placed[placed.geom_type == "Point"]
    names, other = name_of(single, context.lang)
    wanted = fields or {"kind": "kind", "people": "people"}
    columns = [
        {"label": say(key, context.lang), "values": column_values(single[c], context.lang)}
        for c, key in wanted.items() if c in single
    ]  # fmt: skip
    return {
        **codec.points(single), "name": names, "fields": columns,
        **({"other": other} if any(other) else {}),
        "kind": say(theme, context.lang),
        "styles": [styles.POINT_STYLES.get(theme, styles.POINT_STYLES["service"])],
    }  # fmt: skip


def column_values(column: pd.Series, lang: str) -> list[Any]:
    """Return a column as JSON values: words of the catalogue translated, NaN as None."""
    out: list[Any] = []
    for value in column.tolist():
        if value is None or value != value:
            out.append(None)
        elif isinstance(value, str):
            out.append(STRINGS[value].in_(lang) if value in STRINGS else value)
        else:
            out.append(round(float(value), 3) if isinstance(value, float) else value)
    return out


def add_counties(
    found: folium.Map,
    boundaries: gpd.GeoDataFrame,
    context: MapContext,
    *,
    rows: Mapping[str, list[tuple[str, Any]]] | None = None,
) -> None:
    """Draw county lines with a popup each (`rows` by code), and the names."""
    thin = codec.simplified_units(boundaries)
    names, other = name_of(boundaries, context.lang)
    inside = list(boundaries.geometry.representative_point())
    features = []
    for i, (code, shape) in enumerate(zip(boundaries["code"], thin, strict=True)):
        dimmed = context.county is not None and code != context.county
        told = [(say("code", context.lang), code), *(rows or {}).get(code, [])] if code else []
        features.append({
            "rings": codec.polygon_rings(shape), "name": names[i], "other": other[i],
            "at": [round(inside[i].x, 5), round(inside[i].y, 5)], "rows": told,
            "style": styles.DIMMED_STYLE if dimmed else {},
        })  # fmt: skip
    kind = "county" if context.units == "counties" else context.units
    data = {"features": features, "style": styles.COUNTY_STYLE, "below": True,
            "kind": say(kind, context.lang)}  # fmt: skip
    DrawnLayer("areas", data, name=say(context.units, context.lang)).add_to(found)
    labels = {"features": [{"name": f["name"], "at": f["at"]} for f in features],
              "kind": "county", "rank": 1}  # fmt: skip
    DrawnLayer("labels", labels, name=say("county_names", context.lang)).add_to(found)


def finish(found: folium.Map, boundaries: gpd.GeoDataFrame, context: MapContext) -> folium.Map:
    """Add the layer control and the start of the page; call it last."""
    control = folium.LayerControl(position="topright", collapsed=True)
    control.add_to(found)
    west, south, east, north = (float(v) for v in shown_units(boundaries, context).total_bounds)
    badge = " · ".join(context.say(label) for label in context.labels)
    attribution = f"{context.say(context.region_name)} · {context.made_at[:10]}"
    PageStart({
        "bounds": [[south, west], [north, east]],
        "attribution": f"{attribution} · {badge}" if badge else attribution,
        "words": {key: say(key, context.lang) for key in PAGE_WORDS},
    }, control=control).add_to(found)  # fmt: skip
    return found
