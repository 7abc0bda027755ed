"""Plain tables (one header row, one row a record) from CSV or a workbook's first sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gis_core.errors import InvalidLayerError
from gis_core.remarks import Remark
from gis_core.sources.survey.columns import as_text
from gis_core.sources.survey.headers import plain
from gis_core.sources.survey.numbers import parse_number
from gis_core.sources.survey.place import Place, shorten
from gis_core.sources.survey.sheets import Sheet, read_sheets
from gis_core.text import Text


@dataclass(frozen=True)
class FlatTable:
    """Cells as text by header, with the file's row numbers and the place for remarks."""

    frame: pd.DataFrame
    numbers: list[int]
    place: Place

    def find(self, names: Sequence[str]) -> str | None:
        """Return the header that is first in `names` (compared without case and punctuation)."""
        headers = {plain(str(header)): str(header) for header in reversed(list(self.frame))}
        return next((headers[plain(name)] for name in names if plain(name) in headers), None)

    def need(self, names: Sequence[str], what: Text) -> str:
        """Return the header as `find` does.

        Raises
        ------
        InvalidLayerError
            If there is none; the message names what was looked for and what is there.
        """
        found = self.find(names)
        if found is None:
            there = ", ".join(map(str, self.frame))
            raise InvalidLayerError(
                f"{self.place.file}: has no column for {what.en} ({', '.join(names[:4])} …); "
                f"found: {there[:300]}. Rename the header.",
                f"{self.place.file}：缺少{what.zh}列（如 {'、'.join(names[:4])}）；"
                f"现有：{there[:300]}。请修改表头。",
            )
        return found

    def numbers_of(self, header: str) -> tuple[pd.Series, list[Remark]]:
        """Return a column as float64 with a remark for each cell that is no plain number."""
        values = np.full(len(self.frame), np.nan)
        remarks: list[Remark] = []
        for i, cell in enumerate(self.frame[header].tolist()):
            found = parse_number(cell)
            if found.value is not None:
                values[i] = found.value
            if found.action in ("mended", "refused"):
                remarks.append(self.place.remark(
                    "mended" if found.action == "mended" else "refused", found.reason, found.cure,
                    row=self.numbers[i], column=header, value=cell))  # fmt: skip
        return pd.Series(values, index=self.frame.index, name=header), remarks

    def is_numeric(self, header: str) -> bool:
        """True if every filled cell is a number and at least one is filled."""
        cells = [cell for cell in self.frame[header].tolist() if cell]
        return bool(cells) and all(parse_number(c).action == "taken" for c in cells)


def read_flat_table(path: Path) -> FlatTable:
    """Read the first sheet of a file; its first filled row is the header.

    Raises
    ------
    UnreadableFileError, InvalidSurveyError
        As `read_sheets`.
    InvalidLayerError
        If there is no row below the header, a header stands twice, or a row has cells beyond
        the last header: a comma too many would shift values into other columns.
    """
    sheet = read_sheets(path)[0]
    place = Place(path.name, sheet.name)
    headers = [as_text(cell) for cell in sheet.rows[0]]
    named = [i for i, header in enumerate(headers) if header]
    twice = next((h for h in headers if h and headers.count(h) > 1), None)
    if twice is not None:
        raise InvalidLayerError(
            f"{path}: the column '{twice}' stands twice. Rename one.",
            f"{path}：“{twice}”列重复。请修改其中一个表头。",
        )
    if len(sheet.rows) < 2 or not named:
        raise InvalidLayerError(
            f"{path}: holds no row below its header.", f"{path}：表头以下没有数据行。"
        )
    _refuse_longer_rows(path, sheet, named[-1] + 1)
    rows = [[as_text(row[i]) for i in named] for row in sheet.rows[1:]]
    frame = pd.DataFrame(rows, columns=[headers[i] for i in named], dtype=object)
    return FlatTable(frame, sheet.numbers[1:], place)


def _refuse_longer_rows(path: Path, sheet: Sheet, width: int) -> None:
    for number, row in zip(sheet.numbers[1:], sheet.rows[1:], strict=True):
        spare = next((as_text(cell) for cell in row[width:] if as_text(cell)), None)
        if spare is not None:
            raise InvalidLayerError(
                f"{path}, row {number}: '{shorten(spare)}' stands beyond the last header, so the "
                "rows differ in length. Put quotes round a text that holds a comma, or give the "
                "column a header.",
                f"{path} 第{number}行：“{shorten(spare)}”超出最后一个表头，各行列数不一致。"
                "请给含逗号的文字加引号，或为该列补上表头。",
            )
