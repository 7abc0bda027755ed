"""`upland survey …`: the survey against its report."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gis_core.cli.output import Voice
from gis_core.settings import Settings
from gis_core.text import Text
from gis_core.workflows.survey import check_reported_totals

app = typer.Typer(help="The village survey.", no_args_is_help=True)


@app.command()
def check(
    totals: Annotated[Path, typer.Option(help="CSV of reported totals, one row a bracket.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Check reported totals against what is possible. Example: upland survey check --totals t.csv

    Exit code 0 also when problems were found: they are the result.
    """
    voice = Voice(Settings().lang, as_json)
    document = check_reported_totals(totals).as_dict(voice.lang)
    if as_json:
        voice.result(document)
        return
    voice.table(
        Text("Survey by bracket", "调查分组"),
        [Text("bracket", "分组"), Text("villages", "村"), Text("households", "户"),
         Text("people", "人"), Text("possible people", "可能人口"), Text("sound", "合理")],
        [_row(bracket) for bracket in document["brackets"]],
    )  # fmt: skip
    for problem in document["problems"]:
        typer.echo(f"- {problem['text']}")
    if document["ok"]:
        typer.echo(Text("No problem was found.", "未发现问题。").in_(voice.lang))


def _row(bracket: dict[str, Any]) -> list[Any]:
    low, high = bracket["feasible_people"]
    figures = [bracket[f"reported_{m}"] for m in ("villages", "households", "people")]
    sound = Text("yes", "是") if bracket["ok"] else Text("no", "否")
    return [bracket["label"], *figures, f"{low:,}–{high:,}", sound]
