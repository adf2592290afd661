"""People's labels, and what was learnt from them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('corrections',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('post_version', sa.Integer(), nullable=False),
    sa.Column('head', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.Column('model_said', sa.String(), nullable=True),
    sa.Column('model_version', sa.String(), nullable=True),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_corrections_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_corrections'))
    )
    op.create_index('ix_corrections_of_post', 'corrections', ['post_id', 'post_version', 'head'], unique=False)
    op.create_index(op.f('ix_corrections_made_at'), 'corrections', ['made_at'], unique=False)
    op.create_table('lessons',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('models', sa.String(), nullable=False),
    sa.Column('seen', sa.String(), nullable=False),
    sa.Column('verdicts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lessons'))
    )
    op.add_column('readings', sa.Column('labelled', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default='{}'))
    op.alter_column('readings', 'labelled', server_default=None)
    op.create_index('ix_posts_to_read_again', 'posts', ['id'], unique=False, postgresql_where=sa.text('understood_version = 0 AND routed_version = version'))


def downgrade() -> None:
    op.drop_index('ix_posts_to_read_again', table_name='posts')
    op.drop_column('readings', 'labelled')
    op.drop_table('lessons')
    op.drop_table('corrections')
