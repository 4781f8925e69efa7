"""The first tables"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import itembank.tables.columns


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table('failed_sign_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('username', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('failed_sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_failed_sign_in_address'), ['address'], unique=False)
        batch_op.create_index(batch_op.f('ix_failed_sign_in_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_failed_sign_in_username'), ['username'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('username', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('display_name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('password_hash', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('simulated', sa.Boolean(), nullable=False),
    sa.Column('created_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('username')
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_simulated'), ['simulated'], unique=False)

    op.create_table('standard',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('series', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('content_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('issuer', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('document', itembank.tables.columns.Document(), nullable=False),
    sa.Column('differences', itembank.tables.columns.Document(), nullable=False),
    sa.Column('stored_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('stored_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('series', 'version')
    )
    with op.batch_alter_table('standard', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_standard_content_hash'), ['content_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_standard_series'), ['series'], unique=False)

    op.create_table('audit_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('actor_name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('action', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('subject_kind', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('details', itembank.tables.columns.Document(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entry_action'), ['action'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_subject'), ['subject'], unique=False)

    op.create_table('bank',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('standard_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('published_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('published_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('calibration_run_id', sa.Uuid(), nullable=True),
    sa.Column('simulated_data', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['standard_id'], ['standard.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('standard_id', 'number')
    )
    with op.batch_alter_table('bank', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bank_standard_id'), ['standard_id'], unique=False)

    op.create_table('exam',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('standard_id', sa.Uuid(), nullable=False),
    sa.Column('unit', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('design', itembank.tables.columns.Document(), nullable=False),
    sa.Column('time_limit_minutes', sa.Integer(), nullable=True),
    sa.Column('opens_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closes_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('created_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.ForeignKeyConstraint(['standard_id'], ['standard.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('exam', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exam_standard_id'), ['standard_id'], unique=False)

    op.create_table('item',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('standard_id', sa.Uuid(), nullable=False),
    sa.Column('head_version', sa.Integer(), nullable=False),
    sa.Column('created_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('sample', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['standard_id'], ['standard.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code')
    )
    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_standard_id'), ['standard_id'], unique=False)

    op.create_table('role_assignment',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('person_id', 'role')
    )
    op.create_table('sign_in_session',
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('token_hash')
    )
    with op.batch_alter_table('sign_in_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_session_person_id'), ['person_id'], unique=False)

    op.create_table('bank_in_force',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('standard_id', sa.Uuid(), nullable=False),
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('since', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], ),
    sa.ForeignKeyConstraint(['standard_id'], ['standard.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('bank_in_force', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bank_in_force_standard_id'), ['standard_id'], unique=False)

    op.create_table('calibration_run',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('standard_id', sa.Uuid(), nullable=False),
    sa.Column('unit', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('base_bank_id', sa.Uuid(), nullable=False),
    sa.Column('model', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('cancel_requested', sa.Boolean(), nullable=False),
    sa.Column('include_simulated', sa.Boolean(), nullable=False),
    sa.Column('iteration', sa.Integer(), nullable=False),
    sa.Column('log_likelihood', sa.Float(), nullable=True),
    sa.Column('heartbeat_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('results', itembank.tables.columns.Document(), nullable=True),
    sa.Column('message', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('requested_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('requested_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('approved_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('approved_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('published_bank_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['base_bank_id'], ['bank.id'], ),
    sa.ForeignKeyConstraint(['published_bank_id'], ['bank.id'], ),
    sa.ForeignKeyConstraint(['standard_id'], ['standard.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('calibration_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_calibration_run_standard_id'), ['standard_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_calibration_run_state'), ['state'], unique=False)

    op.create_table('enrolment',
    sa.Column('exam_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('extra_minutes', sa.Integer(), nullable=False),
    sa.Column('enrolled_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('exam_id', 'person_id')
    )
    op.create_table('item_exposure',
    sa.Column('exam_id', sa.Uuid(), nullable=False),
    sa.Column('item_code', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('sittings', sa.Float(), nullable=False),
    sa.Column('eligible', sa.Float(), nullable=False),
    sa.Column('administered', sa.Float(), nullable=False),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], ),
    sa.PrimaryKeyConstraint('exam_id', 'item_code')
    )
    op.create_table('item_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', itembank.tables.columns.Document(), nullable=False),
    sa.Column('criterion', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('difficulty_rating', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('written_by', sa.Uuid(), nullable=True),
    sa.Column('writer_name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('written_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], ),
    sa.ForeignKeyConstraint(['written_by'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('item_id', 'number')
    )
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_version_criterion'), ['criterion'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_version_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_version_state'), ['state'], unique=False)

    op.create_table('sitting',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('exam_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('unit', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('design', itembank.tables.columns.Document(), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('ineligible', itembank.tables.columns.Document(), nullable=False),
    sa.Column('started_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('finish_reason', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('simulated', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], ),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('exam_id', 'person_id')
    )
    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sitting_bank_id'), ['bank_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sitting_exam_id'), ['exam_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sitting_finished_at'), ['finished_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sitting_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sitting_simulated'), ['simulated'], unique=False)
        batch_op.create_index(batch_op.f('ix_sitting_started_at'), ['started_at'], unique=False)

    op.create_table('asked_item',
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('decision', itembank.tables.columns.Document(), nullable=False),
    sa.Column('asked_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], ),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], ),
    sa.PrimaryKeyConstraint('sitting_id', 'position')
    )
    with op.batch_alter_table('asked_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_asked_item_item_version_id'), ['item_version_id'], unique=False)

    op.create_table('bank_item',
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('item_code', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('unit', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('element', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('criterion', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('model', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('discrimination', sa.Float(), nullable=False),
    sa.Column('difficulty', sa.Float(), nullable=False),
    sa.Column('se_discrimination', sa.Float(), nullable=False),
    sa.Column('se_difficulty', sa.Float(), nullable=False),
    sa.Column('parameter_source', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('n_responses', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], ),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], ),
    sa.PrimaryKeyConstraint('bank_id', 'item_version_id')
    )
    with op.batch_alter_table('bank_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bank_item_unit'), ['unit'], unique=False)

    op.create_table('item_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('from_state', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('to_state', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('actor_name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('item_move', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_move_item_version_id'), ['item_version_id'], unique=False)

    op.create_table('recorded_answer',
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('selected', itembank.tables.columns.Document(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('answered_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], ),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], ),
    sa.PrimaryKeyConstraint('sitting_id', 'position')
    )
    with op.batch_alter_table('recorded_answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recorded_answer_item_version_id'), ['item_version_id'], unique=False)

    op.create_table('recorded_outcome',
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('document', itembank.tables.columns.Document(), nullable=False),
    sa.Column('recorded_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], ),
    sa.PrimaryKeyConstraint('sitting_id')
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table('recorded_outcome')
    with op.batch_alter_table('recorded_answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recorded_answer_item_version_id'))

    op.drop_table('recorded_answer')
    with op.batch_alter_table('item_move', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_move_item_version_id'))

    op.drop_table('item_move')
    with op.batch_alter_table('bank_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bank_item_unit'))

    op.drop_table('bank_item')
    with op.batch_alter_table('asked_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_asked_item_item_version_id'))

    op.drop_table('asked_item')
    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sitting_started_at'))
        batch_op.drop_index(batch_op.f('ix_sitting_simulated'))
        batch_op.drop_index(batch_op.f('ix_sitting_person_id'))
        batch_op.drop_index(batch_op.f('ix_sitting_finished_at'))
        batch_op.drop_index(batch_op.f('ix_sitting_exam_id'))
        batch_op.drop_index(batch_op.f('ix_sitting_bank_id'))

    op.drop_table('sitting')
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_version_state'))
        batch_op.drop_index(batch_op.f('ix_item_version_item_id'))
        batch_op.drop_index(batch_op.f('ix_item_version_criterion'))

    op.drop_table('item_version')
    op.drop_table('item_exposure')
    op.drop_table('enrolment')
    with op.batch_alter_table('calibration_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_calibration_run_state'))
        batch_op.drop_index(batch_op.f('ix_calibration_run_standard_id'))

    op.drop_table('calibration_run')
    with op.batch_alter_table('bank_in_force', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bank_in_force_standard_id'))

    op.drop_table('bank_in_force')
    with op.batch_alter_table('sign_in_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_session_person_id'))

    op.drop_table('sign_in_session')
    op.drop_table('role_assignment')
    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_standard_id'))

    op.drop_table('item')
    with op.batch_alter_table('exam', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exam_standard_id'))

    op.drop_table('exam')
    with op.batch_alter_table('bank', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bank_standard_id'))

    op.drop_table('bank')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entry_subject'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_person_id'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_at'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_action'))

    op.drop_table('audit_entry')
    with op.batch_alter_table('standard', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_standard_series'))
        batch_op.drop_index(batch_op.f('ix_standard_content_hash'))

    op.drop_table('standard')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_simulated'))

    op.drop_table('person')
    with op.batch_alter_table('failed_sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_failed_sign_in_username'))
        batch_op.drop_index(batch_op.f('ix_failed_sign_in_at'))
        batch_op.drop_index(batch_op.f('ix_failed_sign_in_address'))

    op.drop_table('failed_sign_in')
