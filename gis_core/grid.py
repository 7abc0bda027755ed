"""The raster grid that all analysis layers share."""

import math
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import rioxarray  # noqa: F401  (registers the .rio accessor)
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from gis_core.crs import STORED, choose_analysis_crs
from gis_core.errors import CrsMismatchError, InvalidParameterError, MissingCrsError
from gis_core.text import Text

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Grid:
    """A north-up grid: projected CRS, upper-left corner, square cell in metres, shape."""

    crs: CRS
    min_x: float
    max_y: float
    cell_m: float
    height: int
    width: int

    @classmethod
    def covering(cls, bounds: Bounds, *, crs: CRS, cell_m: float) -> "Grid":
        """Return the grid of `cell_m` cells, snapped to multiples of it, over `bounds`.

        Raises
        ------
        InvalidParameterError
            If `cell_m` is not positive or `bounds` is empty.
        CrsMismatchError
            If `crs` is not projected in metres.
        """
        if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
            raise CrsMismatchError(
                f"The analysis CRS {crs.name} is not projected in metres; choose one that is.",
                f"分析坐标系 {crs.name} 不是以米为单位的投影坐标系；请另选一个。",
            )
        min_x, min_y, max_x, max_y = bounds
        if not (cell_m > 0 and max_x > min_x and max_y > min_y and np.isfinite(bounds).all()):
            raise InvalidParameterError(
                f"No grid can cover {bounds} with cells of {cell_m} m.",
                f"无法用 {cell_m} 米的格网覆盖 {bounds}。",
            )
        left, top = math.floor(min_x / cell_m) * cell_m, math.ceil(max_y / cell_m) * cell_m
        width = math.ceil((max_x - left) / cell_m - 1e-9)
        height = math.ceil((top - min_y) / cell_m - 1e-9)
        return cls(crs, left, top, cell_m, height, width)

    @classmethod
    def over(cls, frame: gpd.GeoDataFrame, *, cell_m: float, crs: CRS | None = None) -> "Grid":
        """Return the grid over all of `frame`; without `crs` in the metric CRS of the place.

        Raises
        ------
        MissingCrsError
            If `frame` has no CRS.
        InvalidParameterError, CrsMismatchError
            As `covering` and `choose_analysis_crs`.
        """
        if frame.crs is None:
            raise MissingCrsError(
                "The shapes have no CRS, so no grid can be laid over them; set one first.",
                "几何没有坐标系，无法在其上布设格网；请先指定坐标系。",
            )
        if crs is None:
            west, south, east, north = frame.to_crs(STORED).total_bounds
            crs = choose_analysis_crs(float(west + east) / 2, float(south + north) / 2)
        min_x, min_y, max_x, max_y = (float(b) for b in frame.to_crs(crs).total_bounds)
        return cls.covering((min_x, min_y, max_x, max_y), crs=crs, cell_m=cell_m)

    @property
    def transform(self) -> Affine:
        """Affine transform from (col, row) to (x, y) of cell corners."""
        return Affine(self.cell_m, 0.0, self.min_x, 0.0, -self.cell_m, self.max_y)

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in cells."""
        return self.height, self.width

    @property
    def bounds(self) -> Bounds:
        """(min_x, min_y, max_x, max_y) in the grid's CRS."""
        return (
            self.min_x,
            self.max_y - self.height * self.cell_m,
            self.min_x + self.width * self.cell_m,
            self.max_y,
        )

    def x_centres(self) -> NDArray[np.float64]:
        """x of the cell centres, west to east, in metres."""
        return self.min_x + (np.arange(self.width, dtype=np.float64) + 0.5) * self.cell_m

    def y_centres(self) -> NDArray[np.float64]:
        """y of the cell centres, north to south, in metres."""
        return self.max_y - (np.arange(self.height, dtype=np.float64) + 0.5) * self.cell_m

    def wrap(self, values: NDArray, *, name: str | None = None) -> xr.DataArray:
        """Return `values` (height, width) as a DataArray with dims (y, x) on this grid."""
        if values.shape != self.shape:
            raise InvalidParameterError(
                f"Values of shape {values.shape} do not fit a grid of {self.shape}.",
                f"形状为 {values.shape} 的数据与 {self.shape} 的格网不符。",
            )
        array = xr.DataArray(
            values,
            dims=("y", "x"),
            coords={"y": self.y_centres(), "x": self.x_centres()},
            name=name,
        )
        return array.rio.write_crs(self.crs).rio.write_transform(self.transform)

    @classmethod
    def of(cls, array: xr.DataArray) -> "Grid":
        """Return the grid that `array` (dims y, x) stands on.

        Raises
        ------
        MissingCrsError
            If `array` has no CRS.
        InvalidParameterError
            If its cells are not square and north up.
        """
        return cls.described(
            array.rio.crs, array.rio.transform(), array.shape, name=str(array.name)
        )

    @classmethod
    def described(cls, crs: Any, transform: Affine, shape: tuple[int, ...], *, name: str) -> "Grid":
        """Return the grid that a raster's CRS, transform and (height, width) describe.

        Errors as `of`; `name` is what they call the raster.
        """
        if crs is None:
            raise MissingCrsError(
                f"The raster '{name}' has no CRS; set the right one and import it again.",
                f"栅格“{name}”没有坐标系；请指定正确的坐标系后重新导入。",
            )
        height, width = shape
        level = transform.b == 0 and transform.d == 0 and transform.e < 0
        if not level or not math.isclose(transform.a, -transform.e, rel_tol=1e-6):
            raise InvalidParameterError(
                f"The raster '{name}' has cells of {transform.a:g} by {-transform.e:g}; "
                "wanted square ones with north up. Bring it onto the analysis grid first.",
                f"栅格“{name}”的像元为 {transform.a:g} × {-transform.e:g}，应为北向上的正方形"
                "像元；请先对齐到分析格网。",
            )
        return cls(CRS(crs), transform.c, transform.f, float(transform.a), height, width)

    def require_metres(self, *, what: Text) -> None:
        """Refuse a grid whose cells are not in metres; `what` needs them.

        Raises
        ------
        CrsMismatchError
            If the CRS is not projected in metres.
        """
        if not self.crs.is_projected or self.crs.axis_info[0].unit_name != "metre":
            raise CrsMismatchError(
                f"{what.en} needs cells in metres, but the raster is in {self.crs.name}; bring it "
                "onto the analysis grid first.",
                f"{what.zh}需要以米为单位的像元，而栅格的坐标系是 {self.crs.name}；"
                "请先对齐到分析格网。",
            )
