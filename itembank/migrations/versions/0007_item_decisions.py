"""What psychometricians decided about items"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        'item_decision',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('item_version_id', sa.Uuid(), nullable=False),
        sa.Column('bank_id', sa.Uuid(), nullable=False),
        sa.Column('verdict', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column('harm', itembank.tables.columns.Document(), nullable=False),
        sa.Column('person_id', sa.Uuid(), nullable=True),
        sa.Column('actor_name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column('decided_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['bank_id'], ['bank.id']),
        sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id']),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']),
        sa.PrimaryKeyConstraint('id'),
    )
    with op.batch_alter_table('item_decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_decision_item_version_id'), ['item_version_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_decision_verdict'), ['verdict'], unique=False)


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table('item_decision')
