"""How often a DIF study was taken up"""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table('dif_study', schema=None) as batch_op:
        batch_op.add_column(sa.Column('attempts', sa.Integer(), nullable=False, server_default='0'))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table('dif_study', schema=None) as batch_op:
        batch_op.drop_column('attempts')
