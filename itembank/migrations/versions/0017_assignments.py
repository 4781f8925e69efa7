"""Assignments of writers"""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""


def downgrade() -> None:
    """Go back to the version before."""
