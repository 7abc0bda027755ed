"""Candidate bases of a workspace: from the scores of one run, or of one run for each product."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import xarray as xr

from gis_core.bases.candidates import CandidateSettings, grow_candidates
from gis_core.bases.options import add_costs, offer_products
from gis_core.bases.rules import ProductLimits
from gis_core.errors import InvalidParameterError, NotFoundError
from gis_core.grid import Grid
from gis_core.progress import Progress, part_of
from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace
from gis_core.surfaces.rasterise import number_zones


@dataclass(frozen=True)
class Product:
    """A product to choose bases for.

    Attributes
    ----------
    name
        As it is shown and as it ends the names of its bases.
    source
        A suitability run, or a model, of which the newest run is taken.
    bases, area_mu
        (least, most) of the bases and of the land that it gets; None for no limit.
    yuan_per_mu
        What a mu of it costs; None takes the cost of all.
    """

    name: str
    source: str
    bases: tuple[int, int | None] = (0, None)
    area_mu: tuple[float, float | None] = (0.0, None)
    yuan_per_mu: float | None = None

    def __post_init__(self) -> None:
        self.limits()

    def limits(self) -> ProductLimits:
        """Return the limits as rules.

        Raises
        ------
        InvalidParameterError
            If they are negative or falling.
        """
        return ProductLimits(*self.bases, *self.area_mu)


@dataclass(frozen=True)
class Costs:
    """What bases cost, yuan: by the mu (None where that was not said) and by the base."""

    yuan_per_mu: float | None = None
    yuan_per_base: float = 0.0


@dataclass(frozen=True)
class Offer:
    """Candidates, the run of each product (under "" without products), and the cell, metres."""

    candidates: gpd.GeoDataFrame
    runs: dict[str, RunRecord]
    cell_m: float


def grow_offer(
    workspace: Workspace,
    run_id: str | None,
    products: Sequence[Product],
    *,
    units: gpd.GeoDataFrame,
    settings: CandidateSettings,
    progress: Progress,
) -> Offer:
    """Grow candidates from the scores of run `run_id` (None: the newest), or of each product's.

    Raises
    ------
    InvalidParameterError
        If a product is named twice, a run is given beside products, or their grids differ.
    NotFoundError
        If a product's source is neither a run nor a model that was run.
    """
    if not products:
        runs = {"": workspace.run(run_id, kind="suitability")}
    else:
        runs = _runs_of(workspace, run_id, products)
    scores = {name: workspace.run_raster(run.run_id, "score") for name, run in runs.items()}
    grown = {}
    for number, (name, score) in enumerate(scores.items()):
        part = part_of(progress, number / len(scores), (number + 1) / len(scores))
        grown[name] = _grown(score, units, settings, part)
    cell_m = Grid.of(next(iter(scores.values()))).cell_m
    if not products:
        return Offer(grown[""], runs, cell_m)
    return Offer(offer_products(grown, scores, min_score=settings.min_score), runs, cell_m)


def with_costs(
    candidates: gpd.GeoDataFrame, products: Sequence[Product], costs: Costs, *, budget: float | None
) -> gpd.GeoDataFrame:
    """Return the candidates with what each costs, where any cost was given.

    Raises
    ------
    InvalidParameterError
        If there is a budget and no cost, or only some products have one.
    """
    by_product = {p.name: p.yuan_per_mu for p in products if p.yuan_per_mu is not None}
    if costs.yuan_per_mu is not None:
        by_product = {p.name: costs.yuan_per_mu for p in products} | by_product
    if not by_product and costs.yuan_per_mu is None and not costs.yuan_per_base:
        if budget is None:
            return candidates
        raise InvalidParameterError(
            "A budget needs costs: say what a mu costs with --cost-per-mu YUAN, or by product with "
            "yuan-per-mu.",
            "设定预算需先给出费用：用 --cost-per-mu 给出每亩费用（元），"
            "或按产品用 yuan-per-mu 给出。",
        )
    if products and by_product:
        return add_costs(candidates, yuan_per_mu=by_product, yuan_per_base=costs.yuan_per_base)
    return add_costs(candidates, yuan_per_mu=costs.yuan_per_mu or 0.0,
                     yuan_per_base=costs.yuan_per_base)  # fmt: skip


def _grown(
    score: xr.DataArray, units: gpd.GeoDataFrame, settings: CandidateSettings, progress: Progress
) -> gpd.GeoDataFrame:
    zones, codes = number_zones(units, Grid.of(score))
    return grow_candidates(score, zones=zones, zone_codes=codes, settings=settings,
                           progress=progress)  # fmt: skip


def _runs_of(
    workspace: Workspace, run_id: str | None, products: Sequence[Product]
) -> dict[str, RunRecord]:
    """The run of each product."""
    if run_id is not None:
        raise InvalidParameterError(
            f"Both the run {run_id} and products are given; a product names its own run.",
            f"同时给出了运行 {run_id} 和产品；每种产品应各自指明其运行。",
        )
    names = [product.name for product in products]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidParameterError(
            f"The product '{twice[0]}' is given twice; give each once.",
            f"产品“{twice[0]}”重复；每种产品只应给出一次。",
        )
    held = workspace.runs("suitability")
    found = {}
    for product in products:
        fits = [r for r in held if product.source in (r.run_id, r.document.get("model"))]
        if not fits:
            known = ", ".join(f"{r.run_id} ({r.document.get('model')})" for r in held) or "-"
            raise NotFoundError(
                f"'{product.source}', the source of {product.name}, is neither a run nor a model "
                f"that was run; there are: {known}. First: upland suitability run "
                f"{product.source}.",
                f"{product.name}的来源“{product.source}”既不是运行编号，也不是已运行的模型；"
                f"现有：{known}。请先执行 upland suitability run {product.source}。",
            )
        found[product.name] = fits[-1]
    return found
