"""The schema: SQLAlchemy tables; `migrations/` makes and changes them in a database."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

SRID = 4326
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def _layer_key() -> Column[int]:
    return Column("layer_id", ForeignKey("layer.layer_id", ondelete="CASCADE"), nullable=False)


def _run_key() -> Column[str]:
    return Column("run_id", ForeignKey("run.run_id", ondelete="CASCADE"), nullable=False)


def _shape(kind: str, *, nullable: bool) -> Column[object]:
    return Column("geom", Geometry(kind, SRID, spatial_index=False), nullable=nullable)


region = Table(
    "region", metadata,
    Column("region_id", Integer, primary_key=True, autoincrement=False),
    Column("document", JSONB, nullable=False),
)  # fmt: skip
layer = Table(
    "layer", metadata,
    Column("layer_id", Integer, Identity(), primary_key=True),
    Column("theme", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("info", JSONB, nullable=False),
    Column("summary", JSONB, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("uq_layer_current_theme", "theme", unique=True, postgresql_where=text("current")),
)  # fmt: skip
boundary = Table(
    "boundary", metadata,
    Column("boundary_id", BigInteger, Identity(), primary_key=True),
    _layer_key(),
    Column("code", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("parent_code", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    _shape("MULTIPOLYGON", nullable=False),
    UniqueConstraint("layer_id", "code"),
    Index("ix_boundary_geom", "geom", postgresql_using="gist"),
)  # fmt: skip
village = Table(
    "village", metadata,
    Column("row_id", BigInteger, Identity(), primary_key=True),
    _layer_key(),
    Column("village_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("township", Text, nullable=False),
    Column("county_code", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("households", Integer, nullable=False),
    Column("place_precision", Text, nullable=False),
    Column("extra", JSONB, nullable=False),
    _shape("POINT", nullable=True),
    UniqueConstraint("layer_id", "village_id"),
    Index("ix_village_geom", "geom", postgresql_using="gist"),
)  # fmt: skip
reported_total = Table(
    "reported_total", metadata,
    Column("row_id", Integer, Identity(), primary_key=True),
    _layer_key(),
    Column("label", Text, nullable=False),
    Column("min_people", Integer, nullable=False),
    Column("max_people", Integer, nullable=False),
    Column("villages", Integer, nullable=False),
    Column("households", Integer, nullable=False),
    Column("people", Integer, nullable=False),
)  # fmt: skip
feature = Table(
    "feature", metadata,
    Column("feature_id", BigInteger, Identity(), primary_key=True),
    _layer_key(),
    Column("properties", JSONB, nullable=False),
    _shape("GEOMETRY", nullable=True),
    Index("ix_feature_layer_id", "layer_id"),
    Index("ix_feature_geom", "geom", postgresql_using="gist"),
)  # fmt: skip
raster = Table(
    "raster", metadata,
    Column("layer_id", ForeignKey("layer.layer_id", ondelete="CASCADE"), primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("file_hash", Text, nullable=False),
    Column("crs", Text, nullable=False),
    Column("transform", JSONB, nullable=False),
    Column("height", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("dtype", Text, nullable=False),
    Column("nodata", Float, nullable=True),
    Column("legend", JSONB, nullable=False),
)  # fmt: skip
run = Table(
    "run", metadata,
    Column("run_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("document", JSONB, nullable=False),
    Column("provenance", JSONB, nullable=False),
    Column("frames", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    UniqueConstraint("kind", "number"),
)  # fmt: skip
run_feature = Table(
    "run_feature", metadata,
    Column("feature_id", BigInteger, Identity(), primary_key=True),
    _run_key(),
    Column("role", Text, nullable=False),
    Column("properties", JSONB, nullable=False),
    _shape("GEOMETRY", nullable=True),
    Index("ix_run_feature_run_id", "run_id", "role"),
    Index("ix_run_feature_geom", "geom", postgresql_using="gist"),
)  # fmt: skip
run_raster = Table(
    "run_raster", metadata,
    Column("row_id", Integer, Identity(), primary_key=True),
    _run_key(),
    Column("role", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_hash", Text, nullable=False),
    UniqueConstraint("run_id", "role"),
)  # fmt: skip
