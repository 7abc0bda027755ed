"""The relocation map: which small village moves where and when, and who waits."""

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
    point_data,
    start_map,
)
from gis_core.products.maps.codec import coded, steps
from gis_core.products.maps.context import MapContext
from gis_core.products.maps.drawn import DrawnLayer
from gis_core.products.maps.overview import (
    in_view,
    layer_legend,
    place_line,
    village_data,
    village_sums,
)
from gis_core.products.maps.page import attach_panel
from gis_core.products.maps.panel import LegendEntry, Panel, PanelList, PanelTable
from gis_core.products.maps.strings import say
from gis_core.products.proof import proof_line
from gis_core.text import localise

NOT_TARGET = {"radius": 2, "color": "#8d9691", "weight": 0.5, "fillColor": "#c3cac6",
              "fillOpacity": 0.7}  # fmt: skip
DEFERRED = {"radius": 2.8, "color": styles.DEFERRED_COLOUR, "weight": 1.1, "fillColor": "#ffffff",
            "fillOpacity": 0.9}  # fmt: skip


def relocation_map(
    context: MapContext,
    *,
    boundaries: gpd.GeoDataFrame,
    villages: gpd.GeoDataFrame,
    plan: dict[str, Any],
    destinations: gpd.GeoDataFrame,
    layers: Mapping[str, gpd.GeoDataFrame] | None = None,
    elevation: xr.DataArray | None = None,
) -> folium.Map:
    """Return the relocation map.

    Parameters
    ----------
    context
        Language, labels, sources; without `show_villages` only sums by county are drawn.
    boundaries, layers, elevation
        As `overview.overview_map`.
    villages
        `layers.VILLAGE_COLUMNS`.
    plan
        The plan's document, bilingual.
    destinations
        destination_id, name, kind, capacity_people, geometry (EPSG:4326).
    """
    told = county_plan(localise(plan, context.lang), context.county)
    found = start_map(boundaries, context)
    ground = add_relief(found, elevation, context, opacity=0.75)
    add_surroundings(found, layers or {}, context)
    add_counties(found, boundaries, context, rows=village_sums(boundaries, villages, context))
    years = [int(y["year"]) for y in told["years"]]
    if context.show_villages:
        flows = _flow_data(villages, destinations, told, years, context)
        DrawnLayer("flows", flows, name=say("flows", context.lang)).add_to(found)
        data = _village_data(villages, boundaries, told, years, context)
        DrawnLayer("points", data, name=say("villages", context.lang)).add_to(found)
    sites = point_data(destinations, "destinations", context, fields={
        "kind": "form", "capacity_people": "capacity",
    })  # fmt: skip
    sites["fields"][:1] = [{"label": say("form", context.lang), **coded(
        [_form_title(told, k) for k in destinations["kind"]]
    )}]  # fmt: skip
    DrawnLayer("points", sites, name=say("destinations", context.lang)).add_to(found)
    panel = Panel(
        title=say("relocation", context.lang),
        legend=_legend(told, years, layers or {}, context=context, ground=ground),
        tables=[_year_table(told, context), _form_table(told, context)],
        lists=[PanelList(say("caveats", context.lang), [str(c) for c in told["caveats"]])],
        warnings=[str(c["text"]) for c in told["conflicts"]],
        years=years if context.show_villages else [],
    )  # fmt: skip
    attach_panel(found, panel, context, where=place_line(boundaries, context))
    return finish(found, boundaries, context)


