"""`upland map …`: one self-contained page from the workspace."""

from pathlib import Path
from typing import Annotated

import typer

from gis_core.cli.common import Json, opened
from gis_core.text import Text
from gis_core.workflows.maps import MAP_NAMES, make_map


def make(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(MAP_NAMES)}.")],
    out: Annotated[Path, typer.Option(help="The page to write, F.html.")],
    county: Annotated[str | None, typer.Option(help="Code of the one county to show.")] = None,
    as_json: Json = False,
) -> None:
    """Write a map page that opens without internet. Example: upland map organic --out m.html"""
    with opened(as_json) as (workspace, voice), voice.progress() as progress:
        progress(0.0, Text("Drawing the map", "正在绘制地图"))
        size = make_map(workspace, name, out=out, county=county, lang=voice.lang)
    if as_json:
        voice.result({"map": name, "file": str(out), "size_bytes": size})
        return
    typer.echo(
        Text(f"{out} ({size / 1e6:.1f} MB)", f"{out}（{size / 1e6:.1f} MB）").in_(voice.lang)
    )
