"""When each post's platform was last asked whether it is still there, so that rechecks go on where they stopped."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('posts', sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_posts_to_check', 'posts', ['source_id', 'checked_at'], postgresql_where=sa.text('deleted_at IS NULL'))


def downgrade() -> None:
    op.drop_index('ix_posts_to_check', table_name='posts')
    op.drop_column('posts', 'checked_at')
