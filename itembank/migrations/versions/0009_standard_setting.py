"""Panels of judges, their rounds and the cut scores they set"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table('standard_panel',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('standard_id', sa.Uuid(), nullable=False),
    sa.Column('unit', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('method', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('description_th', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('description_en', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('rounds', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('pages', itembank.tables.columns.Document(), nullable=False),
    sa.Column('items_in_bank', sa.Integer(), nullable=False),
    sa.Column('shows_key', sa.Boolean(), nullable=False),
    sa.Column('asks_limits', sa.Boolean(), nullable=False),
    sa.Column('response_probability', sa.Float(), nullable=False),
    sa.Column('created_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('created_by_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], ),
    sa.ForeignKeyConstraint(['standard_id'], ['standard.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('standard_panel', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_standard_panel_standard_id'), ['standard_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_standard_panel_state'), ['state'], unique=False)

    op.create_table('panel_judge',
    sa.Column('panel_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('looking_at', sa.Integer(), nullable=True),
    sa.Column('looked_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['panel_id'], ['standard_panel.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('panel_id', 'person_id')
    )
    with op.batch_alter_table('panel_judge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_panel_judge_person_id'), ['person_id'], unique=False)

    op.create_table('panel_round',
    sa.Column('panel_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('opened_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('closed_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('results', itembank.tables.columns.Document(), nullable=True),
    sa.ForeignKeyConstraint(['panel_id'], ['standard_panel.id'], ),
    sa.PrimaryKeyConstraint('panel_id', 'number')
    )
    op.create_table('unit_cut',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('standard_id', sa.Uuid(), nullable=False),
    sa.Column('unit', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('panel_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('method', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('theta', sa.Float(), nullable=False),
    sa.Column('standard_error', sa.Float(), nullable=False),
    sa.Column('judges', sa.Integer(), nullable=False),
    sa.Column('accepted_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('accepted_by_id', sa.Uuid(), nullable=True),
    sa.Column('accepted_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('adopted_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('adopted_by_id', sa.Uuid(), nullable=True),
    sa.Column('adopted_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], ),
    sa.ForeignKeyConstraint(['panel_id'], ['standard_panel.id'], ),
    sa.ForeignKeyConstraint(['standard_id'], ['standard.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('panel_id')
    )
    with op.batch_alter_table('unit_cut', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unit_cut_standard_id'), ['standard_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_unit_cut_unit'), ['unit'], unique=False)

    op.create_table('panel_ballot',
    sa.Column('panel_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('bookmark', sa.Integer(), nullable=True),
    sa.Column('limits', itembank.tables.columns.Document(), nullable=True),
    sa.Column('judged_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['panel_id', 'person_id'], ['panel_judge.panel_id', 'panel_judge.person_id'], ),
    sa.ForeignKeyConstraint(['panel_id', 'round'], ['panel_round.panel_id', 'panel_round.number'], ),
    sa.PrimaryKeyConstraint('panel_id', 'round', 'person_id')
    )
    op.create_table('panel_judgement',
    sa.Column('panel_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('share', sa.Float(), nullable=False),
    sa.Column('judged_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], ),
    sa.ForeignKeyConstraint(['panel_id', 'person_id'], ['panel_judge.panel_id', 'panel_judge.person_id'], ),
    sa.ForeignKeyConstraint(['panel_id', 'round'], ['panel_round.panel_id', 'panel_round.number'], ),
    sa.PrimaryKeyConstraint('panel_id', 'round', 'person_id', 'item_version_id')
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table('panel_judgement')
    op.drop_table('panel_ballot')
    with op.batch_alter_table('unit_cut', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_unit_cut_unit'))
        batch_op.drop_index(batch_op.f('ix_unit_cut_standard_id'))

    op.drop_table('unit_cut')
    op.drop_table('panel_round')
    with op.batch_alter_table('panel_judge', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_panel_judge_person_id'))

    op.drop_table('panel_judge')
    with op.batch_alter_table('standard_panel', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_standard_panel_state'))
        batch_op.drop_index(batch_op.f('ix_standard_panel_standard_id'))

    op.drop_table('standard_panel')
