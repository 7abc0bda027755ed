"""`upland import …` and `upland layers`: data in, and what is held."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gis_core.cli.common import Datum, Json, RemarksFile, opened, show_remarks
from gis_core.cli.output import Voice
from gis_core.store.records import LayerRecord
from gis_core.text import Text, localise
from gis_core.words import word
from gis_core.workflows import imports, tables
from gis_core.workflows.layers import list_layers
from gis_core.workflows.theme_needs import told_needs

app = typer.Typer(help="Take files in, checked.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="The file.")]


def _tell(
    voice: Voice,
    record: LayerRecord,
    remarks_file: Path | None,
    mapping: dict[str, dict[str, Any]] | None = None,
) -> None:
    remarks = record.info.remarks
    show_remarks(voice, remarks, remarks_file)
    if voice.as_json:
        document = localise(record.document(), voice.lang)
        voice.result(document if mapping is None else {**document, "mapping": mapping})
        return
    if mapping is not None:
        _show_mapping(voice, mapping)
    noted = "1 remark" if len(remarks) == 1 else f"{len(remarks)} remarks"
    typer.echo(Text(
        f"{record.info.theme}: {record.count:,} kept from {record.info.file_name} "
        f"({record.info.source_crs}, {record.info.source_datum}); {noted}.",
        f"{record.info.theme}：已从 {record.info.file_name} 导入 {record.count} 项"
        f"（{record.info.source_crs}，{record.info.source_datum}）；备注 {len(remarks)} 条。",
    ).in_(voice.lang))  # fmt: skip


def _show_mapping(voice: Voice, mapping: dict[str, dict[str, Any]]) -> None:
    """Print which column was taken for what, so that a wrong guess is seen at once."""
    voice.table(
        Text("Columns of the sheet", "表格各列"),
        [Text("header", "表头"), Text("taken for", "识别为"), Text("likeness", "相似度"),
         Text("used", "采用")],
        [[header, taken["field"] or "", f"{taken['score']:.0f}",
          Text("yes", "是") if taken["used"] else Text("no, confirm with --mapping",
                                                       "否，请用 --mapping 确认")]
         for header, taken in mapping.items()],
    )  # fmt: skip


@app.command()
def boundaries(
    file: File,
    level: Annotated[str, typer.Option(help="Level of the units.")] = "county",
    code_field: Annotated[str | None, typer.Option(help="Field of the code.")] = None,
    name_field: Annotated[str | None, typer.Option(help="Field of the name.")] = None,
    parent_field: Annotated[str | None, typer.Option(help="Field of the parent's code.")] = None,
    layer_name: Annotated[str | None, typer.Option("--layer", help="Layer of the file.")] = None,
    datum: Datum = "auto",
    remarks: RemarksFile = None,
    as_json: Json = False,
) -> None:
    """Take administrative units in. Example: upland import boundaries counties.geojson"""
    with opened(as_json) as (workspace, voice), voice.progress() as progress:
        fields = imports.FieldNames(code_field, name_field, parent_field, layer_name)
        record = imports.import_boundaries(
            workspace, file, level=level, fields=fields, datum=datum, progress=progress
        )
        _tell(voice, record, remarks)


@app.command()
def villages(
    file: File,
    sheet: Annotated[str | None, typer.Option(help="Sheet of the workbook.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="YAML that maps headers to fields.")] = None,
    totals: Annotated[Path | None, typer.Option(help="CSV of reported totals.")] = None,
    known_names: Annotated[
        Path | None, typer.Option(help="Confirmed names: YAML 'name: code', or CSV.")
    ] = None,
    townships: Annotated[Path | None, typer.Option(help="List of the townships, CSV.")] = None,
    waiting: Annotated[
        Path | None, typer.Option(help="Write names that wait for a person to this file.")
    ] = None,
    save_mapping: Annotated[Path | None, typer.Option(help="Write the columns' mapping.")] = None,
    datum: Datum = "auto",
    remarks: RemarksFile = None,
    as_json: Json = False,
) -> None:
    """Take a village survey in. Example: upland import villages survey.xlsx --totals totals.csv"""
    with opened(as_json) as (workspace, voice), voice.progress() as progress:
        source = imports.SurveySource(file, sheet, mapping, totals, known_names, townships)
        record, reading = imports.import_villages(workspace, source, datum=datum, progress=progress)
        imports.write_notes(reading, mapping=save_mapping, waiting=waiting)
        _tell(voice, record, remarks, mapping=reading.mapping)


@app.command(epilog=f"What planning needs: {told_needs('vector').en}")
def layer(
    theme: Annotated[str, typer.Argument(help="Theme: road, river, town, … or a new name.")],
    file: File,
    layer_name: Annotated[str | None, typer.Option("--layer", help="Layer of the file.")] = None,
    where: Annotated[str | None, typer.Option(help="SQL condition on the attributes.")] = None,
    datum: Datum = "auto",
    remarks: RemarksFile = None,
    as_json: Json = False,
) -> None:
    """Take a vector layer in. Example: upland import layer road roads.gpkg --layer roads"""
    with opened(as_json) as (workspace, voice), voice.progress() as progress:
        source = imports.VectorSource(file, layer=layer_name, where=where)
        record = imports.import_layer(workspace, theme, source, datum=datum, progress=progress)
        _tell(voice, record, remarks)


@app.command(epilog=f"What planning needs: {told_needs('raster').en}")
def raster(
    theme: Annotated[str, typer.Argument(help="Theme: elevation, landcover, … or a new name.")],
    file: File,
    band: Annotated[int, typer.Option(help="Band, from 1.")] = 1,
    nodata: Annotated[float | None, typer.Option(help="Value that means no data.")] = None,
    classes: Annotated[
        Path | None, typer.Option(help="CSV of a categorical raster's names.")
    ] = None,
    remarks: RemarksFile = None,
    as_json: Json = False,
) -> None:
    """Take a raster in. Example: upland import raster elevation dem.tif"""
    with opened(as_json) as (workspace, voice), voice.progress() as progress:
        source = imports.RasterSource(file, band=band, nodata=nodata, classes=classes)
        record = imports.import_raster(workspace, theme, source, progress=progress)
        _tell(voice, record, remarks)


@app.command()
def townships(
    file: File,
    points: Annotated[
        Path | None, typer.Option(help="Table that places some of them: code, name, lon, lat.")
    ] = None,
    remarks: RemarksFile = None,
    as_json: Json = False,
) -> None:
    """Take a list of townships in, for matching names. Example: upland import townships list.csv"""
    with opened(as_json) as (workspace, voice), voice.progress() as progress:
        record = tables.import_townships(workspace, file, points=points, progress=progress)
        _tell(voice, record, remarks)


@app.command()
def table(
    theme: Annotated[str, typer.Argument(help="What the figures are: census, or a new name.")],
    file: File,
    remarks: RemarksFile = None,
    as_json: Json = False,
) -> None:
    """Take figures by unit in. Example: upland import table census census.csv"""
    with opened(as_json) as (workspace, voice), voice.progress() as progress:
        record = tables.import_unit_table(workspace, theme, file, progress=progress)
        _tell(voice, record, remarks)


def layers(as_json: Json = False) -> None:
    """Tell what the workspace holds. Example: upland layers"""
    with opened(as_json) as (workspace, voice):
        documents = list_layers(workspace)
    if as_json:
        voice.result(localise({"layers": documents}, voice.lang))
        return
    voice.table(
        Text("Layers", "图层"),
        [Text("theme", "主题"), Text("kind", "类型"), Text("features or cells", "要素或单元"),
         Text("CRS", "坐标系"), Text("datum", "基准"), Text("date", "日期"),
         Text("nature", "性质"), Text("remarks", "备注"), Text("file", "文件")],
        [[d["theme"], word(d["kind"]), d["count"], d["source_crs"], d["source_datum"], d["date"],
          word(d["nature"]), len(d["remarks"]), d["file_name"]] for d in documents],
    )  # fmt: skip
