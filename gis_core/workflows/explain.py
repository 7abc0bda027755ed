"""Explain a place of a kept run, from the few cells that the answer needs."""

import math
from collections import OrderedDict
from collections.abc import Container
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from threading import Lock
from typing import Any

import numpy as np
from pyproj import CRS, Transformer

from gis_core.errors import InvalidParameterError, NotComputedError
from gis_core.grid import Grid
from gis_core.store.raster_windows import OpenRasters
from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace
from gis_core.suitability.explain import CellFacts, explain_place, unpack_score
from gis_core.suitability.looked_at import criterion_of_rule
from gis_core.suitability.membership import Categorical
from gis_core.suitability.model import SuitabilityModel
from gis_core.suitability.reader import model_from_values

CRS_HELD = 16  # transformers kept ready
RUNS_KEPT = 4  # with about 25 open files each
READERS = 4  # threads that read a place's rasters
READYING_PLACES = (0.25, 0.5, 0.75)  # along each side of a run

Values = dict[str, float]


@dataclass(frozen=True)
class _KeptRun:
    run: RunRecord
    model: SuitabilityModel
    rasters: OpenRasters


class Explainer:
    """Explains places of a workspace's runs and keeps at hand what the runs last asked for need.

    Runs never change, so a kept one is asked of the database only once. Several threads may ask
    at once; `close` it at the end.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._runs: OrderedDict[str, _KeptRun] = OrderedDict()
        self._lock = Lock()
        self._readers = ThreadPoolExecutor(READERS)
        self._locator = ThreadPoolExecutor(1)  # PROJ sets a transformation up anew in every thread

    def at(self, run_id: str | None, *, x: float, y: float) -> dict[str, Any]:
        """Explain a place of a run, the newest without `run_id`; see `explain_at`."""
        kept = self._kept(run_id)
        run, model = kept.run, kept.model
        place = self._locator.submit(place_on, kept.rasters.grid, x, y).result()
        row, col, lon, lat = place
        names = [str(c["name"]) for c in run.document["criteria"]]
        wanted = _wanted(model, names, kept.rasters)
        cell = kept.rasters.cells(wanted, row=row, col=col, readers=self._readers)
        explanation = explain_place(model, run.document, _facts(model, names, cell))
        at = {"run_id": run.run_id, "at": [x, y], "lon": lon, "lat": lat}
        return {**at, "overridden": run.document.get("overridden", []), **explanation}

    def make_ready(self) -> None:
        """Explain places of the newest run, so that the next answer comes fast; errors as `at`."""
        kept = self._kept(None)
        left, bottom, right, top = kept.rasters.grid.bounds
        for east, north in product(READYING_PLACES, repeat=2):
            x, y = left + east * (right - left), bottom + north * (top - bottom)
            self.at(kept.run.run_id, x=x, y=y)

    def close(self) -> None:
        """Close the files that are held open."""
        self._readers.shutdown()
        self._locator.shutdown()
        with self._lock:
            while self._runs:
                self._runs.popitem()[1].rasters.close()

    def _kept(self, run_id: str | None) -> _KeptRun:
        with self._lock:
            if run_id is not None and run_id in self._runs:
                self._runs.move_to_end(run_id)
                return self._runs[run_id]
        run = self._workspace.run(run_id, kind="suitability")
        model = model_of_run(run)
        made = _KeptRun(run, model, OpenRasters(self._workspace.run_raster_files(run.run_id)))
        with self._lock:
            kept = self._runs.setdefault(run.run_id, made)  # another thread may have made it
            while len(self._runs) > RUNS_KEPT:
                self._runs.popitem(last=False)  # if in use it closes with its last reader
        return kept


def explain_at(workspace: Workspace, run_id: str | None, *, x: float, y: float) -> dict[str, Any]:
    """Explain the score at `x`, `y`: degrees (lon, lat), or metres in the analysis CRS.

    Reads one cell of each of the run's rasters that it needs. Returns bilingual plain values:
    run_id, at, lon, lat and what `gis_core.suitability.explain_place` gives.

    Raises
    ------
    NotFoundError, NotComputedError
        If the run is not here, or was made before runs kept their model.
    InvalidParameterError
        If the place lies outside the run's grid, or is not two finite numbers.
    """
    with closing(Explainer(workspace)) as explainer:
        return explainer.at(run_id, x=x, y=y)


def model_of_run(run: RunRecord) -> SuitabilityModel:
    """Return the model that a run was made with, as it was used.

    Raises
    ------
    NotComputedError
        If the run was made before runs kept their model.
    """
    document = run.document.get("model_document")
    if document is None:
        raise NotComputedError(
            f"{run.run_id} was made by an older version, which kept no model with it; make it "
            f"again: upland suitability run {run.document['model']}.",
            f"{run.run_id} 由旧版本生成，未保存模型；请重新运行：upland suitability run "
            f"{run.document['model']}。",
        )
    return model_from_values(document, source=run.run_id)


def place_on(grid: Grid, x: float, y: float) -> tuple[int, int, float, float]:
    """Return row and column of the cell at a place, and the place's lon and lat in degrees.

    Raises
    ------
    InvalidParameterError
        If it lies outside the grid, or is not two finite numbers.
    """
    given = f"{x:.10g}, {y:.10g}"
    lon, lat, inside = x, y, math.isfinite(x) and math.isfinite(y)
    if inside and abs(x) <= 180 and abs(y) <= 90:
        x, y = _from_degrees(grid.crs).transform(x, y)
    elif inside:
        lon, lat = _from_degrees(grid.crs).transform(x, y, direction="INVERSE")
    inside = inside and math.isfinite(x) and math.isfinite(y)
    col = math.floor((x - grid.min_x) / grid.cell_m) if inside else -1
    row = math.floor((grid.max_y - y) / grid.cell_m) if inside else -1
    if not (0 <= row < grid.height and 0 <= col < grid.width):
        raise InvalidParameterError(
            f"The place {given} lies outside the run's area; give lon,lat in degrees or "
            f"x,y in {grid.crs.to_string()}.",
            f"位置 {given} 在运行范围之外；请给出经纬度，或 {grid.crs.to_string()} 坐标。",
        )
    return row, col, lon, lat


@lru_cache(maxsize=CRS_HELD)
def _from_degrees(crs: CRS) -> Transformer:
    return Transformer.from_crs(4326, crs, always_xy=True)


def _wanted(model: SuitabilityModel, names: list[str], held: OpenRasters) -> list[str]:
    """Return the rasters that tell a place: scores only where the raw value does not give them."""
    unsure = {f"criterion-{n}" for n in names if not _scored_by_value(model, held, n)}
    return [r for r in held if r in unsure or not r.startswith("criterion-")]


def _facts(model: SuitabilityModel, names: list[str], cell: dict[str, Any]) -> CellFacts:
    values = {n: float(cell.get(f"value-{n}", np.nan)) for n in names}
    rule_values = {}
    for rule in model.rules:
        same = criterion_of_rule(model, rule, names)
        kept = f"rule-{rule.name}"
        if same is not None or kept in cell:
            rule_values[rule.name] = float(cell[kept]) if same is None else values[same]
    return CellFacts(
        score=float(cell["score"]), code=int(cell["class"]), failed_rules=int(cell["rules"]),
        values=values, scores=_scores(model, values, cell), rule_values=rule_values,
        limiting=int(cell.get("limiting", 0)),
    )  # fmt: skip


def _scored_by_value(model: SuitabilityModel, held: Container[str], name: str) -> bool:
    """Return whether the raw value alone gives the score: not so for classes and level land."""
    criterion = next(c for c in model.criteria if c.name == name)
    by_class = isinstance(criterion.membership, Categorical)
    return f"value-{name}" in held and not by_class and criterion.flat is None


def _scores(model: SuitabilityModel, values: Values, cell: dict[str, Any]) -> Values:
    """Return scores: the kept ones, good to a byte, where they were read, else from the values."""
    scores = {}
    for criterion in (c for c in model.criteria if c.name in values):
        name, membership = criterion.name, criterion.membership
        if f"criterion-{name}" in cell:
            scores[name] = float(unpack_score(cell[f"criterion-{name}"]))
        elif not isinstance(membership, Categorical):
            scores[name] = float(membership.score(np.array([values[name]], np.float32))[0])
    return scores
