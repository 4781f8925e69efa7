"""What writers have typed and not saved"""

import sqlalchemy as sa
from alembic import op

import itembank.tables.columns


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table('desk_draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=True),
    sa.Column('document', itembank.tables.columns.Document(), nullable=True),
    sa.Column('started_from', sa.Integer(), nullable=False),
    sa.Column('opened_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('seen_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('saved_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('person_id', 'item_id')
    )
    with op.batch_alter_table('desk_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_desk_draft_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_desk_draft_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table('desk_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_desk_draft_person_id'))
        batch_op.drop_index(batch_op.f('ix_desk_draft_item_id'))

    op.drop_table('desk_draft')
