"""How a solve ended, in one line: status, objective, bound and gap with their units."""

from typing import Any

from gis_core.text import Text
from gis_core.words import word


def proof_line(document: dict[str, Any], lang: str, *, unit: str) -> str:
    """Return the line for the document of a choice of bases or of a plan.

    `unit` is that of a document that does not name its own.

    What ended without a result has neither objective nor gap, and says so; a part of a document,
    without the status of the whole, gives an empty line.
    """
    status = document.get("status")
    if status is None:
        return ""
    said = [word(status).in_(lang)]
    if document.get("gap") is not None:
        unit, gap = document.get("objective_unit", unit), document["gap"]
        of, digits = word(unit).in_(lang), 0 if unit != "score" else 3
        objective, bound = (f"{document[key]:,.{digits}f} {of}" for key in ("objective", "bound"))
        said.append(Text(
            f"objective {objective}, bound {bound}, gap {gap:.2%}",
            f"目标值 {objective}，界 {bound}，差距 {gap:.2%}",
        ).in_(lang))  # fmt: skip
    return Text("Proof: " + ", ".join(said), "求解：" + "，".join(said)).in_(lang)
