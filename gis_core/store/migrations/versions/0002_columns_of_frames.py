"""Keep the columns of a run's frames, and features without a place."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns' record; let a feature's shape be absent."""
    op.add_column(
        "run",
        sa.Column(
            "frames", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")
        ),
    )
    op.alter_column("feature", "geom", nullable=True)


def downgrade() -> None:
    """Take it away; features without a place go with it."""
    op.execute("DELETE FROM feature WHERE geom IS NULL")
    op.alter_column("feature", "geom", nullable=False)
    op.drop_column("run", "frames")
