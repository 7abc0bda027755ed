"""Workbooks: xlsx and xls, with merged ranges, formulas and error cells of xlsx.

Values come from calamine, which gives a formula's cached value and nothing at all where
there is none; a scan of the sheet's XML tells the two apart.
"""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine

from gis_core.errors import GisCoreError, InvalidSurveyError, UnreadableFileError
from gis_core.text import Text

MOST_BYTES = 1 << 30  # unpacked; a survey of a million rows stays below it
BOMB_BYTES, BOMB_RATIO = 64 << 20, 150  # a part this large and this much packed is a trap
CHUNK_BYTES = 1 << 20
MOST_CELLS = 40_000_000  # of the used rectangle, which calamine holds in memory at once
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b")
ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>')
FORMULA = re.compile(rb"<(?:\w+:)?f\b")
REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
FILLED_COLUMN = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})\d{1,7}"')
ROW_NUMBER = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,7})"')
VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>[^<]")
CELL_END = re.compile(rb"</(?:\w+:)?c>")
HTML = re.compile(rb"<(html|table|!doctype html|\?xml|mht|mime)", re.IGNORECASE)
# What the archive and XML libraries raise on bytes that are no sound workbook
DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, ElementTree.ParseError, EOFError, OSError,
    NotImplementedError, LookupError, RuntimeError, ValueError, OverflowError,
)  # fmt: skip


@dataclass
class RawSheet:
    """A sheet as found: (row number, cells) pairs and what is known about its cells."""

    name: str
    rows: list[tuple[int, list[Any]]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    formulas: dict[tuple[int, int], bool] = field(default_factory=dict)
    errors: frozenset[tuple[int, int]] = frozenset()
    hidden: bool = False
    notes: tuple[Text, ...] = ()
    source_crs: str = ""


@dataclass
class _Scan:
    """What the XML of one sheet tells besides its values."""

    formulas: dict[tuple[int, int], bool] = field(default_factory=dict)
    errors: set[tuple[int, int]] = field(default_factory=set)


def read_workbook(path: Path) -> list[RawSheet]:
    """Read all sheets of an xlsx or xls file, row numbers from 1.

    Raises
    ------
    UnreadableFileError
        If the file is truncated, encrypted, unreasonably large or no workbook at all.
    """
    _refuse_other_binaries(path)
    scans = _scan_xlsx(path) if zipfile.is_zipfile(path) else {}
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        try:
            return [
                _read_sheet(book, meta, scans.get(meta.name, _Scan()))
                for meta in book.sheets_metadata
                if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
            ]
        finally:
            book.close()
    except python_calamine.PasswordError as err:
        raise _encrypted(path) from err
    except (python_calamine.CalamineError, OSError, ValueError) as err:
        raise _damaged(path, str(err)) from err


def _read_sheet(
    book: "python_calamine.CalamineWorkbook", meta: "python_calamine.SheetMetadata", scan: _Scan
) -> RawSheet:
    sheet = book.get_sheet_by_name(meta.name)
    rows: list[tuple[int, list[Any]]] = [
        (number, list(row))
        for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1)
    ]
    merged = tuple(
        (first[0] + 1, first[1], last[0] + 1, last[1])
        for first, last in (sheet.merged_cell_ranges or [])
    )
    hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
    return RawSheet(meta.name, rows, merged, scan.formulas, frozenset(scan.errors), hidden)


