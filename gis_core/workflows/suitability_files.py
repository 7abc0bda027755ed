"""Score raster files on one grid with a model, without holding them in memory."""

from collections.abc import Mapping
from pathlib import Path

from gis_core.errors import InvalidParameterError
from gis_core.progress import Progress, silent
from gis_core.store.raster_bands import cog_by_bands, opened_bands
from gis_core.store.raster_windows import grid_of_file
from gis_core.suitability.bands import score_bands
from gis_core.suitability.kernel.fused import CellScores, Method, make_recipe
from gis_core.suitability.model import SuitabilityModel
from gis_core.suitability.result import NO_DATA_CLASS
from gis_core.suitability.weighting import resolve_weights
from gis_core.writing import require_folder


def class_files(
    model: SuitabilityModel,
    files: Mapping[str, Path],
    out: Path,
    *,
    progress: Progress = silent,
) -> None:
    """Score the criteria's files and write the classes as a cloud-optimised GeoTIFF.

    Memory does not grow with the rasters' height. `files` holds for each criterion of the model the
    raster of what it looks at, derived and on one grid; rules are not applied, so leave out what
    they exclude by files without data there. On an aspect -1 is level land.

    Raises
    ------
    InvalidParameterError
        If a criterion has no file, or the files lie on different grids.
    NotFoundError
        If a file cannot be read.
    StorageError
        If the classes cannot be written; nothing is left then.
    """
    require_folder(out)
    names = [c.name for c in model.criteria]
    missing = [name for name in names if name not in files]
    if missing:
        raise InvalidParameterError(
            f"There is no file for {', '.join(missing)}; give one to each criterion of model "
            f"'{model.name}'.",
            f"缺少 {'、'.join(missing)} 的文件；请为模型“{model.name}”的每个准则各给一个文件。",
        )
    paths = [files[name] for name in names]
    grids = [grid_of_file(path) for path in paths]
    for path, grid in zip(paths, grids, strict=True):
        if grid != grids[0]:
            raise InvalidParameterError(
                f"{path} lies on another grid than {paths[0]}; bring them onto one grid first.",
                f"{path} 与 {paths[0]} 不在同一格网上；请先对齐到同一格网。",
            )
    weights = resolve_weights(model, names).weights
    recipe = make_recipe(
        [c.membership for c in model.criteria], list(weights.values()),
        Method(model.combination, model.class_limits,
               tuple(float("nan") if c.flat is None else c.flat for c in model.criteria)),
    )  # fmt: skip
    with (
        opened_bands(paths) as sources,
        cog_by_bands(out, grids[0], dtype="uint8", nodata=NO_DATA_CLASS) as writer,
    ):

        def keep(start: int, scored: CellScores) -> None:
            writer.write_rows(start, scored.codes)

        score_bands(sources, recipe, keep, progress=progress)
