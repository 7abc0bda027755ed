"""`upland bases …`: choose the bases."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Annotated, Any

import typer

from gis_core.cli.base_options import EXAMPLE, FORM, parse_county_limits, parse_product
from gis_core.cli.common import Json, Run, opened
from gis_core.cli.output import Voice
from gis_core.cli.proof import print_proof
from gis_core.text import Text, localise
from gis_core.workflows import bases as base_flow
from gis_core.workflows.base_candidates import Costs
from gis_core.workflows.frequencies import read_choice

bases = typer.Typer(help="Production bases.", no_args_is_help=True)


@dataclass(frozen=True)
class Column:
    """A column of the table of bases; shown where any base has a value."""

    title: Text
    value: Callable[[dict[str, Any]], Any]


COLUMNS = (
    Column(Text("no.", "序号"), itemgetter("number")),
    Column(Text("county", "县"), itemgetter("county_name")),
    Column(Text("product", "产品"), lambda base: base.get("product")),
    Column(Text("area, mu", "面积（亩）"), itemgetter("area_mu")),
    Column(Text("mean score", "平均得分"), itemgetter("mean_score")),
    Column(Text("compactness", "紧凑度"), itemgetter("compactness")),
    Column(Text("cost, yuan", "费用（元）"), lambda base: base.get("cost_yuan")),
    Column(Text("chosen again", "重复入选率"), lambda base: _often(base)),
    Column(Text("lost without it", "失去后损失"), lambda base: _loss(base)),
    Column(Text("base", "编号"), itemgetter("id")),
)
OWN = "; the region's own rule without it"


@bases.command()
def select(
    run: Run = None,
    count: Annotated[int | None, typer.Option(min=1, help=f"How many bases{OWN}, else 16.")] = None,
    min_area_mu: Annotated[
        float | None, typer.Option(help="Least area of a base, mu; else 1500.")
    ] = None,
    max_area_mu: Annotated[
        float | None, typer.Option(help="Largest area of a base, mu; else 15000.")
    ] = None,
    per_county: Annotated[
        str | None,
        typer.Option(
            help=f"Bases a county, MIN:MAX; single counties by code or name, 0:2,141030=1:3{OWN}."
        ),
    ] = None,
    spacing_m: Annotated[
        float | None, typer.Option(help="Least distance between bases, m; else 0.")
    ] = None,
    min_total_area_mu: Annotated[
        float | None, typer.Option(help="Least area of all bases together, mu.")
    ] = None,
    max_total_area_mu: Annotated[
        float | None, typer.Option(help="Largest area of all bases together, mu.")
    ] = None,
    aim: Annotated[
        str | None,
        typer.Option(
            help="area: add up area × score; quality: add up the scores, whatever the "
            "areas. Else area."
        ),
    ] = None,
    compactness: Annotated[
        float | None, typer.Option(help="What compactness 1 adds to a base's score; else 0.2.")
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(help="Only land of at least this score, 0 to 1; else 0.5.")
    ] = None,
    roundness: Annotated[
        float | None,
        typer.Option(help="0: candidates follow the score alone; larger: rounder ones; else 1."),
    ] = None,
    across_counties: Annotated[
        bool, typer.Option("--across-counties", help="County lines do not cut candidates.")
    ] = False,
    apart: Annotated[
        bool, typer.Option("--apart", help="Grow candidates that do not overlap: fewer, quicker.")
    ] = False,
    product: Annotated[
        list[str] | None,
        typer.Option(help=f"{FORM}; may be repeated, one for each product. Such as {EXAMPLE}"),
    ] = None,
    budget_yuan: Annotated[
        float | None, typer.Option(help="The most that all bases together may cost, yuan.")
    ] = None,
    cost_per_mu: Annotated[
        float | None, typer.Option(help="What a mu costs, yuan, where its product names no cost.")
    ] = None,
    cost_per_base: Annotated[
        float | None, typer.Option(help="What each base costs besides, yuan; else 0.")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="A base that must be chosen; may be repeated.")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option(help="A base that must not be; may be repeated.")
    ] = None,
    alternatives: Annotated[
        int | None, typer.Option(min=0, help="How many near-best choices to give; else 3.")
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(help="How much worse an alternative may be, 0.01 for 1 %; else 0.01."),
    ] = None,
    gap: Annotated[
        float | None, typer.Option(help="Relative gap at which to stop, 0.001 for 0.1 %; else 0.")
    ] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds at most; else 60.")] = None,
    as_json: Json = False,
) -> None:
    """Choose the best bases, with proof. Example: upland bases select --count 16"""
    every, single = parse_county_limits(per_county)
    given = {
        "count": count, "min_area_mu": min_area_mu, "max_area_mu": max_area_mu,
        "per_county": every, "county_limits": single, "spacing_m": spacing_m,
        "min_total_area_mu": min_total_area_mu, "max_total_area_mu": max_total_area_mu,
        "aim": aim, "compactness_weight": compactness, "min_score": min_score, "keep": keep,
        "leave_out": leave_out, "alternatives": alternatives, "time_limit_s": time_limit,
        "tolerance": tolerance, "gap": gap, "roundness": roundness, "budget_yuan": budget_yuan,
        "within_counties": False if across_counties else None,
        "overlapping": False if apart else None,
        "products": [parse_product(p) for p in product] if product else None,
        "costs": Costs(cost_per_mu, cost_per_base or 0.0),
    }  # fmt: skip
    with opened(as_json) as (workspace, voice):
        asked: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
        rules = replace(base_flow.default_rules(workspace), **asked)
        with voice.progress() as progress:
            document = base_flow.choose(workspace, run, rules, progress=progress)
        document = localise(document, voice.lang)
    if as_json:
        voice.result(document)
    else:
        print_bases(voice, document)


@bases.command()
def show(
    run: Annotated[str | None, typer.Option(help="The choice; without it the newest.")] = None,
    as_json: Json = False,
) -> None:
    """Show chosen bases again, with how often each is chosen. Example: upland bases show"""
    with opened(as_json) as (workspace, voice):
        document = localise(read_choice(workspace, run), voice.lang)
    if as_json:
        voice.result(document)
    else:
        print_bases(voice, document)


def print_bases(voice: Voice, document: dict[str, Any]) -> None:
    """Print the chosen bases, what they are together, the proof and the alternatives."""
    chosen = document["bases"]
    number, area_mu = len(chosen), sum(b["area_mu"] for b in chosen)
    counties = len({b["county"] for b in chosen})
    score = sum(b["area_mu"] * b["mean_score"] for b in chosen) / area_mu
    columns = [column for column in COLUMNS if any(column.value(b) is not None for b in chosen)]
    voice.table(
        Text(f"{number} base{'' if number == 1 else 's'}, {area_mu:,.0f} mu, in {counties} "
             f"{'county' if counties == 1 else 'counties'}, mean score {score:.3f}",
             f"{number}个基地，共{area_mu:,.0f}亩，分布于{counties}个县，平均得分{score:.3f}"),
        [column.title for column in columns],
        [[column.value(b) for column in columns] for b in chosen],
    )  # fmt: skip
    print_proof(voice, document)
    _print_products(voice, document)
    if document.get("greedy"):
        typer.echo(document["greedy"]["text"])
    for note in document.get("notes", []):
        typer.echo(note)
    if document["alternatives"] and "alternatives_rule" in document:
        typer.echo(Text("Alternatives:", "备选方案：").in_(voice.lang))
        for number, other in enumerate(document["alternatives"], 1):
            typer.echo(f"{number}. {other['text']}")
        typer.echo(document["alternatives_rule"])
    if document.get("alternatives_fewer"):
        typer.echo(document["alternatives_fewer"])


def _print_products(voice: Voice, document: dict[str, Any]) -> None:
    for of_it in document.get("products", []):
        name, number, area_mu = of_it["product"], of_it["bases"], of_it["area_mu"]
        typer.echo(Text(f"{name}: {number} base{'' if number == 1 else 's'}, {area_mu:,.0f} mu",
                        f"{name}：{number}个基地，{area_mu:,.0f}亩").in_(voice.lang))  # fmt: skip
    if document.get("cost_yuan") is not None:
        cost = document["cost_yuan"]
        typer.echo(Text(f"Cost: {cost:,.0f} yuan", f"费用：{cost:,.0f}元").in_(voice.lang))


def _often(base: dict[str, Any]) -> str | None:
    """In what share of the draws the base is chosen again; None before a sensitivity analysis."""
    share = base.get("selection_frequency")
    return None if share is None else f"{share:.0%}"


def _loss(base: dict[str, Any]) -> str | None:
    """What is lost without the land of a base; runs of older versions do not tell."""
    told = base.get("irreplaceability") or {}
    if told.get("replaceable") is None:
        return None
    return f"{told['loss_share']:.2%}" if told["replaceable"] else "100%"