def _refuse_other_binaries(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(1 << 20)
    if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in head:
        raise _encrypted(path)
    if HTML.match(head.lstrip(b"\xef\xbb\xbf \r\n\t")):
        raise UnreadableFileError(
            f"{path}: is a web page saved under a spreadsheet's name. Open it in a spreadsheet "
            "program and save it as xlsx.",
            f"{path}：内容是网页，只是用了电子表格的扩展名。请用表格软件打开后另存为 xlsx。",
        )


def _scan_xlsx(path: Path) -> dict[str, _Scan]:
    """Scan each worksheet's XML; guards against archives that unpack without end."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(item.file_size for item in archive.infolist())
            if size > MOST_BYTES:
                raise UnreadableFileError(
                    f"{path}: unpacks to {size / 1e9:.1f} GB; at most {MOST_BYTES / 1e9:.1f} GB "
                    "are taken. Save the survey sheet alone, or as CSV.",
                    f"{path}：解压后有 {size / 1e9:.1f} GB，最多接受 {MOST_BYTES / 1e9:.1f} GB。"
                    "请只保存调查表一张表，或另存为 CSV。",
                )
            _refuse_bombs(path, archive)
            members = _worksheet_members(archive)
            return {
                name: _scan_sheet(path, name, archive.read(member))
                for name, member in members.items()
            }
    except GisCoreError:
        raise
    except DAMAGE as err:
        raise _damaged(path, str(err)) from err


def _refuse_bombs(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse parts packed beyond what any table gives, or larger than they declare.

    Real sheets shrink ten to fifty times. The worksheets are read whole anyway; the other parts
    are read through here, for their declared sizes may lie to the reader that follows.
    """
    for item in archive.infolist():
        ratio = item.file_size / max(1, item.compress_size)
        if item.file_size > BOMB_BYTES and ratio > BOMB_RATIO:
            raise UnreadableFileError(
                f"{path}: its part {item.filename} unpacks {ratio:,.0f} times, to "
                f"{item.file_size / 1e6:,.0f} MB, as no table does. Save the survey sheet alone, "
                "or as CSV.",
                f"{path}：其中的 {item.filename} 解压后增大 {ratio:,.0f} 倍，达 "
                f"{item.file_size / 1e6:,.0f} MB，不是正常的表格。请只保存调查表一张表，"
                "或另存为 CSV。",
            )
        if item.filename.startswith("xl/") and "/worksheets/" not in item.filename:
            with archive.open(item) as part:
                while part.read(CHUNK_BYTES):  # ends with an error where size or sum is wrong
                    pass


def _worksheet_members(archive: zipfile.ZipFile) -> dict[str, str]:
    """Map sheet names to archive members; empty for other zipped spreadsheets (xlsb, ods)."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    targets = {
        item.get("Id"): str(item.get("Target"))
        for item in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    members: dict[str, str] = {}
    for item in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if item.tag.endswith("}sheet"):
            target = targets.get(item.get(RELATION), "")
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if member in names and "worksheets/" in member:
                members[str(item.get("name"))] = member
    return members


def _scan_sheet(path: Path, name: str, xml: bytes) -> _Scan:
    _refuse_endless(path, name, xml)
    scan = _Scan()
    if b't="e"' in xml:
        for match in ERROR_CELL.finditer(xml):
            scan.errors.update(_positions(match.group(1)))
    if FORMULA.search(xml):
        for match in FORMULA_CELL.finditer(xml):
            end = CELL_END.search(xml, match.end())
            inside = xml[match.end() : end.start() if end else match.end()]
            for position in _positions(match.group(1)):
                if position not in scan.errors:
                    scan.formulas[position] = VALUE.search(inside) is not None
    return scan


def _positions(attributes: bytes) -> list[tuple[int, int]]:
    """The cell's row number and column index, as a list of one; empty if it names none."""
    found = REFERENCE.search(attributes)
    return [(int(found.group(2)), _column_index(found.group(1)))] if found else []


def _refuse_endless(path: Path, name: str, xml: bytes) -> None:
    """Refuse a sheet whose cells span a rectangle that no memory holds."""
    columns = set(FILLED_COLUMN.findall(xml))
    width = 1 + max(map(_column_index, columns), default=0)
    height = max(map(int, ROW_NUMBER.findall(xml)), default=0)
    if width * height > MOST_CELLS:
        raise InvalidSurveyError(
            f"{path}, sheet {name}: its cells reach to row {height:,} and column {width:,}, far "
            "beyond any table. Delete the empty rows and columns beside the table and save again.",
            f"{path} 工作表“{name}”：单元格一直延伸到第{height}行第{width}列，远超表格范围。"
            "请删除表格以外的空行空列后重新保存。",
        )


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def _encrypted(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path}: is protected by a password. Open it, remove the password and save again.",
        f"{path}：文件有密码保护。请打开后取消密码再保存。",
    )


def _damaged(path: Path, why: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path}: is not a readable workbook ({why[:120]}); it may be truncated or of another "
        "kind. Open it in a spreadsheet program and save it as xlsx.",
        f"{path}：不是可读的工作簿（{why[:120]}），可能不完整或为其他格式。"
        "请用表格软件打开后另存为 xlsx。",
    )
