"""procrastinate's own tables, at the schema of its releases 3.4 to 3.10."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The driver's own connection: SQLAlchemy would take the percent signs in its functions for parameters.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(SchemaManager.get_schema())


def downgrade() -> None:
    op.execute("""
        DO $$ DECLARE thing record; BEGIN
            FOR thing IN SELECT format('%I(%s)', proname, pg_get_function_identity_arguments(oid)) AS name
                FROM pg_proc WHERE proname LIKE 'procrastinate_%' LOOP
                EXECUTE 'DROP FUNCTION ' || thing.name || ' CASCADE';
            END LOOP;
            FOR thing IN SELECT tablename AS name FROM pg_tables WHERE tablename LIKE 'procrastinate_%' LOOP
                EXECUTE 'DROP TABLE ' || thing.name || ' CASCADE';
            END LOOP;
            FOR thing IN SELECT typname AS name FROM pg_type WHERE typname LIKE 'procrastinate_%' LOOP
                EXECUTE 'DROP TYPE IF EXISTS ' || thing.name || ' CASCADE';
            END LOOP;
        END $$
    """)
