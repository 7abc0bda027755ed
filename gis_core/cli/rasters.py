"""`upland suitability files`: raster files to a file of classes, without a workspace."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gis_core.cli.common import Json
from gis_core.cli.models import ModelName
from gis_core.cli.output import Voice
from gis_core.errors import InvalidParameterError
from gis_core.settings import read_settings
from gis_core.text import Text, localise
from gis_core.workflows.bands import FileInput, class_files


def class_land(
    model: ModelName,
    layer: Annotated[
        list[str],
        typer.Option(
            help="THEME=FILE, a raster of one band, or the vectors to measure distances to; "
            "once for each theme."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Write the classes to this GeoTIFF.")],
    classes: Annotated[
        list[str] | None, typer.Option(help="THEME=FILE.csv that names the values of a raster.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Class the land of raster files of any size, without a workspace.

    With UPLAND_DASK_SCHEDULER (tcp://host:8786) a Dask cluster reads the files and scores.

    Example: upland suitability files my.yaml --layer elevation=dem.tif --out classes.tif
    """
    settings = read_settings()
    voice = Voice(settings.lang, as_json)
    legends = dict(_pairs("--classes", classes or []))
    files = {theme: FileInput(path, legends.get(theme)) for theme, path in _pairs("--layer", layer)}
    with voice.progress() as progress:
        document = localise(
            class_files(model, files, out, scheduler=settings.dask_scheduler, progress=progress),
            voice.lang,
        )
    if as_json:
        voice.result(document)
    else:
        _print(voice, document, out)


def _print(voice: Voice, document: dict[str, Any], out: Path) -> None:
    voice.table(
        Text(f"{document['title']}, {out}", f"{document['title']}，{out}"),
        [Text("class", "等级"), Text("cells", "单元数"), Text("area, mu", "面积（亩）"),
         Text("area, ha", "面积（公顷）"), Text("share", "比例")],
        [[c["class"], c["cells"], c["area_mu"], c["area_ha"], f"{c['share']:.1%}"]
         for c in document["classes"]],
    )  # fmt: skip
    if document["left_out"]:
        names = document["left_out"]
        typer.echo(Text(f"Left out for want of a raster: {', '.join(names)}.",
                        f"因缺少栅格未使用：{'、'.join(names)}。").in_(voice.lang))  # fmt: skip


def _pairs(option: str, written: Sequence[str]) -> list[tuple[str, Path]]:
    pairs: list[tuple[str, Path]] = []
    for text in written:
        theme, equals, path = text.partition("=")
        if not (theme and equals and path):
            raise InvalidParameterError(
                f"{option} is '{text}', wanted THEME=FILE such as elevation=dem.tif.",
                f"{option} 为“{text}”，应为“专题=文件”，如 elevation=dem.tif。",
            )
        if theme in dict(pairs):
            raise InvalidParameterError(
                f"{option} names '{theme}' twice, the second time as '{path}'; give each theme "
                "once.",
                f"{option} 重复给出“{theme}”（第二次为“{path}”）；每个专题只应给出一次。",
            )
        pairs.append((theme, Path(path)))
    return pairs
