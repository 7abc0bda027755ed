"""`upland bases …`: choose the bases."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from gis_core.cli.common import Json, Run, opened
from gis_core.cli.output import Voice
from gis_core.cli.proof import print_proof
from gis_core.errors import InvalidParameterError
from gis_core.text import Text, localise
from gis_core.workflows import bases as base_flow

bases = typer.Typer(help="Production bases.", no_args_is_help=True)

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
    keep: Annotated[
        list[str] | None, typer.Option(help="A base that must be chosen; may be repeated.")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option(help="A base that must not be; may be repeated.")
    ] = None,
    alternatives: Annotated[
        int | None, typer.Option(min=0, help="How many near-best choices to give; else 3.")
    ] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds at most; else 60.")] = None,
    as_json: Json = False,
) -> None:
    """Choose the best bases, with proof. Example: upland bases select --count 16"""
    every, single = _limits(per_county)
    given = {
        "count": count, "min_area_mu": min_area_mu, "max_area_mu": max_area_mu,
        "per_county": every, "county_limits": single, "spacing_m": spacing_m,
        "min_total_area_mu": min_total_area_mu, "max_total_area_mu": max_total_area_mu,
        "aim": aim, "compactness_weight": compactness, "min_score": min_score, "keep": keep,
        "leave_out": leave_out, "alternatives": alternatives, "time_limit_s": time_limit,
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


def _limits(
    per_county: str | None,
) -> tuple[tuple[int, int] | None, Mapping[str, tuple[int, int]]]:
    """The limits of every county, and those of single ones."""
    every: tuple[int, int] | None = None
    single: dict[str, tuple[int, int]] = {}
    text = (per_county or "").replace("，", ",").replace("：", ":")
    for part in [] if per_county is None else text.split(","):
        county, equals, pair = part.rpartition("=")
        low, colon, high = pair.strip().partition(":")
        sound = colon and low.isdecimal() and high.isdecimal() and int(low) <= int(high)
        if not sound or (equals and not county.strip()) or (not equals and every is not None):
            raise InvalidParameterError(
                f"--per-county is '{per_county}', wanted MIN:MAX such as 1:3, or with single "
                "counties 0:2,CODE=1:3.",
                f"--per-county 为“{per_county}”，应为“最少:最多”，如 1:3；"
                "单列某县时如 0:2，代码=1:3。",
            )
        if equals:
            single[county.strip()] = int(low), int(high)
        else:
            every = int(low), int(high)
    return every, single


def print_bases(voice: Voice, document: dict[str, Any]) -> None:
    """Print the chosen bases, what they are together, the proof and the alternatives."""
    chosen = document["bases"]
    number, area_mu = len(chosen), sum(b["area_mu"] for b in chosen)
    counties = len({b["county"] for b in chosen})
    score = sum(b["area_mu"] * b["mean_score"] for b in chosen) / area_mu
    voice.table(
        Text(f"{number} base{'' if number == 1 else 's'}, {area_mu:,.0f} mu, in {counties} "
             f"{'county' if counties == 1 else 'counties'}, mean score {score:.3f}",
             f"{number}个基地，共{area_mu:,.0f}亩，分布于{counties}个县，平均得分{score:.3f}"),
        [Text("no.", "序号"), Text("county", "县"), Text("area, mu", "面积（亩）"),
         Text("mean score", "平均得分"), Text("compactness", "紧凑度"), Text("base", "编号")],
        [[b["number"], b["county_name"], b["area_mu"], b["mean_score"], b["compactness"], b["id"]]
         for b in chosen],
    )  # fmt: skip
    print_proof(voice, document)
    for note in document.get("notes", []):
        typer.echo(note)
    if document["alternatives"] and "alternatives_rule" in document:
        typer.echo(Text("Alternatives:", "备选方案：").in_(voice.lang))
        for number, other in enumerate(document["alternatives"], 1):
            typer.echo(f"{number}. {other['text']}")
        typer.echo(document["alternatives_rule"])
