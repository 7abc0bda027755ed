"""Candidate bases: contiguous regions of good land within one county, of a workable size."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from numpy.typing import NDArray
from rasterio.features import shapes as raster_shapes
from scipy import ndimage

from gis_core.bases.growing import grow_region
from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.text import Text
from gis_core.units import geodesic_area_m2, m2_from_mu, mu_from_m2

COLUMNS = ["base_id", "county_code", "area_mu", "mean_score", "compactness", "geometry"]


@dataclass(frozen=True)
class CandidateSettings:
    """How candidates are grown.

    Attributes
    ----------
    min_area_mu, max_area_mu
        Least and largest area of a base.
    min_score
        Only cells of at least this score (0 to 1) belong to a base.
    roundness
        0 follows the score alone, 1 and more prefer discs.
    min_compactness
        Candidates below this Polsby–Popper compactness (0 to 1; a disc drawn in cells has about
        0.6) are left out: too torn to be run as one base.
    most_per_county
        Of each county only the best candidates by area × mean score are kept.
    min_width_m
        Land narrower than this is left out: a base is no string of ridges between gullies.
    seed_spacing
        Distance between seeds, in radii of the largest base; below 2 candidates overlap.
    """

    min_area_mu: float = 1500.0
    max_area_mu: float = 15_000.0
    min_score: float = 0.6
    roundness: float = 1.0
    seed_spacing: float = 1.5
    min_width_m: float = 300.0
    min_compactness: float = 0.2
    most_per_county: int = 200


def grow_candidates(
    score: xr.DataArray,
    *,
    zones: xr.DataArray,
    zone_codes: dict[int, str],
    settings: CandidateSettings | None = None,
    progress: Progress = silent,
) -> gpd.GeoDataFrame:
    """Grow candidates from well-spaced seeds: of full, half and quarter size where there is land.

    Parameters
    ----------
    score
        0 to 1, dims (y, x), on a `Grid`; NaN cannot be used.
    zones
        County's number on the same grid, 0 is none; regions stay within one.
    zone_codes
        County's code by number.
    settings
        Areas, least score, roundness, seeds.

    Returns
    -------
    candidates
        EPSG:4326, columns base_id (county code and number), county_code, area_mu (geodesic),
        mean_score (over cells), compactness (Polsby–Popper on the plane, 0 to 1), geometry.
        Candidates of one county may overlap. Empty when no land is good enough.

    Raises
    ------
    InvalidParameterError
        If the areas are not positive and rising, or the grids differ.
    """
    chosen = settings or CandidateSettings()
    grid = Grid.of(score)
    _check(chosen, grid, zones)
    worth = np.asarray(score, dtype=np.float32).copy()
    labels = np.asarray(zones).astype(np.int32)
    worth[(worth < chosen.min_score) | (labels == 0)] = np.nan
    worth[~_wide(np.isfinite(worth), cells=round(chosen.min_width_m / grid.cell_m))] = np.nan
    cell_mu = mu_from_m2(grid.cell_m**2)
    most = max(1, int(chosen.max_area_mu / cell_mu))
    least = max(1, int(np.ceil(chosen.min_area_mu / cell_mu)))
    seeds = _seeds(worth, spacing=max(1, int(chosen.seed_spacing * np.sqrt(most / np.pi))))
    progress(0.1, Text(f"Growing {len(seeds):,} regions", f"正在生成 {len(seeds)} 个候选区"))
    wide = worth.astype(np.float64)
    regions = [grow_region(wide, labels, s, most, chosen.roundness) for s in seeds.tolist()]
    sizes = sorted({max(least, most // part) for part in (1, 2, 4)}, reverse=True)
    kept = _distinct([r[:size] for r in regions for size in sizes if len(r) >= least])
    progress(0.5, Text(f"Outlining {len(kept):,} candidates", f"正在勾绘 {len(kept)} 个候选区"))
    frame = _outline(kept, grid, worth, labels, zone_codes)
    fits = frame["area_mu"].between(chosen.min_area_mu, chosen.max_area_mu * 1.001)
    sound = frame[fits & (frame["compactness"] >= chosen.min_compactness)]
    worth_mu = sound["area_mu"] * sound["mean_score"]
    rank = worth_mu.groupby(sound["county_code"]).rank(method="first", ascending=False)
    return _numbered(sound[rank <= chosen.most_per_county])


def _check(settings: CandidateSettings, grid: Grid, zones: xr.DataArray) -> None:
    if not 0 < settings.min_area_mu <= settings.max_area_mu:
        raise InvalidParameterError(
            f"The areas are {settings.min_area_mu:g} to {settings.max_area_mu:g} mu; wanted "
            "positive and the least not above the largest.",
            f"面积范围为 {settings.min_area_mu:g} 至 {settings.max_area_mu:g} 亩；"
            "应为正数且下限不大于上限。",
        )
    if Grid.of(zones) != grid:
        raise InvalidParameterError(
            "The counties stand on another grid than the scores; burn them on the same one.",
            "县界与得分的格网不一致；请使用同一格网。",
        )
    if m2_from_mu(settings.max_area_mu) < grid.cell_m**2:
        raise InvalidParameterError(
            f"A base of at most {settings.max_area_mu:g} mu is smaller than a cell of "
            f"{grid.cell_m:g} m. Use smaller cells.",
            f"面积上限 {settings.max_area_mu:g} 亩小于一个 {grid.cell_m:g} 米单元。请减小格网。",
        )


def _wide(usable: NDArray[np.bool_], *, cells: int) -> NDArray[np.bool_]:
    """Return the usable cells that some square of `cells` usable cells covers."""
    if cells <= 1:
        return usable
    return np.asarray(ndimage.binary_opening(usable, np.ones((cells, cells), bool)))


def _seeds(worth: NDArray[np.float32], *, spacing: int) -> NDArray[np.int64]:
    """Return the best cell of every block of `spacing` cells, by the mean worth around it."""
    usable = np.isfinite(worth)
    size = 2 * (spacing // 2) + 1
    around = ndimage.uniform_filter(np.where(usable, worth, 0.0).astype(np.float64), size,
                                    mode="constant")  # fmt: skip
    around[~usable] = -1.0
    seeds = []
    for top in range(0, worth.shape[0], spacing):
        for left in range(0, worth.shape[1], spacing):
            block = around[top : top + spacing, left : left + spacing]
            row, col = np.unravel_index(int(np.argmax(block)), block.shape)
            if block[row, col] > 0:
                seeds.append((top + int(row)) * worth.shape[1] + left + int(col))
    return np.array(seeds, dtype=np.int64)


def _distinct(regions: list[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """Drop regions of the same cells, whatever the order they were taken in."""
    found: dict[bytes, NDArray[np.int64]] = {}
    for region in regions:
        cells = np.sort(region)
        found.setdefault(cells.tobytes(), cells)
    return list(found.values())


def _outline(
    regions: list[NDArray[np.int64]],
    grid: Grid,
    worth: NDArray[np.float32],
    labels: NDArray[np.int32],
    zone_codes: dict[int, str],
) -> gpd.GeoDataFrame:
    rows: list[dict[str, Any]] = []
    for cells in regions:
        shape = _polygon(cells, grid)
        rows.append({
            "county_code": zone_codes[int(labels.ravel()[cells[0]])],
            "mean_score": float(worth.ravel()[cells].mean(dtype=np.float64)),
            "compactness": float(4 * np.pi * shape.area / shape.length**2),
            "geometry": shape,
        })  # fmt: skip
    columns = ["county_code", "mean_score", "compactness", "geometry"]
    frame = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=grid.crs)
    frame = frame.to_crs(4326)
    frame["area_mu"] = [mu_from_m2(a) for a in geodesic_area_m2(frame.geometry)]
    return frame


def _polygon(cells: NDArray[np.int64], grid: Grid) -> shapely.Geometry:
    row, col = cells // grid.width, cells % grid.width
    top, left = int(row.min()), int(col.min())
    window = np.zeros((int(row.max()) - top + 1, int(col.max()) - left + 1), np.uint8)
    window[row - top, col - left] = 1
    shift = grid.transform @ grid.transform.translation(left, top)
    parts = [
        shapely.geometry.shape(s)
        for s, v in raster_shapes(window, mask=window.astype(bool), transform=shift)
        if v
    ]
    return shapely.union_all(parts)


def _numbered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Name candidates by county and rank within it, so that the same land gives the same names."""
    centre = shapely.centroid(frame.geometry.to_numpy())
    order = np.lexsort((shapely.get_x(centre), shapely.get_y(centre), frame["area_mu"],
                        -frame["mean_score"].to_numpy(float), frame["county_code"]))  # fmt: skip
    ordered = frame.iloc[order].reset_index(drop=True)
    number = ordered.groupby("county_code").cumcount() + 1
    ordered["base_id"] = ordered["county_code"] + "-" + number.astype(str).str.zfill(3)
    return ordered[COLUMNS]
