"""The entry point: options every command shares, exit codes, and the sub-commands."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from gis_core import __version__
from gis_core.cli import (
    analyses,
    bases,
    data,
    maps,
    models,
    rasters,
    relocation,
    sensitivity,
    survey,
    workspace,
)
from gis_core.cli.output import Voice
from gis_core.errors import GisCoreError
from gis_core.text import LANGS, Text

app = typer.Typer(
    name="upland",
    help="Upland, a planning GIS for mountain counties.",
    epilog="--workspace FOLDER and --lang zh|en may stand anywhere on the line.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
SHARED = {"--workspace": "UPLAND_HOME", "--lang": "UPLAND_LANG"}
app.command()(workspace.doctor)
app.command()(workspace.init)
app.command()(workspace.demo)
app.command()(workspace.up)
app.command()(workspace.serve)
app.command()(data.layers)
app.command("map")(maps.make)
app.add_typer(workspace.database, name="db")
app.add_typer(data.app, name="import")
app.add_typer(survey.app, name="survey")
analyses.suitability.command("models")(models.show_models)
analyses.suitability.command("check")(models.check_model)
analyses.suitability.command("weights")(models.show_weights)
analyses.suitability.command("sensitivity")(sensitivity.show_sensitivity)
analyses.suitability.command("files")(rasters.class_land)
app.add_typer(analyses.suitability, name="suitability")
app.add_typer(bases.bases, name="bases")
app.add_typer(relocation.app, name="relocation")


@app.callback()
def shared_options(
    workspace: Annotated[
        Path | None, typer.Option(help="Workspace folder (UPLAND_HOME; default ./.upland).")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="Language of messages: zh or en.")] = None,
) -> None:
    """Upland, a planning GIS for mountain counties."""


@app.command()
def version() -> None:
    """Print the version. Example: upland version"""
    typer.echo(__version__)


def take_shared_options(arguments: list[str]) -> list[str]:
    """Put --workspace and --lang, wherever they stand, into the environment; return the rest.

    Raises
    ------
    typer.BadParameter
        If a value is missing or the language unknown.
    """
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        name, equals, value = argument.partition("=")
        if argument == "--":
            return [*rest, argument, *waiting]
        if name not in SHARED:
            rest.append(argument)
            continue
        if not equals:
            if not waiting:
                raise typer.BadParameter(f"{name} needs a value / {name} 缺少取值")
            value = waiting.pop(0)
        if name == "--lang" and value not in LANGS:
            raise typer.BadParameter("languages are zh and en / 语言为 zh 或 en")
        os.environ[SHARED[name]] = value
    return rest


def run() -> None:
    """Run the command line; exit 0 done, 1 refused, 2 wrong usage, 130 stopped by the user."""
    try:
        app(args=take_shared_options(sys.argv[1:]))
    except typer.BadParameter as err:
        print(err, file=sys.stderr)
        sys.exit(2)
    except GisCoreError as err:
        en, zh = (" ".join(sentence.split()) for sentence in (err.text.en, err.text.zh))
        Voice(_lang()).say(Text(en, zh))  # a library's words inside it may hold line breaks
        sys.exit(1)
    except Exception as err:
        if os.environ.get("UPLAND_DEBUG"):
            raise
        said = " ".join(f"{type(err).__name__}: {err}".split())[:400]
        Voice(_lang()).say(Text(
            f"An unforeseen fault stopped the command ({said}). What was finished before is kept. "
            "Run it again with UPLAND_DEBUG=1 and send what it prints to the developers.",
            f"发生未预料的错误（{said}），命令已中止；此前完成的内容仍保留。"
            "请设置 UPLAND_DEBUG=1 重新运行，并将输出发给开发者。",
        ))  # fmt: skip
        sys.exit(1)
    except KeyboardInterrupt:
        Voice(_lang()).say(Text("Stopped.", "已停止。"))
        sys.exit(130)


def _lang() -> str:
    return "zh" if os.environ.get("UPLAND_LANG") == "zh" else "en"
