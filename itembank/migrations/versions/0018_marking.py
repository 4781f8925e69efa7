"""Constructed responses and their marks"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

_INDEXED = {
    'bank_task': ('unit',),
    'asked_task': ('item_version_id',),
    'task_answer': ('sitting_id', 'item_version_id'),
    'mark': ('answer_id', 'marker_id'),
    'settled_mark': ('settled_at',),
}


def _name(length: int | None = None) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def _moment() -> itembank.tables.columns.UtcDateTime:
    return itembank.tables.columns.UtcDateTime(timezone=True)


def upgrade() -> None:
    """Go to this version."""
    op.create_table('bank_task',
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('item_code', _name(80), nullable=False),
    sa.Column('unit', _name(60), nullable=False),
    sa.Column('element', _name(60), nullable=False),
    sa.Column('criterion', _name(80), nullable=False),
    sa.Column('model', _name(10), nullable=False),
    sa.Column('discrimination', sa.Float(), nullable=False),
    sa.Column('difficulty', sa.Float(), nullable=False),
    sa.Column('se_discrimination', sa.Float(), nullable=False),
    sa.Column('se_difficulty', sa.Float(), nullable=False),
    sa.Column('parameters', itembank.tables.columns.Document(), nullable=False),
    sa.Column('parameter_source', _name(20), nullable=False),
    sa.Column('n_responses', sa.Integer(), nullable=False),
    sa.Column('enemies', itembank.tables.columns.Document(), nullable=False),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], ),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], ),
    sa.PrimaryKeyConstraint('bank_id', 'item_version_id')
    )
    op.create_table('asked_task',
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('decision', itembank.tables.columns.Document(), nullable=False),
    sa.Column('asked_at', _moment(), nullable=False),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], ),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], ),
    sa.PrimaryKeyConstraint('sitting_id', 'position')
    )
    op.create_table('task_draft',
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', _name(), nullable=False),
    sa.Column('language', _name(5), nullable=False),
    sa.Column('saved_at', _moment(), nullable=False),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], ),
    sa.PrimaryKeyConstraint('sitting_id', 'position')
    )
    op.create_table('task_answer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('text', _name(), nullable=False),
    sa.Column('language', _name(5), nullable=False),
    sa.Column('handed_in', sa.Boolean(), nullable=False),
    sa.Column('answered_at', _moment(), nullable=False),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], ),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('sitting_id', 'position')
    )
    op.create_table('mark',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('answer_id', sa.Uuid(), nullable=False),
    sa.Column('marker_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('levels', itembank.tables.columns.Document(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('comment', _name(), nullable=False),
    sa.Column('reason', _name(), nullable=False),
    sa.Column('settles', sa.Boolean(), nullable=False),
    sa.Column('marked_at', _moment(), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['task_answer.id'], ),
    sa.ForeignKeyConstraint(['marker_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('answer_id', 'marker_id', 'number')
    )
    op.create_table('settled_mark',
    sa.Column('answer_id', sa.Uuid(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('manner', _name(20), nullable=False),
    sa.Column('settled_at', _moment(), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['task_answer.id'], ),
    sa.PrimaryKeyConstraint('answer_id')
    )
    for table, columns in _INDEXED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.create_index(batch_op.f(f'ix_{table}_{column}'), [column], unique=False)


def downgrade() -> None:
    """Go back to the version before."""
    for table in ('settled_mark', 'mark', 'task_answer', 'task_draft', 'asked_task', 'bank_task'):
        op.drop_table(table)
