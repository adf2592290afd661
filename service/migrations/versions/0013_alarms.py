"""Deliveries about sources: one that refuses, or fell silent, tells somebody."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('deliveries', sa.Column('source_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_deliveries_source_id'), 'deliveries', 'sources', ['source_id'], ['id'])
    op.create_index(op.f('ix_deliveries_source_id'), 'deliveries', ['source_id'])


def downgrade() -> None:
    # What is about a source is about nothing without the column.
    op.execute('DELETE FROM deliveries WHERE source_id IS NOT NULL')
    op.drop_index(op.f('ix_deliveries_source_id'), table_name='deliveries')
    op.drop_constraint(op.f('fk_deliveries_source_id'), 'deliveries', type_='foreignkey')
    op.drop_column('deliveries', 'source_id')
