"""What Slack asks for: who said last that an issue is fixed, found at once in the log."""

from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_audit_events_about', 'audit_events', ['noun', 'noun_id'])


def downgrade() -> None:
    op.drop_index('ix_audit_events_about', table_name='audit_events')
