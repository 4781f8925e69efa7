"""Files of items on their way into the bank"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table('item_import',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('file_name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('file_format', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('defaults', itembank.tables.columns.Document(), nullable=False),
    sa.Column('task', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('cancel_requested', sa.Boolean(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('heartbeat_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('message', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('report', itembank.tables.columns.Document(), nullable=False),
    sa.Column('requested_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('item_import', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_import_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_import_requested_at'), ['requested_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_import_state'), ['state'], unique=False)

    op.create_table('item_import_file',
    sa.Column('import_id', sa.Uuid(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['item_import.id'], ),
    sa.PrimaryKeyConstraint('import_id')
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table('item_import_file')
    with op.batch_alter_table('item_import', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_import_state'))
        batch_op.drop_index(batch_op.f('ix_item_import_requested_at'))
        batch_op.drop_index(batch_op.f('ix_item_import_person_id'))

    op.drop_table('item_import')
