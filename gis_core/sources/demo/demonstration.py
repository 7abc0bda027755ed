"""The demonstration prefecture as one value, and its layers ready for a workspace."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from gis_core.grid import Grid
from gis_core.layers import CheckedFrame, CheckedRaster, LayerInfo
from gis_core.region import Bracket, Region
from gis_core.text import Text

ORIGIN = "Synthetic: made by Upland's demonstration generator; describes no real place or person."
SURVEY_COLUMNS = ("village_id", "name", "township", "county_code", "people", "households")


def frame_hash(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a table's values, its geometry (WKB) and its column names."""
    digest = hashlib.sha256()
    for name in frame.columns:
        digest.update(str(name).encode())
        values = frame[name].to_numpy()
        if name == "geometry":
            values = shapely.to_wkb(values)
        if values.dtype == object:
            digest.update("\x1f".join(map(str, values)).encode())
        else:
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def raster_hash(array: xr.DataArray) -> str:
    """Return the SHA-256 of a raster's values and transform."""
    digest = hashlib.sha256(repr(tuple(array.rio.transform())).encode())
    digest.update(np.ascontiguousarray(array.to_numpy()).tobytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Demonstration:
    """A synthetic prefecture on one grid.

    `rasters` by theme: elevation (m), landcover (classes in `legend`), soil_ph,
    soil_organic_matter (g/kg), precipitation (mm a year), temperature (annual mean, °C) and
    population (people per cell, NaN outside the counties). `features` by theme, EPSG:4326: river,
    water, road, railway, town, settlement, pollution, protected, hazard, service, destination.
    `villages` is the survey (small villages), `totals` the table reported beside it, `townships`
    their codes and points. `scaled` says that `totals` is the published table scaled to another
    number of villages.
    """

    name: Text
    grid: Grid
    seed: int
    rasters: dict[str, xr.DataArray]
    legend: dict[int, Text]
    features: dict[str, gpd.GeoDataFrame]
    townships: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame
    totals: pd.DataFrame
    scaled: bool
    survey_year: int
    county_names: dict[str, str]
    extra: dict[str, Any] = field(default_factory=dict)

    def region(self) -> Region:
        """Return the region's settings: names, analysis CRS, cell and brackets."""
        brackets = tuple(
            Bracket(str(r["label"]), int(r["min_people"]), int(r["max_people"]))
            for r in self.totals.to_dict("records")
        )
        return Region(
            name_en=self.name.en,
            name_zh=self.name.zh,
            analysis_crs=f"EPSG:{self.grid.crs.to_epsg()}",
            cell_m=self.grid.cell_m,
            brackets=brackets,
        )

    def _info(self, theme: str, kind: Any, digest: str, crs: str = "EPSG:4326") -> LayerInfo:
        return LayerInfo(
            theme=theme, kind=kind, file_name=f"demonstration-{self.seed}", file_hash=digest,
            source_crs=crs, source_datum="cgcs2000" if kind == "raster" else "wgs84",
            nature="synthetic", date=f"{self.survey_year}-01-01", origin=ORIGIN,
            extra={"seed": self.seed, "cell_m": self.grid.cell_m},
        )  # fmt: skip

    def layers(self) -> list[CheckedFrame | CheckedRaster]:
        """Return rasters and features, checked, for a workspace; empty features are left out.

        The villages are not among them: they go in through the survey's own file
        (`write_survey_workbook`) or as `villages_layer`.
        """
        crs = f"EPSG:{self.grid.crs.to_epsg()}"
        out: list[CheckedFrame | CheckedRaster] = []
        for theme, array in self.rasters.items():
            info = self._info(theme, "raster", raster_hash(array), crs)
            out.append(CheckedRaster(info, array, self.legend if theme == "landcover" else {}))
        for theme, frame in self.features.items():
            if len(frame):
                out.append(CheckedFrame(self._info(theme, "vector", frame_hash(frame)), frame))
        return out

    def villages_layer(self) -> CheckedFrame:
        """Return the survey as a checked villages layer, without going through a file."""
        frame = self.villages
        more = [c for c in frame.columns if c not in (*SURVEY_COLUMNS, "geometry")]
        checked = frame[[*SURVEY_COLUMNS, "geometry"]].copy()
        checked.insert(len(SURVEY_COLUMNS), "place_precision", "point")
        checked["extra"] = frame[more].to_dict("records")
        info = self._info("villages", "villages", frame_hash(frame))
        return CheckedFrame(info, checked)
