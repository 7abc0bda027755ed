"""Candidate bases: contiguous regions of good land, of a workable size, within counties or not."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray

from gis_core.bases.cells import Regions
from gis_core.bases.growing import find_seeds, grow_region, wide_land
from gis_core.bases.outline import edge_count, outline_regions
from gis_core.bases.rules import MOST_MU, refuse_outside
from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.surfaces.areas import cell_areas_m2
from gis_core.text import Text
from gis_core.units import m2_from_mu, mu_from_m2

Ints = NDArray[np.int64]

COLUMNS = ["base_id", "county_code", "area_mu", "mean_score", "compactness", "geometry"]
SIZES = (1, 2, 4)  # candidates of the largest area, of a half and of a quarter of it
APART_SEEDS = 0.5  # where candidates may not overlap, of the distance between seeds

MOST_ROUNDNESS = 1000.0  # a disc long before that


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
        Of each county only the best candidates by area × mean score are kept, each size in turn.
    min_width_m
        Land narrower than this is left out: a base is no string of ridges between gullies.
    seed_spacing
        Distance between seeds, in radii of the largest base; below 2 candidates overlap.
    within_counties
        Whether county lines cut candidates. Otherwise one belongs to the county where most of
        its land lies.
    overlapping
        Whether candidates of the same land compete, which the choice settles; otherwise each
        takes its land from those after it, the best places first.
    """

    min_area_mu: float = 1500.0
    max_area_mu: float = 15_000.0
    min_score: float = 0.6
    roundness: float = 1.0
    seed_spacing: float = 1.5
    min_width_m: float = 300.0
    min_compactness: float = 0.2
    most_per_county: int = 200
    within_counties: bool = True
    overlapping: bool = True


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
        County's number on the same grid, 0 is none and cannot be used.
    zone_codes
        County's code by number.
    settings
        Areas, least score, roundness, seeds, county lines, overlap.

    Returns
    -------
    candidates
        EPSG:4326, columns base_id (county code and number), county_code, area_mu (of its cells on
        the ellipsoid), mean_score (over cells), compactness (Polsby–Popper on the plane, 0 to 1),
        geometry, whose edges are those of the cells (`candidate_cells` gives them again). Where
        county lines do not cut them also county_shares: codes and shares of the area, the largest
        first, as ``01=0.8 02=0.2``. Empty when no land is good enough.

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
    worth[~wide_land(np.isfinite(worth), cells=round(chosen.min_width_m / grid.cell_m))] = np.nan
    progress(0.1, Text("Growing candidates", "正在生成候选区"))
    regions, size_of = _regions(worth, labels, chosen, grid)
    progress(
        0.5, Text(f"Measuring {len(regions):,} candidates", f"正在量算 {len(regions)} 个候选区")
    )
    frame = _measured(regions, grid, worth, labels, zone_codes)
    frame["size"] = size_of
    kept = _kept(frame, chosen)
    progress(0.7, Text(f"Outlining {len(kept):,} candidates", f"正在勾绘 {len(kept)} 个候选区"))
    cells = regions.split()
    shapes = outline_regions([cells[number] for number in kept.index], grid)
    columns = COLUMNS if chosen.within_counties else [*COLUMNS, "county_shares"]
    outlined = gpd.GeoDataFrame(kept, geometry=shapes, crs=grid.crs).to_crs(4326)
    return numbered(outlined)[columns]


