"""Banks, sittings and exposure with all that the engine can deliver"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    # Columns are added in place: SQLite's batch mode would drop tables that others refer to.
    # Rows of before get what leaves their sittings as they were: parameters taken as known, no further ones, nobody's
    # enemy, not tried out.
    op.add_column('bank', sa.Column('minds_errors', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('bank_item', sa.Column('parameters', itembank.tables.columns.Document(), nullable=False, server_default='{}'))
    op.add_column('bank_item', sa.Column('pretest', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('bank_item', sa.Column('enemies', itembank.tables.columns.Document(), nullable=False, server_default='[]'))
    op.add_column('bank_item', sa.Column('testlet', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False, server_default=''))
    op.add_column('bank_item', sa.Column('attributes', itembank.tables.columns.Document(), nullable=False, server_default='{}'))
    op.add_column('bank_item', sa.Column('expected_seconds', sa.Float(), nullable=False, server_default='0'))
    op.add_column('sitting', sa.Column('ineligible_by_bin', itembank.tables.columns.Document(), nullable=False, server_default='[]'))
    op.add_column('sitting', sa.Column('pretest_counts', itembank.tables.columns.Document(), nullable=False, server_default='{}'))
    op.add_column('recorded_answer', sa.Column('elapsed_seconds', sa.Float(), nullable=True))
    op.create_table('item_exposure_in_bin',
    sa.Column('exam_id', sa.Uuid(), nullable=False),
    sa.Column('bin', sa.Integer(), nullable=False),
    sa.Column('item_code', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('sittings', sa.Float(), nullable=False),
    sa.Column('eligible', sa.Float(), nullable=False),
    sa.Column('administered', sa.Float(), nullable=False),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], ),
    sa.PrimaryKeyConstraint('exam_id', 'bin', 'item_code')
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table('item_exposure_in_bin')
    op.drop_column('recorded_answer', 'elapsed_seconds')
    op.drop_column('sitting', 'pretest_counts')
    op.drop_column('sitting', 'ineligible_by_bin')
    for column in ('expected_seconds', 'attributes', 'testlet', 'enemies', 'pretest', 'parameters'):
        op.drop_column('bank_item', column)
    op.drop_column('bank', 'minds_errors')
