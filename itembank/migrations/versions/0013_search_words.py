"""Words of items, for search and likeness; flaws with reasons; pairs that are alike"""

import sqlalchemy as sa
import sqlmodel
import structlog
from alembic import op

import itembank.tables.columns


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

_ROWS_AT_ONCE = 200

log = structlog.get_logger("samat.migrations")


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.create_index(
            'ix_item_version_listed',
            ['item_id', 'number', 'state', 'criterion', 'kind', 'difficulty_rating', 'testlet', 'written_by',
             'writer_name', 'written_at', 'id'],
            unique=False,
        )
    op.create_table('item_words',
    sa.Column('item_id', sa.Uuid(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('stamp', sa.BigInteger(), nullable=False),
    sa.Column('compared', sa.Boolean(), nullable=False),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(length=5), nullable=False),
    sa.Column('options', sa.Integer(), nullable=True),
    sa.Column('key_place', sa.Integer(), nullable=True),
    sa.Column('searched', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('words', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], ),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], ),
    sa.PrimaryKeyConstraint('item_id')
    )
    with op.batch_alter_table('item_words', schema=None) as batch_op:
        batch_op.create_index('ix_item_words_narrow', ['item_id', 'language', 'options', 'key_place'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_words_item_version_id'), ['item_version_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_words_stamp'), ['stamp'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_words_compared'), ['compared'], unique=False)
    op.create_table('item_flaw',
    sa.Column('item_id', sa.Uuid(), nullable=False),
    sa.Column('rule', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('places', itembank.tables.columns.Document(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], ),
    sa.PrimaryKeyConstraint('item_id', 'rule')
    )
    with op.batch_alter_table('item_flaw', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_flaw_rule'), ['rule'], unique=False)
    op.create_table('flaw_reason',
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('rule', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reason_in_english', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('given_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('given_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], ),
    sa.PrimaryKeyConstraint('item_version_id', 'rule')
    )
    op.create_table('alike_pair',
    sa.Column('first_item_id', sa.Uuid(), nullable=False),
    sa.Column('second_item_id', sa.Uuid(), nullable=False),
    sa.Column('similarity', sa.Float(), nullable=False),
    sa.Column('found_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('dismissed_because', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('dismissed_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('dismissed_at', itembank.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['first_item_id'], ['item.id'], ),
    sa.ForeignKeyConstraint(['second_item_id'], ['item.id'], ),
    sa.PrimaryKeyConstraint('first_item_id', 'second_item_id')
    )
    with op.batch_alter_table('alike_pair', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alike_pair_second_item_id'), ['second_item_id'], unique=False)
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Work out what is kept of the items that are there already."""
    document = itembank.tables.columns.Document
    item = sa.table('item', sa.column('id', sa.Uuid()), sa.column('code', sa.String()), sa.column('head_version'))
    version = sa.table(
        'item_version', sa.column('id', sa.Uuid()), sa.column('item_id', sa.Uuid()), sa.column('number'),
        sa.column('content', document()),
    )
    newest = (
        sa.select(item.c.id, item.c.code, version.c.id, version.c.content)
        .select_from(item.join(version, version.c.item_id == item.c.id))
        .where(version.c.number == item.c.head_version)
        .order_by(item.c.code)
    )
    last = ''
    while rows := connection.execute(newest.where(item.c.code > last).limit(_ROWS_AT_ONCE)).all():
        _fill_rows(connection, rows)
        last = rows[-1][1]


def _fill_rows(connection: sa.Connection, rows: list) -> None:
    # Only the rules for one wording, which know no tables: those may look different at a later version.
    from itembank.authoring.content import ItemContent
    from itembank.authoring.item_words import new_stamp, work_out
    from itembank.errors import InvalidInput

    words, flaws = [], []
    for item_id, code, version_id, content in rows:
        row = {'item_id': item_id, 'item_version_id': version_id, 'stamp': new_stamp(), 'compared': False}
        try:
            found = work_out(ItemContent.from_dict(content), code=code)
        except InvalidInput as error:
            # An item that can't be read is no reason to keep the whole institution from its site.
            log.warning('an item could not be read', item=code, problem=str(error))
            words.append(row | {'language': '', 'options': None, 'key_place': None, 'searched': code.casefold(), 'words': ''})
            continue
        words.append(row | {
            'language': found.language, 'options': found.options, 'key_place': found.key_place,
            'searched': found.searched, 'words': found.words,
        })
        flaws += [{'item_id': item_id, 'rule': rule, 'places': places} for rule, places in found.flaws.items()]
    for name, found_rows in (('item_words', words), ('item_flaw', flaws)):
        if found_rows:
            connection.execute(sa.insert(_table(name)), found_rows)


def _table(name: str) -> sa.TableClause:
    columns = {
        'item_words': [
            sa.column('item_id', sa.Uuid()), sa.column('item_version_id', sa.Uuid()), sa.column('stamp'),
            sa.column('compared', sa.Boolean()), sa.column('language'), sa.column('options'), sa.column('key_place'),
            sa.column('searched'), sa.column('words'),
        ],
        'item_flaw': [
            sa.column('item_id', sa.Uuid()), sa.column('rule'),
            sa.column('places', itembank.tables.columns.Document()),
        ],
    }
    return sa.table(name, *columns[name])


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table('alike_pair')
    op.drop_table('flaw_reason')
    op.drop_table('item_flaw')
    op.drop_table('item_words')
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.drop_index('ix_item_version_listed')
