"""The chosen bases on a map: shapes, what is told of each, the table and the notes."""

from typing import Any

import geopandas as gpd

from gis_core.products.maps import styles
from gis_core.products.maps.base import name_of
from gis_core.products.maps.codec import polygon_rings
from gis_core.products.maps.context import MapContext
from gis_core.products.maps.panel import PanelList, PanelTable
from gis_core.products.maps.strings import say
from gis_core.products.proof import proof_line
from gis_core.text import localise


def base_data(
    bases: gpd.GeoDataFrame,
    boundaries: gpd.GeoDataFrame,
    context: MapContext,
    *,
    selection: dict[str, Any] | None,
) -> dict[str, Any]:
    """Return the chosen bases as areas, each with what the choice's document says of it."""
    lang = context.lang
    counties = dict(zip(boundaries["code"], name_of(boundaries, lang)[0], strict=True))
    told = {b.get("id"): b for b in localise(selection or {}, lang).get("bases", [])}
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
                     (say("compactness", lang), round(row["compactness"], 3)),
                     *_more_rows(told.get(row["base_id"], {}), lang)],
            "note": row[f"why_{lang}"],
        })  # fmt: skip
    return {"features": features, "style": styles.BASE_STYLE, "kind": say("bases", lang)}


def _more_rows(base: dict[str, Any], lang: str) -> list[tuple[str, Any]]:
    """Return what only some choices know: product, how often it is chosen, what its loss costs."""
    frequency = base.get("selection_frequency")
    rows = [
        (say("product", lang), base.get("product")),
        (say("selection_frequency", lang), None if frequency is None else f"{frequency:.0%}"),
        (say("irreplaceability", lang), base.get("irreplaceability", {}).get("text")),
    ]
    return [row for row in rows if row[1]]


def base_tables(
    bases: gpd.GeoDataFrame | None,
    selection: dict[str, Any],
    boundaries: gpd.GeoDataFrame,
    context: MapContext,
) -> list[PanelTable]:
    """Return the table of the bases; `selection` is the choice's document, localised."""
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


def base_lists(selection: dict[str, Any], lang: str) -> list[PanelList]:
    """Return the notes on the choice, and by what rule other choices differ from it."""
    notes = [str(note) for note in selection.get("notes", [])]
    lists = [PanelList(say("notes", lang), notes)] if notes else []
    others = [selection.get("alternatives_rule"), selection.get("alternatives_fewer")]
    told = [str(line) for line in others if line] if selection.get("alternatives") else []
    return [*lists, PanelList(say("alternatives", lang), told)] if told else lists
