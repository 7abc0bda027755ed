"""Map pages from what the workspace holds."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import folium
import geopandas as gpd
import xarray as xr

from gis_core.errors import InvalidParameterError
from gis_core.products.maps.context import MapContext
from gis_core.products.maps.organic import organic_map
from gis_core.products.maps.overview import overview_map
from gis_core.products.maps.page import render_page
from gis_core.products.maps.relocation import relocation_map
from gis_core.products.maps.strings import say
from gis_core.store.records import LayerRecord, RunRecord
from gis_core.store.workspace import Workspace
from gis_core.surfaces.rasterise import burn
from gis_core.text import Text
from gis_core.workflows.frequencies import with_frequencies
from gis_core.workflows.land import land_rasters
from gis_core.workflows.publishing import without_village_names
from gis_core.workflows.travel import elevation_on
from gis_core.workflows.workspace import (
    analysis_grid,
    county_units,
    has_units,
    units_or_extent,
)
from gis_core.writing import require_folder, written_whole

MAP_NAMES = ("overview", "organic", "relocation")
DRAWN = {
    "overview": ("river", "water", "road", "railway", "town", "settlement", "pollution",
                 "protected", "hazard"),
    "organic": ("river", "road", "railway", "town", "pollution", "protected"),
    "relocation": ("river", "road", "railway", "town", "hazard"),
}  # fmt: skip
RELIEF_MARGIN_M = 2500.0  # so that the border's own valleys can be read
DATUM_NAMES = {"wgs84": "WGS 84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}
NATURES = {
    "schematic": Text("Schematic boundaries", "边界为示意，非法定界线"),
    "synthetic": Text("Synthetic demonstration data", "演示数据，非真实"),
}


def make_map(
    workspace: Workspace,
    name: str,
    *,
    out: Path | str,
    lang: str = "en",
    county: str | None = None,
) -> int:
    """Write the map `name` as one self-contained page to `out`; return its size in bytes.

    Raises
    ------
    StorageError
        If the folder is missing or the page cannot be written; no half page is left.
    """
    out = Path(out)
    require_folder(out)
    page = map_page(workspace, name, lang=lang, county=county, inline=True)
    with written_whole(out) as part:
        part.write_text(page, "utf-8")
    return out.stat().st_size


def map_page(
    workspace: Workspace,
    name: str,
    *,
    lang: str,
    county: str | None = None,
    inline: bool = False,
    show_villages: bool = True,
) -> str:
    """Return the map `name` as a page: self-contained, or linking the assets that we serve.

    Raises
    ------
    InvalidParameterError
        If there is no such map.
    NotFoundError, NotComputedError
        If the workspace lacks what the map shows; the message says how to get it.
    """
    if name not in MAP_NAMES:
        raise InvalidParameterError(
            f"There is no map '{name}'; there are {', '.join(MAP_NAMES)}.",
            f"没有名为“{name}”的地图；可用的有 {'、'.join(MAP_NAMES)}。",
        )
    draw = {"overview": _overview, "organic": _organic, "relocation": _relocation}[name]
    runs = _runs_shown(workspace, name)
    context = map_context(workspace, lang=lang, county=county, runs=runs,
                          show_villages=show_villages)  # fmt: skip
    if not inline:
        context = replace(context, address=f"/maps/{name}")
    return render_page(draw(workspace, context, runs), context, inline=inline)


def map_context(
    workspace: Workspace,
    *,
    lang: str,
    county: str | None = None,
    runs: tuple[RunRecord, ...] = (),
    show_villages: bool = True,
) -> MapContext:
    """Return what a page of this workspace states about itself."""
    region = workspace.region()
    records = workspace.layers()
    natures = {record.info.nature for record in records}
    newest = max((*(r.imported_at for r in records), *(r.created_at for r in runs)), default=None)
    hashes = [(r.run_id, str(r.provenance["model_hash"])[:12]) for r in runs]
    run_line = Text(
        "Runs: " + ", ".join(f"{run} ({held})" for run, held in hashes),
        "运行：" + "、".join(f"{run}（{held}）" for run, held in hashes),
    )
    return MapContext(
        lang=lang, region_name=Text(region.name_en, region.name_zh),
        analysis_crs=str(region.analysis_crs or "-"),
        made_at="" if newest is None else newest.isoformat(timespec="minutes"),
        labels=tuple(text for nature, text in NATURES.items() if nature in natures),
        sources=source_lines(records, lang), run_line=run_line if runs else None,
        county=county, show_villages=show_villages,
        units="counties" if has_units(workspace) else "extent",
    )  # fmt: skip


def source_lines(records: Sequence[LayerRecord], lang: str) -> tuple[str, ...]:
    """Return a line for each source of data: the layers from it, file, date, system, datum."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for record in records:
        info = record.info
        datum = DATUM_NAMES.get(str(info.source_datum), str(info.source_datum))
        source = (info.file_name, str(info.date), str(info.source_crs), datum)
        groups.setdefault(source, []).append(say(info.theme, lang))
    colon, comma, mark = ("：", "，", "、") if lang == "zh" else (": ", ", ", ", ")
    return tuple(mark.join(names) + colon + comma.join(told) for told, names in groups.items())


