"""The mapping of columns to fields as a file: shown, saved, corrected by hand, read back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gis_core.located import LocatedDocument, PartReader, Place, read_located
from gis_core.sources.survey.fields import BY_KEY
from gis_core.sources.survey.headers import ColumnMatch, match_headers, plain
from gis_core.writing import written_whole

HEAD = (
    "# Which column of the survey sheet holds what. Left: field; right: the header as it stands\n"
    "# in the sheet (two rows: upper/lower).\n"
    "# 左边是字段，右边是调查表中的表头（两行表头写作“上/下”）。\n"
)


@dataclass(frozen=True)
class ColumnMapping:
    """A person's choice: field key → header text; optionally the sheet and the CRS of x, y."""

    columns: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    crs: str | None = None


def read_mapping(path: Path) -> ColumnMapping:
    """Read a mapping file (YAML, UTF-8) with the keys columns, sheet and crs.

    Raises
    ------
    InvalidParameterError
        If the file cannot be read or names a field that does not exist, with the line.
    """
    return _mapping(read_located(path))


def mapping_from_dict(document: Any, *, source: str = "mapping") -> ColumnMapping:
    """Build a mapping from plain values: ``{"columns": {field: header}, "sheet":, "crs":}``.

    A plain ``{field: header}`` is taken too.

    Raises
    ------
    InvalidParameterError
        If a field is unknown; the message lists the known ones.
    """
    return _mapping(LocatedDocument(document, source=source))


def _mapping(document: LocatedDocument) -> ColumnMapping:
    whole = document.values
    if not isinstance(whole, dict):
        raise document.refuse(
            (), "a mapping is a list of 'field: header' lines.", "应由“字段: 表头”行组成。"
        )
    place: Place = ("columns",) if "columns" in whole else ()
    PartReader(document).mapping(place, set(BY_KEY), required=set())
    given = whole["columns"] if place else whole
    columns = {str(k): str(v) for k, v in given.items() if v is not None}
    sheet, crs = (whole.get("sheet"), whole.get("crs")) if place else (None, None)
    return ColumnMapping(columns, str(sheet) if sheet else None, str(crs) if crs else None)


def write_mapping(path: Path, mapping: ColumnMapping) -> None:
    """Write a mapping as YAML that `read_mapping` reads back."""
    document = {"sheet": mapping.sheet, "crs": mapping.crs, "columns": mapping.columns}
    body = yaml.safe_dump(
        {k: v for k, v in document.items() if v}, allow_unicode=True, sort_keys=False
    )
    with written_whole(path) as part:
        part.write_text(HEAD + body, "utf-8")


def apply_mapping(headers: Sequence[str], mapping: ColumnMapping) -> list[ColumnMatch]:
    """Match headers, a person's choices first; a field so chosen is taken from no other column.

    A choice whose header does not stand in the sheet changes nothing here (see
    `missing_choices`).
    """
    chosen = {plain(header): key for key, header in mapping.columns.items()}
    matches = []
    for match in match_headers(headers):
        key = chosen.get(plain(match.header)) if match.header else None
        if key:
            match = ColumnMatch(match.index, match.header, key, 100.0, True, match.unit)
        elif match.field in mapping.columns:
            match = ColumnMatch(match.index, match.header, "", 0.0, False, match.unit)
        matches.append(match)
    return matches


def missing_choices(headers: Sequence[str], mapping: ColumnMapping) -> list[str]:
    """Return the chosen headers that the sheet does not have."""
    there = {plain(header) for header in headers}
    return [header for header in mapping.columns.values() if plain(header) not in there]
