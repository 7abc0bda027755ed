"""The main job from end to end: data, survey check, suitability, bases, plan, maps."""

from typing import Any

from gis_core.errors import NotComputedError
from gis_core.progress import Progress, part_of, silent
from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace
from gis_core.text import LANGS, Text, as_document
from gis_core.workflows import bases, demonstration, relocation, suitability
from gis_core.workflows.frequencies import read_choice
from gis_core.workflows.maps import MAP_NAMES, make_map
from gis_core.workflows.survey import check_workspace_survey

MODEL = "organic_base"


def run(
    workspace: Workspace, size: demonstration.Size, *, progress: Progress = silent
) -> dict[str, Any]:
    """Bring the workspace to where a planner starts, and tell what matters first.

    An empty workspace gets the demonstration prefecture; analyses and maps are made where they
    are missing, and kept where they are there. Returns bilingual plain values: note, survey,
    bases, plan, maps.
    """
    if not workspace.layers():
        demonstration.load(workspace, size, progress=part_of(progress, 0.0, 0.4))
    scores = _newest(workspace, "suitability")
    if scores is None:
        suitability.run_model(workspace, MODEL, progress=part_of(progress, 0.4, 0.55))
    choice = _newest(workspace, "bases")
    if choice is None:
        bases.choose(workspace, progress=part_of(progress, 0.55, 0.65))
    plan = _newest(workspace, "plan")
    if plan is None:
        relocation.plan(workspace, progress=part_of(progress, 0.65, 0.85))
    return {
        "note": _note(workspace),
        "survey": check_workspace_survey(workspace, None).document(),
        "bases": read_choice(workspace),
        "plan": _document(workspace.run(kind="plan")),
        "maps": _maps(workspace, part_of(progress, 0.85, 1.0)),
    }


def _newest(workspace: Workspace, kind: str) -> RunRecord | None:
    try:
        return workspace.run(kind=kind)
    except NotComputedError:
        return None


def _document(run: RunRecord) -> dict[str, Any]:
    return {"run_id": run.run_id, **run.document}


def _maps(workspace: Workspace, progress: Progress) -> list[str]:
    """Write every map in both languages where it is missing or older than its run."""
    folder = workspace.settings.output_folder
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(name, lang) for name in MAP_NAMES for lang in LANGS]
    paths = []
    newest = max(r.created_at for r in workspace.runs()).timestamp()
    for done, (name, lang) in enumerate(wanted):
        progress(done / len(wanted), Text(f"Drawing the map {name}", f"正在绘制地图 {name}"))
        path = folder / f"{name}-{lang}.html"
        if not path.is_file() or path.stat().st_mtime < newest:
            make_map(workspace, name, out=path, lang=lang)
        paths.append(str(path))
    return paths


def _note(workspace: Workspace) -> Any:
    natures = {record.info.nature for record in workspace.layers()}
    region = workspace.region()
    if natures & {"synthetic", "schematic"}:
        return as_document(Text(
            f"{region.name_en}: demonstration data (synthetic landscape and survey, schematic "
            "boundaries). Real files replace it, layer by layer, with upland import.",
            f"{region.name_zh}：演示数据（地形与调查为模拟，边界为示意）。"
            "可用 upland import 逐层换成真实数据。",
        ))  # fmt: skip
    return as_document(Text(region.name_en, region.name_zh))
