"""Simulations of exam designs"""

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""


def downgrade() -> None:
    """Go back to the version before."""
