"""`upland suitability sensitivity`: how far scores, classes and bases can be trusted."""

from typing import Annotated, Any

import typer

from gis_core.cli.common import Json, Run, opened
from gis_core.cli.output import Voice
from gis_core.text import Text, localise
from gis_core.workflows.sensitivity import SensitivityRequest, analyse

SHOWN = 12  # moves of the table of single moves, the largest first


def show_sensitivity(
    run: Run = None,
    draws: Annotated[int, typer.Option(help="How many draws; 1,000 and more to rely on.")] = 1024,
    seed: Annotated[int, typer.Option(help="The same seed gives the same draws.")] = 1,
    weight_spread: Annotated[
        float, typer.Option(help="Share of itself by which each weight may be off, 0 to 1.")
    ] = 0.25,
    method: Annotated[str, typer.Option(help="sobol or lhs (Latin hypercube).")] = "sobol",
    bases: Annotated[
        str | None, typer.Option(help="The choice of bases to test; else the newest of the run.")
    ] = None,
    time_limit: Annotated[
        float, typer.Option(help="Seconds at most that testing the bases takes.")
    ] = 120.0,
    as_json: Json = False,
) -> None:
    """Test how a run stands with its numbers off. Example: upland suitability sensitivity"""
    with opened(as_json) as (workspace, voice):
        request = SensitivityRequest(draws, weight_spread, method, seed, bases, time_limit)
        with voice.progress() as progress:
            document = analyse(workspace, run, request, progress=progress)
        document = localise(document, voice.lang)
    if as_json:
        voice.result(document)
    else:
        print_sensitivity(voice, document)


def print_sensitivity(voice: Voice, document: dict[str, Any]) -> None:
    """Print how steady the classes are, what decides, what single moves do, and the bases."""
    typer.echo(f"{document['run_id']}  {document['title']}")
    typer.echo(Text(
        f"{document['draws']:,} draws, {document['cells']:,} cells: on average a cell keeps its "
        f"class in {document['agreement']:.0%} of them.",
        f"抽样 {document['draws']} 次，{document['cells']} 个单元：平均有 "
        f"{document['agreement']:.0%} 的抽样保持原等级。",
    ).in_(voice.lang))  # fmt: skip
    _print_classes(voice, document)
    voice.table(
        Text("What decides (total Sobol index)", "各准则的影响（总 Sobol 指数）"),
        [Text("criterion", "准则"), Text("weight", "权重"), Text("of S1+S2 area", "对 S1+S2 面积"),
         Text("of mean score", "对平均得分")],
        [[c["title"], c["weight"], c["good_area"]["total"], c["mean_score"]["total"]]
         for c in document["criteria"]],
    )  # fmt: skip
    single = sorted(document["one_at_a_time"], key=lambda m: -m["changed_share"])[:SHOWN]
    voice.table(
        Text("Moved one at a time: the largest effects", "单独变动：影响最大者"),
        [Text("criterion", "准则"), Text("what", "变动项"), Text("from", "由"), Text("to", "至"),
         Text("cells that change class", "等级改变的单元")],
        [[m["title"], m["threshold"] or Text("weight", "权重"), m["before"], m["after"],
          f"{m['changed_share']:.1%}"] for m in single],
    )  # fmt: skip
    if document["bases"]:
        _print_bases(voice, document)
    for note in document["notes"]:
        typer.echo(note)


def _print_classes(voice: Voice, document: dict[str, Any]) -> None:
    mu = Text("area, mu", "面积（亩）")
    voice.table(
        Text("Areas of the classes over the draws", "各等级面积的抽样结果"),
        [Text("class", "等级"), mu, Text("5 %", "5% 分位"), Text("median", "中位数"),
         Text("95 %", "95% 分位"), Text("keeps its class", "保持等级")],
        [[c["class"], c["area_mu"], c["low_area_mu"], c["median_area_mu"], c["high_area_mu"],
          "-" if c["agreement"] is None else f"{c['agreement']:.0%}"]
         for c in document["classes"]],
    )  # fmt: skip


def _print_bases(voice: Voice, document: dict[str, Any]) -> None:
    choice = document["choice"]
    draws, asked = choice["draws"], choice["asked"]
    voice.table(
        Text(f"Bases, chosen again in {draws:,} of {asked:,} draws",
             f"基地稳定性（完成 {asked} 次抽样中的 {draws} 次）"),
        [Text("no.", "序号"), Text("base", "编号"), Text("county", "县"),
         Text("chosen in", "入选比例"), Text("weight that drops it", "使其落选的权重"),
         Text("from", "由"), Text("to", "至")],
        [_base_row(base) for base in document["bases"]],
    )  # fmt: skip


def _base_row(base: dict[str, Any]) -> list[Any]:
    share, change = base["selection_frequency"], base["smallest_change"]
    often = "-" if share is None else f"{share:.0%}"
    dropped = [change["title"], f"{change['weight']:.4f}", f"{change['to']:.4f}"] if change else [
        Text("none", "无") if base["never_drops"] else "-", "", ""
    ]  # fmt: skip
    return [base["number"], base["id"], base["county_name"], often, *dropped]
