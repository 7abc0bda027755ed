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
    start_map,
)
from gis_core.products.maps.chosen import base_data, base_lists, base_tables
from gis_core.products.maps.context import MapContext
from gis_core.products.maps.drawn import DrawnLayer
from gis_core.products.maps.images import class_picture
from gis_core.products.maps.land import (
    ADDS_UP,
    CLASS_NUMBERS,
    LandRasters,
    class_palette,
    land_layer,
    method_of,
)
from gis_core.products.maps.overview import layer_legend, place_line
from gis_core.products.maps.page import attach_panel
from gis_core.products.maps.panel import LegendEntry, Panel, PanelList, PanelSliders
from gis_core.products.maps.shaded import add_shaded
from gis_core.products.maps.strings import say
from gis_core.text import localise


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
    land: LandRasters | None = None,
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
    land
        What a click on the land and other weights are told from; without it the map shows the
        classes alone.
    """
    told = county_part(localise(document, context.lang), context.county)
    if context.county is not None and bases is not None:
        bases = bases[bases["county_code"] == context.county]
    found = start_map(boundaries, context)
    ground = add_relief(found, elevation, context, opacity=0.55)
    shaded: list[LegendEntry] = []
    if land is None:
        picture = class_picture(class_codes, class_palette())
        add_picture(found, picture.address, picture.corners, name=say("suitability", context.lang),
                    opacity=1, css="classes", z_index=2)  # fmt: skip
    else:
        land_layer(class_codes, land, told, context).add_to(found)
        shaded = add_shaded(found, land, told, context, class_codes=class_codes, ground=ground)
    add_surroundings(found, layers or {}, context)
    add_counties(found, boundaries, context, rows=_county_rows(told, context))
    whole = context.county is None
    chosen = localise(selection or {}, context.lang) if whole else {}
    if bases is not None and len(bases):
        data = base_data(bases, boundaries, context, selection=selection)
        DrawnLayer("areas", data, name=say("bases", context.lang)).add_to(found)
    panel = Panel(
        title=say("organic", context.lang) if bases is not None else str(told["title"]),
        legend=[*_legend(told, bases, context=context, ground=ground), *shaded,
                *layer_legend(layers or {}, context, ground)],
        tables=base_tables(bases, chosen, boundaries, context),
        lists=[*base_lists(chosen, context.lang), *_lists(told, context)],
        warnings=[str(t) for t in chosen.get("conflicts", [])],
        sliders=None if land is None else _sliders(told, context.lang),
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


def _legend(
    document: dict[str, Any],
    bases: gpd.GeoDataFrame | None,
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
                                   f"{row['share']:.1%}", layer=layer,
                                   number=CLASS_NUMBERS[row["class"]]))  # fmt: skip
    colour = styles.blend(styles.EXCLUDED_COLOUR, styles.EXCLUDED_OPACITY, ground)
    excluded = LegendEntry(say("excluded", context.lang), f"background:{colour}", layer=layer)
    return [*entries, excluded]


def _sliders(document: dict[str, Any], lang: str) -> PanelSliders:
    """Return the sliders, or where the run did not add scores up why there are none."""
    method = method_of(document)
    refusal = "" if method == ADDS_UP else say("weigh_other_method", lang).format(
        method=say(method, lang), model=document.get("model", "MODEL"))  # fmt: skip
    return PanelSliders(
        [(c["name"], c["title"], c["weight"]) for c in document["criteria"]],
        [(CLASS_NUMBERS[c["class"]], say(c["class"], lang), f"{c['area_mu']:,.0f}")
         for c in document["classes"]],
        [say("class", lang), say("area_mu", lang)], say("weigh_as_run", lang), refusal,
    )  # fmt: skip


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
