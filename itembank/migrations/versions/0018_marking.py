"""Constructed responses and their marks"""

import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""


def downgrade() -> None:
    """Go back to the version before."""
