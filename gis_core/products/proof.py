"""How a solve ended, in one line: status, objective, bound and gap with their units."""

from typing import Any

from gis_core.text import Text
from gis_core.words import word


def proof_line(document: dict[str, Any], lang: str, *, unit: str) -> str:
    """Return the line for the document of a choice of bases (`unit` mu) or of a plan (points).

    What ended without a result has neither objective nor gap, and says so; a part of a document,
    without the status of the whole, gives an empty line.
    """
    status = document.get("status")
    if status is None:
        return ""
    said = [word(status).in_(lang)]
    if document.get("gap") is not None:
        objective, bound, gap = document["objective"], document["bound"], document["gap"]
        of = word(unit).in_(lang)
        said.append(Text(
            f"objective {objective:,.0f} {of}, bound {bound:,.0f} {of}, gap {gap:.2%}",
            f"目标值 {objective:,.0f} {of}，界 {bound:,.0f} {of}，差距 {gap:.2%}",
        ).in_(lang))  # fmt: skip
    return Text("Proof: " + ", ".join(said), "求解：" + "，".join(said)).in_(lang)
