"""What a planner wants first: the survey's faults, the bases, the plan by year, the maps."""

from typing import Any

import typer

from gis_core.cli.analyses import print_bases
from gis_core.cli.output import Voice
from gis_core.cli.relocation import print_plan
from gis_core.cli.survey import print_check
from gis_core.text import Text, localise


def print_summary(voice: Voice, document: dict[str, Any]) -> None:
    """Print the main job's outcome in the voice's language."""
    told = localise(document, voice.lang)
    typer.echo(told["note"])
    print_check(voice, told["survey"])
    print_bases(voice, told["bases"])
    print_plan(voice, told["plan"])
    typer.echo(Text("Maps, open in any browser:", "地图（可用任何浏览器打开）：").in_(voice.lang))
    for path in told["maps"]:
        typer.echo(f"  {path}")
