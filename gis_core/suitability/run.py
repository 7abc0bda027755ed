"""Run a model over layers: scores, classes, exclusions and figures by unit."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gis_core.errors import InvalidCriterionError, NotFoundError
from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.provenance import Provenance
from gis_core.remarks import Remark
from gis_core.suitability.figures import (
    CellLayers,
    class_areas,
    covered,
    excluded_areas,
    shares_of,
    tally,
    unit_figures,
)
from gis_core.suitability.judgements import FromData
from gis_core.suitability.kernel.fused import Method, fused_scores, make_recipe
from gis_core.suitability.looked_at import criterion_values, rule_values
from gis_core.suitability.model import Criterion, Rule, SuitabilityModel
from gis_core.suitability.notes import class_notes, gap_notes, travel_notes
from gis_core.suitability.prepare import Layer, Surfaces, distance_reach
from gis_core.suitability.result import CriterionUse, SuitabilityResult
from gis_core.suitability.weighting import WeightsFound, resolve_weights
from gis_core.suitability.weights import normalised
from gis_core.surfaces.areas import cell_areas_m2
from gis_core.surfaces.shares import ZoneShares
from gis_core.text import Text
from gis_core.units import MU_PER_HECTARE, SQUARE_METRES_PER_HECTARE

SAMPLE = 200_000  # cells that weights from the data are taken from
SEED = 20_240_601  # of their drawing


@dataclass(frozen=True)
class Surroundings:
    """What a run uses beside its layers.

    `legends` names the values of categorical rasters by theme; `units` (code, name_zh, name_en,
    geometry) bound the area of study and get figures of their own; `input_hashes` are kept with
    the result.
    """

    legends: dict[str, dict[int, Text]] = field(default_factory=dict)
    units: gpd.GeoDataFrame | None = None
    input_hashes: dict[str, str] = field(default_factory=dict)


def run_suitability(
    model: SuitabilityModel,
    layers: Mapping[str, Layer],
    *,
    grid: Grid,
    surroundings: Surroundings | None = None,
    weights: Mapping[str, float] | None = None,
    progress: Progress = silent,
) -> SuitabilityResult:
    """Score every cell of `grid` with `model`.

    Parameters
    ----------
    model
        Criteria, rules and class limits.
    layers
        By theme: rasters (dims y, x, any CRS and cell) and vectors (any CRS), as they came.
    grid
        The grid to score.
    surroundings
        Legends, units and hashes.
    weights
        By criterion, instead of the model's; normalised here. Every used criterion has one.

    Returns
    -------
    result
        A cell without data in any used criterion has no score. Optional criteria and rules whose
        layer is missing are left out, with a remark, and the weights normalised again. Remarks
        also name classes that model and map do not share, and criteria with large gaps.

    Raises
    ------
    NotFoundError
        If a required layer is missing; the message says how to import it.
    InvalidCriterionError
        If a weight is NaN, negative, missing or of no criterion, or none is above zero.
    InvalidModelError
        If a derivation does not fit its layer.
    """
    started = time.perf_counter()
    around = surroundings or Surroundings()
    surfaces = Surfaces(dict(layers), grid, around.legends, distance_reach(model))
    used, remarks = _usable(model, surfaces)
    made = _score(model, used, surfaces, weights=weights, around=around, progress=progress)
    remarks += class_notes(model, used, surfaces)
    remarks += gap_notes(model, used, made.scores, made.inside)
    remarks += travel_notes(model, used, surfaces)
    progress(0.9, Text("Summing up by county", "正在按县汇总"))
    weighed, cells = made.weights.weights, made.cells
    uses = [CriterionUse(c.name, c.title, weighed[c.name], c.tag, c.source) for c in used]
    found = tally(made.shares, cells, criteria=len(used), rules=len(model.rules))
    return SuitabilityResult(
        model=model.name, title=model.title, criteria=tuple(uses),
        consistency_ratio=made.weights.consistency_ratio,
        combination=model.combination.method, weight_notes=made.weights.notes,
        model_document=model.document,
        classes=class_areas(found, cells.codes),
        excluded=excluded_areas(model.rules, found, cells.failed),
        units=unit_figures(around.units, made.shares, found, cells, parts=(uses, model.rules)),
        score=grid.wrap(cells.score, name="score"),
        class_codes=grid.wrap(cells.codes, name="class"),
        failed_rules=grid.wrap(cells.failed, name="rules"),
        limiting=grid.wrap(cells.limiting, name="limiting"),
        criterion_scores={
            c.name: grid.wrap(made.scores[i], name=c.name) for i, c in enumerate(used)
        },
        criterion_values=criterion_values(used, surfaces),
        rule_values=rule_values(model, [c.name for c in used], surfaces),
        remarks=tuple(remarks),
        provenance=Provenance(
            model.content_hash, around.input_hashes,
            {"weights": weighed, "cell_m": grid.cell_m, "crs": grid.crs.to_string()},
        ),
        time_s=time.perf_counter() - started,
    )  # fmt: skip


@dataclass(frozen=True)
class _Made:
    """Scores (criteria, height, width), the cells' figures, units' shares and weights."""

    scores: NDArray[np.float32]
    cells: CellLayers
    shares: ZoneShares
    inside: NDArray[np.bool_]
    weights: WeightsFound


def _score(
    model: SuitabilityModel,
    used: list[Criterion],
    surfaces: Surfaces,
    *,
    weights: Mapping[str, float] | None,
    around: Surroundings,
    progress: Progress,
) -> _Made:
    """Score the criteria, weigh them and combine them in one pass over the cells."""
    grid = surfaces.grid
    scores = _criterion_scores(used, surfaces, progress)
    failed = _failed_rules(model, surfaces)
    shares = shares_of(around.units, grid)
    inside = covered(shares)
    found = _weights(model, used, weights, scores, inside)
    recipe = make_recipe([None] * len(used), list(found.weights.values()),
                         Method(model.combination, model.class_limits))  # fmt: skip
    passed = fused_scores(scores.reshape(len(used), -1), recipe, failed=failed.ravel(),
                          inside=inside.ravel())  # fmt: skip
    cells = CellLayers(
        passed.score.reshape(grid.shape), passed.codes.reshape(grid.shape),
        np.where(inside, failed, 0).astype(np.uint32), passed.limiting.reshape(grid.shape),
        cell_areas_m2(grid).to_numpy() * np.float32(MU_PER_HECTARE / SQUARE_METRES_PER_HECTARE),
    )  # fmt: skip
    return _Made(scores, cells, shares, inside, found)


def _usable(model: SuitabilityModel, surfaces: Surfaces) -> tuple[list[Criterion], list[Remark]]:
    """Return the criteria whose layers are here, and a remark for each part that is left out."""
    used = [c for c in model.criteria if not c.optional or surfaces.can_make(c)]
    if not used:
        raise NotFoundError(
            f"None of the layers of model '{model.name}' is here; it can use "
            f"{', '.join(model.themes())}. Import one with upland import.",
            f"模型“{model.name}”所需图层均不存在；可用图层为 {'、'.join(model.themes())}。"
            "请用 upland import 导入。",
        )
    remarks = [
        _left_out(
            model.name, criterion,
            Text(f"Criterion '{criterion.title.en}' was left out: the workspace holds no layer "
                 f"'{criterion.layer}'; the other weights were normalised again.",
                 f"准则“{criterion.title.zh}”未使用：工作区中没有“{criterion.layer}”图层；"
                 "其余权重已重新归一。"),
        )
        for criterion in model.criteria if criterion not in used
    ]  # fmt: skip
    remarks += [
        _left_out(
            model.name, rule,
            Text(f"Rule '{rule.title.en}' was not applied: the workspace holds no layer "
                 f"'{rule.layer}'.",
                 f"规则“{rule.title.zh}”未应用：工作区中没有“{rule.layer}”图层。"),
        )
        for rule in model.rules if rule.optional and not surfaces.can_make(rule)
    ]  # fmt: skip
    return used, remarks


def _left_out(model: str, part: Criterion | Rule, reason: Text) -> Remark:
    cure = Text("Import the layer and run again.", "导入该图层后重新运行。")
    return Remark(model, "note", reason, cure, column=part.name)


def _weights(
    model: SuitabilityModel,
    used: list[Criterion],
    asked: Mapping[str, float] | None,
    scores: NDArray[np.float32],
    inside: NDArray[np.bool_],
) -> WeightsFound:
    """Return the weights asked for, else those the model's weighting gives."""
    names = [c.name for c in used]
    if asked is not None:
        return WeightsFound(normalised(_asked_weights(model, used, asked)))
    sample = None
    if isinstance(model.weighting.input, FromData):
        sample = _sample(scores.reshape(len(used), -1), inside.ravel())
    return resolve_weights(model, names, sample)


