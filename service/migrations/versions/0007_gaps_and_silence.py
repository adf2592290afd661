"""What a source did not let us see, kept for good; silence that is unusual; what each time of listening came to."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'source_gaps',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('source_id', sa.BigInteger(), nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.Column('since', sa.DateTime(timezone=True), nullable=True),
        sa.Column('until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_noted_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('filled_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('filled_by', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_source_gaps_source_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_source_gaps')),
    )
    op.create_index(op.f('ix_source_gaps_source_id'), 'source_gaps', ['source_id'])
    op.create_index(op.f('ix_source_gaps_last_noted_at'), 'source_gaps', ['last_noted_at'])
    # The gaps that the runs noted until now, so that none is forgotten.
    op.execute(
        "INSERT INTO source_gaps (source_id, words, noted_at, last_noted_at, filled_by) "
        "SELECT source_id, gap, min(ended_at), max(ended_at), '' FROM source_runs WHERE gap IS NOT NULL "
        "GROUP BY source_id, gap"
    )
    op.add_column('sources', sa.Column('quiet_since', sa.DateTime(timezone=True), nullable=True))
    op.add_column('sources', sa.Column('usual_quiet_hours', sa.Float(), nullable=True))
    op.add_column('source_runs', sa.Column('heard', sa.String(), nullable=False, server_default=''))
    op.alter_column('source_runs', 'heard', server_default=None)


def downgrade() -> None:
    op.drop_column('source_runs', 'heard')
    op.drop_column('sources', 'usual_quiet_hours')
    op.drop_column('sources', 'quiet_since')
    op.drop_table('source_gaps')
