"""What we wrote ourselves: accounts of ours, and under which id collectors read our replies back."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('authors', sa.Column('ours', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column('authors', 'ours', server_default=None)
    op.add_column('replies', sa.Column('read_as', sa.String(), nullable=True))
    op.create_index(op.f('ix_replies_read_as'), 'replies', ['read_as'])


def downgrade() -> None:
    op.drop_index(op.f('ix_replies_read_as'), table_name='replies')
    op.drop_column('replies', 'read_as')
    op.drop_column('authors', 'ours')
