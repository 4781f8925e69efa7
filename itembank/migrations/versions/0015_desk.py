"""What writers have typed and not saved"""

import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""


def downgrade() -> None:
    """Go back to the version before."""
