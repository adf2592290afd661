"""Turns at each platform, shared by all workers; what a source was set up with, so that a change ends its parking."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'platform_paces',
        sa.Column('platform', sa.String(), nullable=False),
        sa.Column('credential', sa.String(), nullable=False),
        sa.Column('slot_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('free_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('platform', 'credential', name=op.f('pk_platform_paces')),
    )
    op.add_column('sources', sa.Column('pace_seconds', sa.Float(), nullable=True))
    op.add_column('sources', sa.Column('setup_digest', sa.String(), nullable=False, server_default=''))
    op.alter_column('sources', 'setup_digest', server_default=None)


def downgrade() -> None:
    op.drop_column('sources', 'setup_digest')
    op.drop_column('sources', 'pace_seconds')
    op.drop_table('platform_paces')
