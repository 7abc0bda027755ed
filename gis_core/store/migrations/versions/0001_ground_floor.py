"""The ground floor: region, layers, villages, features, rasters, runs."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "layer",
        sa.Column("layer_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("info", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "imported_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("layer_id", name=op.f("pk_layer")),
    )
    op.create_index(
        "uq_layer_current_theme",
        "layer",
        ["theme"],
        unique=True,
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "region",
        sa.Column("region_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("region_id", name=op.f("pk_region")),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("provenance", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_run_kind")),
    )
    op.create_table(
        "boundary",
        sa.Column("boundary_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layer.layer_id"], name=op.f("fk_boundary_layer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("boundary_id", name=op.f("pk_boundary")),
        sa.UniqueConstraint("layer_id", "code", name=op.f("uq_boundary_layer_id")),
    )
    op.create_index("ix_boundary_geom", "boundary", ["geom"], unique=False, postgresql_using="gist")
    op.create_table(
        "feature",
        sa.Column("feature_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("properties", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layer.layer_id"], name=op.f("fk_feature_layer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feature_id", name=op.f("pk_feature")),
    )
    op.create_index("ix_feature_geom", "feature", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("ix_feature_layer_id", "feature", ["layer_id"], unique=False)
    op.create_table(
        "raster",
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("transform", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("dtype", sa.Text(), nullable=False),
        sa.Column("nodata", sa.Float(), nullable=True),
        sa.Column("legend", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layer.layer_id"], name=op.f("fk_raster_layer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("layer_id", name=op.f("pk_raster")),
    )
    op.create_table(
        "reported_total",
        sa.Column("row_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("min_people", sa.Integer(), nullable=False),
        sa.Column("max_people", sa.Integer(), nullable=False),
        sa.Column("villages", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["layer_id"],
            ["layer.layer_id"],
            name=op.f("fk_reported_total_layer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_reported_total")),
    )
    op.create_table(
        "run_feature",
        sa.Column("feature_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("properties", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.run_id"], name=op.f("fk_run_feature_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feature_id", name=op.f("pk_run_feature")),
    )
    op.create_index(
        "ix_run_feature_geom", "run_feature", ["geom"], unique=False, postgresql_using="gist"
    )
    op.create_index("ix_run_feature_run_id", "run_feature", ["run_id", "role"], unique=False)
    op.create_table(
        "run_raster",
        sa.Column("row_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.run_id"], name=op.f("fk_run_raster_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_run_raster")),
        sa.UniqueConstraint("run_id", "role", name=op.f("uq_run_raster_run_id")),
    )
    op.create_table(
        "village",
        sa.Column("row_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("village_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("township", sa.Text(), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("place_precision", sa.Text(), nullable=False),
        sa.Column("extra", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layer.layer_id"], name=op.f("fk_village_layer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_village")),
        sa.UniqueConstraint("layer_id", "village_id", name=op.f("uq_village_layer_id")),
    )
    op.create_index("ix_village_geom", "village", ["geom"], unique=False, postgresql_using="gist")


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_village_geom", table_name="village", postgresql_using="gist")
    op.drop_table("village")
    op.drop_table("run_raster")
    op.drop_index("ix_run_feature_run_id", table_name="run_feature")
    op.drop_index("ix_run_feature_geom", table_name="run_feature", postgresql_using="gist")
    op.drop_table("run_feature")
    op.drop_table("reported_total")
    op.drop_table("raster")
    op.drop_index("ix_feature_layer_id", table_name="feature")
    op.drop_index("ix_feature_geom", table_name="feature", postgresql_using="gist")
    op.drop_table("feature")
    op.drop_index("ix_boundary_geom", table_name="boundary", postgresql_using="gist")
    op.drop_table("boundary")
    op.drop_table("run")
    op.drop_table("region")
    op.drop_index("uq_layer_current_theme", table_name="layer", postgresql_where=sa.text("current"))
    op.drop_table("layer")
