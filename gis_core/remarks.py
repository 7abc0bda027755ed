"""Remarks: every cell or feature that was mended, doubted or refused on the way in."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gis_core.text import Text
from gis_core.writing import written_whole

Action = Literal["note", "mended", "refused", "waiting"]


@dataclass(frozen=True)
class Remark:
    """One finding: where it stands, what was found, why it matters, what to do.

    `row` and `column` are as the user sees them: the sheet's own row number (from 1)
    and the header's text; for vector layers `row` is the feature's number from 1.
    """

    file: str
    action: Action
    reason: Text
    cure: Text
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""

    def as_dict(self, lang: str = "en") -> dict[str, object]:
        """Return the remark as plain values, its sentences in `lang`."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value[:200],
            "action": self.action,
            "reason": self.reason.in_(lang),
            "cure": self.cure.in_(lang),
        }


def write_remarks(path: Path, remarks: Iterable[Remark], *, lang: str = "en") -> None:
    """Write remarks as CSV (UTF-8 with BOM, so that spreadsheets read Chinese).

    Raises
    ------
    StorageError
        If the folder is missing or the file cannot be written.
    """
    fields = ["file", "sheet", "row", "column", "value", "action", "reason", "cure"]
    with written_whole(path) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=fields)
        writer.writeheader()
        for remark in remarks:
            writer.writerow(remark.as_dict(lang))