def _runs_shown(workspace: Workspace, name: str) -> tuple[RunRecord, ...]:
    if name == "organic":
        scores = workspace.run(kind="suitability")
        held = [r for r in workspace.runs("bases")
                if r.document.get("suitability_run") == scores.run_id]  # fmt: skip
        return (scores, *held[-1:])
    return (workspace.run(kind="plan"),) if name == "relocation" else ()


def _layers(workspace: Workspace, name: str) -> dict[str, gpd.GeoDataFrame]:
    held = {r.info.theme for r in workspace.layers() if r.info.kind == "vector"}
    return {theme: workspace.features(theme) for theme in DRAWN[name] if theme in held}


def _elevation(workspace: Workspace) -> xr.DataArray | None:
    """Return the elevation within the units and a little around them; elsewhere NaN."""
    if not workspace.has_layer("elevation"):
        return None
    if not has_units(workspace):
        return workspace.raster("elevation")
    grid = analysis_grid(workspace)
    elevation = elevation_on(workspace, grid)
    units = county_units(workspace).to_crs(grid.crs)
    around = units.assign(geometry=units.buffer(RELIEF_MARGIN_M))
    return elevation.where(burn(around, grid).to_numpy() > 0)


def _overview(workspace: Workspace, context: MapContext, runs: tuple[RunRecord, ...]) -> folium.Map:
    villages = workspace.villages() if workspace.has_layer("villages") else None
    return overview_map(
        context, boundaries=units_or_extent(workspace), villages=villages,
        layers=_layers(workspace, "overview"), elevation=_elevation(workspace),
    )  # fmt: skip


def _organic(workspace: Workspace, context: MapContext, runs: tuple[RunRecord, ...]) -> folium.Map:
    scores, *chosen = runs
    return organic_map(
        context, boundaries=units_or_extent(workspace),
        class_codes=workspace.run_raster(scores.run_id, "class"), document=scores.document,
        bases=workspace.run_frame(chosen[0].run_id, "bases") if chosen else None,
        selection=with_frequencies(workspace, chosen[0]) if chosen else None,
        layers=_layers(workspace, "organic"), elevation=_elevation(workspace),
        land=land_rasters(workspace, scores, context),
    )  # fmt: skip


def _relocation(
    workspace: Workspace, context: MapContext, runs: tuple[RunRecord, ...]
) -> folium.Map:
    plan = runs[0].document
    if not context.show_villages:
        plan = without_village_names(workspace, plan)
    return relocation_map(
        context, boundaries=units_or_extent(workspace), villages=workspace.villages(),
        plan=plan, destinations=workspace.run_frame(runs[0].run_id, "destinations"),
        layers=_layers(workspace, "relocation"), elevation=_elevation(workspace),
    )  # fmt: skip
