"""Test how a suitability run, and the bases chosen from it, stand when its numbers are off."""

import time
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gis_core.bases.rules import MOST_S
from gis_core.errors import InvalidParameterError, NotComputedError
from gis_core.grid import Grid
from gis_core.progress import Progress, part_of, silent
from gis_core.provenance import Provenance
from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace
from gis_core.suitability.classes import class_numbers
from gis_core.suitability.explain import pack_scores
from gis_core.suitability.model import SuitabilityModel
from gis_core.suitability.result import CLASS_NAMES
from gis_core.suitability.sensitivity import (
    Counted,
    CriterionCells,
    DrawSettings,
    area_units,
    count_draws,
    draw,
    find_influence,
    one_at_a_time,
)
from gis_core.suitability.sensitivity.combining import combiner
from gis_core.suitability.sensitivity.draws import Draws, Method
from gis_core.surfaces.areas import cell_areas_m2
from gis_core.surfaces.rasterise import number_zones
from gis_core.surfaces.shares import cell_shares
from gis_core.text import Text, as_document
from gis_core.workflows.base_stability import BaseRequest, assess_bases, bases_of_run
from gis_core.workflows.explain import model_of_run
from gis_core.workflows.sensitivity_document import Findings, class_rows, document_of
from gis_core.workflows.workspace import county_units, has_units

SAMPLE = 20_000  # cells that the Sobol indices are worked out on
KIND = "sensitivity"


@dataclass(frozen=True)
class SensitivityRequest:
    """What to test.

    Attributes
    ----------
    draws, weight_spread, method, seed
        As in `DrawSettings`.
    bases_run
        The choice of bases to test; None takes the newest that was made from the run, if any.
    time_limit_s
        Seconds that testing the bases takes at most.
    """

    draws: int = 1024
    weight_spread: float = 0.25
    method: str = "sobol"
    seed: int = 1
    bases_run: str | None = None
    time_limit_s: float = 120.0

    def __post_init__(self) -> None:
        if not 0 <= self.time_limit_s <= MOST_S:
            raise InvalidParameterError(
                f"The time limit is {self.time_limit_s:g} seconds; wanted 0 to {MOST_S:g}.",
                f"时限为 {self.time_limit_s:g} 秒；应为 0 至 {MOST_S:g}。",
            )

    @property
    def settings(self) -> DrawSettings:
        """The draws as the analysis takes them."""
        return DrawSettings(self.draws, self.weight_spread, cast(Method, self.method), self.seed)


@dataclass(frozen=True)
class RunCells:
    """The scored cells of a stored run.

    `where` are their flat indices on `grid`; `codes` their classes 1 to 5 as stored; `zones` the
    number of the county of each from 1, 0 for none; `weights` (criteria,) of sum 1.
    """

    run: RunRecord
    model: SuitabilityModel
    grid: Grid
    where: NDArray[np.int64]
    codes: NDArray[np.uint8]
    cells: tuple[CriterionCells, ...]
    weights: NDArray[np.float64]
    area_m2: NDArray[np.float64]
    zones: NDArray[np.int64]
    zone_codes: dict[int, str]