def county_plan(plan: dict[str, Any], county: str | None) -> dict[str, Any]:
    """Return the part of a plan's document that concerns one county, its sums made anew.

    The proof (objective, bound, gap) is of the whole plan and is left out of the part.
    """
    if county is None:
        return plan
    moves = [m for m in plan["assignments"] if m["county_code"] == county]
    waits = [d for d in plan["deferred"] if d["county_code"] == county]

    def sums(rows: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
        out = []
        for row in rows:
            mine = [m for m in moves if m[key] == row[key]]
            held = {k: sum(m[k] for m in mine) for k in ("people", "households", "cost_yuan")}
            out.append({**row, "villages": len(mine), **held})
        return out

    return {**plan, "assignments": moves, "deferred": waits, "gap": None,
            "years": sums(plan["years"], "year"), "forms": sums(plan["forms"], "form")}  # fmt: skip


def _form_title(plan: dict[str, Any], form: str) -> str:
    return next((str(f["title"]) for f in plan["forms"] if f["form"] == form), form)


def _village_data(
    villages: gpd.GeoDataFrame,
    boundaries: gpd.GeoDataFrame,
    plan: dict[str, Any],
    years: list[int],
    context: MapContext,
) -> dict[str, Any]:
    lang = context.lang
    placed = in_view(villages, context)
    data = village_data(villages, boundaries, context)
    moves = {a["village_id"]: a for a in plan["assignments"]}
    waits = {d["village_id"]: d for d in plan["deferred"]}
    style, year, when, where, form, cost, why = [], [], [], [], [], [], []
    for village_id in placed["village_id"]:
        move, wait = moves.get(village_id), waits.get(village_id)
        style.append(2 + years.index(int(move["year"])) if move else 1 if wait else 0)
        year.append(int(move["year"]) if move else None)
        state = say("deferred", lang) if wait else say("not_target", lang)
        when.append(str(move["year"]) if move else state)
        where.append(move["destination"] if move else None)
        form.append(_form_title(plan, move["form"]) if move else None)
        cost.append(round(move["cost_yuan"]) if move else None)
        why.append(str((move or wait or {"why": ""})["why"]))
    data["fields"] += [
        {"label": say("year", lang), **coded(when)},
        {"label": say("destination", lang), **coded(where)},
        {"label": say("form", lang), **coded(form)},
        {"label": say("cost", lang), "values": cost},
    ]
    data["note"] = coded(why)
    data["year"] = year
    data["style"] = style
    data["order"] = list(range(2 + len(years)))  # those that move on top
    data["styles"] = [NOT_TARGET, DEFERRED, *(_moving(i, len(years)) for i in range(len(years)))]
    return data


def _flow_data(
    villages: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    plan: dict[str, Any],
    years: list[int],
    context: MapContext,
) -> dict[str, Any]:
    placed = in_view(villages, context)
    start = dict(zip(placed["village_id"], placed.geometry, strict=True))
    sited = destinations[~destinations.geometry.isna()]
    end = dict(zip(sited["destination_id"], sited.geometry, strict=True))
    moves = [
        {"line": steps(np.array([[a.x, a.y], [b.x, b.y]])), "year": int(move["year"]),
         "style": years.index(int(move["year"]))}
        for move in plan["assignments"]
        if (a := start.get(move["village_id"])) is not None
        and (b := end.get(move["destination_id"])) is not None
    ]  # fmt: skip
    lines = [{"color": styles.year_colour(i, len(years)), "weight": 1.3, "opacity": 0.75}
             for i in range(len(years))]  # fmt: skip
    return {"moves": moves, "styles": lines}


def _legend(
    plan: dict[str, Any],
    years: list[int],
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    context: MapContext,
    ground: str,
) -> list[LegendEntry]:
    lang = context.lang
    entries = []

    def dot(text: str, style: dict[str, Any], layer: str, count: int | None = None) -> None:
        css, value = styles.swatch(style, ground), "" if count is None else f"{count:,}"
        entries.append(LegendEntry(text, css, "dot", value, layer=say(layer, lang)))

    if context.show_villages:
        for i, row in enumerate(plan["years"]):
            label = f"{say('year', lang)} {row['year']}" if lang == "en" else f"{row['year']}年搬迁"
            dot(label, _moving(i, len(years)), "villages", row["villages"])
        dot(say("deferred", lang), DEFERRED, "villages", len(plan["deferred"]))
        dot(say("not_target", lang), NOT_TARGET, "villages")
        css = f"border-top:2px solid {styles.year_colour(0, len(years))}"
        entries.append(
            LegendEntry(say("flow_lines", lang), css, "stroke", layer=say("flows", lang))
        )
    dot(say("destinations", lang), styles.POINT_STYLES["destinations"], "destinations")
    return [*entries, *layer_legend(layers, context, ground)]


def _moving(position: int, years: int) -> dict[str, Any]:
    return {"radius": 4, "color": "#1d1d1d", "weight": 0.7, "fillOpacity": 0.95,
            "fillColor": styles.year_colour(position, years)}  # fmt: skip


def _year_table(plan: dict[str, Any], context: MapContext) -> PanelTable:
    lang = context.lang
    rows = [
        [str(y["year"]), f"{y['villages']:,}", f"{y['people']:,}", f"{y['cost_yuan'] / 1e4:,.0f}"]
        for y in plan["years"]
    ]
    total = [sum(y[k] for y in plan["years"]) for k in ("villages", "people", "cost_yuan")]
    rows.append([say("total", lang), f"{total[0]:,}", f"{total[1]:,}", f"{total[2] / 1e4:,.0f}"])
    cost = "10,000 yuan" if lang == "en" else "费用（万元）"
    notes = []
    if plan.get("gap") is not None:
        notes.append(proof_line(plan, lang, unit="points"))
        notes += [str(plan[key]) for key in ("objective_text",) if plan.get(key)]
    heads = [say("year", lang), say("village_count", lang), say("people", lang), cost]
    if not context.show_villages:
        notes.append(say("aggregated", lang))
    return PanelTable(say("plan_by_year", lang), heads, rows, notes, total=True)


def _form_table(plan: dict[str, Any], context: MapContext) -> PanelTable:
    lang = context.lang
    rows = [
        [str(f["title"]), f"{f['villages']:,}", f"{f['people']:,}"]
        for f in plan["forms"] if f["villages"]
    ]  # fmt: skip
    heads = [say(k, lang) for k in ("form", "village_count", "people")]
    return PanelTable(say("form", lang), heads, rows)
