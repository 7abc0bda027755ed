"""Further columns of a survey: kept with each village, under known keys or their own headers."""

from typing import Any

import numpy as np
import pandas as pd

from gis_core.remarks import Remark
from gis_core.sources.survey.columns import read_counts, read_free, read_measures, read_yes_no
from gis_core.sources.survey.fields import BY_KEY
from gis_core.sources.survey.table import Table

OWN_COLUMN = {"village_id", "name", "people", "households", "lon", "lat", "x", "y", "coordinates",
              "township", "county_code", "serial", "county", "township_code"}  # fmt: skip
RESERVED = {"row", "county", "township_code"}


def read_extras(table: Table, villages: pd.DataFrame) -> tuple[list[dict[str, Any]], list[Remark]]:
    """Return one dict a village, fit for JSON, without empty cells.

    Always holds ``row`` (the sheet's row number); ``county`` and ``township_code`` where known.
    """
    remarks: list[Remark] = []
    columns: dict[str, list[Any]] = {}
    for key in (k for k in table.columns if k not in OWN_COLUMN):
        columns[key], said = _read_known(table, key)
        remarks += said
    for header, cells in table.others.items():
        key = f"{header}_" if header in RESERVED or header in columns else header
        columns[key], said = read_free(table, header, cells)
        remarks += said
    positions = villages["position"].to_numpy()
    extras: list[dict[str, Any]] = [{"row": int(row)} for row in villages["row"]]
    for key in ("county", "township_code"):
        columns[key] = [None] * len(table)
        for position, value in zip(positions, villages[key], strict=True):
            columns[key][position] = value or None
    for key, cells in columns.items():
        for extra, position in zip(extras, positions, strict=True):
            if cells[position] is not None:
                extra[key] = cells[position]
    kept = set(villages["row"])
    return extras, [r for r in remarks if r.row is None or r.row in kept]


def _read_known(table: Table, key: str) -> tuple[list[Any], list[Remark]]:
    kind = BY_KEY[key].kind
    if kind in ("count", "measure"):
        if kind == "count":
            values, remarks = read_counts(table, key, refused_as="cell", blank_is_refused=False)
        else:
            values, remarks = read_measures(table, key)
        whole = kind == "count"
        return [
            None if np.isnan(v) else int(v) if whole else float(v) for v in values
        ], remarks  # fmt: skip
    cells, remarks = read_free(table, table.headers[key], table.column(key))
    return (read_yes_no(cells) if kind == "yes_no" else cells), remarks
