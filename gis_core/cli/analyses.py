"""`upland suitability …`: score the land."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gis_core.cli.common import Json, Run, opened, show_remarks
from gis_core.cli.output import Voice
from gis_core.errors import InvalidParameterError
from gis_core.text import Text, localise
from gis_core.words import word
from gis_core.workflows import suitability as suitability_flow

suitability = typer.Typer(help="Suitability models and their runs.", no_args_is_help=True)


@suitability.command("run")
def run_model(
    model: Annotated[str, typer.Argument(help="A model's YAML file or a shipped model's name.")],
    out: Annotated[Path | None, typer.Option(help="Write the scores to this GeoTIFF.")] = None,
    as_json: Json = False,
) -> None:
    """Score the workspace's land with a model. Example: upland suitability run organic_base"""
    with opened(as_json) as (workspace, voice):
        with voice.progress() as progress:
            done = suitability_flow.run_model(workspace, model, out=out, progress=progress)
        show_remarks(voice, done.remarks, None)
        document = localise(done.document, voice.lang)
    if as_json:
        voice.result(document)
    else:
        print_suitability(voice, document)


def print_suitability(voice: Voice, document: dict[str, Any]) -> None:
    """Print a run's classes, exclusions and counties as tables."""
    mu, cells = Text("area, mu", "面积（亩）"), Text("cells", "单元数")
    typer.echo(f"{document['run_id']}  {document['title']}")
    voice.table(
        Text("Classes", "适宜性等级"),
        [Text("class", "等级"), cells, mu, Text("share", "比例")],
        [[c["class"], c["cells"], c["area_mu"], f"{c['share']:.1%}"] for c in document["classes"]],
    )
    voice.table(
        Text("Excluded, by rule", "按规则排除"),
        [Text("rule", "规则"), Text("tag", "标签"), cells, mu],
        [[e["title"], word(e["tag"]), e["cells"], e["area_mu"]] for e in document["excluded"]],
    )
    voice.table(
        Text("Units", "县级单位"),
        [Text("code", "代码"), Text("name", "名称"), Text("mean score", "平均得分"),
         Text("S1, mu", "S1（亩）")],
        [[c["code"], c["name"], c["mean_score"], c["s1_area_mu"]] for c in document["counties"]],
    )  # fmt: skip


@suitability.command()
def explain(
    at: Annotated[str, typer.Option(help="The place: X,Y in degrees, or in the analysis CRS.")],
    run: Run = None,
    as_json: Json = False,
) -> None:
    """Explain the score of a place. Example: upland suitability explain --at 111.1,36.2"""
    x, y = _place(at)
    with opened(as_json) as (workspace, voice):
        document = localise(suitability_flow.explain_place(workspace, run, x=x, y=y), voice.lang)
    if as_json:
        voice.result(document)
        return
    for line in document["text"]:
        typer.echo(line)


def _place(at: str) -> tuple[float, float]:
    parts = at.replace("，", ",").split(",")
    try:
        x, y = (float(part) for part in parts)
    except ValueError as err:
        raise InvalidParameterError(
            f"--at is '{at}', wanted X,Y such as 111.1,36.2.",
            f"--at 为“{at}”，应为 X,Y，如 111.1,36.2。",
        ) from err
    return x, y
