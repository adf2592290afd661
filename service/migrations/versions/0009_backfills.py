"""History that is fetched behind live listening, each with a cursor of its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'backfills',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('source_id', sa.BigInteger(), nullable=False),
        sa.Column('since', sa.DateTime(timezone=True), nullable=True),
        sa.Column('cursor', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('reason', sa.String(), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('pages', sa.Integer(), nullable=False),
        sa.Column('posts', sa.Integer(), nullable=False),
        sa.Column('new_count', sa.Integer(), nullable=False),
        sa.Column('total', sa.Integer(), nullable=True),
        sa.Column('oldest_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('gap', sa.Boolean(), nullable=False),
        sa.Column('failure_count', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_backfills_source_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_backfills')),
    )
    op.create_index(op.f('ix_backfills_source_id'), 'backfills', ['source_id'], unique=True)


def downgrade() -> None:
    op.drop_table('backfills')
