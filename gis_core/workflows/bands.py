"""Class land from raster files to a raster file, band by band: for rasters beyond memory."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.provenance import hash_file
from gis_core.sources.legends import read_legend
from gis_core.sources.vectors import read_vector
from gis_core.store.raster_bands import RasterRows, writing_bands
from gis_core.suitability.bands import BandTotals, classes_in_bands
from gis_core.suitability.in_part import LayersInPart, refuse_other_grid
from gis_core.suitability.model import Criterion, Rule, SuitabilityModel
from gis_core.suitability.prepare import distance_reach
from gis_core.suitability.reader import load_model
from gis_core.suitability.result import CLASS_NAMES, EXCLUDED_CLASS, NO_DATA_CLASS
from gis_core.suitability.weighting import resolve_weights
from gis_core.suitability.weights import normalised
from gis_core.surfaces.distance import DistanceStrips
from gis_core.surfaces.inside import InsideStrips
from gis_core.text import Text, as_document
from gis_core.units import SQUARE_METRES_PER_HECTARE, mu_from_m2


@dataclass(frozen=True)
class FileInput:
    """The file of one theme, and the CSV that names its values if they are classes."""

    path: Path
    classes: Path | None = None


def class_files(
    model: SuitabilityModel | str | Path,
    files: Mapping[str, FileInput | Path],
    out: Path,
    *,
    weights: Mapping[str, float] | None = None,
    scheduler: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Class the land of raster files with `model` and write the classes to `out`.

    Parameters
    ----------
    model
        A model, its file or a shipped model's name; its optional parts without a file are left
        out.
    files
        By theme: rasters with one band, all on one grid of square cells in metres; vector files,
        in WGS 84 if they do not say, where the model asks for a distance or what lies inside.
    out
        A cloud-optimised GeoTIFF of class codes, as `SuitabilityResult.class_codes`.
    weights
        By criterion, instead of the model's; normalised here. Weights by entropy and CRITIC come
        from the scores of all the land, so here they must be given.
    scheduler
        Address of a Dask scheduler, whose workers then read the files, under the same paths, and
        score; the classes are the same to the byte. None works in this process.

    Returns
    -------
    document
        model, grid, criteria with weights, left_out, classes with cells, area_mu and area_ha
        (geodesic), excluded and no_data cells, sha256 of `out`. Memory stays the same however
        many rows the rasters have.

    Raises
    ------
    InvalidParameterError
        If the rasters stand on different grids, a required layer has no file, or `out` is one of
        the files.
    InvalidModelError
        If the model needs the whole land at once.
    CrsMismatchError
        If the grid is not in metres.
    InvalidCriterionError
        If a weight is bad.
    ClusterError
        If the Dask scheduler does not answer, has no workers, or is lost.
    """
    loaded = model if isinstance(model, SuitabilityModel) else load_model(model)
    inputs = {t: f if isinstance(f, FileInput) else FileInput(f) for t, f in files.items()}
    _spare_inputs(inputs, out)
    measured, bounded = _of_vectors(loaded)
    with ExitStack() as stack:
        score: Callable[..., BandTotals] = classes_in_bands
        if scheduler is not None:
            # distributed takes a quarter of a second to import, which no other command needs
            from gis_core.workflows.on_cluster import classes_on_cluster, connected

            score = partial(classes_on_cluster, stack.enter_context(connected(scheduler)))
        rasters = {t: stack.enter_context(closing(RasterRows(f.path)))
                   for t, f in inputs.items() if t not in measured | bounded}  # fmt: skip
        grid = _one_grid(rasters)
        reach = distance_reach(loaded).distance_m
        frames = {t: read_vector(f.path, theme=t).frame
                  for t, f in inputs.items() if t in measured | bounded}  # fmt: skip
        layers = LayersInPart(
            rasters,
            {t: DistanceStrips(frame, grid, reach_m=reach.get(t, 0.0))
             for t, frame in frames.items() if t in measured},
            {t: read_legend(f.classes)[0] for t, f in inputs.items() if f.classes},
            {t: InsideStrips(frame, grid) for t, frame in frames.items() if t in bounded},
        )  # fmt: skip
        used, left_out = _parts(loaded, layers)
        shares = dict(resolve_weights(loaded, used).weights) if weights is None else normalised(
            {name: weights.get(name, 0.0) for name in used}
        )  # fmt: skip
        writer = stack.enter_context(
            writing_bands(out, grid, dtype="uint8", nodata=NO_DATA_CLASS)
        )  # fmt: skip
        totals = score(loaded, layers, grid=grid, weights=shares, write=writer.write,
                       progress=progress)  # fmt: skip
    return dict(as_document({
        "model": loaded.name, "title": loaded.title,
        "grid": {"crs": grid.crs.to_string(), "width": grid.width, "height": grid.height,
                 "cell_m": grid.cell_m},
        "criteria": [{"name": name, "weight": weight} for name, weight in shares.items()],
        "left_out": left_out, "classes": _classes(totals),
        "excluded_cells": int(totals.cells[EXCLUDED_CLASS]),
        "no_data_cells": int(totals.cells[NO_DATA_CLASS]), "sha256": hash_file(out),
    }))  # fmt: skip


