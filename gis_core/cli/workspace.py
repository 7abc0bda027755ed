"""`upland init`, `demo`, `up`, `serve`, `doctor`, `db`: the workspace and its server."""

import os
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from gis_core.cli.common import Json, opened
from gis_core.cli.output import Voice
from gis_core.cli.summary import print_summary
from gis_core.errors import InvalidParameterError
from gis_core.settings import Settings, read_settings
from gis_core.store.cluster import PrivateCluster
from gis_core.text import Text, localise
from gis_core.workflows import demonstration, main_job
from gis_core.workflows.doctor import examine
from gis_core.workflows.workspace import init_workspace

database = typer.Typer(help="The workspace's own database server.", no_args_is_help=True)

RegionFile = Annotated[Path | None, typer.Option(help="YAML with names, CRS, cell size, brackets.")]
Villages = Annotated[int, typer.Option(min=20, help="Villages of the survey.")]
Cell = Annotated[float, typer.Option(min=30, max=2000, help="Cell size in metres.")]
Seed = Annotated[int, typer.Option(help="Seed; the same seed gives the same prefecture.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def init(region_file: RegionFile = None, as_json: Json = False) -> None:
    """Make a new, empty workspace. Example: upland init --region-file region.yaml"""
    settings = read_settings()
    voice = Voice(settings.lang, as_json)
    region = init_workspace(settings, region_file)
    if as_json:
        voice.result({"workspace": str(settings.home), "region": region.as_dict()})
        return
    typer.echo(Text(
        f"{settings.home}: an empty workspace for {region.name_en}.",
        f"{settings.home}：已为{region.name_zh}建立空工作区。",
    ).in_(voice.lang))  # fmt: skip


def demo(
    villages: Villages = demonstration.PUBLISHED_VILLAGES,
    cell: Cell = 100.0,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Load the demonstration prefecture. Example: upland demo --cell 200"""
    size = demonstration.Size(villages=villages, cell_m=cell, seed=seed)
    with opened(as_json, create=True) as (workspace, voice), voice.progress() as progress:
        loaded = demonstration.load(workspace, size, progress=progress)
    if as_json:
        voice.result(localise(loaded, voice.lang))
        return
    for layer in loaded["layers"]:
        typer.echo(f"{layer['theme']}: {layer['count']:,}")


def up(
    serve_after: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve at the end.")
    ] = True,
    villages: Villages = demonstration.PUBLISHED_VILLAGES,
    cell: Cell = 100.0,
    seed: Seed = 1,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    as_json: Json = False,
) -> None:
    """Do the main job: demonstration, both analyses, maps; then serve. Example: upland up

    What a workspace holds already is kept: run again, it serves at once.
    """
    size = demonstration.Size(villages=villages, cell_m=cell, seed=seed)
    with opened(as_json, create=True) as (workspace, voice):
        with voice.progress() as progress:
            document = main_job.run(workspace, size, progress=progress)
        if as_json:
            voice.result(localise(document, voice.lang))
        else:
            print_summary(voice, document)
        if serve_after:
            serve(host=host, port=port)


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 1,
) -> None:
    """Serve the maps and the API until stopped. Example: upland serve --port 8000

    After `upland db stop` it answers 503 until the next command starts the database again.
    """
    settings = read_settings()
    _refuse_missing(settings)
    voice = Voice(settings.lang)
    voice.say(Text(
        f"Serving on http://{host}:{port} ; stop with Ctrl-C.",
        f"服务地址 http://{host}:{port} ；按 Ctrl-C 停止。",
    ))  # fmt: skip
    os.environ["UPLAND_HOME"] = str(settings.home.absolute())
    uvicorn.run(
        "api.app:create_app_from_environment", factory=True, host=host, port=port,
        workers=workers, log_level="warning", timeout_graceful_shutdown=5,
    )  # fmt: skip


def _refuse_missing(settings: Settings) -> None:
    """Refuse to serve where no workspace is; the server would die with a trace instead."""
    if settings.database_url is None and not settings.cluster_folder.is_dir():
        raise InvalidParameterError(
            f"{settings.home} holds no workspace. Make one with `upland init` or `upland demo`, or "
            "name another with --workspace.",
            f"{settings.home} 中没有工作区。请用 upland init 或 upland demo 建立，"
            "或用 --workspace 指定。",
        )


def doctor(as_json: Json = False) -> None:
    """Tell what is installed, what is missing and how to get it. Example: upland doctor"""
    settings = read_settings()
    voice = Voice(settings.lang, as_json)
    findings = [finding.as_dict(voice.lang) for finding in examine(settings)]
    if as_json:
        voice.result({"findings": findings, "ok": all(f["ok"] for f in findings)})
        return
    for finding in findings:
        mark = "+" if finding["ok"] else "-"
        typer.echo(f"{mark} {finding['name']}: {finding['found'] or finding['cure']}")


@database.command()
def stop() -> None:
    """Stop the workspace's private database server. Example: upland db stop

    Whoever uses it is refused from then on, `upland serve` too, until the next command that uses
    the workspace starts it again.
    """
    settings = read_settings()
    voice = Voice(settings.lang)
    stopped = PrivateCluster(settings.cluster_folder).stop()
    done = Text("The database is stopped.", "数据库已停止。")
    voice.say(done if stopped else Text("No database is running.", "数据库未在运行。"))


@database.command()
def status(as_json: Json = False) -> None:
    """Tell whether the private database server runs. Example: upland db status"""
    settings = read_settings()
    voice = Voice(settings.lang, as_json)
    pid = PrivateCluster(settings.cluster_folder).running_pid()
    if as_json:
        voice.result({"running": pid is not None, "pid": pid})
        return
    running = Text(f"running, process {pid}", f"运行中，进程 {pid}")
    typer.echo((running if pid else Text("not running", "未运行")).in_(voice.lang))
