"""Alembic's entry: runs the migrations on the connection that `store.schema` hands over."""

from alembic import context
from geoalchemy2 import alembic_helpers

from gis_core.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=alembic_helpers.include_object,
)
with context.begin_transaction():
    context.run_migrations()
