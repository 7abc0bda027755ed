"""`upland suitability …` and `upland bases …`: score the land, choose the bases."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gis_core.cli.common import Json, Run, opened, show_remarks
from gis_core.cli.output import Voice
from gis_core.errors import InvalidParameterError
from gis_core.text import Text, localise
from gis_core.words import word
from gis_core.workflows import bases as base_flow
from gis_core.workflows import suitability as suitability_flow

suitability = typer.Typer(help="Suitability models and their runs.", no_args_is_help=True)
bases = typer.Typer(help="Production bases.", no_args_is_help=True)


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
    parts = at.replace(",", ",").split(",")
    try:
        x, y = (float(part) for part in parts)
    except ValueError as err:
        raise InvalidParameterError(
            f"--at is '{at}', wanted X,Y such as 111.1,36.2.",
            f"--at 为“{at}”，应为 X,Y，如 111.1,36.2。",
        ) from err
    return x, y


@bases.command()
def select(
    run: Run = None,
    count: Annotated[int, typer.Option(min=1, help="How many bases.")] = 16,
    min_area_mu: Annotated[float, typer.Option(help="Least area of a base, mu.")] = 1500.0,
    max_area_mu: Annotated[float, typer.Option(help="Largest area of a base, mu.")] = 15000.0,
    per_county: Annotated[
        str | None, typer.Option(help="MIN:MAX bases a county; the region's own rule without it.")
    ] = None,
    spacing_m: Annotated[float, typer.Option(help="Least distance between bases, m.")] = 0.0,
    time_limit: Annotated[float, typer.Option(help="Seconds at most.")] = 60.0,
    as_json: Json = False,
) -> None:
    """Choose the best bases, with proof. Example: upland bases select --count 16"""
    rules = base_flow.ChoiceRules(
        count=count, min_area_mu=min_area_mu, max_area_mu=max_area_mu,
        per_county=_limits(per_county), spacing_m=spacing_m, time_limit_s=time_limit,
    )  # fmt: skip
    with opened(as_json) as (workspace, voice):
        with voice.progress() as progress:
            document = base_flow.choose(workspace, run, rules, progress=progress)
        document = localise(document, voice.lang)
    if as_json:
        voice.result(document)
    else:
        print_bases(voice, document)


def _limits(per_county: str | None) -> tuple[int, int] | None:
    if per_county is None:
        return None
    low, colon, high = per_county.partition(":")
    if not (colon and low.isdecimal() and high.isdecimal() and int(low) <= int(high)):
        raise InvalidParameterError(
            f"--per-county is '{per_county}', wanted MIN:MAX such as 1:3.",
            f"--per-county 为“{per_county}”，应为 MIN:MAX（最少和最多），如 1:3。",
        )
    return int(low), int(high)


def print_bases(voice: Voice, document: dict[str, Any]) -> None:
    """Print the chosen bases with objective, bound and gap."""
    chosen = document["bases"]
    area = sum(b["area_mu"] for b in chosen)
    voice.table(
        Text(f"{len(chosen)} bases, {area:,.0f} mu", f"{len(chosen)}个基地，共{area:,.0f}亩"),
        [Text("no.", "序号"), Text("county", "县"), Text("area, mu", "面积（亩）"),
         Text("mean score", "平均得分"), Text("compactness", "紧凑度")],
        [[b["number"], b["county_name"], b["area_mu"], b["mean_score"], b["compactness"]]
         for b in chosen],
    )  # fmt: skip
    print_proof(voice, document)


def print_proof(voice: Voice, document: dict[str, Any]) -> None:
    """Print what a solve owes its reader: status, objective, bound, gap, time."""
    objective, bound, gap = document["objective"], document["bound"], document["gap"]
    unit, seconds = word(document["objective_unit"]), document["time_s"]
    status = word(document["status"])
    typer.echo(Text(
        f"{status.en}: objective {objective:,.0f} {unit.en}, bound {bound:,.0f} {unit.en}, "
        f"gap {gap:.3%}, {seconds:.1f} s",
        f"{status.zh}：目标值 {objective:,.0f} {unit.zh}，界 {bound:,.0f} {unit.zh}，"
        f"差距 {gap:.3%}，用时 {seconds:.1f} 秒",
    ).in_(voice.lang))  # fmt: skip
