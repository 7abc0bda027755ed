"""From raw layers to what criteria and rules look at: aligned, derived, each once."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gis_core.errors import InvalidModelError, NotFoundError
from gis_core.grid import Grid
from gis_core.suitability.membership import Categorical, class_key, class_keys
from gis_core.suitability.model import Criterion, Rule, SuitabilityModel
from gis_core.surfaces.align import to_grid
from gis_core.surfaces.distance import distance_to_features
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
    reach_m: dict[str, float] = field(default_factory=dict)
    made: dict[tuple[str, str], NDArray[Any]] = field(default_factory=dict)

    def has(self, theme: str) -> bool:
        """Return whether the layer of `theme` was given."""
        return theme in self.layers

    def values(self, theme: str, derive: str) -> NDArray[np.float32]:
        """Return ``value``, ``class``, ``slope``, ``aspect`` (degrees) or ``distance`` (m).

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

    def scores(self, criterion: Criterion) -> NDArray[np.float32]:
        """Return the criterion's scores, 0 to 1; NaN means no data."""
        membership, theme = criterion.membership, criterion.layer
        if isinstance(membership, Categorical):
            return membership.score_values(self.values(theme, "class"), self.class_names(theme))
        scores = membership.score(self.values(theme, criterion.derive))
        if criterion.derive == "aspect" and criterion.flat is not None:
            scores[self.values(theme, "slope") == 0] = criterion.flat
        return scores

    def present_classes(self, theme: str) -> list[int]:
        """Return the class values that occur on the grid, rising."""
        values = self.values(theme, "class")
        return [int(v) for v in np.unique(values[np.isfinite(values)])]

    def fails(self, rule: Rule) -> NDArray[np.bool_]:
        """Return where `rule` excludes; cells without data are not excluded."""
        if rule.inside:
            return self._inside(rule.layer)
        if rule.within_m is not None:
            return self.values(rule.layer, "distance") < np.float32(rule.within_m)
        if rule.classes:
            names = self.class_names(rule.layer)
            wanted = {class_key(name) for name in rule.classes}
            present = self.present_classes(rule.layer)
            chosen = [v for v in present if class_keys(v, names) & wanted]
            return np.isin(self.values(rule.layer, "class"), chosen)
        values = self.values(rule.layer, rule.derive)
        if rule.above is not None:
            return values > np.float32(rule.above)
        return values < np.float32(rule.below if rule.below is not None else -np.inf)

    def _layer(self, theme: str) -> Layer:
        if theme not in self.layers:
            raise NotFoundError(
                f"The model needs the layer '{theme}', which is not here. Import it (upland import "
                f"layer {theme} FILE, or upland import raster {theme} FILE), or mark the criterion "
                "optional.",
                f"模型需要“{theme}”图层，但工作区中没有。请导入（upland import layer {theme} 文件，"
                f"或 upland import raster {theme} 文件），或将该准则标为 optional。",
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
                f"模型要求“{theme}”的 {derive}，但它是{kind[1]}；矢量可求 distance，"
                "栅格可求 value、slope、aspect。",
            )
        if isinstance(layer, gpd.GeoDataFrame):
            reach_m = self.reach_m.get(theme, 0.0)
            return np.asarray(distance_to_features(layer, self.grid, reach_m=reach_m))
        if derive in ("slope", "aspect"):
            height = self.grid.wrap(self.values(theme, "value"))
            return np.asarray(slope(height) if derive == "slope" else aspect(height))
        # the model's use decides: an elevation in whole metres is no raster of classes
        categorical = derive == "class" or bool(self.legends.get(theme))
        return np.asarray(to_grid(layer, self.grid, categorical=categorical))

    def _inside(self, theme: str) -> NDArray[np.bool_]:
        layer = self._layer(theme)
        if not isinstance(layer, gpd.GeoDataFrame):
            raise InvalidModelError(
                f"The model excludes what lies inside '{theme}', a raster; use classes instead.",
                f"模型要求排除“{theme}”范围内的单元，但它是栅格；请改用 classes。",
            )
        return np.asarray(burn(layer, self.grid, all_touched=False)).astype(bool)


def distance_reach(model: SuitabilityModel) -> dict[str, float]:
    """Return by layer the largest distance in metres that some criterion or rule tells apart."""
    asked: list[tuple[str, float]] = []
    for criterion in model.criteria:
        if criterion.derive == "distance" and not isinstance(criterion.membership, Categorical):
            asked.append((criterion.layer, criterion.membership.reach))
    for rule in model.rules:
        if rule.derive == "distance":
            limits = (rule.within_m, rule.above, rule.below)
            asked += [(rule.layer, limit) for limit in limits if limit is not None]
    reach: dict[str, float] = {}
    for layer, metres in asked:
        reach[layer] = max(reach.get(layer, 0.0), metres)
    return reach
