"""Sheets of cells: the one shape in which workbooks, CSV files and point layers are read on.

A `Sheet` keeps the cells as found and the sheet's own row numbers, so that every later
remark can name the place as the user sees it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gis_core.errors import InvalidSurveyError, UnreadableFileError
from gis_core.sources.survey.csv_sheet import read_csv_rows
from gis_core.sources.survey.point_sheet import is_point_layer, read_point_rows
from gis_core.sources.survey.workbook import RawSheet, read_workbook
from gis_core.text import Text
from gis_core.words import refusal

FileKind = Literal["workbook", "points", "text"]
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Sheet:
    """Cells of one sheet, empty rows left out.

    `rows` are equally long lists of cells (None for an empty one); `numbers` are their row
    numbers in the file, from 1 (features from 1 in a point layer). `formulas` maps (row number,
    column index) to True where the formula has a cached value, False where it has none;
    `errors` holds the places of error values such as #N/A; `merged` holds
    (first row number, first column, last row number, last column).
    """

    name: str
    rows: list[list[Any]]
    numbers: list[int]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    formulas: dict[tuple[int, int], bool] = field(default_factory=dict)
    errors: frozenset[tuple[int, int]] = frozenset()
    hidden: bool = False
    notes: tuple[Text, ...] = ()
    source_crs: str = ""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0


def kind_of_file(path: Path) -> FileKind:
    """Tell by content, then by name, how a survey file is to be read.

    Raises
    ------
    UnreadableFileError
        If the file is missing, not a file, or empty.
    """
    if path.is_dir():
        raise UnreadableFileError(
            f"{path}: is a folder. Give the survey file itself.",
            f"{path}：这是文件夹，请指定调查表文件。",
        )
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError as err:
        raise UnreadableFileError(
            f"{path}: cannot be opened ({refusal(err).en}). Check the path.",
            f"{path}：无法打开（{refusal(err).zh}）。请检查路径。",
        ) from err
    if not head:
        raise UnreadableFileError(
            f"{path}: is empty (0 bytes). Choose the survey file again, or save it once more.",
            f"{path}：文件为空（0字节）。请重新选择调查表，或重新保存后再导入。",
        )
    if is_point_layer(path, head):
        return "points"
    spreadsheet = path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
    return "workbook" if head.startswith((ZIP, OLE)) or spreadsheet else "text"


def read_sheets(path: Path) -> list[Sheet]:
    """Read every sheet of a survey file: xlsx, xls, CSV, GeoJSON or GeoPackage.

    The content decides, not the extension: a workbook named .csv is read as a workbook.

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty, truncated, encrypted or in an unknown encoding.
    InvalidSurveyError
        If no sheet holds any cell.
    MissingCrsError
        If a point layer has no CRS.
    """
    kind = kind_of_file(path)
    if kind == "workbook":
        raw = read_workbook(path)
    elif kind == "points":
        raw = read_point_rows(path)
    else:
        raw = [read_csv_rows(path)]
    sheets = [sheet for sheet in map(_compact, raw) if sheet.rows]
    if not sheets:
        raise InvalidSurveyError(
            f"{path}: holds no filled cell. Choose the file with the village survey.",
            f"{path}：没有任何有内容的单元格。请选择村庄调查表文件。",
        )
    return sheets


def _compact(raw: RawSheet) -> Sheet:
    """Drop empty rows and trailing empty columns; make rows equally long."""
    kept: list[list[Any]] = []
    numbers: list[int] = []
    marked = {row for row, _ in raw.formulas} | {row for row, _ in raw.errors}
    width = max((column + 1 for _, column in raw.formulas), default=0)
    for number, row in raw.rows:
        cells = [
            None if cell is None or (type(cell) is str and (not cell or cell.isspace())) else cell
            for cell in row
        ]
        last = len(cells)
        while last and cells[last - 1] is None:
            last -= 1
        if last or number in marked:
            kept.append(cells)
            numbers.append(number)
            width = max(width, last)
    for row in kept:
        row.extend([None] * (width - len(row)))
        del row[width:]
    return Sheet(
        raw.name, kept, numbers, merged=raw.merged, formulas=raw.formulas, errors=raw.errors,
        hidden=raw.hidden, notes=raw.notes, source_crs=raw.source_crs,
    )  # fmt: skip
