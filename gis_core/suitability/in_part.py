"""A model where only a part of the land is at hand: what bands of rows and Dask chunks share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from gis_core.errors import InvalidModelError, InvalidParameterError, NotFoundError
from gis_core.grid import Grid
from gis_core.suitability.kernel.shapes import LEVEL
from gis_core.suitability.membership import Categorical, Membership, class_key, class_keys
from gis_core.suitability.model import Criterion, Rule, SuitabilityModel
from gis_core.surfaces.distance import DistanceStrips
from gis_core.surfaces.inside import InsideStrips
from gis_core.surfaces.windows import LOCAL, derived, margin_cells
from gis_core.text import Text

Floats = NDArray[np.float32]
Raster = TypeVar("Raster", covariant=True)
IN_PART = ("value", *LOCAL, "distance")


@dataclass(frozen=True)
class LayersInPart(Generic[Raster]):
    """Where the values come from, all on one grid.

    Attributes
    ----------
    rasters
        By theme.
    distances
        Strips of the distance to the nearest feature, by theme of a vector layer.
    legends
        Names of the values of rasters of classes, by theme.
    areas
        Strips of what lies inside of areas, by theme of a vector layer.
    """

    rasters: Mapping[str, Raster]
    distances: Mapping[str, DistanceStrips] = field(default_factory=dict)
    legends: Mapping[str, Mapping[int, Text]] = field(default_factory=dict)
    areas: Mapping[str, InsideStrips] = field(default_factory=dict)

    def has(self, part: Criterion | Rule) -> bool:
        """Return whether the layer of `part` is here."""
        if isinstance(part, Rule) and part.inside:
            return part.layer in self.areas
        return part.layer in (self.distances if part.derive == "distance" else self.rasters)

    def names(self, theme: str) -> dict[int, tuple[str, str]]:
        """Return the English and Chinese names of the values of `theme`."""
        return {value: (t.en, t.zh) for value, t in self.legends.get(theme, {}).items()}


def refuse_parts(
    model: SuitabilityModel, parts: Iterable[Criterion | Rule], layers: LayersInPart[Raster]
) -> None:
    """Refuse parts that a part of the land does not tell, and those whose layer is missing.

    Raises
    ------
    InvalidModelError
        If one of `parts` needs the whole land at once.
    NotFoundError
        If a layer is missing of one of them, or of a rule that is not optional.
    """
    kept = [*parts]
    for part in kept:
        if part.derive not in IN_PART:
            raise InvalidModelError(
                f"'{part.name}' of model '{model.name}' looks at the {part.derive} of "
                f"'{part.layer}', which needs the whole land at once; in parts only "
                f"{', '.join(IN_PART)} can be worked out. Run the model in memory, or make that "
                "surface first and name it as a raster.",
                f"模型“{model.name}”的“{part.name}”需要“{part.layer}”的 {part.derive}，"
                f"须一次读入全域；分块计算仅支持 {'、'.join(IN_PART)}。"
                "请在内存中运行该模型，或先生成该栅格再引用。",
            )
    for part in [*kept, *(rule for rule in model.rules if not rule.optional)]:
        if not layers.has(part):
            raise NotFoundError(
                f"'{part.name}' of model '{model.name}' needs the layer '{part.layer}', which is "
                "not here. Give it, or mark the part optional.",
                f"模型“{model.name}”的“{part.name}”需要“{part.layer}”图层，但未提供。"
                "请提供该图层，或将其标为 optional。",
            )


def refuse_other_grid(name: str, found: Grid, wanted: Grid) -> None:
    """Refuse a raster on another grid than the first.

    Raises
    ------
    InvalidParameterError
        If the grids differ.
    """
    if found != wanted:
        raise InvalidParameterError(
            f"'{name}' stands on another grid ({found.width} × {found.height} cells of "
            f"{found.cell_m:g} m) than the others ({wanted.width} × {wanted.height} of "
            f"{wanted.cell_m:g} m). Bring all rasters onto one grid first, as gdalwarp does.",
            f"“{name}”的格网（{found.width}×{found.height}，{found.cell_m:g} 米）与其他栅格"
            f"（{wanted.width}×{wanted.height}，{wanted.cell_m:g} 米）不一致；请先对齐到同一格网"
            "（如用 gdalwarp）。",
        )


def levels(criteria: Sequence[Criterion]) -> tuple[float, ...]:
    """Return by criterion the score of level land, NaN for those not on the aspect."""
    return tuple(np.nan if c.flat is None else c.flat for c in criteria)


def membership_by_value(criterion: Criterion, layers: LayersInPart[Raster]) -> Membership:
    """Return the membership, with the classes of a categorical one by value."""
    membership = criterion.membership
    if not isinstance(membership, Categorical):
        return membership
    names = layers.names(criterion.layer)
    return membership.by_value(_known(membership.scores, names), names)


def fails(rule: Rule, values: Floats, layers: LayersInPart[Raster]) -> NDArray[np.bool_]:
    """Return where `rule` excludes by the values it looks at; NaN is not excluded."""
    if rule.derive == "aspect":
        values = np.where(values == LEVEL, np.float32(np.nan), values)
    if rule.within_m is not None:
        return values < np.float32(rule.within_m)
    if rule.above is not None:
        return values > np.float32(rule.above)
    if rule.below is not None:
        return values < np.float32(rule.below)
    names = layers.names(rule.layer)
    wanted = {class_key(name) for name in rule.classes}
    chosen = [v for v in _known(rule.classes, names) if class_keys(v, names) & wanted]
    return np.isin(values, chosen)


def rows_around(part: Criterion | Rule, rows: tuple[int, int], grid: Grid) -> tuple[int, int]:
    """Return the rows of `grid`, first and past the last, that `rows` of `part` look at."""
    margin = margin_cells(part.derive, cell_m=grid.cell_m, radius_m=part.radius_m)
    return max(0, rows[0] - margin), min(grid.height, rows[1] + margin)


def seen_around(part: Criterion | Rule, held: Floats, rows: tuple[int, int], grid: Grid) -> Floats:
    """Return what `part` derives by looking around, for `rows` (first, past the last) of `grid`.

    `held` has the raster's values in the `rows_around`, whole width. The same to the bit whatever
    rows; the aspect of level land is -1.
    """
    start, stop = rows
    margin = margin_cells(part.derive, cell_m=grid.cell_m, radius_m=part.radius_m)
    wide = np.full((stop - start + 2 * margin, grid.width + 2 * margin), np.nan, np.float32)
    top = rows_around(part, rows, grid)[0] - (start - margin)
    wide[top : top + len(held), margin : margin + grid.width] = held

    def look(derive: str) -> Floats:
        return derived(derive, wide, cell_m=grid.cell_m, radius_m=part.radius_m,
                       ends=(start == 0, stop == grid.height))  # fmt: skip

    if part.derive != "aspect":
        return look(part.derive)
    return np.where(look("slope") == 0, LEVEL, look("aspect"))


def _known(written: Sequence[str] | Mapping[str, float], names: Mapping[int, object]) -> list[int]:
    """Values that the legend or the model itself names."""
    return sorted({*names, *(int(name) for name in written if name.strip().isdecimal())})
