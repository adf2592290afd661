"""Calls of webhooks, kept as received."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('hook_calls',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_hook_calls_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hook_calls')),
    sa.UniqueConstraint('source_id', 'name', name=op.f('uq_hook_calls_source_id_name'))
    )
    op.create_index(op.f('ix_hook_calls_received_at'), 'hook_calls', ['received_at'], unique=False)


def downgrade() -> None:
    op.drop_table('hook_calls')