def numbered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Name candidates by county and rank within it, so that the same land gives the same names."""
    centre = shapely.centroid(frame.geometry.to_numpy())
    order = np.lexsort((shapely.get_x(centre), shapely.get_y(centre), frame["area_mu"],
                        -frame["mean_score"].to_numpy(float), frame["county_code"]))  # fmt: skip
    ordered = frame.iloc[order].reset_index(drop=True)
    number = ordered.groupby("county_code").cumcount() + 1
    ordered["base_id"] = ordered["county_code"] + "-" + number.astype(str).str.zfill(3)
    return ordered


def _check(settings: CandidateSettings, grid: Grid, zones: xr.DataArray) -> None:
    refuse_outside(
        {
            Text("least score", "最低得分"): (settings.min_score, 0, 1),
            Text("roundness", "圆度"): (settings.roundness, 0, MOST_ROUNDNESS),
            Text("largest area in mu", "面积上限（亩）"): (settings.max_area_mu, 0, MOST_MU),
        }
    )
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


def _regions(
    worth: NDArray[np.float32], labels: NDArray[np.int32], chosen: CandidateSettings, grid: Grid
) -> tuple[Regions, Ints]:
    """Regions of different cells, and for each the place of its size in `SIZES`."""
    ground_m2 = cell_areas_m2(grid).to_numpy()
    most = max(1, int(chosen.max_area_mu / mu_from_m2(float(ground_m2.max()))))
    least = max(1, int(np.ceil(chosen.min_area_mu / mu_from_m2(float(ground_m2.min())))))
    lines = labels if chosen.within_counties else (labels > 0).astype(np.int32)
    spacing = chosen.seed_spacing * np.sqrt(most / np.pi)
    wide = worth.astype(np.float64)
    if not chosen.overlapping:
        seeds = find_seeds(worth, spacing=max(1, int(APART_SEEDS * spacing)))
        apart = _apart(wide, lines, seeds, (least, most), chosen)
        return Regions.of(apart), np.zeros(len(apart), np.int64)
    sizes = sorted({max(least, most // part) for part in SIZES}, reverse=True)
    found: dict[bytes, tuple[Ints, int]] = {}
    for seed in find_seeds(worth, spacing=max(1, int(spacing))).tolist():
        grown = grow_region(wide, lines, seed, most, chosen.roundness)
        for place, size in enumerate(sizes if len(grown) >= least else []):
            cells = np.sort(grown[:size])
            found.setdefault(cells.tobytes(), (cells, place))
    return Regions.of([c for c, _ in found.values()]), np.array(
        [place for _, place in found.values()], dtype=np.int64
    )


def _apart(
    worth: NDArray[np.float64],
    lines: NDArray[np.int32],
    seeds: Ints,
    sizes: tuple[int, int],
    chosen: CandidateSettings,
) -> list[Ints]:
    """Regions of which none takes another's cells: sound ones take theirs from all after them."""
    least, most = sizes
    left = worth.copy()
    taken = []
    for seed in seeds.tolist():
        if np.isnan(left.ravel()[seed]):
            continue
        cells = np.sort(grow_region(left, lines, seed, most, chosen.roundness))
        if len(cells) < least:
            continue
        round_enough = 4 * np.pi * len(cells) / edge_count(cells, worth.shape[1]) ** 2
        if round_enough >= chosen.min_compactness:
            left.ravel()[cells] = np.nan
            taken.append(cells)
    return taken


def _measured(
    regions: Regions,
    grid: Grid,
    worth: NDArray[np.float32],
    labels: NDArray[np.int32],
    zone_codes: dict[int, str],
) -> pd.DataFrame:
    """Area, score, compactness and county of each region, from its cells alone."""
    area_mu = mu_from_m2(1.0) * cell_areas_m2(grid).to_numpy()
    by_zone = regions.by_zone(labels, area_mu)
    codes = [zone_codes[int(zone)] for zone in by_zone.argmax(axis=1)]
    shares = [_shares(row / row.sum(), zone_codes) for row in by_zone]
    return pd.DataFrame({
        "county_code": pd.Series(codes, dtype=object), "area_mu": regions.sums(area_mu),
        "mean_score": regions.means(worth), "compactness": regions.compactness(grid.width),
        "county_shares": pd.Series(shares, dtype=object),
    })  # fmt: skip


def _shares(shares: NDArray[np.float64], zone_codes: dict[int, str]) -> str:
    largest_first = np.argsort(-shares, kind="stable")
    return " ".join(f"{zone_codes[int(z)]}={shares[z]:.4f}" for z in largest_first if shares[z] > 0)


def parse_shares(text: str) -> dict[str, float]:
    """Return the share of a base's area (0 to 1) by county code, from its county_shares."""
    return {code: float(share) for code, _, share in (p.rpartition("=") for p in text.split())}


def _kept(frame: pd.DataFrame, chosen: CandidateSettings) -> pd.DataFrame:
    """Those of the right size and round enough; of each county the best, each size in turn."""
    fits = frame["area_mu"].between(chosen.min_area_mu, chosen.max_area_mu)
    sound = frame[fits & (frame["compactness"] >= chosen.min_compactness)]
    worth_mu = sound["area_mu"] * sound["mean_score"]
    turn = worth_mu.groupby([sound["county_code"], sound["size"]]).rank(
        method="first", ascending=False
    )
    order = pd.DataFrame({"turn": turn, "size": sound["size"]}).sort_values(["turn", "size"])
    place = sound.loc[order.index].groupby("county_code").cumcount()
    return sound[place.reindex(sound.index) < chosen.most_per_county]
