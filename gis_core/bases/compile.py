"""Compile a choice of bases into a 0/1 problem: what is maximised, and under which rows."""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_core.bases.deadline import Deadline
from gis_core.bases.exclusion import Exclusion, excluding_pairs
from gis_core.bases.rules import SelectionRules
from gis_core.crs import choose_analysis_crs
from gis_core.errors import InvalidLayerError, InvalidParameterError


@dataclass(frozen=True)
class Row:
    """least ≤ Σ coefficient · x ≤ most over the candidates at `places`; `group` is its rule."""

    group: str
    places: NDArray[np.int64]
    least: float
    most: float
    coefficients: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class CompiledSelection:
    """Worth of each candidate (in `unit`), rows, bounds of each 0/1 variable, and exclusions."""

    worth: NDArray[np.float64]
    rows: tuple[Row, ...]
    lower: NDArray[np.float64] = field(repr=False)
    upper: NDArray[np.float64] = field(repr=False)
    exclusion: Exclusion = field(repr=False)
    unit: str = "mu"  # of the worth: mu, or points of score


def compile_selection(
    candidates: gpd.GeoDataFrame, rules: SelectionRules, *, deadline: Deadline | None = None
) -> CompiledSelection:
    """Compile `rules` over `candidates`.

    The worth of a candidate is mean_score + compactness_weight × compactness, and that times
    area_mu where the aim is ``area``.

    Raises
    ------
    InvalidParameterError
        If a fixed base is not among the candidates.
    InvalidLayerError
        If a rule needs a column that they lack.
    TimeLimitError
        If `deadline` passes before all pairs that exclude each other are found.
    """
    number = len(candidates)
    area = candidates["area_mu"].to_numpy(float)
    worth = candidates["mean_score"].to_numpy(float) + rules.compactness_weight * candidates[
        "compactness"
    ].to_numpy(float)
    if rules.aim == "area":
        worth *= area
    lower, upper = np.zeros(number), np.ones(number)
    place = {base: i for i, base in enumerate(candidates["base_id"])}
    for bound, fixed, value in ((lower, rules.fixed_in, 1.0), (upper, rules.fixed_out, 0.0)):
        for base in fixed:
            if base not in place:
                raise InvalidParameterError(
                    f"The fixed base '{base}' is not among the {number} candidates.",
                    f"指定的基地“{base}”不在 {number} 个候选之中。",
                )
            bound[place[base]] = value
    pairs = excluding_pairs(on_the_plane(candidates), spacing_m=rules.spacing_m,
                            deadline=deadline)  # fmt: skip
    group = "spacing" if rules.spacing_m > 0 else "overlap"
    rows = _rows(candidates, rules)
    return CompiledSelection(worth, rows, lower, upper, Exclusion(group, pairs, number),
                             "mu" if rules.aim == "area" else "score")  # fmt: skip


def _rows(candidates: gpd.GeoDataFrame, rules: SelectionRules) -> tuple[Row, ...]:
    everywhere = np.arange(len(candidates))
    area = candidates["area_mu"].to_numpy(float)
    rows = [Row("count", everywhere, rules.count, rules.count)]
    codes = candidates["county_code"].to_numpy(str)
    limits = rules.limits_by_county(sorted(set(codes)))
    for code, (least, most) in sorted(limits.items()):
        rows.append(Row(f"county:{code}", np.flatnonzero(codes == code), least, most))
    if rules.min_total_area_mu is not None or rules.max_total_area_mu is not None:
        least_mu = rules.min_total_area_mu or 0.0
        most_mu = np.inf if rules.max_total_area_mu is None else rules.max_total_area_mu
        rows.append(Row("total_area", everywhere, least_mu, most_mu, area))
    if rules.products:
        products = _needed(candidates, "product").to_numpy(str)
    for name, product in sorted(rules.products.items()):
        of_it = np.flatnonzero(products == name)
        most_bases = np.inf if product.max_bases is None else product.max_bases
        if product.min_bases > 0 or most_bases < rules.count:
            rows.append(Row(f"product:{name}", of_it, product.min_bases, most_bases))
        if product.min_area_mu > 0 or product.max_area_mu is not None:
            most_mu = np.inf if product.max_area_mu is None else product.max_area_mu
            rows.append(Row(f"product_area:{name}", of_it, product.min_area_mu, most_mu,
                            area[of_it]))  # fmt: skip
    if rules.max_budget_yuan is not None:
        cost = _needed(candidates, "cost_yuan").to_numpy(float)
        rows.append(Row("budget", everywhere, 0.0, rules.max_budget_yuan, cost))
    return tuple(rows)


def _needed(candidates: gpd.GeoDataFrame, column: str) -> pd.Series:
    if column not in candidates:
        raise InvalidLayerError(
            f"A rule needs the column '{column}', which the candidates do not have.",
            f"有规则需要“{column}”列，而候选中没有该列。",
        )
    return candidates[column]


def on_the_plane(candidates: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the candidates' shapes (EPSG:4326) in the metric CRS of their middle."""
    if candidates.empty:
        return np.array([], dtype=object)
    west, south, east, north = candidates.total_bounds
    crs = choose_analysis_crs((west + east) / 2, (south + north) / 2)
    return candidates.geometry.to_crs(crs).to_numpy()
