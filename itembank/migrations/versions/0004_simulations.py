"""Simulations of exam designs"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table('simulation_run',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('standard_id', sa.Uuid(), nullable=False),
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('unit', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('design', itembank.tables.columns.Document(), nullable=False),
    sa.Column('options', itembank.tables.columns.Document(), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('cancel_requested', sa.Boolean(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('heartbeat_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('report', itembank.tables.columns.Document(), nullable=True),
    sa.Column('message', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('requested_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('requested_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], ),
    sa.ForeignKeyConstraint(['standard_id'], ['standard.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('simulation_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_simulation_run_standard_id'), ['standard_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_simulation_run_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_simulation_run_requested_at'), ['requested_at'], unique=False)
        batch_op.create_index('ix_simulation_run_the_one_running', ['state'], unique=True,
            sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'"))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table('simulation_run', schema=None) as batch_op:
        batch_op.drop_index('ix_simulation_run_the_one_running')
        batch_op.drop_index(batch_op.f('ix_simulation_run_requested_at'))
        batch_op.drop_index(batch_op.f('ix_simulation_run_state'))
        batch_op.drop_index(batch_op.f('ix_simulation_run_standard_id'))

    op.drop_table('simulation_run')
