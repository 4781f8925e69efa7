"""Who approved a calibration run, by identity, and who published it and when"""

from uuid import UUID

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

_RUN = sa.table(
    'calibration_run',
    sa.column('id', sa.Uuid()),
    sa.column('requested_by_id', sa.Uuid()),
    sa.column('approved_by_id', sa.Uuid()),
    sa.column('published_by_id', sa.Uuid()),
    sa.column('published_by', sa.String()),
    sa.column('published_at', itembank.tables.columns.UtcDateTime(timezone=True)),
)
_AUDIT = sa.table(
    'audit_entry',
    sa.column('id', sa.Integer()),
    sa.column('at', itembank.tables.columns.UtcDateTime(timezone=True)),
    sa.column('person_id', sa.Uuid()),
    sa.column('actor_name', sa.String()),
    sa.column('action', sa.String()),
    sa.column('subject', sa.String()),
)


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table('calibration_run', schema=None) as batch_op:
        batch_op.add_column(sa.Column('requested_by_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('approved_by_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('published_by_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('published_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True))
        batch_op.add_column(
            sa.Column('published_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True)
        )
    fill_from_the_audit_log(op.get_bind())


def fill_from_the_audit_log(connection: sa.Connection) -> None:
    """Complete runs of before, which kept names alone: whose they were stands in the audit log."""
    deeds = ('calibration.request', 'calibration.approve', 'calibration.publish')
    entries = connection.execute(sa.select(_AUDIT).where(_AUDIT.c.action.in_(deeds)).order_by(_AUDIT.c.id)).all()
    for entry in entries:
        column = {'request': 'requested_by_id', 'approve': 'approved_by_id', 'publish': 'published_by_id'}
        values = {column[entry.action.partition('.')[2]]: entry.person_id}
        if entry.action == 'calibration.publish':
            values |= {'published_by': entry.actor_name, 'published_at': entry.at}
        connection.execute(sa.update(_RUN).where(_RUN.c.id == UUID(entry.subject)).values(values))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table('calibration_run', schema=None) as batch_op:
        batch_op.drop_column('published_at')
        batch_op.drop_column('published_by')
        batch_op.drop_column('published_by_id')
        batch_op.drop_column('approved_by_id')
        batch_op.drop_column('requested_by_id')