def analyse(
    workspace: Workspace,
    run_id: str | None = None,
    request: SensitivityRequest | None = None,
    *,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Test a suitability run and the bases chosen from it, keep the result, and return it.

    Without `run_id` the newest run is taken. Rules, class limits and candidates stay as they are;
    only scored cells are tested, and classes of land cover have no thresholds.

    Raises
    ------
    NotFoundError, NotComputedError
        If there is no such run, or it was kept without what its criteria looked at.
    InvalidParameterError
        If the bases were chosen from another run.
    """
    asked = request or SensitivityRequest()
    settings, started = asked.settings, time.perf_counter()
    progress(0.0, Text("Reading the run", "正在读取运行结果"))
    run = workspace.run(run_id, kind="suitability")
    chosen = bases_of_run(workspace, run, asked.bases_run)
    held = read_cells(workspace, run)
    draws = draw(held.weights, np.array([c.moves for c in held.cells]), settings)
    findings, rasters = _assess_land(held, settings, draws, part_of(progress, 0.05, 0.5))
    bases = assess_bases(workspace, held.grid, BaseRequest(
        chosen, held.where, held.cells, held.weights, held.model.combination.method,
        draws, asked.time_limit_s,
    ), combine=combiner(held.model), progress=part_of(progress, 0.5, 0.98))  # fmt: skip
    document = as_document(
        document_of(held.model, run, findings, settings) | {
            **bases, "notes": [*findings.notes, *bases["notes"]],
            "time_s": time.perf_counter() - started,
        }
    )  # fmt: skip
    kept = workspace.save_run(
        KIND, document=document, provenance=_provenance(run, chosen, asked), rasters=rasters
    )
    return {"run_id": kept, **document}


def read_cells(workspace: Workspace, run: RunRecord) -> RunCells:
    """Return what the criteria of a stored run looked at, in its scored cells.

    Raises
    ------
    NotComputedError
        If the run was kept by an older version, without its model and values, or has no scored
        cell.
    """
    model = model_of_run(run)
    codes = workspace.run_raster(run.run_id, "class")
    used = [c for c in run.document["criteria"] if c["weight"] > 0]
    files = workspace.run_raster_files(run.run_id)
    missing = [c["name"] for c in used if f"value-{c['name']}" not in files]
    flat = codes.to_numpy().ravel()
    where = np.flatnonzero((flat >= 1) & (flat <= len(CLASS_NAMES)))
    if missing or not len(where):
        raise NotComputedError(
            f"Run {run.run_id} cannot be tested: it has no scored cell, or was kept without what "
            f"its criteria looked at. Run the model again: upland suitability run {model.name}.",
            f"运行 {run.run_id} 无法检验：没有已评分的单元，或未保存各准则的原始数值。"
            f"请重新运行：upland suitability run {model.name}。",
        )
    of_model = {c.name: c for c in model.criteria}
    legends = run.document.get("legends", {})
    cells = tuple(
        CriterionCells(
            of_model[c["name"]],
            workspace.run_raster(run.run_id, f"value-{c['name']}").to_numpy().ravel()[where],
            {int(v): (n["en"], n["zh"])
             for v, n in legends.get(of_model[c["name"]].layer, {}).items()},
        )
        for c in used
    )  # fmt: skip
    grid = Grid.of(codes)
    zones, zone_codes = _zones(workspace, grid)
    return RunCells(
        run, model, grid, where, flat[where].astype(np.uint8), cells,
        np.array([c["weight"] for c in used]) / sum(c["weight"] for c in used),
        _areas_m2(workspace, grid).ravel()[where],
        zones.ravel()[where].astype(np.int64), zone_codes,
    )  # fmt: skip


def _areas_m2(workspace: Workspace, grid: Grid) -> NDArray[np.float64]:
    """Return the cells' areas as runs count them: of a cell that the outer line cuts, the part."""
    areas = cell_areas_m2(grid).to_numpy().astype(np.float64)
    if not has_units(workspace):
        return areas
    return areas * cell_shares(county_units(workspace), grid).to_numpy()


def _zones(workspace: Workspace, grid: Grid) -> tuple[NDArray[np.int32], dict[int, str]]:
    if not has_units(workspace):
        return np.zeros(grid.shape, np.int32), {}
    zones, codes = number_zones(county_units(workspace), grid)
    return zones.to_numpy(), codes


def _assess_land(
    held: RunCells, settings: DrawSettings, draws: Draws, progress: Progress
) -> tuple[Findings, dict[str, xr.DataArray]]:
    limits, combine = held.model.class_limits, combiner(held.model)
    mean_m2 = held.grid.cell_m**2
    units = area_units(held.area_m2, mean_m2=mean_m2)
    progress(0.0, Text("Moving one weight or threshold at a time", "正在逐一变动权重和阈值"))
    single = one_at_a_time(held.cells, held.weights, limits=limits, area=units, combine=combine)
    counted = count_draws(held.cells, draws, limits=limits, area=units, combine=combine,
                          progress=part_of(progress, 0.2, 0.8))  # fmt: skip
    progress(0.8, Text("Finding which criterion decides", "正在分析起决定作用的准则"))
    chance = np.random.default_rng(settings.seed)
    number = len(held.where)
    some = np.sort(chance.choice(number, min(SAMPLE, number), replace=False))
    sampled = [CriterionCells(c.criterion, c.values[some], c.class_names) for c in held.cells]
    influence = find_influence(sampled, held.weights, zones=held.zones[some], good=limits[1],
                               settings=settings, combine=combine)  # fmt: skip
    agreement = counted.agreement(held.codes)
    findings = Findings(
        single=single, influence=influence, zone_codes=held.zone_codes, mean_m2=mean_m2,
        weights=tuple(held.weights.tolist()), agreement=float(np.nanmean(agreement)),
        classes=class_rows(counted, single, held.codes, held.area_m2, mean_m2=mean_m2),
        notes=_notes(held),
    )  # fmt: skip
    return findings, _rasters(held, counted, agreement)


def _notes(held: RunCells) -> tuple[Text, ...]:
    """What a reader must know: what was kept fixed, and whether the scores came out the same."""
    from_values = np.stack([c.scores() for c in held.cells])
    merge = combiner(held.model)
    weights = held.weights.astype(np.float32)
    score = (weights[:, None] * from_values).sum(axis=0) if merge is None else merge(
        from_values, weights
    )  # fmt: skip
    codes = class_numbers(score.astype(np.float32), held.model.class_limits)
    differ = int((codes != held.codes).sum())
    said = [Text(
        "Exclusion rules, class limits and the scores of classes of land are kept as they are: "
        "only weights and the thresholds of memberships were moved.",
        "排除规则、等级界限和各地类得分保持不变，仅变动权重和隶属函数的阈值。",
    )]  # fmt: skip
    if differ:
        said.append(Text(
            f"{differ:,} of {len(codes):,} cells come out in another class than the run gave them, "
            "by rounding at a class limit; the figures count them as they come out here.",
            f"{len(codes)} 个单元中有 {differ} 个因等级界限处的舍入而与原运行等级不同；"
            "本表按重新计算的等级统计。",
        ))  # fmt: skip
    return tuple(said)


def _rasters(
    held: RunCells, counted: Counted, agreement: NDArray[np.float32]
) -> dict[str, xr.DataArray]:
    def on_grid(values: NDArray[np.floating], name: str) -> xr.DataArray:
        whole = np.full(held.grid.shape, np.nan, np.float32)
        whole.ravel()[held.where] = values
        return held.grid.wrap(whole, name=name)

    rasters = {
        f"probability-{name}": pack_scores(on_grid(counts / counted.draws, name))
        for name, counts in zip(CLASS_NAMES, counted.class_counts(), strict=True)
    }
    rasters["agreement"] = pack_scores(on_grid(agreement, "agreement"))
    rasters["score-mean"] = on_grid(counted.mean, "mean")
    rasters["score-deviation"] = on_grid(counted.deviation, "deviation")
    return rasters


def _provenance(run: RunRecord, chosen: RunRecord | None, asked: SensitivityRequest) -> Provenance:
    hashes = {"suitability_run": run.run_id}
    if chosen is not None:
        hashes["bases_run"] = chosen.run_id
    return Provenance(
        str(run.provenance["model_hash"]), hashes,
        {**as_document(asked.settings), "time_limit_s": asked.time_limit_s, "sample": SAMPLE},
    )  # fmt: skip
