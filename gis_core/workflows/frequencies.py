"""How often each chosen base is chosen again, from the newest sensitivity run of its choice."""

from typing import Any

from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace

MADE_BY = ("model_hash", "input_hashes", "parameters")


def read_choice(workspace: Workspace, run_id: str | None = None) -> dict[str, Any]:
    """Return a choice of bases as it is kept, with how often each base is chosen again.

    Without `run_id` the newest choice is taken.

    Raises
    ------
    NotFoundError, NotComputedError
        If there is no such run, or no bases were chosen yet.
    """
    chosen = workspace.run(run_id, kind="bases")
    return {"run_id": chosen.run_id, **with_frequencies(workspace, chosen)}


def frequencies_for(workspace: Workspace, chosen: RunRecord) -> dict[str, float]:
    """Return by base in what share of the draws its land is chosen, 0 to 1.

    Of the newest sensitivity run of that choice, or of the same bases chosen before from the same
    run under the same rules; empty without one.
    """
    same = {run.run_id for run in workspace.runs("bases") if _is_same(run, chosen)}
    made = workspace.runs("sensitivity")
    of_it = [run for run in made if run.document.get("bases_run") in same]
    bases = of_it[-1].document["bases"] if of_it else []
    return {b["id"]: b["selection_frequency"] for b in bases
            if b["selection_frequency"] is not None}  # fmt: skip


def _is_same(run: RunRecord, chosen: RunRecord) -> bool:
    """Whether two choices took the same bases from the same scores under the same rules."""
    return run.run_id == chosen.run_id or (
        [(b["id"], b["area_mu"]) for b in run.document["bases"]]
        == [(b["id"], b["area_mu"]) for b in chosen.document["bases"]]
        and all(run.provenance.get(key) == chosen.provenance.get(key) for key in MADE_BY)
    )


def with_frequencies(workspace: Workspace, chosen: RunRecord) -> dict[str, Any]:
    """Return the document of a choice, its `selection_frequency` filled where that is known."""
    known = frequencies_for(workspace, chosen)
    bases = [{**b, "selection_frequency": known.get(b["id"], b.get("selection_frequency"))}
             for b in chosen.document["bases"]]  # fmt: skip
    return {**chosen.document, "bases": bases}