def _sample(scores: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return (cells, criteria): all cells inside that have all data, or `SAMPLE` drawn of them."""
    known = np.flatnonzero(inside & ~np.isnan(scores).any(axis=0))
    if known.size > SAMPLE:
        drawn = np.random.default_rng(SEED).choice(known.size, SAMPLE, replace=False)
        known = known[np.sort(drawn)]
    return np.ascontiguousarray(scores[:, known].T)


def _asked_weights(
    model: SuitabilityModel, used: list[Criterion], weights: Mapping[str, float]
) -> dict[str, float]:
    known = [c.name for c in model.criteria]
    strange = sorted(set(weights) - set(known))
    missing = [c.name for c in used if c.name not in weights]
    if strange or missing:
        raise InvalidCriterionError(
            f"The weights do not fit the model '{model.name}': no criterion is named "
            f"{', '.join(strange) or '(none)'}; without a weight are "
            f"{', '.join(missing) or '(none)'}. Give one to each of {', '.join(known)}.",
            f"权重与模型“{model.name}”不符：没有名为 {'、'.join(strange) or '（无）'} 的准则；"
            f"缺少权重的准则：{'、'.join(missing) or '（无）'}。请为 {'、'.join(known)} "
            "各设一个权重。",
        )
    return {c.name: weights[c.name] for c in used}


def _criterion_scores(
    used: list[Criterion], surfaces: Surfaces, progress: Progress
) -> NDArray[np.float32]:
    scores = np.empty((len(used), *surfaces.grid.shape), np.float32)
    for i, criterion in enumerate(used):
        progress(0.8 * i / len(used), Text(
            f"Scoring: {criterion.title.en}", f"正在评分：{criterion.title.zh}"
        ))  # fmt: skip
        scores[i] = surfaces.scores(criterion)
    return scores


def _failed_rules(model: SuitabilityModel, surfaces: Surfaces) -> NDArray[np.uint32]:
    failed = np.zeros(surfaces.grid.shape, np.uint32)
    for bit, rule in enumerate(model.rules):
        if rule.optional and not surfaces.can_make(rule):
            continue
        failed |= surfaces.fails(rule).astype(np.uint32) << np.uint32(bit)
    return failed
