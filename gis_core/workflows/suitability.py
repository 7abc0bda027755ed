"""Score the workspace's land with a model."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.remarks import Remark
from gis_core.store.raster_files import write_cog
from gis_core.store.workspace import Workspace
from gis_core.suitability.explain import pack_scores
from gis_core.suitability.figures import shares_of
from gis_core.suitability.lifting import lifted_areas
from gis_core.suitability.model import COMBINATIONS, SuitabilityModel
from gis_core.suitability.prepare import Layer
from gis_core.suitability.reader import load_model, model_from_values
from gis_core.suitability.result import SuitabilityResult
from gis_core.suitability.run import Surroundings, run_suitability
from gis_core.surfaces.areas import cell_areas_m2
from gis_core.text import Text, as_document
from gis_core.units import SQUARE_METRES_PER_MU
from gis_core.workflows.layers import input_hashes, layers_for, legends_for
from gis_core.workflows.workspace import analysis_grid, county_units, has_units
from gis_core.writing import require_folder

METHODS = COMBINATIONS  # ways to combine scores that a run can be asked for


@dataclass(frozen=True)
class RunDone:
    """A run as kept: its bilingual document with the run's id, and the remarks."""

    document: dict[str, Any]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Overrides:
    """What a planner sets otherwise than the model for one run; None and empty keep the model's.

    Attributes
    ----------
    weights
        By criterion, 0 or more; criteria not named keep the weight they have.
    method, alpha, gamma
        The combination and its parameter, as in `Combination`.
    class_limits
        Least scores of S1, S2, S3 and N1, falling, 0 to 1.
    """

    weights: Mapping[str, float] | None = None
    method: str | None = None
    alpha: float | None = None
    gamma: float | None = None
    class_limits: tuple[float, ...] | None = None


def run_model(
    workspace: Workspace,
    model: str,
    *,
    out: Path | None = None,
    overrides: Overrides | None = None,
    progress: Progress = silent,
) -> RunDone:
    """Run `model` over the workspace's layers and keep scores, classes, rules and criteria.

    `out` gets the scores as a GeoTIFF too; its folder must be there. What `overrides` set
    otherwise is kept with the run and said. Errors as `load_model`, `run_suitability` and
    `written_whole`.
    """
    if out is not None:
        require_folder(out)
    loaded, overridden = overriding(load_model(model), overrides or Overrides())
    themes = loaded.themes()
    surroundings = Surroundings(
        legends=legends_for(workspace, themes),
        units=county_units(workspace) if has_units(workspace) else None,
        input_hashes=input_hashes(workspace, themes),
    )
    layers, grid = layers_for(workspace, themes), analysis_grid(workspace)
    result = run_suitability(
        loaded, layers, grid=grid, surroundings=surroundings,
        weights=_weights(loaded, overrides, layers), progress=progress,
    )  # fmt: skip
    if out is not None:
        write_cog(result.score, out)
    document = result.document() | {
        "counties": _county_rows(loaded, result, surroundings),
        "model_document": loaded.document, "overridden": as_document(overridden),
        "legends": as_document(surroundings.legends),
    }  # fmt: skip
    run_id = workspace.save_run(
        "suitability", document=document, provenance=result.provenance,
        rasters=_rasters(result),
    )  # fmt: skip
    return RunDone({"run_id": run_id, **document}, result.remarks)


