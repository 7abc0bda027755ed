"""The organic-food map: suitability classes, exclusions, the chosen bases and why."""

from collections.abc import Mapping
from typing import Any

import folium
import geopandas as gpd
import xarray as xr

from gis_core.products.maps import styles
from gis_core.products.maps.base import (
    add_counties,
    add_picture,
    add_relief,
    add_surroundings,
    finish,
    name_of,
    start_map,
)
from gis_core.products.maps.codec import polygon_rings
from gis_core.products.maps.context import MapContext
from gis_core.products.maps.drawn import DrawnLayer
from gis_core.products.maps.images import class_picture
from gis_core.products.maps.overview import layer_legend, place_line
from gis_core.products.maps.page import attach_panel
from gis_core.products.maps.panel import LegendEntry, Panel, PanelList, PanelTable
from gis_core.products.maps.strings import say
from gis_core.products.proof import proof_line
from gis_core.text import localise

CLASS_NUMBERS = {"S1": 1, "S2": 2, "S3": 3, "N1": 4, "N2": 5}
EXCLUDED_NUMBER = 9


def organic_map(
    context: MapContext,
    *,
    boundaries: gpd.GeoDataFrame,
    class_codes: xr.DataArray,
    document: dict[str, Any],
    bases: gpd.GeoDataFrame | None = None,
    selection: dict[str, Any] | None = None,
    layers: Mapping[str, gpd.GeoDataFrame] | None = None,
    elevation: xr.DataArray | None = None,
) -> folium.Map:
    """Return the organic-food map.

    Parameters
    ----------
    context
        Language, labels, sources.
    boundaries
        code, name_zh, name_en, geometry (EPSG:4326).
    class_codes
        uint8, dims (y, x), with CRS: 1 to 5 for S1 to N2, 9 excluded, 0 none.
    document, selection
        The documents of the suitability run and of the choice of bases, bilingual.
    bases
        number, base_id, county_code, area_mu, mean_score, compactness, why_en, why_zh, geometry.
    layers, elevation
        As `overview.overview_map`.
    """
    told = county_part(localise(document, context.lang), context.county)
    if context.county is not None and bases is not None:
        bases = bases[bases["county_code"] == context.county]
    found = start_map(boundaries, context)
    ground = add_relief(found, elevation, context, opacity=0.55)
    palette = {n: styles.rgba(styles.CLASS_COLOURS[c], styles.CLASS_OPACITY)
               for c, n in CLASS_NUMBERS.items()}  # fmt: skip
    palette[EXCLUDED_NUMBER] = styles.rgba(styles.EXCLUDED_COLOUR, styles.EXCLUDED_OPACITY)
    picture = class_picture(class_codes, palette)
    add_picture(found, picture.address, picture.corners, name=say("suitability", context.lang),
                opacity=1, css="classes", z_index=2)  # fmt: skip
    add_surroundings(found, layers or {}, context)
    add_counties(found, boundaries, context, rows=_county_rows(told, context))
    whole = context.county is None
    chosen = localise(selection or {}, context.lang) if whole else {}
    if bases is not None and len(bases):
        data = _base_data(bases, boundaries, context)
        DrawnLayer("areas", data, name=say("bases", context.lang)).add_to(found)
    panel = Panel(
        title=say("organic", context.lang) if bases is not None else str(told["title"]),
        legend=_legend(told, bases, layers or {}, context=context, ground=ground),
        tables=_tables(bases, chosen, boundaries, context), lists=_lists(told, context),
        warnings=[str(t) for t in chosen.get("conflicts", [])],
    )  # fmt: skip
    attach_panel(found, panel, context, where=place_line(boundaries, context))
    return finish(found, boundaries, context)


def county_part(document: dict[str, Any], county: str | None) -> dict[str, Any]:
    """Return the part of a run's document that concerns one county: its own areas and shares.

    The areas that rules exclude are known for the whole region only, and so left out.
    """
    own = next((c for c in document["counties"] if c["code"] == county), None)
    if county is None or own is None:
        return document
    areas = {row["class"]: own[f"{row['class'].lower()}_area_mu"] for row in document["classes"]}
    scored = sum(areas.values())
    classes = [
        {**row, "area_mu": areas[row["class"]],
         "share": areas[row["class"]] / scored if scored else 0.0}
        for row in document["classes"]
    ]  # fmt: skip
    excluded = [{**row, "area_mu": None} for row in document["excluded"]]
    return {**document, "classes": classes, "excluded": excluded}


