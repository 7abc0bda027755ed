"""The mapping of columns to fields as a file: shown, saved, corrected by hand, read back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gis_core.errors import InvalidParameterError
from gis_core.sources.survey.fields import BY_KEY
from gis_core.sources.survey.headers import ColumnMatch, match_headers, plain

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
        If the file cannot be read or names a field that does not exist.
    """
    try:
        document = yaml.safe_load(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as err:
        raise InvalidParameterError(
            f"{path}: cannot be read as YAML ({err}).", f"{path}：不是可读的 YAML 文件（{err}）。"
        ) from err
    return mapping_from_dict(document, source=str(path))


def mapping_from_dict(document: Any, *, source: str = "mapping") -> ColumnMapping:
    """Build a mapping from plain values: ``{"columns": {field: header}, "sheet":, "crs":}``.

    A plain ``{field: header}`` is taken too.

    Raises
    ------
    InvalidParameterError
        If a field is unknown; the message lists the known ones.
    """
    if not isinstance(document, dict):
        raise InvalidParameterError(
            f"{source}: a mapping is a list of 'field: header' lines.",
            f"{source}：字段对应文件应由“字段: 表头”行组成。",
        )
    whole = document if "columns" in document else {"columns": document}
    columns = {str(k): str(v) for k, v in (whole["columns"] or {}).items() if v is not None}
    unknown = sorted(set(columns) - set(BY_KEY))
    if unknown:
        raise InvalidParameterError(
            f"{source}: unknown fields {', '.join(unknown)}; known are {', '.join(BY_KEY)}.",
            f"{source}：未知的字段 {'、'.join(unknown)}；可用的字段有 {'、'.join(BY_KEY)}。",
        )
    sheet, crs = whole.get("sheet"), whole.get("crs")
    return ColumnMapping(columns, str(sheet) if sheet else None, str(crs) if crs else None)


def write_mapping(path: Path, mapping: ColumnMapping) -> None:
    """Write a mapping as YAML that `read_mapping` reads back."""
    document = {"sheet": mapping.sheet, "crs": mapping.crs, "columns": mapping.columns}
    body = yaml.safe_dump(
        {k: v for k, v in document.items() if v}, allow_unicode=True, sort_keys=False
    )
    path.write_text(HEAD + body, "utf-8")


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