def overriding(
    model: SuitabilityModel, overrides: Overrides
) -> tuple[SuitabilityModel, list[dict[str, Any]]]:
    """Return the model as `overrides` want it, and what they changed: part, model's, used, text.

    Raises
    ------
    InvalidModelError
        If the model does not take it; the message names part, value found and value wanted.
    InvalidParameterError
        If a weight's criterion is not in the model, or a parameter comes without its method.
    """
    values = dict(model.document)
    said: list[dict[str, Any]] = []
    if overrides.class_limits is not None:
        names = ("S1", "S2", "S3", "N1")
        if len(overrides.class_limits) != len(names):
            raise InvalidParameterError(
                f"--class-limits has {len(overrides.class_limits)} numbers, wanted four: the least "
                "scores of S1, S2, S3 and N1, such as 0.8,0.6,0.4,0.2.",
                f"--class-limits 有 {len(overrides.class_limits)} 个数，应为四个：S1、S2、S3、N1 "
                "的最低得分，如 0.8,0.6,0.4,0.2。",
            )
        values["classes"] = dict(zip(names, overrides.class_limits, strict=True))
        said.append(_said("class_limits", Text("class limits", "等级界限"),
                          list(model.class_limits), list(overrides.class_limits)))  # fmt: skip
    parameters = {k: v for k, v in (("alpha", overrides.alpha), ("gamma", overrides.gamma))
                  if v is not None}  # fmt: skip
    if parameters and overrides.method is None:
        raise InvalidParameterError(
            f"--{' and --'.join(parameters)} without --method; name the combination too, such as "
            "--method owa --alpha 2.",
            f"给出了 --{'、--'.join(parameters)} 而没有 --method；请同时指定合成方法，如 "
            "--method owa --alpha 2。",
        )
    if overrides.method is not None:
        plain = {"method": overrides.method, **parameters}
        values["combination"] = plain
        said.append(_said("combination", Text("combination", "合成方法"),
                          _combination(model), plain))  # fmt: skip
    for name, weight in (overrides.weights or {}).items():
        own = {c.name: c.weight for c in model.criteria}
        if name not in own:
            raise InvalidParameterError(
                f"--weights names '{name}', but the criteria of model '{model.name}' are "
                f"{', '.join(own)}.",
                f"--weights 中的“{name}”不是模型“{model.name}”的准则；准则有 {'、'.join(own)}。",
            )
        said.append(_said(f"weights.{name}", Text(f"weight of {name}", f"“{name}”的权重"),
                          own[name], weight))  # fmt: skip
    changed = values if values != model.document else None
    return (model if changed is None else model_from_values(changed, source=model.name)), said


def _said(part: str, title: Text, model: Any, used: Any) -> dict[str, Any]:
    was, now = _plainly(model), _plainly(used)
    return {"part": part, "title": title, "model": model, "used": used,
            "text": Text(f"For this run {title.en}: {now}; the model says {was}.",
                         f"本次运行{title.zh}改为 {now}；模型原为 {was}。")}  # fmt: skip


def _combination(model: SuitabilityModel) -> dict[str, Any]:
    own = {k: v for k, v in asdict(model.combination).items() if v is not None}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in own.items()}


def _plainly(value: Any) -> str:
    if isinstance(value, dict):
        named = {k: v if isinstance(v, str) else f"{k} {_plainly(v)}" for k, v in value.items()}
        return ", ".join(named.values())
    if isinstance(value, list):
        return ", ".join(f"{v:g}" for v in value)
    return f"{value:g}"


def _weights(
    model: SuitabilityModel, overrides: Overrides | None, layers: Mapping[str, Layer]
) -> dict[str, float] | None:
    """Return all weights of the criteria whose layers are here, if some were set otherwise."""
    if overrides is None or not overrides.weights:
        return None
    own = {c.name: c.weight for c in model.criteria if not c.optional or c.layer in layers}
    return own | dict(overrides.weights)


def _rasters(result: SuitabilityResult) -> dict[str, xr.DataArray]:
    """Return what is kept of a run, by role."""
    rasters = {"score": result.score, "class": result.class_codes, "rules": result.failed_rules,
               "limiting": result.limiting}  # fmt: skip
    rasters |= {f"criterion-{n}": pack_scores(s) for n, s in result.criterion_scores.items()}
    rasters |= {f"value-{n}": v for n, v in result.criterion_values.items()}
    return rasters | {f"rule-{n}": v for n, v in result.rule_values.items()}


def _county_rows(
    model: SuitabilityModel,
    result: SuitabilityResult,
    around: Surroundings,
) -> list[dict[str, Any]]:
    """Return every county's figures, with what each improvement alone would lift there."""
    if around.units is None:
        return []
    grid = Grid.of(result.score)
    lifted = lifted_areas(
        model, {c.name: c.weight for c in result.criteria},
        {n: v.to_numpy() for n, v in result.criterion_values.items()},
        score=result.score.to_numpy(), shares=shares_of(around.units, grid),
        area_mu=cell_areas_m2(grid).to_numpy() * np.float32(1.0 / SQUARE_METRES_PER_MU),
    )  # fmt: skip
    return [
        as_document(unit.row() | {"improvements": [part.row() for part in parts]})
        for unit, parts in zip(result.units, lifted, strict=True)
    ]
