"""Who may do what in marking."""

from __future__ import annotations

from itembank.actor import Role

#: Who may settle what two markers saw differently: a marker, or an administrator.
SETTLERS = (Role.MARKER, Role.ADMINISTRATOR)
