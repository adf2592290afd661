"""posts, people, issues, outbox."""

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('CREATE EXTENSION IF NOT EXISTS vector')
    op.create_table('audit_events',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('verb', sa.String(), nullable=False),
    sa.Column('noun', sa.String(), nullable=False),
    sa.Column('noun_id', sa.Integer(), nullable=True),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_events'))
    )
    op.create_index(op.f('ix_audit_events_at'), 'audit_events', ['at'], unique=False)
    op.create_table('authors',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('handle', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('url', sa.String(), nullable=True),
    sa.Column('reach', sa.Integer(), nullable=True),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authors')),
    sa.UniqueConstraint('scope', 'account', name=op.f('uq_authors_scope_account'))
    )
    op.create_table('issues',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('product', sa.String(), nullable=True),
    sa.Column('centroid', pgvector.sqlalchemy.vector.VECTOR(dim=512), nullable=False),
    sa.Column('titled_at_count', sa.Integer(), nullable=False),
    sa.Column('post_count', sa.Integer(), nullable=False),
    sa.Column('first_post_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_post_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state_changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state_reason', sa.String(), nullable=False),
    sa.Column('told_state', sa.String(), nullable=True),
    sa.Column('merged_into_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['merged_into_id'], ['issues.id'], name=op.f('fk_issues_merged_into_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_issues'))
    )
    op.create_index(op.f('ix_issues_last_post_at'), 'issues', ['last_post_at'], unique=False)
    op.create_index(op.f('ix_issues_merged_into_id'), 'issues', ['merged_into_id'], unique=False)
    op.create_index(op.f('ix_issues_state'), 'issues', ['state'], unique=False)
    op.create_table('organisations',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('external_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('domain', sa.String(), nullable=True),
    sa.Column('kind', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisations')),
    sa.UniqueConstraint('external_id', name=op.f('uq_organisations_external_id'))
    )
    op.create_table('sources',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('product', sa.String(), nullable=True),
    sa.Column('options', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('base_url', sa.String(), nullable=True),
    sa.Column('own', sa.Boolean(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('every_minutes', sa.Integer(), nullable=False),
    sa.Column('cursor', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('state_reason', sa.String(), nullable=False),
    sa.Column('last_started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_succeeded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recheck_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failure_count', sa.Integer(), nullable=False),
    sa.Column('platform_total', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sources')),
    sa.UniqueConstraint('name', name=op.f('uq_sources_name'))
    )
    op.create_index(op.f('ix_sources_next_due_at'), 'sources', ['next_due_at'], unique=False)
    op.create_table('customers',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('email_verified', sa.Boolean(), nullable=False),
    sa.Column('country', sa.String(), nullable=True),
    sa.Column('organisation_id', sa.BigInteger(), nullable=True),
    sa.Column('lifecycle', sa.String(), nullable=False),
    sa.Column('segments', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_because', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_customers_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customers')),
    sa.UniqueConstraint('external_id', name=op.f('uq_customers_external_id'))
    )
    op.create_index(op.f('ix_customers_email'), 'customers', ['email'], unique=False)
    op.create_index(op.f('ix_customers_organisation_id'), 'customers', ['organisation_id'], unique=False)
    op.create_table('posts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=True),
    sa.Column('title', sa.String(), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('thread_id', sa.String(), nullable=True),
    sa.Column('parent_id', sa.String(), nullable=True),
    sa.Column('platform_language', sa.String(), nullable=True),
    sa.Column('rating', sa.Float(), nullable=True),
    sa.Column('rating_label', sa.String(), nullable=True),
    sa.Column('product', sa.String(), nullable=True),
    sa.Column('product_version', sa.String(), nullable=True),
    sa.Column('order_number', sa.String(), nullable=True),
    sa.Column('verified_email', sa.String(), nullable=True),
    sa.Column('likes', sa.Integer(), nullable=True),
    sa.Column('replies', sa.Integer(), nullable=True),
    sa.Column('shares', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('understood_version', sa.Integer(), nullable=False),
    sa.Column('linked_version', sa.Integer(), nullable=False),
    sa.Column('grouped_version', sa.Integer(), nullable=False),
    sa.Column('routed_version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['authors.id'], name=op.f('fk_posts_author_id')),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_posts_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posts')),
    sa.UniqueConstraint('source_id', 'external_id', name=op.f('uq_posts_source_id_external_id'))
    )
    op.create_index(op.f('ix_posts_author_id'), 'posts', ['author_id'], unique=False)
    op.create_index(op.f('ix_posts_first_seen_at'), 'posts', ['first_seen_at'], unique=False)
    op.create_index('ix_posts_newest', 'posts', [sa.literal_column('created_at DESC'), sa.literal_column('id DESC')], unique=False)
    op.create_index('ix_posts_newest_of_source', 'posts', ['source_id', sa.literal_column('created_at DESC'), sa.literal_column('id DESC')], unique=False)
    op.create_index(op.f('ix_posts_product'), 'posts', ['product'], unique=False)
    op.create_index(op.f('ix_posts_source_id'), 'posts', ['source_id'], unique=False)
    op.create_index(op.f('ix_posts_thread_id'), 'posts', ['thread_id'], unique=False)
    op.create_index('ix_posts_unfinished', 'posts', ['id'], unique=False, postgresql_where='routed_version < version')
    op.create_index('ix_posts_words', 'posts', [sa.literal_column("to_tsvector('simple', (coalesce(title, '') || ' ') || text)")], unique=False, postgresql_using='gin')
    op.create_table('set_aside_items',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('raw', sa.String(), nullable=False),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_set_aside_items_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_set_aside_items')),
    sa.UniqueConstraint('source_id', 'digest', name=op.f('uq_set_aside_items_source_id_digest'))
    )
    op.create_index(op.f('ix_set_aside_items_last_seen_at'), 'set_aside_items', ['last_seen_at'], unique=False)
    op.create_index(op.f('ix_set_aside_items_source_id'), 'set_aside_items', ['source_id'], unique=False)
    op.create_table('source_runs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('message', sa.String(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('new_count', sa.Integer(), nullable=False),
    sa.Column('changed_count', sa.Integer(), nullable=False),
    sa.Column('gone_count', sa.Integer(), nullable=False),
    sa.Column('set_aside_count', sa.Integer(), nullable=False),
    sa.Column('gap', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_source_runs_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source_runs'))
    )
    op.create_index(op.f('ix_source_runs_source_id'), 'source_runs', ['source_id'], unique=False)
    op.create_index(op.f('ix_source_runs_started_at'), 'source_runs', ['started_at'], unique=False)
    op.create_table('cases',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('urgency', sa.Float(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('assignee', sa.String(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_cases_customer_id')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_cases_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cases'))
    )
    op.create_index(op.f('ix_cases_customer_id'), 'cases', ['customer_id'], unique=False)
    op.create_index(op.f('ix_cases_post_id'), 'cases', ['post_id'], unique=True)
    op.create_index(op.f('ix_cases_state'), 'cases', ['state'], unique=False)
    op.create_table('deliveries',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('post_id', sa.BigInteger(), nullable=True),
    sa.Column('issue_id', sa.BigInteger(), nullable=True),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('rules', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('event', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sending_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remote_address', sa.String(), nullable=True),
    sa.Column('remote_id', sa.String(), nullable=True),
    sa.Column('remote_url', sa.String(), nullable=True),
    sa.Column('sent_digest', sa.String(), nullable=True),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('attempt_count', sa.Integer(), nullable=False),
    sa.Column('problem', sa.String(), nullable=True),
    sa.Column('what_to_do', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['issue_id'], ['issues.id'], name=op.f('fk_deliveries_issue_id')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_deliveries_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('key', name=op.f('uq_deliveries_key'))
    )
    op.create_index(op.f('ix_deliveries_created_at'), 'deliveries', ['created_at'], unique=False)
    op.create_index(op.f('ix_deliveries_issue_id'), 'deliveries', ['issue_id'], unique=False)
    op.create_index(op.f('ix_deliveries_post_id'), 'deliveries', ['post_id'], unique=False)
    op.create_index(op.f('ix_deliveries_state'), 'deliveries', ['state'], unique=False)
    op.create_table('identities',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('evidence', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('confidence', sa.Float(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['authors.id'], name=op.f('fk_identities_author_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_identities_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identities')),
    sa.UniqueConstraint('author_id', 'customer_id', name=op.f('uq_identities_author_id_customer_id'))
    )
    op.create_index(op.f('ix_identities_author_id'), 'identities', ['author_id'], unique=False)
    op.create_index(op.f('ix_identities_customer_id'), 'identities', ['customer_id'], unique=False)
    op.create_index('ix_identities_one_confirmed', 'identities', ['author_id'], unique=True, postgresql_where="state = 'confirmed'")
    op.create_table('issue_posts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('issue_id', sa.BigInteger(), nullable=False),
    sa.Column('similarity', sa.Float(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['issue_id'], ['issues.id'], name=op.f('fk_issue_posts_issue_id')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_issue_posts_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_issue_posts'))
    )
    op.create_index(op.f('ix_issue_posts_issue_id'), 'issue_posts', ['issue_id'], unique=False)
    op.create_index(op.f('ix_issue_posts_post_id'), 'issue_posts', ['post_id'], unique=True)
    op.create_table('notes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('issue_id', sa.BigInteger(), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('written_by', sa.String(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_notes_customer_id')),
    sa.ForeignKeyConstraint(['issue_id'], ['issues.id'], name=op.f('fk_notes_issue_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notes'))
    )
    op.create_index(op.f('ix_notes_customer_id'), 'notes', ['customer_id'], unique=False)
    op.create_index(op.f('ix_notes_issue_id'), 'notes', ['issue_id'], unique=False)
    op.create_table('orders',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('product', sa.String(), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('amount', sa.Numeric(precision=12, scale=2), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('worth', sa.Numeric(precision=12, scale=2), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_orders_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')),
    sa.UniqueConstraint('number', name=op.f('uq_orders_number'))
    )
    op.create_index(op.f('ix_orders_customer_id'), 'orders', ['customer_id'], unique=False)
    op.create_index(op.f('ix_orders_placed_at'), 'orders', ['placed_at'], unique=False)
    op.create_table('post_versions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('rating', sa.Float(), nullable=True),
    sa.Column('rating_label', sa.String(), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('raw', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_post_versions_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post_versions')),
    sa.UniqueConstraint('post_id', 'version', name=op.f('uq_post_versions_post_id_version'))
    )
    op.create_index(op.f('ix_post_versions_post_id'), 'post_versions', ['post_id'], unique=False)
    op.create_table('readings',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('post_version', sa.Integer(), nullable=False),
    sa.Column('model_version', sa.String(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('language_score', sa.Float(), nullable=False),
    sa.Column('sentiment', sa.String(), nullable=True),
    sa.Column('sentiment_score', sa.Float(), nullable=True),
    sa.Column('intents', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('topics', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('urgency', sa.Float(), nullable=False),
    sa.Column('spam', sa.Float(), nullable=False),
    sa.Column('understood', sa.Boolean(), nullable=False),
    sa.Column('groupable', sa.Boolean(), nullable=False),
    sa.Column('why_not', sa.String(), nullable=True),
    sa.Column('vector', pgvector.sqlalchemy.vector.VECTOR(dim=512), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_readings_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_readings'))
    )
    op.create_index('ix_readings_intents', 'readings', ['intents'], unique=False, postgresql_using='gin')
    op.create_index(op.f('ix_readings_language'), 'readings', ['language'], unique=False)
    op.create_index('ix_readings_not_understood', 'readings', ['post_id'], unique=False, postgresql_where='NOT understood')
    op.create_index(op.f('ix_readings_post_id'), 'readings', ['post_id'], unique=True)
    op.create_index(op.f('ix_readings_sentiment'), 'readings', ['sentiment'], unique=False)
    op.create_index('ix_readings_spam', 'readings', ['post_id'], unique=False, postgresql_where='spam >= 0.5')
    op.create_index('ix_readings_topics', 'readings', ['topics'], unique=False, postgresql_using='gin')
    op.create_index('ix_readings_urgent', 'readings', ['post_id'], unique=False, postgresql_where='urgency >= 0.8')
    op.create_table('replies',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('post_version', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('written_by', sa.String(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_by', sa.String(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remote_id', sa.String(), nullable=True),
    sa.Column('problem', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_replies_case_id')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_replies_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replies'))
    )
    op.create_index(op.f('ix_replies_case_id'), 'replies', ['case_id'], unique=False)
    op.create_index(op.f('ix_replies_post_id'), 'replies', ['post_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_replies_post_id'), table_name='replies')
    op.drop_index(op.f('ix_replies_case_id'), table_name='replies')
    op.drop_table('replies')
    op.drop_index('ix_readings_urgent', table_name='readings', postgresql_where='urgency >= 0.8')
    op.drop_index('ix_readings_topics', table_name='readings', postgresql_using='gin')
    op.drop_index('ix_readings_spam', table_name='readings', postgresql_where='spam >= 0.5')
    op.drop_index(op.f('ix_readings_sentiment'), table_name='readings')
    op.drop_index(op.f('ix_readings_post_id'), table_name='readings')
    op.drop_index('ix_readings_not_understood', table_name='readings', postgresql_where='NOT understood')
    op.drop_index(op.f('ix_readings_language'), table_name='readings')
    op.drop_index('ix_readings_intents', table_name='readings', postgresql_using='gin')
    op.drop_table('readings')
    op.drop_index(op.f('ix_post_versions_post_id'), table_name='post_versions')
    op.drop_table('post_versions')
    op.drop_index(op.f('ix_orders_placed_at'), table_name='orders')
    op.drop_index(op.f('ix_orders_customer_id'), table_name='orders')
    op.drop_table('orders')
    op.drop_index(op.f('ix_notes_issue_id'), table_name='notes')
    op.drop_index(op.f('ix_notes_customer_id'), table_name='notes')
    op.drop_table('notes')
    op.drop_index(op.f('ix_issue_posts_post_id'), table_name='issue_posts')
    op.drop_index(op.f('ix_issue_posts_issue_id'), table_name='issue_posts')
    op.drop_table('issue_posts')
    op.drop_index('ix_identities_one_confirmed', table_name='identities', postgresql_where="state = 'confirmed'")
    op.drop_index(op.f('ix_identities_customer_id'), table_name='identities')
    op.drop_index(op.f('ix_identities_author_id'), table_name='identities')
    op.drop_table('identities')
    op.drop_index(op.f('ix_deliveries_state'), table_name='deliveries')
    op.drop_index(op.f('ix_deliveries_post_id'), table_name='deliveries')
    op.drop_index(op.f('ix_deliveries_issue_id'), table_name='deliveries')
    op.drop_index(op.f('ix_deliveries_created_at'), table_name='deliveries')
    op.drop_table('deliveries')
    op.drop_index(op.f('ix_cases_state'), table_name='cases')
    op.drop_index(op.f('ix_cases_post_id'), table_name='cases')
    op.drop_index(op.f('ix_cases_customer_id'), table_name='cases')
    op.drop_table('cases')
    op.drop_index(op.f('ix_source_runs_started_at'), table_name='source_runs')
    op.drop_index(op.f('ix_source_runs_source_id'), table_name='source_runs')
    op.drop_table('source_runs')
    op.drop_index(op.f('ix_set_aside_items_source_id'), table_name='set_aside_items')
    op.drop_index(op.f('ix_set_aside_items_last_seen_at'), table_name='set_aside_items')
    op.drop_table('set_aside_items')
    op.drop_index('ix_posts_words', table_name='posts', postgresql_using='gin')
    op.drop_index('ix_posts_unfinished', table_name='posts', postgresql_where='routed_version < version')
    op.drop_index(op.f('ix_posts_thread_id'), table_name='posts')
    op.drop_index(op.f('ix_posts_source_id'), table_name='posts')
    op.drop_index(op.f('ix_posts_product'), table_name='posts')
    op.drop_index('ix_posts_newest_of_source', table_name='posts')
    op.drop_index('ix_posts_newest', table_name='posts')
    op.drop_index(op.f('ix_posts_first_seen_at'), table_name='posts')
    op.drop_index(op.f('ix_posts_author_id'), table_name='posts')
    op.drop_table('posts')
    op.drop_index(op.f('ix_customers_organisation_id'), table_name='customers')
    op.drop_index(op.f('ix_customers_email'), table_name='customers')
    op.drop_table('customers')
    op.drop_index(op.f('ix_sources_next_due_at'), table_name='sources')
    op.drop_table('sources')
    op.drop_table('organisations')
    op.drop_index(op.f('ix_issues_state'), table_name='issues')
    op.drop_index(op.f('ix_issues_merged_into_id'), table_name='issues')
    op.drop_index(op.f('ix_issues_last_post_at'), table_name='issues')
    op.drop_table('issues')
    op.drop_table('authors')
    op.drop_index(op.f('ix_audit_events_at'), table_name='audit_events')
    op.drop_table('audit_events')
