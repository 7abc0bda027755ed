"""The demonstration prefecture: built from a seed, its survey taken in by the real importer."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gis_core.errors import InvalidParameterError, NotFoundError
from gis_core.layers import CheckedRaster
from gis_core.progress import Progress, part_of, silent
from gis_core.region import Region
from gis_core.sources.boundaries import read_boundaries
from gis_core.sources.demo import build_demonstration, write_survey_workbook, write_totals_csv
from gis_core.sources.demo.demonstration import Demonstration
from gis_core.sources.survey.totals import read_totals
from gis_core.sources.survey.villages import read_villages
from gis_core.store.workspace import Workspace
from gis_core.text import Text
from gis_core.workflows.imports import keep_villages
from gis_core.workflows.workspace import county_units

PUBLISHED_VILLAGES = 1581  # of the survey that the demonstration reproduces
PUBLISHED_QUOTA = 3300  # people a year, for that many villages; other sizes in proportion
MOST_BASES_A_COUNTY = 3  # so that sixteen bases spread over the prefecture
BOUNDARIES = Path(__file__).resolve().parents[2] / "data" / "boundaries" / "counties.geojson"


@dataclass(frozen=True)
class Size:
    """Villages of the survey, cell in metres, seed."""

    villages: int = PUBLISHED_VILLAGES
    cell_m: float = 100.0
    seed: int = 1


def load(
    workspace: Workspace, size: Size | None = None, *, progress: Progress = silent
) -> dict[str, Any]:
    """Build the demonstration and keep every layer of it; returns the layers, bilingual.

    Without `size` it is of the published number of villages on cells of 100 m.

    The survey is written as the workbook an office would send (``outputs/demonstration``) and
    read back by the importer, with its totals beside it.

    Raises
    ------
    InvalidParameterError
        If the workspace holds data already: a demonstration never mixes with real files.
    NotFoundError
        If the schematic boundaries are not beside the program.
    """
    size = size or Size()
    if workspace.layers():
        raise InvalidParameterError(
            "The workspace holds data already; the demonstration wants an empty one. Choose "
            "another --workspace.",
            "工作区中已有数据；演示数据需要空工作区。请用 --workspace 另选目录。",
        )
    if not BOUNDARIES.is_file():
        raise NotFoundError(
            f"{BOUNDARIES}: the schematic boundaries are not there; run from a whole checkout.",
            f"{BOUNDARIES}：程序旁没有示意边界文件；请在完整的代码目录中运行。",
        )
    counties = read_boundaries(BOUNDARIES, level="county")
    built = build_demonstration(
        boundaries=counties.frame, villages=size.villages, cell_m=size.cell_m, seed=size.seed,
        progress=part_of(progress, 0.0, 0.6),
    )  # fmt: skip
    workspace.save_region(_region(built))
    workspace.add_boundaries(counties)
    layers = built.layers()
    for i, layer in enumerate(layers):
        theme = layer.info.theme
        progress(0.6 + 0.3 * i / len(layers), Text(f"Keeping {theme}", f"正在入库：{theme}"))
        if isinstance(layer, CheckedRaster):
            workspace.add_raster(layer)
        else:
            workspace.add_features(layer)
    progress(0.9, Text("Taking the survey in", "正在导入调查表"))
    _take_survey(workspace, built)
    return {"layers": [record.document() for record in workspace.layers()]}


def _take_survey(workspace: Workspace, built: Demonstration) -> None:
    folder = workspace.settings.output_folder / "demonstration"
    folder.mkdir(parents=True, exist_ok=True)
    sheet = write_survey_workbook(built, folder / "survey.xlsx")
    totals = read_totals(write_totals_csv(built, folder / "totals.csv"))
    reading = read_villages(sheet, units=county_units(workspace), townships=built.townships)
    told = built.villages_layer().info
    info = replace(reading.layer.info, nature=told.nature, origin=told.origin, date=told.date)
    keep_villages(workspace, replace(reading.layer, info=info), totals)


def _region(built: Demonstration) -> Region:
    """Return the region, with a base asked for in each surveyed county and the survey's year."""
    surveyed = sorted(set(built.villages["county_code"]))
    extra = {
        "bases": {"per_county": {code: [1, MOST_BASES_A_COUNTY] for code in surveyed}},
        "relocation": {
            "first_year": built.survey_year,
            "quota": max(1, round(PUBLISHED_QUOTA * len(built.villages) / PUBLISHED_VILLAGES)),
        },
    }
    return replace(built.region(), extra=extra)
