"""Assignments of writers"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

_INDEXED = ('standard_id', 'criterion', 'writer_id')


def _name(length: int | None = None) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        'writing_assignment',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('standard_id', sa.Uuid(), nullable=False),
        sa.Column('criterion', _name(80), nullable=False),
        sa.Column('wanted', sa.Integer(), nullable=False),
        sa.Column('difficulty_rating', sa.Integer(), nullable=True),
        sa.Column('writer_id', sa.Uuid(), nullable=False),
        sa.Column('due_on', sa.Date(), nullable=False),
        sa.Column('note', _name(), nullable=False),
        sa.Column('assigned_by', _name(200), nullable=False),
        sa.Column('assigned_by_id', sa.Uuid(), nullable=True),
        sa.Column('assigned_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column('withdrawn_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column('withdrawn_by', _name(200), nullable=False),
        sa.Column('withdrawn_reason', _name(), nullable=False),
        sa.ForeignKeyConstraint(['assigned_by_id'], ['person.id']),
        sa.ForeignKeyConstraint(['standard_id'], ['standard.id']),
        sa.ForeignKeyConstraint(['writer_id'], ['person.id']),
        sa.PrimaryKeyConstraint('id'),
    )
    with op.batch_alter_table('writing_assignment', schema=None) as batch_op:
        for column in _INDEXED:
            batch_op.create_index(batch_op.f(f'ix_writing_assignment_{column}'), [column], unique=False)


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table('writing_assignment')
