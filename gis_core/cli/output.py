"""What the commands print: JSON alone on stdout, tables, progress, one plain sentence on errors."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from gis_core.progress import Progress
from gis_core.text import Text


@dataclass(frozen=True)
class Voice:
    """How a command speaks: language, and whether JSON is wanted."""

    lang: str = "en"
    as_json: bool = False

    def say(self, text: Text) -> None:
        """Print a sentence on stderr, so that stdout stays for results."""
        print(text.in_(self.lang), file=sys.stderr, flush=True)

    def result(self, document: Any) -> None:
        """Print `document` as the one JSON document on stdout."""
        json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=str)
        sys.stdout.write("\n")

    def table(self, title: Text, headers: Sequence[Text], rows: Sequence[Sequence[Any]]) -> None:
        """Print rows as a table on stdout, numbers right-aligned, or that there are none."""
        if not rows:
            print(Text(f"{title.en}: none", f"{title.zh}：无").in_(self.lang))
            return
        table = Table(title=title.in_(self.lang), title_justify="left", title_style="bold",
                      box=SIMPLE_HEAD, pad_edge=False)  # fmt: skip
        for column, header in enumerate(headers):
            numeric = all(isinstance(row[column], int | float) for row in rows) and bool(rows)
            table.add_column(header.in_(self.lang), justify="right" if numeric else "left")
        for row in rows:
            table.add_row(*(_cell(value, self.lang) for value in row))
        width = None if sys.stdout.isatty() else 120
        Console(width=width, highlight=False).print(table)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Give a progress callback that writes on a terminal only, after two seconds."""
        started = time.monotonic()
        shown = False

        def report(share: float, what: Text) -> None:
            nonlocal shown
            if sys.stderr.isatty() and time.monotonic() - started > 2:
                shown = True
                line = f"{share:4.0%}  {what.in_(self.lang)}"
                print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

        try:
            yield report
        finally:
            if shown:
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _cell(value: Any, lang: str) -> str:
    if isinstance(value, Text):
        return value.in_(lang)
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}" if 0 < abs(value) < 10 else f"{value:,.0f}"
    return str(value)
