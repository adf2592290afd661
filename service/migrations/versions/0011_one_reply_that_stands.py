"""A reply that stands on its platform keeps its place while a change of its words waits or failed."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

_LIVING = "state IN ('approved', 'sending', 'uncertain', 'sent', 'manual')"
_NAME = 'ix_replies_one_alive'


def upgrade() -> None:
    _make(f'removed_at IS NULL AND (remote_id IS NOT NULL OR {_LIVING})')


def downgrade() -> None:
    _make(f'{_LIVING} AND removed_at IS NULL')


def _make(alive: str) -> None:
    op.drop_index(_NAME, 'replies')
    op.create_index(_NAME, 'replies', ['post_id'], unique=True, postgresql_where=sa.text(alive))
