"""Where a remark stands: file and sheet, so that each finding names its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gis_core.remarks import Action, Remark
from gis_core.text import Text

LONGEST_SHOWN = 200  # characters of a cell kept in a remark
MOST_DIGITS = 1e15  # a larger whole number is shown with its exponent


@dataclass(frozen=True)
class Place:
    """A sheet of a file; makes remarks about its cells.

    `headers` gives each field's header, once the table is known.
    """

    file: str
    sheet: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def column(self, *keys: str) -> str:
        """Return the header of the first of these fields that the sheet has, or ""."""
        return next((self.headers[key] for key in keys if key in self.headers), "")

    def remark(
        self,
        action: Action,
        reason: Text,
        cure: Text,
        *,
        row: int | None = None,
        column: str = "",
        value: Any = "",
    ) -> Remark:
        """Return a remark at this place; long values are cut to 200 characters."""
        return Remark(
            self.file, action, reason, cure, self.sheet, row, column,
            shown_text(value)[:LONGEST_SHOWN],
        )  # fmt: skip

    def named(self) -> Text:
        """Return the place as words begin a sentence with it."""
        if not self.sheet:
            return Text(self.file, self.file)
        return Text(f"{self.file}, sheet {self.sheet}", f"{self.file} 工作表“{self.sheet}”")


def shown_text(value: Any) -> str:
    """Return a cell as its sheet shows it: a whole float without its .0, nothing as ""."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < MOST_DIGITS:
        return str(int(value))
    return str(value)


def shorten(value: Any, length: int = 40) -> str:
    """Return a cell's text cut to `length` characters, for use inside a sentence."""
    text = shown_text(value)
    return text if len(text) <= length else text[:length] + "…"
