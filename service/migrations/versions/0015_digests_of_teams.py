"""Deliveries about a team's digest, and how long a pause held one; who said last that an issue is fixed, at once."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('deliveries', sa.Column('team', sa.String(), nullable=True))
    op.add_column('deliveries', sa.Column('held_until', sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f('ix_deliveries_team'), 'deliveries', ['team'])
    op.create_index('ix_audit_events_about', 'audit_events', ['noun', 'noun_id'])


def downgrade() -> None:
    op.drop_index('ix_audit_events_about', table_name='audit_events')
    # What is about a team's digest is about nothing without the column.
    op.execute('DELETE FROM deliveries WHERE team IS NOT NULL')
    op.drop_index(op.f('ix_deliveries_team'), table_name='deliveries')
    op.drop_column('deliveries', 'held_until')
    op.drop_column('deliveries', 'team')
