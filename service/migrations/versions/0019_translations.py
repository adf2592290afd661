"""Posts in the language that our team reads."""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'translations',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('post_id', sa.BigInteger(), nullable=False),
        sa.Column('post_version', sa.Integer(), nullable=False),
        sa.Column('language', sa.String(), nullable=False),
        sa.Column('text', sa.String(), nullable=False),
        sa.Column('made_by', sa.String(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_translations_post_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_translations')),
    )
    op.create_index(op.f('ix_translations_post_id'), 'translations', ['post_id'], unique=True)


def downgrade() -> None:
    op.drop_table('translations')
