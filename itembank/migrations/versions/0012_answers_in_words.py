"""Answers in words, and the language that a question was shown in"""

import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table('recorded_answer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('text', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('language', sa.String(length=5), nullable=False, server_default=''))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table('recorded_answer', schema=None) as batch_op:
        batch_op.drop_column('language')
        batch_op.drop_column('text')
