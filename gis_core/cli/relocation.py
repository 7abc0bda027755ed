"""`upland relocation …`: who is most urgent, who moves where and when, and why."""

from typing import Annotated, Any

import typer

from gis_core.cli.common import Json, opened
from gis_core.cli.output import Voice
from gis_core.cli.proof import print_proof
from gis_core.text import Text, localise
from gis_core.workflows import relocation as flow

app = typer.Typer(help="Relocation of small villages.", no_args_is_help=True)
ROWS_SHOWN = 30


@app.command()
def priority(as_json: Json = False) -> None:
    """Rank the small villages by urgency. Example: upland relocation priority --json"""
    with opened(as_json) as (workspace, voice):
        with voice.progress() as progress:
            rows = flow.rank(workspace, progress=progress)
        rows = localise(rows, voice.lang)
    if as_json:
        voice.result(rows)
        return
    voice.table(
        Text(f"The first {ROWS_SHOWN} of {len(rows):,}", f"前{ROWS_SHOWN}个（共{len(rows)}个）"),
        [Text("rank", "名次"), Text("village", "村"), Text("county", "县"), Text("people", "人"),
         Text("score", "得分")],
        [[r["rank"], r["name"], r["county_name"], r["people"], r["score"]]
         for r in rows[:ROWS_SHOWN]],
    )  # fmt: skip


@app.command()
def plan(
    years: Annotated[int, typer.Option(min=1, max=30, help="Years of the plan.")] = 5,
    quota: Annotated[int, typer.Option(min=1, help="People a year at most.")] = 3300,
    budget: Annotated[float | None, typer.Option(help="Yuan a year at most.")] = None,
    forms: Annotated[str | None, typer.Option(help="Forms allowed, with commas between.")] = None,
    gap: Annotated[float, typer.Option(min=0, max=1, help="Gap to the bound to stop at.")] = 0.005,
    time_limit: Annotated[float, typer.Option(min=1, help="Seconds at most.")] = 60.0,
    all_targets: Annotated[
        bool, typer.Option("--all", help="Demand that every target village moves.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Plan who moves where in which year. Example: upland relocation plan --quota 3300"""
    wanted = flow.PlanRequest(
        years=years, quota=quota, budget_yuan=budget, forms=_forms(forms), gap=gap,
        time_limit_s=time_limit, all_targets=all_targets,
    )  # fmt: skip
    with opened(as_json) as (workspace, voice):
        with voice.progress() as progress:
            document = flow.plan(workspace, wanted, progress=progress)
        document = localise(document, voice.lang)
    if as_json:
        voice.result(document)
    else:
        print_plan(voice, document)
    if document["status"] == "infeasible":
        raise typer.Exit(1)


def _forms(value: str | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(v.strip() for v in value.split(",") if v.strip())


def print_plan(voice: Voice, document: dict[str, Any]) -> None:
    """Print a plan by year and form with its money, what conflicts, and the proof."""
    print_years(voice, document)
    heads = [Text("villages", "村"), Text("people", "人"), Text("cost, yuan", "费用（元）")]
    voice.table(
        Text("By form", "按安置方式"),
        [Text("form", "方式"), *heads],
        [[f["title"], *(f[k] for k in ("villages", "people", "cost_yuan"))]
         for f in document["forms"] if f["villages"]],
    )  # fmt: skip
    for conflict in document["conflicts"]:
        typer.echo(f"! {conflict['text']}")
    print_proof(voice, document)
    saved = document["gap_yuan"]
    typer.echo(document["objective_text"])
    typer.echo(Text(
        f"With the same waiting and journeys at most {saved:,.0f} yuan could be saved.",
        f"在等待和路程相同的条件下，任何方案至多再省{saved:,.0f}元。",
    ).in_(voice.lang))  # fmt: skip


def print_years(voice: Voice, document: dict[str, Any]) -> None:
    """Print what moves in each year and in all, and who is left."""
    keys = ("villages", "people", "households", "cost_yuan")
    years = document["years"]
    totals = [sum(y[k] for y in years) for k in keys]
    left = sum(d["people"] or 0 for d in document["deferred"])
    voice.table(
        Text(f"Relocation: {totals[1]:,} people move, {left:,} are deferred",
             f"搬迁方案：搬迁{totals[1]:,}人，暂缓{left:,}人"),
        [Text("year", "年"), Text("villages", "村"), Text("people", "人"), Text("households", "户"),
         Text("cost, yuan", "费用（元）")],
        [*([str(y["year"]), *(y[k] for k in keys)] for y in years),
         [Text("all", "合计"), *totals]],
    )  # fmt: skip


@app.command()
def explain(
    village: Annotated[str, typer.Option(help="The village's id or name.")],
    plan_id: Annotated[
        str | None, typer.Option("--plan", help="The plan; else the newest.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Explain the plan to one village. Example: upland relocation explain --village V0001"""
    with opened(as_json) as (workspace, voice):
        document = localise(flow.explain(workspace, plan_id, village), voice.lang)
    if as_json:
        voice.result(document)
        return
    for line in document["text"]:
        typer.echo(line)
