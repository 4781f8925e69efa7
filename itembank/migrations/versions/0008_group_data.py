"""Groups of candidates, and the lawful basis for comparing them"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def _moment() -> itembank.tables.columns.UtcDateTime:
    return itembank.tables.columns.UtcDateTime(timezone=True)


def upgrade() -> None:
    """Go to this version."""
    op.create_table('group_variable',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name_th', _text(120), nullable=False),
    sa.Column('name_en', _text(120), nullable=False),
    sa.Column('sensitive', sa.Boolean(), nullable=False),
    sa.Column('simulated', sa.Boolean(), nullable=False),
    sa.Column('created_at', _moment(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('group_category',
    sa.Column('variable_id', sa.Uuid(), nullable=False),
    sa.Column('code', _text(40), nullable=False),
    sa.Column('name_th', _text(120), nullable=False),
    sa.Column('name_en', _text(120), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['variable_id'], ['group_variable.id'], ),
    sa.PrimaryKeyConstraint('variable_id', 'code')
    )
    op.create_table('lawful_basis',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('variable_id', sa.Uuid(), nullable=False),
    sa.Column('basis', _text(40), nullable=False),
    sa.Column('reference', _text(300), nullable=False),
    sa.Column('purpose', _text(1000), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('recorded_by', _text(200), nullable=False),
    sa.Column('recorded_at', _moment(), nullable=False),
    sa.Column('withdrawn_by', _text(200), nullable=True),
    sa.Column('withdrawn_at', _moment(), nullable=True),
    sa.Column('people_deleted', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['variable_id'], ['group_variable.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('group_membership',
    sa.Column('variable_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('category', _text(40), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['variable_id'], ['group_variable.id'], ),
    sa.ForeignKeyConstraint(['variable_id', 'category'], ['group_category.variable_id', 'group_category.code'], ),
    sa.PrimaryKeyConstraint('variable_id', 'person_id')
    )
    op.create_table('dif_study',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('standard_id', sa.Uuid(), nullable=False),
    sa.Column('unit', _text(60), nullable=False),
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('variable_id', sa.Uuid(), nullable=False),
    sa.Column('basis_id', sa.Uuid(), nullable=False),
    sa.Column('reference', _text(40), nullable=False),
    sa.Column('focal', _text(40), nullable=False),
    sa.Column('method', _text(30), nullable=False),
    sa.Column('purify', sa.Boolean(), nullable=False),
    sa.Column('state', _text(20), nullable=False),
    sa.Column('cancel_requested', sa.Boolean(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('heartbeat_at', _moment(), nullable=True),
    sa.Column('results', itembank.tables.columns.Document(), nullable=True),
    sa.Column('message', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('requested_by', _text(200), nullable=False),
    sa.Column('requested_at', _moment(), nullable=False),
    sa.Column('finished_at', _moment(), nullable=True),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], ),
    sa.ForeignKeyConstraint(['basis_id'], ['lawful_basis.id'], ),
    sa.ForeignKeyConstraint(['standard_id'], ['standard.id'], ),
    sa.ForeignKeyConstraint(['variable_id'], ['group_variable.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    for table, column in INDEXES:
        op.create_index(op.f(f'ix_{table}_{column}'), table, [column], unique=False)


INDEXES = (
    ('lawful_basis', 'variable_id'),
    ('dif_study', 'standard_id'),
    ('dif_study', 'variable_id'),
    ('dif_study', 'state'),
    ('dif_study', 'requested_at'),
)


def downgrade() -> None:
    """Go back to the version before."""
    for table, column in INDEXES:
        op.drop_index(op.f(f'ix_{table}_{column}'), table_name=table)
    for table in ('dif_study', 'group_membership', 'lawful_basis', 'group_category', 'group_variable'):
        op.drop_table(table)
