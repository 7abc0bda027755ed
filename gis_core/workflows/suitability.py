"""Score the workspace's land with a model, and explain a place of it."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr
from pyproj import Transformer

from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.remarks import Remark
from gis_core.store.raster_files import write_cog
from gis_core.store.workspace import Workspace
from gis_core.suitability.explain import explain_place as explain_cell
from gis_core.suitability.explain import pack_scores, unpack_score
from gis_core.suitability.reader import load_model
from gis_core.suitability.result import CLASS_NAMES
from gis_core.suitability.run import Surroundings, run_suitability
from gis_core.workflows.layers import input_hashes, layers_for, legends_for
from gis_core.workflows.workspace import analysis_grid, county_units, has_units
from gis_core.writing import require_folder


@dataclass(frozen=True)
class RunDone:
    """A run as kept: its bilingual document with the run's id, and the remarks."""

    document: dict[str, Any]
    remarks: tuple[Remark, ...]


def run_model(
    workspace: Workspace, model: str, *, out: Path | None = None, progress: Progress = silent
) -> RunDone:
    """Run `model` over the workspace's layers and keep scores, classes, rules and criteria.

    `out` gets the scores as a GeoTIFF too; its folder must be there. Errors as `load_model`,
    `run_suitability` and `written_whole`.
    """
    if out is not None:
        require_folder(out)
    loaded = load_model(model)
    themes = loaded.themes()
    surroundings = Surroundings(
        legends=legends_for(workspace, themes),
        units=county_units(workspace) if has_units(workspace) else None,
        input_hashes=input_hashes(workspace, themes),
    )
    result = run_suitability(
        loaded, layers_for(workspace, themes), grid=analysis_grid(workspace),
        surroundings=surroundings, progress=progress,
    )  # fmt: skip
    if out is not None:
        write_cog(result.score, out)
    document = result.document()
    rasters = {"score": result.score, "class": result.class_codes, "rules": result.failed_rules}
    rasters |= {f"criterion-{n}": pack_scores(s) for n, s in result.criterion_scores.items()}
    run_id = workspace.save_run(
        "suitability", document=document, provenance=result.provenance, rasters=rasters
    )
    return RunDone({"run_id": run_id, **document}, result.remarks)


def explain_place(
    workspace: Workspace, run_id: str | None, *, x: float, y: float
) -> dict[str, Any]:
    """Explain the score at `x`, `y`: degrees (lon, lat), or metres in the analysis CRS.

    Raises
    ------
    InvalidParameterError
        If the place lies outside the run's grid.
    """
    run = workspace.run(run_id, kind="suitability")
    score = workspace.run_raster(run.run_id, "score")
    row, col = _cell(Grid.of(score), x, y)
    code = int(workspace.run_raster(run.run_id, "class")[row, col])
    names = [c["name"] for c in run.document["criteria"]]
    scores = {
        name: float(unpack_score(_at(workspace.run_raster(run.run_id, f"criterion-{name}"),
                                     row, col)))
        for name in names
    }  # fmt: skip
    explanation = explain_cell(
        run.document, score=float(score[row, col]),
        class_name=CLASS_NAMES[code - 1] if 1 <= code <= len(CLASS_NAMES) else None,
        failed_rules=_at(workspace.run_raster(run.run_id, "rules"), row, col),
        criterion_scores=scores,
    )  # fmt: skip
    return {"run_id": run.run_id, "at": [x, y], **explanation}


def _at(array: xr.DataArray, row: int, col: int) -> int:
    return int(array[row, col])


def _cell(grid: Grid, x: float, y: float) -> tuple[int, int]:
    given = f"{x:.10g}, {y:.10g}"
    if abs(x) <= 180 and abs(y) <= 90:
        x, y = Transformer.from_crs(4326, grid.crs, always_xy=True).transform(x, y)
    col = math.floor((x - grid.min_x) / grid.cell_m) if math.isfinite(x) else -1
    row = math.floor((grid.max_y - y) / grid.cell_m) if math.isfinite(y) else -1
    if not (0 <= row < grid.height and 0 <= col < grid.width):
        raise InvalidParameterError(
            f"The place {given} lies outside the run's area; give lon,lat in degrees or "
            f"x,y in {grid.crs.to_string()}.",
            f"位置 {given} 在运行范围之外；请给出经纬度，或 {grid.crs.to_string()} 坐标。",
        )
    return row, col
