"""What every command shares: its options, its voice, its open workspace."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from gis_core.cli.output import Voice
from gis_core.remarks import Remark, write_remarks
from gis_core.settings import read_settings
from gis_core.store.workspace import Workspace, open_workspace
from gis_core.text import Text

Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")]
Run = Annotated[str | None, typer.Option(help="The run; without it the newest.")]
RemarksFile = Annotated[
    Path | None, typer.Option("--remarks", help="Write every refused or mended row to this CSV.")
]
Datum = Annotated[
    str,
    typer.Option(help="Datum of the file: auto (look, say, never shift), wgs84, cgcs2000, gcj02, "
                 "bd09."),
]  # fmt: skip

REMARKS_SHOWN = 20
WORST_FIRST = ("refused", "waiting", "note", "mended")  # what is lost, what waits, what was done


@contextmanager
def opened(as_json: bool, *, create: bool = False) -> Iterator[tuple[Workspace, Voice]]:
    """Open the workspace of the settings, with the voice that this command speaks in."""
    settings = read_settings()
    with open_workspace(settings, create=create) as workspace:
        yield workspace, Voice(settings.lang, as_json)


def show_remarks(voice: Voice, remarks: Sequence[Remark], file: Path | None) -> None:
    """Say what was mended, doubted or refused: all into `file`, the worst few on stderr.

    Raises
    ------
    StorageError
        If `file` cannot be written.
    """
    if file is not None:
        write_remarks(file, remarks, lang=voice.lang)
    if voice.as_json:
        return
    for remark in sorted(remarks, key=lambda r: WORST_FIRST.index(r.action))[:REMARKS_SHOWN]:
        voice.say(sentence_of(remark))
    more = len(remarks) - REMARKS_SHOWN
    if more > 0:
        voice.say(Text(
            f"… and {more:,} more; --remarks FILE.csv writes them all.",
            f"……另有 {more} 条；用 --remarks 文件.csv 可全部写出。",
        ))  # fmt: skip


def sentence_of(remark: Remark) -> Text:
    """Return a remark as one line: place, value, reason, cure."""
    value_en = f" '{remark.value[:60]}'" if remark.value else ""
    value_zh = f"“{remark.value[:60]}”" if remark.value else ""
    sheet_en = f", sheet {remark.sheet}" if remark.sheet else ""
    sheet_zh = f" 工作表“{remark.sheet}”" if remark.sheet else ""
    row_en = f"{sheet_en}, row {remark.row}" if remark.row is not None else sheet_en
    row_zh = f"{sheet_zh} 第{remark.row}行" if remark.row is not None else sheet_zh
    column_en = f", {remark.column}" if remark.column else ""
    column_zh = f"“{remark.column}”" if remark.column else ""
    place_en = f"- {remark.file}{row_en}{column_en}{value_en}"
    place_zh = f"- {remark.file}{row_zh}{column_zh}{value_zh}"
    return Text(
        f"{place_en}: {remark.reason.en} {remark.cure.en}".rstrip(),
        f"{place_zh}：{remark.reason.zh}{remark.cure.zh}".rstrip(),
    )
