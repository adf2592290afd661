"""What people ask of us in one channel: new cards wait for a while, a digest comes."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'channels',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('target', sa.String(), nullable=False),
        sa.Column('workspace', sa.String(), nullable=False),
        sa.Column('address', sa.String(), nullable=False),
        sa.Column('address_by_id', sa.String(), nullable=False),
        sa.Column('paused_until', _TIME, nullable=True),
        sa.Column('paused_at', _TIME, nullable=True),
        sa.Column('paused_by_id', sa.BigInteger(), nullable=True),
        sa.Column('digest', sa.String(), nullable=True),
        sa.Column('digest_sent_at', _TIME, nullable=True),
        sa.ForeignKeyConstraint(['paused_by_id'], ['users.id'], name=op.f('fk_channels_paused_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_channels')),
        sa.UniqueConstraint('address_by_id', name=op.f('uq_channels_address_by_id')),
    )
    op.create_index(op.f('ix_channels_paused_by_id'), 'channels', ['paused_by_id'])
    op.create_index(op.f('ix_channels_address'), 'channels', ['address'])


def downgrade() -> None:
    op.drop_table('channels')
