"""What public pages may show of small villages, which identify people.

``UPLAND_PUBLISH_VILLAGES``: ``synthetic`` (the default) shows villages only where the survey is
a synthetic one; ``all`` shows them always; ``none`` never. Otherwise pages carry sums by county.
"""

from typing import Any

import pandas as pd

from gis_core.errors import NotFoundError
from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace
from gis_core.text import as_document
from gis_core.workflows.layers import list_layers

TOLD = ("conflicts", "problems", "caveats", "remarks")  # parts of documents that hold sentences
HIDDEN = "…"


def villages_are_public(workspace: Workspace) -> bool:
    """Return whether single villages of this workspace may stand on public pages."""
    choice = workspace.settings.publish_villages
    if choice != "synthetic":
        return choice == "all"
    return (
        workspace.has_layer("villages") and workspace.layer("villages").info.nature == "synthetic"
    )


def published_village(workspace: Workspace, village_id: str) -> dict[str, Any]:
    """Return a village's columns as plain values.

    Raises
    ------
    NotFoundError
        If there is no such village, or single villages are not published.
    """
    if villages_are_public(workspace):
        villages = workspace.villages()
        found = villages[villages["village_id"] == village_id]
        if len(found):
            row = found.iloc[0]
            place = None if row.geometry is None else [row.geometry.x, row.geometry.y]
            columns = [c for c in found.columns if c != "geometry"]
            return {**as_document({c: row[c] for c in columns}), "lon_lat": place}
    raise NotFoundError(
        f"No village '{village_id}' is published here.", f"此处未公开编号为“{village_id}”的村。"
    )


def published_layers(workspace: Workspace) -> list[dict[str, Any]]:
    """Return every current layer, its remarks as their number alone.

    Remarks quote names, positions and numbers of single rows, so they stay with the office
    (`upland layers --json`) unless single villages are public.
    """
    documents = list_layers(workspace)
    if villages_are_public(workspace):
        return documents
    return [{**d, "remarks": [], "remarks_count": len(d["remarks"])} for d in documents]


def without_village_names(workspace: Workspace, document: dict[str, Any]) -> dict[str, Any]:
    """Return `document` with every village's name in its sentences replaced by an ellipsis.

    Conflicts of a plan and problems of a survey name villages as examples; pages that may not show
    single villages keep the sentence and its figures.
    """
    if not workspace.has_layer("villages"):
        return document
    names = sorted(set(workspace.villages()["name"]) - {""}, key=lambda n: (-len(n), n))

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            for name in names:
                if name in value:
                    value = value.replace(name, HIDDEN)
            return value
        if isinstance(value, dict):
            return {key: clean(item) for key, item in value.items()}
        return [clean(item) for item in value] if isinstance(value, list) else value

    return {**document, **{part: clean(document[part]) for part in TOLD if part in document}}


def published_run(workspace: Workspace, run: RunRecord) -> dict[str, Any]:
    """Return a run's document; a plan without its single villages where they are not public."""
    document = {"run_id": run.run_id, "kind": run.kind, **run.document}
    if run.kind != "plan" or villages_are_public(workspace):
        return document
    for part in ("assignments", "deferred"):
        rows = pd.DataFrame(document.pop(part))
        document[f"{part}_by_county"] = (
            [] if rows.empty else rows.groupby("county_code", as_index=False)
            .agg(villages=("people", "size"), people=("people", "sum"))
            .astype({"people": int}).to_dict("records")
        )  # fmt: skip
    return without_village_names(workspace, document)
