"""Checked layers: what a source hands over and the store keeps, with where it came from."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

import geopandas as gpd
import xarray as xr

from gis_core.remarks import Remark
from gis_core.text import Text

Kind = Literal["boundaries", "villages", "vector", "raster"]
Nature = Literal["given", "schematic", "synthetic"]

BOUNDARY_COLUMNS = ("code", "level", "parent_code", "name_zh", "name_en", "geometry")
VILLAGE_COLUMNS = (
    "village_id", "name", "township", "county_code", "people", "households",
    "geometry", "place_precision", "extra",
)  # fmt: skip


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


@dataclass(frozen=True)
class LayerInfo:
    """Where a layer came from and what was said about it on the way in.

    `source_crs` and `source_datum` are as found in the file (``EPSG:4490``, ``gcj02``);
    `nature` says whether a map must label the layer schematic or synthetic; `date` is the
    data's own date where known, else the day of import (ISO); `origin` names source and licence.
    """

    theme: str
    kind: Kind
    file_name: str
    file_hash: str
    source_crs: str = "EPSG:4326"
    source_datum: str = "wgs84"
    nature: Nature = "given"
    date: str = field(default_factory=_today)
    origin: str = ""
    remarks: tuple[Remark, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    def with_remarks(self, *remarks: Remark) -> "LayerInfo":
        """Return the same information with more remarks."""
        return replace(self, remarks=self.remarks + remarks)


@dataclass(frozen=True)
class CheckedFrame:
    """A vector layer in EPSG:4326, checked, with its information.

    Boundaries have `BOUNDARY_COLUMNS` (code, parent_code and names as text, geometry MultiPolygon);
    villages have `VILLAGE_COLUMNS` (people and households int64, geometry Point or None,
    place_precision one of point, township, county, none; extra a dict of further columns);
    other themes have any columns besides geometry.
    """

    info: LayerInfo
    frame: gpd.GeoDataFrame


@dataclass(frozen=True)
class CheckedRaster:
    """A raster (dims y, x) with CRS, transform and nodata as NaN or `_FillValue`, checked.

    `legend` maps a categorical raster's values to names; empty for measured surfaces.
    """

    info: LayerInfo
    array: xr.DataArray
    legend: dict[int, Text] = field(default_factory=dict)
