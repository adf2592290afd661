"""What of a reading is a guess, whether all of the text was read, what its thread gave, and how abusive it is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('readings', sa.Column('toxicity', sa.Float(), nullable=False, server_default='0'))
    op.add_column('readings', sa.Column('unsure', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default='[]'))
    op.add_column('readings', sa.Column('partly', sa.Boolean(), nullable=False, server_default='false'))
    op.add_column('readings', sa.Column('from_thread', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default='[]'))
    for column in ('toxicity', 'unsure', 'partly', 'from_thread'):
        op.alter_column('readings', column, server_default=None)
    op.create_index('ix_readings_toxic', 'readings', ['post_id'], unique=False, postgresql_where=sa.text('toxicity >= 0.5'))


def downgrade() -> None:
    op.drop_index('ix_readings_toxic', table_name='readings')
    for column in ('from_thread', 'partly', 'unsure', 'toxicity'):
        op.drop_column('readings', column)
