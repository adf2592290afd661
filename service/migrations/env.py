"""Alembic's door: runs migrations on the connection that `service.store.schema` hands over."""

from alembic import context
from sqlmodel import SQLModel

import service.models  # noqa: F401  registers the tables


def include_name(name: str | None, type_: str, parent_names: object) -> bool:
    """procrastinate's own tables are made by its SQL, not compared with our models."""
    del parent_names
    return not (type_ == "table" and (name or "").startswith("procrastinate_"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    include_name=include_name,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