def _spare_inputs(inputs: Mapping[str, FileInput], out: Path) -> None:
    """Refuse an output that would take the place of an input."""
    for given in inputs.values():
        if out.resolve() in (p.resolve() for p in (given.path, given.classes) if p is not None):
            raise InvalidParameterError(
                f"The output {out} is one of the inputs; name another file for it.",
                f"输出文件 {out} 同时是输入文件；请为输出另选文件名。",
            )


def _one_grid(rasters: Mapping[str, RasterRows]) -> Grid:
    if not rasters:
        raise InvalidParameterError(
            "No raster is given; name one for each theme that the model needs.",
            "未给出栅格；请为模型所需的每个专题指定一个栅格。",
        )
    grid = next(iter(rasters.values())).grid
    grid.require_metres(what=Text("Scoring", "评分"))
    for raster in rasters.values():
        refuse_other_grid(raster.path.name, raster.grid, grid)
    return grid


def _all_parts(model: SuitabilityModel) -> list[Criterion | Rule]:
    return [*model.criteria, *model.rules]


def _of_vectors(model: SuitabilityModel) -> tuple[set[str], set[str]]:
    """The themes to measure distances to, and those to look inside of."""
    bounded = {rule.layer for rule in model.rules if rule.inside}
    return {p.layer for p in _all_parts(model) if p.derive == "distance"}, bounded


def _parts(
    model: SuitabilityModel, layers: LayersInPart[RasterRows]
) -> tuple[list[str], list[str]]:
    """The names of the criteria that are here, and of what is left out."""
    parts = _all_parts(model)
    for part in parts:
        if not part.optional and not layers.has(part):
            raise InvalidParameterError(
                f"'{part.name}' of model '{model.name}' needs a raster of '{part.layer}'; name its "
                "file.",
                f"模型“{model.name}”的“{part.name}”需要“{part.layer}”栅格；请指定其文件。",
            )
    used = [c.name for c in model.criteria if layers.has(c)]
    return used, [p.name for p in parts if not layers.has(p)]


def _classes(totals: BandTotals) -> list[dict[str, Any]]:
    first, last = NO_DATA_CLASS + 1, len(CLASS_NAMES) + 1
    scored = float(totals.area_m2[first:last].sum())
    return [
        {"class": name, "cells": int(totals.cells[i]),
         "area_mu": mu_from_m2(float(totals.area_m2[i])),
         "area_ha": float(totals.area_m2[i]) / SQUARE_METRES_PER_HECTARE,
         "share": float(totals.area_m2[i]) / scored if scored else 0.0}
        for i, name in enumerate(CLASS_NAMES, first)
    ]  # fmt: skip
