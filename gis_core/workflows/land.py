"""Gather what an organic map tells of the land, as coarse as the map shows it."""

import numpy as np
import xarray as xr

from gis_core.products.maps.context import MapContext
from gis_core.products.maps.land import LandRasters, Works, thinned
from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace
from gis_core.suitability.improve import works_help_below
from gis_core.suitability.membership import Categorical
from gis_core.suitability.model import Criterion, SuitabilityModel
from gis_core.workflows.explain import model_of_run

SURENESS = ("probability-S1", "probability-S2", "agreement")  # of a sensitivity analysis


def land_rasters(workspace: Workspace, run: RunRecord, context: MapContext) -> LandRasters | None:
    """Return what a page needs to explain the land of `run` and to weigh it anew.

    Rasters are read one after another and thinned at once, so that a large run takes no more
    memory than one of its rasters. None where the run was made before runs kept their model.
    """
    if run.document.get("model_document") is None:
        return None
    model, held = model_of_run(run), workspace.run_raster_files(run.run_id)

    def read(role: str) -> xr.DataArray:
        return thinned(workspace.run_raster(run.run_id, role))

    names = [str(c["name"]) for c in run.document["criteria"]]
    explain = f"/api/runs/{run.run_id}/explain?lang={context.lang}"
    return LandRasters(
        criteria={name: read(f"criterion-{name}") for name in names}, failed_rules=read("rules"),
        limits=model.class_limits, limiting=read("limiting") if "limiting" in held else None,
        score=None if model.combination.method == "weighted_sum" else read("score"),
        explain=None if context.address is None else explain,
        works=_works(model, names, context.lang), shares=_shares(workspace, run),
    )  # fmt: skip


def _works(model: SuitabilityModel, names: list[str], lang: str) -> dict[str, Works]:
    used = (c for c in model.criteria if c.name in names)
    found = {c.name: _work(c, lang) for c in used}
    return {name: work for name, work in found.items() if work is not None}


def _work(criterion: Criterion, lang: str) -> Works | None:
    """Return what a model's improvement can reach, and its cost in words."""
    better = criterion.improvement
    if better is None or isinstance(criterion.membership, Categorical):
        return None
    score = float(criterion.membership.score(np.array([better.limit], np.float32))[0])
    unit = "" if criterion.unit in ("", "class") else f" {criterion.unit}"
    price = f"{better.cost_yuan_per_mu:,.0f}"
    cost = f"{price} yuan a mu for every {better.per:g}{unit}" if lang == "en" else (
        f"每{better.per:g}{unit}约{price}元/亩")  # fmt: skip
    return Works(better.how.in_(lang), cost, score, works_help_below(criterion))


def _shares(workspace: Workspace, run: RunRecord) -> dict[str, xr.DataArray]:
    """Return how sure the classes are, from the newest sensitivity analysis of `run`, if any."""
    every = workspace.runs("sensitivity")
    made = [r for r in every if r.document.get("suitability_run") == run.run_id]
    if not made:
        return {}
    held = workspace.run_raster_files(made[-1].run_id)
    return {role: thinned(workspace.run_raster(made[-1].run_id, role))
            for role in SURENESS if role in held}  # fmt: skip
