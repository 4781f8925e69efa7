"""What a calibration run was asked for beyond its model"""

import sqlalchemy as sa
from alembic import op

import itembank.tables.columns


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table('calibration_run', schema=None) as batch_op:
        batch_op.add_column(sa.Column('settings', itembank.tables.columns.Document(), nullable=True))
        batch_op.add_column(sa.Column('attempts', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('seconds_left', sa.Float(), nullable=True))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table('calibration_run', schema=None) as batch_op:
        batch_op.drop_column('seconds_left')
        batch_op.drop_column('attempts')
        batch_op.drop_column('settings')
