"""What a solve owes its reader."""

from typing import Any

import typer

from gis_core.cli.output import Voice
from gis_core.text import Text
from gis_core.words import word


def print_proof(voice: Voice, document: dict[str, Any]) -> None:
    """Print what a solve owes its reader: status, objective, bound, gap, time."""
    unit, seconds = word(document["objective_unit"]), document["time_s"]
    status, gap = word(document["status"]), document["gap"]
    digits = 0 if document["objective_unit"] != "score" else 3
    objective, bound = (f"{document[key]:,.{digits}f}" for key in ("objective", "bound"))
    typer.echo(Text(
        f"{status.en}: objective {objective} {unit.en}, bound {bound} {unit.en}, gap {gap:.3%}, "
        f"{seconds:.1f} s",
        f"{status.zh}：目标值 {objective} {unit.zh}，界 {bound} {unit.zh}，差距 {gap:.3%}，"
        f"用时 {seconds:.1f} 秒",
    ).in_(voice.lang))  # fmt: skip
