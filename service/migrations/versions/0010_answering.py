"""Our own team, replies that are bound to what their writers saw, and what people did in Slack."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_ALIVE = "state IN ('approved', 'sending', 'uncertain', 'sent', 'manual') AND removed_at IS NULL"


def _id() -> 'sa.Column[int]':
    return sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False)


def upgrade() -> None:
    op.create_table(
        'users',
        _id(),
        sa.Column('name', sa.String(), nullable=False),
        sa.Column('email', sa.String(), nullable=False),
        sa.Column('role', sa.String(), nullable=False),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('created_at', _TIME, nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
        sa.UniqueConstraint('email', name=op.f('uq_users_email')),
    )
    op.create_table(
        'accounts',
        _id(),
        sa.Column('user_id', sa.BigInteger(), nullable=False),
        sa.Column('target', sa.String(), nullable=False),
        sa.Column('workspace', sa.String(), nullable=False),
        sa.Column('remote_id', sa.String(), nullable=False),
        sa.Column('tied_at', _TIME, nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_accounts_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
        sa.UniqueConstraint(
            'target', 'workspace', 'remote_id', name=op.f('uq_accounts_target_workspace_remote_id')
        ),
    )
    op.create_index(op.f('ix_accounts_user_id'), 'accounts', ['user_id'])
    op.create_table(
        'clicks',
        _id(),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('workspace', sa.String(), nullable=False),
        sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column('heard_at', _TIME, nullable=False),
        sa.Column('done_at', _TIME, nullable=True),
        sa.Column('problem', sa.String(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_clicks')),
        sa.UniqueConstraint('key', name=op.f('uq_clicks_key')),
    )
    op.create_index(op.f('ix_clicks_heard_at'), 'clicks', ['heard_at'])

    op.drop_column('cases', 'assignee')
    op.add_column('cases', sa.Column('assignee_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_cases_assignee_id'), 'cases', 'users', ['assignee_id'], ['id'])
    op.create_index(op.f('ix_cases_assignee_id'), 'cases', ['assignee_id'])
    for name in ('claimed_at', 'snoozed_until', 'escalated_at', 'answered_at', 'closed_at'):
        op.add_column('cases', sa.Column(name, _TIME, nullable=True))

    # No version before this one could write a reply.
    op.drop_table('replies')
    op.create_table(
        'replies',
        _id(),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('case_id', sa.BigInteger(), nullable=False),
        sa.Column('post_id', sa.BigInteger(), nullable=False),
        sa.Column('post_version', sa.Integer(), nullable=False),
        sa.Column('seen_digest', sa.String(), nullable=False),
        sa.Column('text', sa.String(), nullable=False),
        sa.Column('template', sa.String(), nullable=True),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('wish', sa.String(), nullable=False),
        sa.Column('written_by_id', sa.BigInteger(), nullable=False),
        sa.Column('written_at', _TIME, nullable=False),
        sa.Column('approval_reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column('approved_by_id', sa.BigInteger(), nullable=True),
        sa.Column('approved_at', _TIME, nullable=True),
        sa.Column('approved_digest', sa.String(), nullable=True),
        sa.Column('send_after', _TIME, nullable=True),
        sa.Column('sending_at', _TIME, nullable=True),
        sa.Column('sent_at', _TIME, nullable=True),
        sa.Column('sent_text', sa.String(), nullable=True),
        sa.Column('remote_address', sa.String(), nullable=True),
        sa.Column('remote_id', sa.String(), nullable=True),
        sa.Column('remote_url', sa.String(), nullable=True),
        sa.Column('removed_at', _TIME, nullable=True),
        sa.Column('attempt_count', sa.Integer(), nullable=False),
        sa.Column('problem', sa.String(), nullable=True),
        sa.Column('what_to_do', sa.String(), nullable=True),
        sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_replies_case_id')),
        sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_replies_post_id')),
        sa.ForeignKeyConstraint(['written_by_id'], ['users.id'], name=op.f('fk_replies_written_by_id')),
        sa.ForeignKeyConstraint(['approved_by_id'], ['users.id'], name=op.f('fk_replies_approved_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_replies')),
        sa.UniqueConstraint('key', name=op.f('uq_replies_key')),
    )
    for name in ('case_id', 'post_id', 'state', 'written_by_id', 'approved_by_id', 'sent_at'):
        op.create_index(op.f(f'ix_replies_{name}'), 'replies', [name])
    op.create_index('ix_replies_one_alive', 'replies', ['post_id'], unique=True, postgresql_where=sa.text(_ALIVE))


def downgrade() -> None:
    op.drop_table('replies')
    op.create_table(
        'replies',
        _id(),
        sa.Column('case_id', sa.BigInteger(), nullable=False),
        sa.Column('post_id', sa.BigInteger(), nullable=False),
        sa.Column('post_version', sa.Integer(), nullable=False),
        sa.Column('text', sa.String(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('written_by', sa.String(), nullable=False),
        sa.Column('written_at', _TIME, nullable=False),
        sa.Column('approved_by', sa.String(), nullable=True),
        sa.Column('sent_at', _TIME, nullable=True),
        sa.Column('remote_id', sa.String(), nullable=True),
        sa.Column('problem', sa.String(), nullable=True),
        sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_replies_case_id')),
        sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_replies_post_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_replies')),
    )
    op.create_index(op.f('ix_replies_case_id'), 'replies', ['case_id'])
    op.create_index(op.f('ix_replies_post_id'), 'replies', ['post_id'])
    for name in ('claimed_at', 'snoozed_until', 'escalated_at', 'answered_at', 'closed_at'):
        op.drop_column('cases', name)
    op.drop_column('cases', 'assignee_id')
    op.add_column('cases', sa.Column('assignee', sa.String(), nullable=True))
    op.drop_table('clicks')
    op.drop_table('accounts')
    op.drop_table('users')
