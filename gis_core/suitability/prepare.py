"""From raw layers to what criteria and rules look at: aligned, derived, each once."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gis_core.errors import InvalidModelError, NotFoundError
from gis_core.grid import Grid
from gis_core.suitability.model import Rule
from gis_core.surfaces.align import to_grid
from gis_core.surfaces.distance import distance_to
from gis_core.surfaces.rasterise import burn
from gis_core.surfaces.terrain import aspect, slope
from gis_core.text import Text

Layer: TypeAlias = xr.DataArray | gpd.GeoDataFrame


@dataclass
class Surfaces:
    """Derived surfaces on the grid, made when first asked for and kept."""

    layers: dict[str, Layer]
    grid: Grid
    legends: dict[str, dict[int, Text]]
    made: dict[tuple[str, str], NDArray[Any]] = field(default_factory=dict)

    def has(self, theme: str) -> bool:
        """Return whether the layer of `theme` was given."""
        return theme in self.layers

    def values(self, theme: str, derive: str) -> NDArray[np.float32]:
        """Return ``value``, ``slope``, ``aspect`` (degrees) or ``distance`` (m) of a layer.

        float32 (height, width); NaN means no data, ``inf`` no feature at all.

        Raises
        ------
        NotFoundError
            If the layer is missing.
        InvalidModelError
            If the derivation does not fit the kind of layer.
        """
        key = (theme, derive)
        if key not in self.made:
            self.made[key] = self._make(theme, derive)
        return self.made[key]

    def class_names(self, theme: str) -> dict[int, tuple[str, str]]:
        """Return the English and Chinese names of a categorical layer's values."""
        return {value: (name.en, name.zh) for value, name in self.legends.get(theme, {}).items()}

    def fails(self, rule: Rule) -> NDArray[np.bool_]:
        """Return where `rule` excludes; cells without data are not excluded."""
        if rule.inside:
            return self._inside(rule.layer)
        if rule.within_m is not None:
            return self.values(rule.layer, "distance") < np.float32(rule.within_m)
        values = self.values(rule.layer, rule.derive)
        if rule.above is not None:
            return values > np.float32(rule.above)
        if rule.below is not None:
            return values < np.float32(rule.below)
        names = self.class_names(rule.layer)
        wanted = set(rule.classes)
        present = np.unique(values[np.isfinite(values)])
        chosen = [v for v in present if {str(int(v)), *names.get(int(v), ())} & wanted]
        return np.isin(values, chosen)

    def _layer(self, theme: str) -> Layer:
        if theme not in self.layers:
            raise NotFoundError(
                f"The model needs the layer '{theme}', which is not here. Import it (upland import "
                f"layer {theme} FILE, or upland import raster {theme} FILE), or mark the criterion "
                "optional.",
                f"模型需要“{theme}”图层,但工作区中没有。请导入(upland import layer {theme} 文件 或 "
                f"upland import raster {theme} 文件),或将该准则标为 optional。",
            )
        return self.layers[theme]

    def _make(self, theme: str, derive: str) -> NDArray[Any]:
        layer = self._layer(theme)
        vector = isinstance(layer, gpd.GeoDataFrame)
        if vector != (derive == "distance"):
            kind = ("a vector layer", "矢量") if vector else ("a raster", "栅格")
            raise InvalidModelError(
                f"The model wants the {derive} of '{theme}', but that is {kind[0]}: vectors give "
                "distance, rasters give value, slope and aspect.",
                f"模型要求“{theme}”的 {derive},但它是{kind[1]};矢量可求 distance,"
                "栅格可求 value、slope、aspect。",
            )
        if isinstance(layer, gpd.GeoDataFrame):
            return np.asarray(distance_to(burn(layer, self.grid).astype(bool)))
        if derive in ("slope", "aspect"):
            height = self.grid.wrap(self.values(theme, "value"))
            return np.asarray(slope(height) if derive == "slope" else aspect(height))
        categorical = bool(self.legends.get(theme)) or layer.dtype.kind in "iu"
        return np.asarray(to_grid(layer, self.grid, categorical=categorical))

    def _inside(self, theme: str) -> NDArray[np.bool_]:
        layer = self._layer(theme)
        if not isinstance(layer, gpd.GeoDataFrame):
            raise InvalidModelError(
                f"The model excludes what lies inside '{theme}', a raster; use classes instead.",
                f"模型要求排除“{theme}”范围内的单元,但它是栅格;请改用 classes。",
            )
        return np.asarray(burn(layer, self.grid, all_touched=False)).astype(bool)
