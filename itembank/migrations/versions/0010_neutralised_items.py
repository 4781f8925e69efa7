"""Items taken out of score after the fact, and versions of results"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

_INDEXED = {
    'neutralisation': ('standard_id', 'item_version_id', 'state', 'proposed_at'),
    'correction_run': ('neutralisation_id', 'state', 'requested_at'),
    'outcome_version': ('sitting_id', 'neutralisation_id', 'run_id'),
}


def _name(length: int | None = None) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def _moment() -> itembank.tables.columns.UtcDateTime:
    return itembank.tables.columns.UtcDateTime(timezone=True)


def upgrade() -> None:
    """Go to this version."""
    op.create_table('neutralisation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('standard_id', sa.Uuid(), nullable=False),
    sa.Column('unit', _name(60), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('fault', _name(20), nullable=False),
    sa.Column('rule', _name(20), nullable=False),
    sa.Column('reason_th', _name(), nullable=False),
    sa.Column('reason_en', _name(), nullable=False),
    sa.Column('note', _name(), nullable=False),
    sa.Column('exam_ids', itembank.tables.columns.Document(), nullable=False),
    sa.Column('begun_from', _moment(), nullable=True),
    sa.Column('begun_before', _moment(), nullable=True),
    sa.Column('state', _name(20), nullable=False),
    sa.Column('preview', itembank.tables.columns.Document(), nullable=True),
    sa.Column('proposed_by', _name(200), nullable=False),
    sa.Column('proposed_by_id', sa.Uuid(), nullable=True),
    sa.Column('proposed_at', _moment(), nullable=False),
    sa.Column('approved_by', _name(200), nullable=True),
    sa.Column('approved_by_id', sa.Uuid(), nullable=True),
    sa.Column('approved_at', _moment(), nullable=True),
    sa.Column('applied_at', _moment(), nullable=True),
    sa.Column('closed_by', _name(200), nullable=True),
    sa.Column('closed_by_id', sa.Uuid(), nullable=True),
    sa.Column('closed_at', _moment(), nullable=True),
    sa.Column('closing_reason', _name(), nullable=False),
    sa.Column('taken_back_at', _moment(), nullable=True),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], ),
    sa.ForeignKeyConstraint(['standard_id'], ['standard.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('correction_run',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('neutralisation_id', sa.Uuid(), nullable=False),
    sa.Column('task', _name(20), nullable=False),
    sa.Column('state', _name(20), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('cancel_requested', sa.Boolean(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('heartbeat_at', _moment(), nullable=True),
    sa.Column('message', _name(), nullable=False),
    sa.Column('requested_by', _name(200), nullable=False),
    sa.Column('requested_at', _moment(), nullable=False),
    sa.Column('finished_at', _moment(), nullable=True),
    sa.ForeignKeyConstraint(['neutralisation_id'], ['neutralisation.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('outcome_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('neutralisation_id', sa.Uuid(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=True),
    sa.Column('weighed', itembank.tables.columns.Document(), nullable=False),
    sa.Column('document', itembank.tables.columns.Document(), nullable=False),
    sa.Column('message', _name(), nullable=False),
    sa.Column('decided_by', _name(200), nullable=False),
    sa.Column('recorded_at', _moment(), nullable=False),
    sa.ForeignKeyConstraint(['neutralisation_id'], ['neutralisation.id'], ),
    sa.ForeignKeyConstraint(['run_id'], ['correction_run.id'], ),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('sitting_id', 'number'),
    sa.UniqueConstraint('sitting_id', 'run_id')
    )
    for table, columns in _INDEXED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.create_index(batch_op.f(f'ix_{table}_{column}'), [column], unique=False)
    with op.batch_alter_table('correction_run', schema=None) as batch_op:
        batch_op.create_index('ix_correction_run_the_one_running', ['state'], unique=True,
            sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'"))


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table('outcome_version')
    op.drop_table('correction_run')
    op.drop_table('neutralisation')
