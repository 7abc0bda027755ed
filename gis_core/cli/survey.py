"""`upland survey …`: the survey against its report."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gis_core.cli.common import Json
from gis_core.cli.output import Voice
from gis_core.settings import read_settings
from gis_core.store.workspace import open_workspace, workspace_exists
from gis_core.text import Text
from gis_core.workflows.survey import check_reported_totals, check_workspace_survey

app = typer.Typer(help="The village survey.", no_args_is_help=True)


@app.command()
def check(
    totals: Annotated[
        Path | None, typer.Option(help="CSV of reported totals, one row a bracket.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hold the survey against its reported totals. Example: upland survey check --totals t.csv

    With a survey in the workspace it is counted too; without one the totals are checked alone.
    Exit code 0 also when problems were found: they are the result.
    """
    settings = read_settings()
    voice = Voice(settings.lang, as_json)
    if totals is not None and not workspace_exists(settings):
        found = check_reported_totals(totals)
    else:
        with open_workspace(settings) as workspace:
            alone = totals is not None and not workspace.has_layer("villages")
            found = (
                check_reported_totals(totals) if alone and totals is not None
                else check_workspace_survey(workspace, totals)
            )  # fmt: skip
    document = found.as_dict(voice.lang)
    if as_json:
        voice.result(document)
        return
    print_check(voice, document)


def print_check(voice: Voice, document: dict[str, Any]) -> None:
    """Print a survey check as a table and its problems as sentences."""
    if document["brackets"]:
        reported = any(b["reported_villages"] is not None for b in document["brackets"])
        as_given = Text(", as reported", "（上报数）") if reported else Text("", "")
        voice.table(
            Text(f"Survey by bracket{as_given.en}", f"调查分组{as_given.zh}"),
            [Text("bracket", "分组"), Text("villages", "村"), Text("households", "户"),
             Text("people", "人"), Text("people possible", "可能人数"), Text("sound", "合理")],
            [_row(bracket) for bracket in document["brackets"]],
        )  # fmt: skip
    for problem in document["problems"]:
        typer.echo(f"- {problem['text']}")
    if document["ok"]:
        typer.echo(Text("No problem was found.", "未发现问题。").in_(voice.lang))


def _row(bracket: dict[str, Any]) -> list[Any]:
    low, high = bracket["feasible_people"]
    side = "reported_" if bracket["reported_villages"] is not None else ""
    figures = [bracket[f"{side}{m}"] for m in ("villages", "households", "people")]
    sound = Text("yes", "是") if bracket["ok"] else Text("no", "否")
    return [bracket["label"], *figures, f"{low:,}–{high:,}", sound]
