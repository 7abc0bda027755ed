"""`upland suitability …`: score the land."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gis_core.cli.common import Json, Run, opened, show_remarks
from gis_core.cli.output import Voice
from gis_core.errors import InvalidParameterError
from gis_core.text import Text, localise
from gis_core.words import amount, word
from gis_core.workflows import counties as county_flow
from gis_core.workflows import suitability as suitability_flow
from gis_core.workflows.explain import explain_at
from gis_core.writing import require_folder

FIGURES = ("score", "weight", "contribution", "could_gain")

suitability = typer.Typer(help="Suitability models and their runs.", no_args_is_help=True)


@suitability.command("run")
def run_model(
    model: Annotated[str, typer.Argument(help="A model's YAML file or a shipped model's name.")],
    out: Annotated[Path | None, typer.Option(help="Write the scores to this GeoTIFF.")] = None,
    weights: Annotated[
        str | None, typer.Option(help="Other weights for this run: NAME=0.2,NAME=0.1.")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(help=f"Another combination: {', '.join(suitability_flow.METHODS)}."),
    ] = None,
    alpha: Annotated[float | None, typer.Option(help="With --method owa: above 0.")] = None,
    gamma: Annotated[float | None, typer.Option(help="With --method fuzzy_gamma: 0 to 1.")] = None,
    class_limits: Annotated[
        str | None, typer.Option(help="Least scores of S1,S2,S3,N1: 0.8,0.6,0.4,0.2.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Score the workspace's land with a model. Example: upland suitability run organic_base"""
    overrides = suitability_flow.Overrides(
        _weights(weights), method, alpha, gamma, _limits(class_limits)
    )
    with opened(as_json) as (workspace, voice):
        with voice.progress() as progress:
            done = suitability_flow.run_model(
                workspace, model, out=out, overrides=overrides, progress=progress
            )
        show_remarks(voice, done.remarks, None)
        document = localise(done.document, voice.lang)
    if as_json:
        voice.result(document)
    else:
        print_suitability(voice, document)


def _weights(given: str | None) -> dict[str, float] | None:
    if given is None:
        return None
    found: dict[str, float] = {}
    for part in _parts(given):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        repeated = name in found
        try:
            found[name] = float(number)
        except ValueError as err:
            raise _bad_weights(given) from err
        if not (name and equals) or repeated:
            raise _bad_weights(given)
    return found


def _bad_weights(given: str) -> InvalidParameterError:
    return InvalidParameterError(
        f"--weights is '{given}', wanted NAME=NUMBER, several with commas and each name "
        "once: slope=0.2,soil_ph=0.1.",
        f"--weights 为“{given}”，应为 准则名=数值，多个用逗号分开，如 slope=0.2,soil_ph=0.1。",
    )


def _limits(given: str | None) -> tuple[float, ...] | None:
    if given is None:
        return None
    try:
        return tuple(float(part) for part in _parts(given))
    except ValueError as err:
        raise InvalidParameterError(
            f"--class-limits is '{given}', wanted four falling numbers such as 0.8,0.6,0.4,0.2.",
            f"--class-limits 为“{given}”，应为四个递减的数，如 0.8,0.6,0.4,0.2。",
        ) from err


def _parts(given: str) -> list[str]:
    return given.replace("，", ",").split(",")


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
        document = localise(explain_at(workspace, run, x=x, y=y), voice.lang)
    if as_json:
        voice.result(document)
    else:
        print_explanation(voice, document)


def print_explanation(voice: Voice, document: dict[str, Any]) -> None:
    """Print a place's criteria as a table, then what is to be said of it."""
    typer.echo(f"{document['run_id']}  {document['lon']:.5f}, {document['lat']:.5f}")
    voice.table(
        Text("Criteria", "准则"),
        [Text("criterion", "准则"), Text("here", "此处"), Text("score", "得分"),
         Text("weight", "权重"), Text("adds", "贡献"), Text("could add", "可增加"),
         Text("tag", "标签")],
        [[row["title"], _here(row, voice.lang), *(row[k] for k in FIGURES), word(row["tag"])]
         for row in document["contributions"]],
    )  # fmt: skip
    for line in document["text"]:
        typer.echo(line)
    for change in document["overridden"]:
        typer.echo(change["text"])


def _here(row: dict[str, Any], lang: str) -> str:
    if row["value_name"] is not None:
        return str(row["value_name"])
    return "" if row["value"] is None else amount(row["value"], str(row["unit"]), lang=lang)


@suitability.command()
def counties(
    run: Run = None,
    county: Annotated[str | None, typer.Option(help="One county, by code or name.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the figures to this CSV.")] = None,
    as_json: Json = False,
) -> None:
    """Outline every county's land, limits and bases. Example: upland suitability counties"""
    if out is not None:
        require_folder(out)
    with opened(as_json) as (workspace, voice):
        found = county_flow.county_outlines(workspace, run, county=county)
        document = localise(found, voice.lang)
        if out is not None:
            county_flow.write_outlines(out, document)
    if as_json:
        voice.result(document)
        return
    print_counties(voice, document)


def print_counties(voice: Voice, document: dict[str, Any]) -> None:
    """Print the counties' areas as a table, then each one's outline."""
    areas = ("area", "s1_area", "s2_area", "s3_area", "n1_area", "n2_area", "excluded_area")
    named = (
        ("all", "S1", "S2", "S3", "N1", "N2", "excluded"),
        ("总面积", "S1", "S2", "S3", "N1", "N2", "排除"),
    )
    typer.echo(f"{document['run_id']}  {document['title']}")
    rows = [*document["counties"], {"name": Text("all counties", "合计"), **document["total"]}]
    voice.table(
        Text("Counties, areas in mu", "各县面积（亩）"),
        [Text("name", "名称"), Text("mean score", "平均得分"),
         *(Text(en, zh) for en, zh in zip(*named, strict=True))],
        [[row["name"], row["mean_score"], *(row[f"{a}_mu"] for a in areas)] for row in rows],
    )  # fmt: skip
    for row in document["counties"]:
        typer.echo(f"\n{row['name']} ({row['code']})")
        for line in row["text"]:
            typer.echo(f"  {line}")


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
