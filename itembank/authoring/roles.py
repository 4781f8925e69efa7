"""Who may do what with items, where it does not depend on the step in an item's life."""

from __future__ import annotations

from itembank.actor import Role

#: Everybody who works on the bank may read it; candidates never.
BANK_READERS = (Role.ITEM_WRITER, Role.REVIEWER, Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR)

#: Whoever reads questions with care finds that one gives another away.
ENEMY_DECLARERS = (Role.ITEM_WRITER, Role.REVIEWER, Role.PSYCHOMETRICIAN)
