"""How often each chosen base is chosen again, from the newest sensitivity run of its choice."""

from typing import Any

from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace


def frequencies_for(workspace: Workspace, bases_run_id: str) -> dict[str, float]:
    """Return by base in what share of the draws its land is chosen, 0 to 1.

    Of the newest sensitivity run of that choice; empty without one.
    """
    made = workspace.runs("sensitivity")
    of_it = [run for run in made if run.document.get("bases_run") == bases_run_id]
    bases = of_it[-1].document["bases"] if of_it else []
    return {b["id"]: b["selection_frequency"] for b in bases
            if b["selection_frequency"] is not None}  # fmt: skip


def with_frequencies(workspace: Workspace, chosen: RunRecord) -> dict[str, Any]:
    """Return the document of a choice, its `selection_frequency` filled where that is known."""
    known = frequencies_for(workspace, chosen.run_id)
    bases = [{**b, "selection_frequency": known.get(b["id"], b.get("selection_frequency"))}
             for b in chosen.document["bases"]]  # fmt: skip
    return {**chosen.document, "bases": bases}
