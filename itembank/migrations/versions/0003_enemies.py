"""Items that must not meet in one sitting, and items that share a text"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    # No version of before belongs to a testlet.
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('testlet', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False, server_default=''))
        batch_op.create_index(batch_op.f('ix_item_version_testlet'), ['testlet'], unique=False)

    op.create_table('enemy_pair',
    sa.Column('first_item_id', sa.Uuid(), nullable=False),
    sa.Column('second_item_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('declared_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('declared_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['first_item_id'], ['item.id'], ),
    sa.ForeignKeyConstraint(['second_item_id'], ['item.id'], ),
    sa.PrimaryKeyConstraint('first_item_id', 'second_item_id')
    )
    with op.batch_alter_table('enemy_pair', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enemy_pair_second_item_id'), ['second_item_id'], unique=False)


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table('enemy_pair', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_enemy_pair_second_item_id'))

    op.drop_table('enemy_pair')
    # In place: SQLite would not let go of a table that others refer to while it is copied.
    with op.batch_alter_table('item_version', schema=None, recreate='never') as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_version_testlet'))
        batch_op.drop_column('testlet')
