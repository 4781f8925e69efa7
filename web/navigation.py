"""Where each role can go: the entries of the navigation bar."""

from __future__ import annotations

from dataclasses import dataclass

from itembank.actor import Actor, Role
from web.texts_catalogue import Texts


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry of the navigation bar."""

    url: str
    label: str
    icon: str
    current: bool


#: Address, text, icon, and the roles that see the entry.
_ENTRIES: tuple[tuple[str, str, str, frozenset[Role]], ...] = (
    ("/exams", "navigation.my_exams", "clipboard-list", frozenset({Role.CANDIDATE})),
    ("/judging", "navigation.judging", "clipboard-check", frozenset({Role.JUDGE})),
    ("/marking", "navigation.marking", "file-pen", frozenset({Role.MARKER})),
    ("/bank", "navigation.bank", "layout-grid", frozenset({Role.ITEM_WRITER, Role.REVIEWER, Role.PSYCHOMETRICIAN})),
    ("/review", "navigation.review", "list-checks", frozenset({Role.REVIEWER})),
    ("/measurement", "navigation.measurement", "chart-line", frozenset({Role.PSYCHOMETRICIAN})),
    ("/calibrations", "navigation.calibrations", "flask-conical", frozenset({Role.PSYCHOMETRICIAN})),
    ("/dif-studies", "navigation.dif_studies", "users", frozenset({Role.PSYCHOMETRICIAN})),
    ("/banks", "navigation.banks", "archive", frozenset({Role.PSYCHOMETRICIAN})),
    ("/administration/exams", "navigation.exams", "calendar-clock", frozenset({Role.ADMINISTRATOR})),
    (
        "/simulations",
        "navigation.simulations",
        "chart-scatter",
        frozenset({Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR}),
    ),
    (
        "/standard-setting",
        "navigation.standard_setting",
        "award",
        frozenset({Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR}),
    ),
    (
        "/marking/progress",
        "navigation.marking_progress",
        "file-clock",
        frozenset({Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR}),
    ),
    ("/administration/sittings", "navigation.sittings", "circle-play", frozenset({Role.ADMINISTRATOR})),
    (
        "/neutralisations",
        "navigation.neutralisations",
        "undo-2",
        frozenset({Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR}),
    ),
    ("/administration/people", "navigation.people", "users", frozenset({Role.ADMINISTRATOR})),
    ("/administration/groups", "navigation.groups", "shield-check", frozenset({Role.ADMINISTRATOR})),
    ("/administration/reviewing", "navigation.review_rules", "list-checks", frozenset({Role.ADMINISTRATOR})),
    # Whoever plans what the bank is to hold, where the bank itself has no entry.
    ("/bank/assignments", "navigation.assignments", "clipboard-list", frozenset({Role.ADMINISTRATOR})),
    ("/administration/audit", "navigation.audit", "history", frozenset({Role.ADMINISTRATOR})),
    ("/standard", "navigation.standard", "book-open", frozenset(Role) - {Role.CANDIDATE}),
)


def navigation_for(actor: Actor | None, t: Texts, path: str) -> list[NavEntry]:
    """List the entries that a person's roles open."""
    if actor is None:
        return []
    return [
        NavEntry(url=url, label=t(text), icon=icon, current=path == url or path.startswith(f"{url}/"))
        for url, text, icon, roles in _ENTRIES
        if actor.has(*roles)
    ]


def home_of(actor: Actor) -> str:
    """Where a person lands after signing in: the first place that the roles open."""
    for url, _, _, roles in _ENTRIES:
        if actor.has(*roles):
            return url
    return "/"
