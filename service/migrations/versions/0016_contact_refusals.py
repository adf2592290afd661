"""Who asked not to be written to, and replies that answer them all the same."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'contact_refusals',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('customer_id', sa.BigInteger(), nullable=True),
        sa.Column('fingerprint', sa.String(), nullable=True),
        sa.Column('author_id', sa.BigInteger(), nullable=True),
        sa.Column('reason', sa.String(), nullable=False),
        sa.Column('noted_by_id', sa.BigInteger(), nullable=False),
        sa.Column('noted_at', _TIME, nullable=False),
        sa.Column('withdrawn_by_id', sa.BigInteger(), nullable=True),
        sa.Column('withdrawn_at', _TIME, nullable=True),
        sa.CheckConstraint('(customer_id IS NULL) != (fingerprint IS NULL)', name='ck_contact_refusals_of_one'),
        sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_contact_refusals_customer_id')),
        sa.ForeignKeyConstraint(['author_id'], ['authors.id'], name=op.f('fk_contact_refusals_author_id')),
        sa.ForeignKeyConstraint(['noted_by_id'], ['users.id'], name=op.f('fk_contact_refusals_noted_by_id')),
        sa.ForeignKeyConstraint(['withdrawn_by_id'], ['users.id'], name=op.f('fk_contact_refusals_withdrawn_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_refusals')),
    )
    op.create_index(op.f('ix_contact_refusals_author_id'), 'contact_refusals', ['author_id'])
    _one('customer', 'customer_id')
    _one('account', 'fingerprint')
    op.add_column('replies', sa.Column('answers_refusal_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f('fk_replies_answers_refusal_id'), 'replies', 'contact_refusals', ['answers_refusal_id'], ['id']
    )


def downgrade() -> None:
    op.drop_constraint(op.f('fk_replies_answers_refusal_id'), 'replies', type_='foreignkey')
    op.drop_column('replies', 'answers_refusal_id')
    op.drop_table('contact_refusals')


def _one(of: str, column: str) -> None:
    op.create_index(
        f'ix_contact_refusals_one_{of}',
        'contact_refusals',
        [column],
        unique=True,
        postgresql_where=sa.text('withdrawn_at IS NULL'),
    )
