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
from gis_core.suitability.model import TRAVEL_THEMES, Criterion, Rule, SuitabilityModel
from gis_core.surfaces.align import to_grid
from gis_core.surfaces.density import density
from gis_core.surfaces.distance import distance_to_features
from gis_core.surfaces.inside import InsideStrips
from gis_core.surfaces.speeds import Speeds, load_speeds
from gis_core.surfaces.terrain import continued
from gis_core.surfaces.ways import Land, travel_time_to
from gis_core.surfaces.wetness import wetness_of
from gis_core.surfaces.windows import LOCAL, derived, margin_cells
from gis_core.text import Text

Layer: TypeAlias = xr.DataArray | gpd.GeoDataFrame
Floats: TypeAlias = NDArray[np.float32]

OF_VECTORS = ("distance", "travel_time", "density")
WETNESS_BEYOND_M = 3_000.0  # so far beyond the grid ground is looked at for what drains into it


@dataclass(frozen=True)
class Reach:
    """How far a model tells distances (metres) and travel times (minutes) apart, by layer."""

    distance_m: dict[str, float] = field(default_factory=dict)
    travel_min: dict[str, float] = field(default_factory=dict)


@dataclass
class Surfaces:
    """Derived surfaces on the grid, made when first asked for and kept."""

    layers: dict[str, Layer]
    grid: Grid
    legends: dict[str, dict[int, Text]]
    reach: Reach = field(default_factory=Reach)
    speeds: Speeds = field(default_factory=load_speeds)
    made: dict[tuple[str, str, float | None], NDArray[Any]] = field(default_factory=dict)

    def has(self, theme: str) -> bool:
        """Return whether the layer of `theme` was given."""
        return theme in self.layers

    def can_make(self, part: Criterion | Rule) -> bool:
        """Return whether the layers are here that `part` cannot do without."""
        travels = part.derive == "travel_time"
        return self.has(part.layer) and (not travels or self.has(TRAVEL_THEMES[0]))

    def values(self, theme: str, derive: str, radius_m: float | None = None) -> Floats:
        """Return what `derive` makes of the layer of `theme`, made once and kept.

        Parameters
        ----------
        theme
            Of a raster, or of a vector for ``distance`` (m), ``travel_time`` (minutes) and
            ``density`` (points, km, or km² per km²).
        derive
            Of rasters ``value``, ``class``, ``slope`` and ``aspect`` (degrees), ``ruggedness``
            (m), ``wetness`` (ln m) and ``focal_mean`` (unit of the raster).
        radius_m
            Of densities and focal means: how far they look around.

        Returns
        -------
        values
            float32 (height, width); NaN means no data, ``inf`` no feature at all, or none that a
            way leads to.

        Raises
        ------
        NotFoundError
            If the layer is missing, or for travel times the elevation.
        InvalidModelError
            If the derivation does not fit the kind of layer.
        InvalidParameterError
            If a radius is asked for and none above 0 is given.
        """
        key = (theme, derive, radius_m)
        if key not in self.made:
            self.made[key] = self._make(theme, derive, radius_m)
        return self.made[key]

    def criterion_values(self, criterion: Criterion) -> Floats:
        """Return what `criterion` looks at: classes, or numbers in its own unit."""
        if isinstance(criterion.membership, Categorical):
            return self.values(criterion.layer, "class")
        return self.values(criterion.layer, criterion.derive, criterion.radius_m)

    def class_names(self, theme: str) -> dict[int, tuple[str, str]]:
        """Return the English and Chinese names of a categorical layer's values."""
        return {value: (name.en, name.zh) for value, name in self.legends.get(theme, {}).items()}

    def scores(self, criterion: Criterion) -> NDArray[np.float32]:
        """Return the criterion's scores, 0 to 1; NaN means no data."""
        membership, theme = criterion.membership, criterion.layer
        if isinstance(membership, Categorical):
            return membership.score_values(self.values(theme, "class"), self.class_names(theme))
        scores = membership.score(self.criterion_values(criterion))
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
        values = self.values(rule.layer, rule.derive, rule.radius_m)
        if rule.above is not None:
            return values > np.float32(rule.above)
        return values < np.float32(rule.below if rule.below is not None else -np.inf)

    def _layer(self, theme: str) -> Layer:
        if theme not in self.layers:
            raise self._missing(theme)
        return self.layers[theme]

    def _missing(self, theme: str) -> NotFoundError:
        return NotFoundError(
            f"The model needs the layer '{theme}', which is not here. Import it (upland import "
            f"layer {theme} FILE, or upland import raster {theme} FILE), or mark the criterion "
            "optional.",
            f"模型需要“{theme}”图层，但工作区中没有。请导入（upland import layer {theme} 文件，"
            f"或 upland import raster {theme} 文件），或将该准则标为 optional。",
        )

    def _make(self, theme: str, derive: str, radius_m: float | None) -> NDArray[Any]:
        layer = self._layer(theme)
        vector = isinstance(layer, gpd.GeoDataFrame)
        if vector != (derive in OF_VECTORS):
            kind = ("a vector layer", "矢量") if vector else ("a raster", "栅格")
            raise InvalidModelError(
                f"The model wants the {derive} of '{theme}', but that is {kind[0]}: vectors give "
                "distance, travel_time and density, rasters give value, slope, aspect, ruggedness, "
                "wetness and focal_mean.",
                f"模型要求“{theme}”的 {derive}，但它是{kind[1]}；矢量可求 distance、travel_time、"
                "density，栅格可求 value、slope、aspect、ruggedness、wetness、focal_mean。",
            )
        if isinstance(layer, gpd.GeoDataFrame):
            return self._of_features(layer, theme, derive, radius_m)
        if derive in LOCAL:
            margin = margin_cells(derive, cell_m=self.grid.cell_m, radius_m=radius_m)
            return derived(derive, self._wide(layer, margin), cell_m=self.grid.cell_m,
                           radius_m=radius_m)  # fmt: skip
        if derive == "wetness":
            return self._wetness(layer)
        # the model's use decides: an elevation in whole metres is no raster of classes
        categorical = derive == "class" or bool(self.legends.get(theme))
        return np.asarray(to_grid(layer, self.grid, categorical=categorical))

    def _of_features(
        self, layer: gpd.GeoDataFrame, theme: str, derive: str, radius_m: float | None
    ) -> NDArray[Any]:
        if derive == "density":
            radius = float("nan") if radius_m is None else radius_m
            return np.asarray(density(layer, self.grid, radius_m=radius))
        if derive == "distance":
            reach_m = self.reach.distance_m.get(theme, 0.0)
            return np.asarray(distance_to_features(layer, self.grid, reach_m=reach_m))
        reach_min = self.reach.travel_min.get(theme, 0.0)
        return np.asarray(travel_time_to(layer, self._land(), self.grid, speeds=self.speeds,
                                         reach_min=reach_min))  # fmt: skip

    def _wetness(self, layer: xr.DataArray) -> Floats:
        """Look at ground beyond the grid as well, for what drains in from there."""
        margin = max(1, int(WETNESS_BEYOND_M / self.grid.cell_m))
        heights = self._wide(layer, margin)
        ring = slice(margin - 1, 1 - margin or None)  # up to the cells just beyond the grid
        heights[ring, ring] = continued(heights[ring, ring])
        inner = wetness_of(heights, self.grid.cell_m)[margin:-margin, margin:-margin]
        return np.ascontiguousarray(inner)

    def _wide(self, layer: xr.DataArray, margin: int) -> Floats:
        """Measured values on the grid and `margin` cells around it, NaN where there are none."""
        grid, by = self.grid, margin * self.grid.cell_m
        wide = Grid(grid.crs, grid.min_x - by, grid.max_y + by, grid.cell_m,
                    grid.height + 2 * margin, grid.width + 2 * margin)  # fmt: skip
        return to_grid(layer, wide, categorical=False).to_numpy()

    def _land(self) -> Land:
        """Gather what ways lead over."""
        elevation_theme, road, *water, cover = TRAVEL_THEMES
        elevation = self._of_kind(elevation_theme, xr.DataArray)
        if elevation is None:
            raise self._missing(elevation_theme)
        return Land(
            elevation, self._of_kind(road, gpd.GeoDataFrame),
            tuple(w for theme in water
                  if (w := self._of_kind(theme, gpd.GeoDataFrame)) is not None),
            self._of_kind(cover, xr.DataArray), self.legends.get(cover, {}),
        )  # fmt: skip

    def _of_kind(self, theme: str, kind: type) -> Any:
        """Return the layer of `theme` for ways, None where it is not here."""
        layer = self.layers.get(theme)
        if layer is None or isinstance(layer, kind):
            return layer
        vector = kind is gpd.GeoDataFrame
        wanted = ("a vector layer", "矢量") if vector else ("a raster", "栅格")
        raise InvalidModelError(
            f"Travel times need '{theme}' as {wanted[0]}, but it is of the other kind; import it "
            "as that, or remove it.",
            f"计算出行时间时“{theme}”应为{wanted[1]}，但它是另一种类型；请按该类型导入或移除。",
        )

    def _inside(self, theme: str) -> NDArray[np.bool_]:
        layer = self._layer(theme)
        if not isinstance(layer, gpd.GeoDataFrame):
            raise InvalidModelError(
                f"The model excludes what lies inside '{theme}', a raster; use classes instead.",
                f"模型要求排除“{theme}”范围内的单元，但它是栅格；请改用 classes。",
            )
        return InsideStrips(layer, self.grid).rows(0, self.grid.height)


def distance_reach(model: SuitabilityModel) -> Reach:
    """Return by layer the largest distance and travel time that some part tells apart."""
    reach = Reach()
    by_derivation = {"distance": reach.distance_m, "travel_time": reach.travel_min}
    for criterion in model.criteria:
        if not isinstance(criterion.membership, Categorical):
            _stretch(by_derivation.get(criterion.derive), criterion.layer,
                     criterion.membership.reach)  # fmt: skip
    for rule in model.rules:
        for limit in (rule.within_m, rule.above, rule.below):
            _stretch(by_derivation.get(rule.derive), rule.layer, limit)
    return reach


def _stretch(reach: dict[str, float] | None, layer: str, to: float | None) -> None:
    if reach is not None and to is not None:
        reach[layer] = max(reach.get(layer, 0.0), to)
