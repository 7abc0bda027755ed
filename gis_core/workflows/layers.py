"""What the workspace holds, told and given to the analyses."""

from typing import Any

import geopandas as gpd
import xarray as xr

from gis_core.store.workspace import Workspace
from gis_core.text import Text


def list_layers(workspace: Workspace) -> list[dict[str, Any]]:
    """Return every current layer as plain bilingual values."""
    return [record.document() for record in workspace.layers()]


def layers_for(
    workspace: Workspace, themes: list[str]
) -> dict[str, gpd.GeoDataFrame | xr.DataArray]:
    """Return the layers among `themes` that the workspace holds; vectors EPSG:4326."""
    found: dict[str, gpd.GeoDataFrame | xr.DataArray] = {}
    for theme in themes:
        if workspace.has_layer(theme):
            record = workspace.layer(theme)
            raster = record.info.kind == "raster"
            found[theme] = workspace.raster(theme) if raster else workspace.features(theme)
    return found


def legends_for(workspace: Workspace, themes: list[str]) -> dict[str, dict[int, Text]]:
    """Return the class names of the categorical rasters among `themes`."""
    held = [t for t in themes if workspace.has_layer(t)]
    rasters = [t for t in held if workspace.layer(t).info.kind == "raster"]
    return {theme: legend for theme in rasters if (legend := workspace.legend(theme))}


def input_hashes(workspace: Workspace, themes: list[str]) -> dict[str, str]:
    """Return the file hash of each of `themes` that the workspace holds."""
    return {t: workspace.layer(t).info.file_hash for t in themes if workspace.has_layer(t)}
