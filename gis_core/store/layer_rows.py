"""A layer's row in the database, from and to its record."""

from typing import Any

import sqlalchemy as sa

from gis_core.layers import LayerInfo
from gis_core.remarks import Remark
from gis_core.store import tables
from gis_core.store.records import LayerRecord
from gis_core.text import Text, as_document

THEME_LOCK = 0x6C617972  # any fixed number; with the theme's hash the lock of one theme's change


def insert_layer(
    connection: sa.Connection, info: LayerInfo, *, count: int, summary: dict[str, Any]
) -> LayerRecord:
    """Insert the row of a new current layer; the older one of its theme becomes superseded."""
    lock = sa.func.pg_advisory_xact_lock(THEME_LOCK, sa.func.hashtext(info.theme))
    connection.execute(sa.select(lock))
    older = sa.update(tables.layer).where(tables.layer.c.theme == info.theme)
    connection.execute(older.values(current=False))
    row = connection.execute(
        sa.insert(tables.layer)
        .values(
            theme=info.theme, kind=info.kind, current=True, count=count,
            info=as_document(info), summary=as_document(summary),
        )
        .returning(tables.layer)
    ).mappings().one()  # fmt: skip
    return record_of(row)


def record_of(row: sa.RowMapping) -> LayerRecord:
    """Return the record of a layer's row."""
    return LayerRecord(
        row["layer_id"], info_of(row["info"]), row["count"], row["imported_at"], row["summary"]
    )


def info_of(document: dict[str, Any]) -> LayerInfo:
    """Return a layer's information from its stored document."""
    remarks = tuple(
        Remark(**{**r, "reason": Text(**r["reason"]), "cure": Text(**r["cure"])})
        for r in document["remarks"]
    )
    return LayerInfo(**{**document, "remarks": remarks})


def legend_of(document: dict[str, Any]) -> dict[int, Text]:
    """Return a legend from its stored document."""
    return {int(value): Text(**name) for value, name in document.items()}
