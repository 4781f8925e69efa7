"""Votes, comments and check lists of reviewers"""

import sqlalchemy as sa
from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""


def downgrade() -> None:
    """Go back to the version before."""
