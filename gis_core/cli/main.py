"""The entry point: options every command shares, exit codes, and the sub-commands."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from gis_core import __version__
from gis_core.cli import survey
from gis_core.cli.output import Voice
from gis_core.errors import GisCoreError
from gis_core.settings import Settings
from gis_core.text import Text
from gis_core.workflows.doctor import examine

app = typer.Typer(
    name="upland",
    help="Upland, a planning GIS for mountain counties.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(survey.app, name="survey")


@app.callback()
def shared_options(
    workspace: Annotated[
        Path | None, typer.Option(help="Workspace folder (UPLAND_HOME; default ./.upland).")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="Language of messages: zh or en.")] = None,
) -> None:
    """Take the options that come before the command."""
    if workspace is not None:
        os.environ["UPLAND_HOME"] = str(workspace)
    if lang is not None:
        if lang not in ("zh", "en"):
            raise typer.BadParameter("languages are zh and en / 语言为 zh 或 en")
        os.environ["UPLAND_LANG"] = lang


@app.command()
def version() -> None:
    """Print the version. Example: upland version"""
    typer.echo(__version__)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Tell what is installed, what is missing and how to get it. Example: upland doctor"""
    settings = Settings()
    voice = Voice(settings.lang, as_json)
    findings = [finding.as_dict(voice.lang) for finding in examine(settings)]
    if as_json:
        voice.result({"findings": findings, "ok": all(f["ok"] for f in findings)})
        return
    for finding in findings:
        mark = "+" if finding["ok"] else "-"
        typer.echo(f"{mark} {finding['name']}: {finding['found'] or finding['cure']}")


def run() -> None:
    """Run the command line; exit 0 done, 1 refused, 2 wrong usage, 130 stopped by the user."""
    try:
        app()
    except GisCoreError as err:
        Voice(Settings().lang).say(err.text)
        sys.exit(1)
    except KeyboardInterrupt:
        Voice(Settings().lang).say(Text("Stopped.", "已停止。"))
        sys.exit(130)
