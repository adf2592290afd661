"""Closing the loop: tellings, the people in them, and one more reply below a post for each telling."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_ALIVE = (
    "removed_at IS NULL AND (remote_id IS NOT NULL OR state IN "
    "('approved', 'sending', 'uncertain', 'sent', 'manual'))"
)


def upgrade() -> None:
    op.add_column('issues', sa.Column('fixed_version', sa.String(), nullable=True))
    op.create_table(
        'tellings',
        _id(),
        sa.Column('issue_id', sa.BigInteger(), nullable=False),
        sa.Column('fixed_at', _TIME, nullable=False),
        sa.Column('version', sa.String(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('problem', sa.String(), nullable=True),
        sa.Column('prepared_by_id', sa.BigInteger(), nullable=False),
        sa.Column('prepared_at', _TIME, nullable=False),
        sa.Column('released_by_id', sa.BigInteger(), nullable=True),
        sa.Column('released_at', _TIME, nullable=True),
        sa.Column('done_at', _TIME, nullable=True),
        sa.ForeignKeyConstraint(['issue_id'], ['issues.id'], name=op.f('fk_tellings_issue_id')),
        sa.ForeignKeyConstraint(['prepared_by_id'], ['users.id'], name=op.f('fk_tellings_prepared_by_id')),
        sa.ForeignKeyConstraint(['released_by_id'], ['users.id'], name=op.f('fk_tellings_released_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_tellings')),
        sa.UniqueConstraint('issue_id', 'fixed_at', name=op.f('uq_tellings_issue_id_fixed_at')),
    )
    for name in ('state', 'prepared_by_id', 'released_by_id'):
        op.create_index(op.f(f'ix_tellings_{name}'), 'tellings', [name])
    op.add_column('replies', sa.Column('telling_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_replies_telling_id'), 'replies', 'tellings', ['telling_id'], ['id'])
    op.drop_index('ix_replies_one_alive', 'replies')
    _unique('ix_replies_one_alive', ['post_id'], f'{_ALIVE} AND telling_id IS NULL')
    _unique('ix_replies_one_told', ['telling_id', 'post_id'], f'{_ALIVE} AND telling_id IS NOT NULL')
    op.create_table(
        'telling_people',
        _id(),
        sa.Column('telling_id', sa.BigInteger(), nullable=False),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('post_id', sa.BigInteger(), nullable=False),
        sa.Column('language', sa.String(), nullable=False),
        sa.Column('reason', sa.String(), nullable=False),
        sa.Column('ticked', sa.Boolean(), nullable=False),
        sa.Column('reply_id', sa.BigInteger(), nullable=True),
        sa.Column('agreed_digest', sa.String(), nullable=True),
        sa.Column('left_at', _TIME, nullable=True),
        sa.ForeignKeyConstraint(['telling_id'], ['tellings.id'], name=op.f('fk_telling_people_telling_id')),
        sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_telling_people_post_id')),
        sa.ForeignKeyConstraint(['reply_id'], ['replies.id'], name=op.f('fk_telling_people_reply_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_telling_people')),
        sa.UniqueConstraint('telling_id', 'key', name=op.f('uq_telling_people_telling_id_key')),
    )
    for name in ('key', 'post_id', 'left_at'):
        op.create_index(op.f(f'ix_telling_people_{name}'), 'telling_people', [name])
    op.create_index(op.f('ix_telling_people_reply_id'), 'telling_people', ['reply_id'], unique=True)


def downgrade() -> None:
    op.drop_table('telling_people')
    # What told people of a fix has no place beside another reply without its telling.
    op.execute('DELETE FROM replies WHERE telling_id IS NOT NULL')
    op.drop_index('ix_replies_one_told', 'replies')
    op.drop_index('ix_replies_one_alive', 'replies')
    op.drop_constraint(op.f('fk_replies_telling_id'), 'replies', type_='foreignkey')
    op.drop_column('replies', 'telling_id')
    _unique('ix_replies_one_alive', ['post_id'], _ALIVE)
    op.drop_table('tellings')
    op.drop_column('issues', 'fixed_version')


def _id() -> sa.Column[int]:
    return sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _unique(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, 'replies', columns, unique=True, postgresql_where=sa.text(where))
