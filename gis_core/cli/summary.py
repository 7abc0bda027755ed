"""What a planner wants first: the survey's faults, the bases, the plan by year, the maps."""

from pathlib import Path
from typing import Any

import typer

from gis_core.cli.bases import print_bases
from gis_core.cli.output import Voice
from gis_core.cli.relocation import print_plan
from gis_core.cli.survey import print_check
from gis_core.text import Text, localise


def print_summary(voice: Voice, document: dict[str, Any]) -> None:
    """Print the main job's outcome in the voice's language."""
    told = localise(document, voice.lang)
    faults = len(told["survey"]["problems"])
    typer.echo(told["note"])
    _heading(voice, Text(f"1  The survey: {faults} faults to settle",
                         f"一、村庄调查：{faults}处问题待核实"))  # fmt: skip
    print_check(voice, told["survey"])
    _heading(voice, Text("2  Organic-food bases", "二、有机食品基地"))
    print_bases(voice, told["bases"])
    _heading(voice, Text("3  Relocation", "三、小村搬迁"))
    print_plan(voice, told["plan"])
    _heading(voice, Text("4  Maps", "四、地图"))
    _print_maps(voice, [Path(path) for path in told["maps"]])


def _heading(voice: Voice, text: Text) -> None:
    typer.echo(f"\n{text.in_(voice.lang)}")


def _print_maps(voice: Voice, maps: list[Path]) -> None:
    """Print where the maps lie, those in the reader's language first."""
    mine = [path for path in maps if path.stem.endswith(f"-{voice.lang}")]
    others = [path.name for path in maps if path not in mine]
    typer.echo(Text("Open them in any browser:", "可用任何浏览器打开：").in_(voice.lang))
    for path in mine:
        typer.echo(f"  {path}")
    listed = Text(f"In Chinese, beside them: {', '.join(others)}",
                  f"同一文件夹中的英文版：{'、'.join(others)}")  # fmt: skip
    typer.echo(listed.in_(voice.lang))
