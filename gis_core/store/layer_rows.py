"""A layer's row in the database, from and to its record."""

from typing import Any

import sqlalchemy as sa

from gis_core.errors import InvalidLayerError
from gis_core.layers import LayerInfo
from gis_core.remarks import Remark
from gis_core.store import tables
from gis_core.store.records import LayerRecord
from gis_core.text import Text, as_document

GUARDED = {"boundaries", "villages"}  # kinds that a layer of another kind never replaces
KINDS = {
    "boundaries": Text("boundaries", "行政区边界"),
    "villages": Text("villages", "村庄调查"),
    "vector": Text("features", "矢量要素"),
    "raster": Text("a raster", "栅格"),
}
THEME_LOCK = 0x6C617972  # any fixed number; with the theme's hash the lock of one theme's change


def insert_layer(
    connection: sa.Connection, info: LayerInfo, *, count: int, summary: dict[str, Any]
) -> LayerRecord:
    """Insert the row of a new current layer; the older one of its theme becomes superseded.

    Raises
    ------
    InvalidLayerError
        If it would take the place of boundaries or villages without being such.
    """
    lock = sa.func.pg_advisory_xact_lock(THEME_LOCK, sa.func.hashtext(info.theme))
    connection.execute(sa.select(lock))
    held = sa.select(tables.layer.c.kind).where(
        tables.layer.c.theme == info.theme, tables.layer.c.current
    )
    kind = connection.execute(held).scalar()
    if kind is not None and kind != info.kind and GUARDED & {kind, info.kind}:
        raise InvalidLayerError(
            f"The theme '{info.theme}' holds {KINDS[kind].en}; {KINDS[info.kind].en} cannot take "
            "their place. Choose another theme.",
            f"专题“{info.theme}”已用于{KINDS[kind].zh}，不能改存{KINDS[info.kind].zh}。"
            "请另选专题名。",
        )
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