def _county_rows(document: dict[str, Any], context: MapContext) -> dict[str, list[tuple[str, Any]]]:
    lang = context.lang
    rows: dict[str, list[tuple[str, Any]]] = {}
    for county in document["counties"]:
        score = county["mean_score"]
        rows[county["code"]] = [
            (say("mean_score", lang), None if score is None else round(score, 3)),
            *((f"{name}, {say('area_mu', lang)}" if lang == "en" else
               f"{name} {say('area_mu', lang)}", round(county[f"{name.lower()}_area_mu"]))
              for name in ("S1", "S2", "S3")),
        ]  # fmt: skip
    return rows


def _base_data(
    bases: gpd.GeoDataFrame, boundaries: gpd.GeoDataFrame, context: MapContext
) -> dict[str, Any]:
    lang = context.lang
    counties = dict(zip(boundaries["code"], name_of(boundaries, lang)[0], strict=True))
    features = []
    for row in bases.to_dict("records"):
        inside = row["geometry"].representative_point()
        county = counties.get(row["county_code"], row["county_code"])
        name = f"{say('bases', lang)} {row['number']}" if lang == "zh" else f"Base {row['number']}"
        features.append({
            "rings": polygon_rings(row["geometry"]), "name": f"{name} · {county}",
            "other": row["base_id"], "label": str(row["number"]),
            "at": [round(inside.x, 5), round(inside.y, 5)],
            "rows": [(say("county", lang), county),
                     (say("area_mu", lang), round(row["area_mu"])),
                     (say("mean_score", lang), round(row["mean_score"], 3)),
                     (say("compactness", lang), round(row["compactness"], 3))],
            "note": row[f"why_{lang}"],
        })  # fmt: skip
    return {"features": features, "style": styles.BASE_STYLE, "kind": say("bases", lang)}


def _legend(
    document: dict[str, Any],
    bases: gpd.GeoDataFrame | None,
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    context: MapContext,
    ground: str,
) -> list[LegendEntry]:
    entries = []
    if bases is not None and len(bases):
        name, css = say("bases", context.lang), styles.swatch(styles.BASE_STYLE, ground)
        entries.append(LegendEntry(name, css, "", str(len(bases)), layer=name))
    layer = say("suitability", context.lang)
    for row in document["classes"]:
        colour = styles.blend(styles.CLASS_COLOURS[row["class"]], styles.CLASS_OPACITY, ground)
        entries.append(LegendEntry(say(row["class"], context.lang), f"background:{colour}", "",
                                   f"{row['share']:.1%}", layer=layer))  # fmt: skip
    colour = styles.blend(styles.EXCLUDED_COLOUR, styles.EXCLUDED_OPACITY, ground)
    excluded = LegendEntry(say("excluded", context.lang), f"background:{colour}", layer=layer)
    return [*entries, excluded, *layer_legend(layers, context, ground)]


def _tables(
    bases: gpd.GeoDataFrame | None,
    selection: dict[str, Any],
    boundaries: gpd.GeoDataFrame,
    context: MapContext,
) -> list[PanelTable]:
    if bases is None or not len(bases):
        return []
    lang = context.lang
    counties = dict(zip(boundaries["code"], name_of(boundaries, lang)[0], strict=True))
    rows = [
        [f"{row['number']} {counties.get(row['county_code'], row['county_code'])}",
         f"{row['area_mu']:,.0f}", f"{row['mean_score']:.2f}"]
        for row in bases.to_dict("records")
    ]  # fmt: skip
    rows.append([say("total", lang), f"{bases['area_mu'].sum():,.0f}", ""])
    notes = []
    if selection:
        notes.append(proof_line(selection, lang, unit="mu"))
    heads = [say(k, lang) for k in ("bases", "area_mu", "mean_score")]
    return [PanelTable(say("bases", lang), heads, rows, notes, total=True)]


def _lists(document: dict[str, Any], context: MapContext) -> list[PanelList]:
    lang = context.lang
    weights = [f"{c['title']} {c['weight']:.0%}{_origin(c, lang)}" for c in document["criteria"]]
    rules = [f"{r['title']}{_area(r['area_mu'], lang)}{_origin(r, lang)}"
             for r in document["excluded"]]  # fmt: skip
    areas = [f"{c['class']}{_area(c['area_mu'], lang)}" for c in document["classes"]]
    left_out = [str(r["reason"]) for r in document.get("remarks", [])]
    lists = [PanelList(say("weights", lang), weights), PanelList(say("rules", lang), rules),
             PanelList(say("areas", lang), areas)]  # fmt: skip
    return [*lists, PanelList(say("left_out", lang), left_out)] if left_out else lists


def _area(area_mu: float | None, lang: str) -> str:
    if area_mu is None:
        return ""
    return f": {area_mu:,.0f} mu" if lang == "en" else f"：{area_mu:,.0f}亩"


def _origin(row: dict[str, Any], lang: str) -> str:
    tag, source = say(row["tag"], lang), row["source"]
    return f" — {tag} ({source})" if lang == "en" else f" —— {tag}（{source}）"
