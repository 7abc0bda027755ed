"""Products as options of the same land, and what each base costs."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from gis_core.bases.candidates import numbered
from gis_core.bases.cells import candidate_cells
from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid


def offer_products(
    grown: Mapping[str, gpd.GeoDataFrame],
    scores: Mapping[str, xr.DataArray],
    *,
    min_score: float,
) -> gpd.GeoDataFrame:
    """Return every product on every land that suits it, as candidates of which the land takes one.

    Land grown for one product is offered to the others too, where none of its cells is closed to
    them and its mean score is high enough. Options of the same land overlap, so that no choice
    takes two of them.

    Parameters
    ----------
    grown
        Candidates by product, of `grow_candidates` from its own scores.
    scores
        Scores by product, 0 to 1, dims (y, x), all on one grid; NaN is closed to the product.
    min_score
        Least mean score of an option.

    Returns
    -------
    options
        The columns of the candidates, with mean_score of the option's own product, and product.
        base_id is the land's name and the product's; options of one land share the first part.

    Raises
    ------
    InvalidParameterError
        If the scores stand on different grids.
    """
    grids = [Grid.of(score) for score in scores.values()]
    if any(grid != grids[0] for grid in grids):
        raise InvalidParameterError(
            "The runs of the products stand on different grids; run their models again with the "
            "same cell size and area.",
            "各产品的适宜性运行格网不一致；请以相同的格网和范围重新运行各模型。",
        )
    parts = [frame for frame in grown.values() if len(frame)]
    if not parts:
        return next(iter(grown.values())).assign(product=pd.Series(dtype=object))
    lands = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)
    cells = candidate_cells(lands, grids[0])
    names = pd.Series([part.tobytes() for part in cells.split()])
    means = {name: cells.means(np.asarray(score)) for name, score in scores.items()}
    for name, mean in means.items():
        lands[f"mean of {name}"] = mean
    lands["mean_score"] = np.nanmax(np.stack(list(means.values())), axis=0)
    lands = numbered(lands[~names.duplicated()].reset_index(drop=True))
    options = []
    for name in scores:
        suits = lands[lands[f"mean of {name}"] >= min_score]
        options.append(suits.assign(
            product=name, mean_score=suits[f"mean of {name}"],
            base_id=suits["base_id"] + f"-{name}",
        ))  # fmt: skip
    columns = [*(c for c in parts[0].columns if c != "geometry"), "product", "geometry"]
    return gpd.GeoDataFrame(pd.concat(options, ignore_index=True), crs=lands.crs)[columns]


def add_costs(
    candidates: gpd.GeoDataFrame,
    *,
    yuan_per_mu: float | Mapping[str, float],
    yuan_per_base: float = 0.0,
) -> gpd.GeoDataFrame:
    """Return the candidates with cost_yuan: by the mu, of all or by product, and by the base.

    Raises
    ------
    InvalidParameterError
        If a cost is negative or not finite, or a product has none.
    """
    if isinstance(yuan_per_mu, Mapping):
        lacking = sorted(set(candidates["product"]) - set(yuan_per_mu))
        if lacking:
            raise InvalidParameterError(
                f"There is no cost per mu of {', '.join(lacking)}; give one of each product or of "
                "none.",
                f"缺少{'、'.join(lacking)}的每亩费用；请为每种产品都给出费用，或都不给。",
            )
        by_mu = candidates["product"].map(yuan_per_mu).astype(float)
    else:
        by_mu = pd.Series(float(yuan_per_mu), index=candidates.index)
    least = min(by_mu.min() if len(by_mu) else 0.0, yuan_per_base)
    if not (np.isfinite(by_mu).all() and np.isfinite(yuan_per_base) and least >= 0):
        raise InvalidParameterError(
            f"The costs are {yuan_per_mu} yuan a mu and {yuan_per_base} yuan a base; wanted 0 or "
            "more.",
            f"费用为每亩 {yuan_per_mu} 元、每个基地 {yuan_per_base} 元；应不小于 0。",
        )
    return candidates.assign(cost_yuan=by_mu * candidates["area_mu"] + yuan_per_base)
