"""Signing in: right and wrong words, revocation, one place for a candidate, limits on guessing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import func, select

from itembank.actor import Actor, Role
from itembank.database import Database
from itembank.errors import AlreadyExists, IllegalMove, InvalidInput, NotAllowed, TooManyAttempts, WrongCredentials
from itembank.people import accounts
from itembank.people.passwords import hash_password, password_matches, random_password
from itembank.people.sign_in import SignedIn, actor_of_token, sign_in, sign_out
from itembank.settings import Settings
from itembank.tables import FailedSignIn, SignInSession
from tests.support.institution import NOON, PASSWORD, Institution

SETTINGS = Settings(database_url="sqlite:///unused.db")


def _sign_in(
    database: Database,
    username: str,
    password: str = PASSWORD,
    *,
    address: str = "127.0.0.1",
    settings: Settings = SETTINGS,
    later: timedelta = timedelta(0),
) -> SignedIn:
    return sign_in(database, username=username, password=password, address=address, settings=settings, now=NOON + later)


def _who(database: Database, token: str, *, later: timedelta = timedelta(0)) -> Actor | None:
    with database.reading() as session:
        return actor_of_token(session, token=token, now=NOON + later)


def test_a_token_names_its_person_until_it_is_revoked_or_old(database: Database, institution: Institution) -> None:
    made = _sign_in(database, " Writer ")
    assert _who(database, made.token) == institution["writer"]
    assert _who(database, "another token") is None
    assert _who(database, made.token, later=timedelta(minutes=SETTINGS.session_minutes)) is None
    with database.writing() as session:
        sign_out(session, token=made.token, now=NOON)
    assert _who(database, made.token) is None


@pytest.mark.parametrize("shutting_out", ["password", "active"])
def test_who_is_shut_out_while_the_password_is_checked_stays_out(
    database: Database, institution: Institution, monkeypatch: pytest.MonkeyPatch, shutting_out: str
) -> None:
    boss, person_id = institution["administrator"], institution["writer"].person_id
    assert person_id is not None

    def slow_check(password: str, password_hash: str | None) -> bool:
        found = password_matches(password, password_hash)
        with database.writing() as session:
            if shutting_out == "password":
                accounts.reset_password(session, actor=boss, person_id=person_id, now=NOON)
            else:
                accounts.set_active(session, actor=boss, person_id=person_id, active=False, now=NOON)
        return found

    monkeypatch.setattr("itembank.people.sign_in.password_matches", slow_check)
    with pytest.raises(WrongCredentials):
        _sign_in(database, "writer")


def test_a_candidate_who_signs_in_twice_at_once_is_in_one_place(database: Database, institution: Institution) -> None:
    with ThreadPoolExecutor(6) as pool:
        tokens = [made.token for made in pool.map(lambda _: _sign_in(database, "candidate"), range(6))]
    assert sum(_who(database, token) is not None for token in tokens) == 1


def test_changes_to_a_person_at_once_come_one_after_the_other(database: Database, institution: Institution) -> None:
    boss, person_id = institution["administrator"], institution["writer"].person_id
    assert person_id is not None

    def set_roles(number: int) -> None:
        with database.writing() as session:
            roles = [Role.ITEM_WRITER, list(Role)[number % len(Role)]]
            accounts.set_roles(session, actor=boss, person_id=person_id, roles=roles, now=NOON)

    def create(_: int) -> bool:
        try:
            with database.writing() as session:
                accounts.create_person(
                    session, actor=boss, username="twice", display_name="x", roles=[Role.CANDIDATE], now=NOON
                )
        except AlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(set_roles, range(12)))
        assert sum(pool.map(create, range(6))) == 1


def test_the_token_itself_is_not_stored(database: Database, institution: Institution) -> None:
    made = _sign_in(database, "writer")
    with database.reading() as session:
        stored = session.get(SignInSession, made.token)
    assert stored is None


@pytest.mark.parametrize(("username", "password"), [("writer", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_wrong_words_are_refused_alike(filled: tuple[Database, Institution], username: str, password: str) -> None:
    with pytest.raises(WrongCredentials, match="user name or the password"):
        _sign_in(filled[0], username, password)


def test_a_candidate_sits_in_one_place_and_others_may_have_several(filled: tuple[Database, Institution]) -> None:
    database, _ = filled
    first, second = _sign_in(database, "candidate"), _sign_in(database, "candidate")
    assert _who(database, first.token) is None
    assert _who(database, second.token) is not None
    first, second = _sign_in(database, "writer"), _sign_in(database, "writer")
    assert _who(database, first.token) == _who(database, second.token) != None  # noqa: E711


def test_guessing_is_stopped_by_name_and_by_address_and_forgiven_later(
    database: Database, institution: Institution
) -> None:
    for number in range(SETTINGS.sign_in_attempts):
        with pytest.raises(WrongCredentials):
            _sign_in(database, "Writer", "wrong", address=f"10.0.0.{number}")
    with pytest.raises(TooManyAttempts, match="15 minutes"):
        _sign_in(database, "writer", address="10.1.1.1")  # even with the right password
    assert _sign_in(database, "reviewer", address="10.1.1.1").actor.username == "reviewer"
    strict = Settings(database_url="sqlite:///unused.db", sign_in_attempts_per_address=1)
    with pytest.raises(TooManyAttempts):
        _sign_in(database, "reviewer", address="10.0.0.1", settings=strict)
    assert _sign_in(database, "writer", later=timedelta(minutes=16)).actor.username == "writer"
    with pytest.raises(WrongCredentials):  # which sweeps the old attempts away
        _sign_in(database, "writer", "wrong", later=timedelta(minutes=16))
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(FailedSignIn)).one() == 1


def test_a_password_is_hashed_outside_of_any_transaction(
    filled: tuple[Database, Institution], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = filled

    def matches_while_somebody_writes(password: str, password_hash: str | None) -> bool:
        with database.writing() as session:  # would wait for ever behind a lock that the sign-in held
            session.connection().exec_driver_sql("DELETE FROM failed_sign_in")
        return password_matches(password, password_hash)

    monkeypatch.setattr("itembank.people.sign_in.password_matches", matches_while_somebody_writes)
    assert _sign_in(database, "writer").actor.username == "writer"


def test_passwords_are_hashed_with_argon2id_and_random_ones_differ() -> None:
    hashed = hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in hashed
    assert password_matches(PASSWORD, hashed)
    assert not password_matches(PASSWORD + "x", hashed)
    assert not password_matches("nobody has this password", None)
    assert not password_matches(PASSWORD, "no hash at all")
    assert len({random_password() for _ in range(50)}) == 50
    with pytest.raises(InvalidInput, match="10 characters"):
        hash_password("short")


def test_only_administrators_make_people(filled: tuple[Database, Institution]) -> None:
    database, institution = filled
    for username in ("candidate", "writer", "reviewer", "psychometrician"):
        with database.reading() as session, pytest.raises(NotAllowed, match="administrator"):
            accounts.list_people(session, actor=institution[username])
        with database.writing() as session, pytest.raises(NotAllowed):
            accounts.create_person(
                session, actor=institution[username], username="new", display_name="New",
                roles=[Role.ADMINISTRATOR], now=NOON,
            )  # fmt: skip


def test_a_person_is_made_changed_shut_out_and_let_in(filled: tuple[Database, Institution]) -> None:
    database, institution = filled
    admin = institution["administrator"]
    with database.writing() as session:
        made = accounts.create_person(
            session, actor=admin, username="Somchai.J", display_name="สมชาย", roles=[Role.REVIEWER], now=NOON
        )
    token = _sign_in(database, "somchai.j", made.password).token
    with database.writing() as session:
        both = accounts.set_roles(
            session, actor=admin, person_id=made.person.id, roles=[Role.ITEM_WRITER, Role.REVIEWER], now=NOON
        )
    assert both.roles == (Role.ITEM_WRITER, Role.REVIEWER)
    signed_in = _who(database, token)
    assert signed_in is not None
    assert signed_in.roles == frozenset(both.roles)
    with database.writing() as session:
        accounts.set_active(session, actor=admin, person_id=made.person.id, active=False, now=NOON)
    assert _who(database, token) is None
    with pytest.raises(WrongCredentials):
        _sign_in(database, "somchai.j", made.password)
    with database.writing() as session:
        accounts.set_active(session, actor=admin, person_id=made.person.id, active=True, now=NOON)
        fresh = accounts.reset_password(session, actor=admin, person_id=made.person.id, now=NOON)
    with pytest.raises(WrongCredentials):
        _sign_in(database, "somchai.j", made.password)
    assert _sign_in(database, "somchai.j", fresh.password).actor.username == "somchai.j"


def test_what_cannot_be_taken_is_named(filled: tuple[Database, Institution]) -> None:
    database, institution = filled
    admin = institution["administrator"]
    assert admin.person_id is not None

    def make(username: str, name: str = "Name", roles: tuple[Role, ...] = (Role.CANDIDATE,)) -> None:
        with database.writing() as session:
            accounts.create_person(session, actor=admin, username=username, display_name=name, roles=roles, now=NOON)

    with pytest.raises(InvalidInput, match="username"):
        make("มีวรรค ")
    with pytest.raises(InvalidInput, match="display_name"):
        make("fine", " ")
    with pytest.raises(InvalidInput, match="roles"):
        make("fine", roles=())
    with pytest.raises(AlreadyExists, match="writer"):
        make("WRITER")
    with database.writing() as session, pytest.raises(IllegalMove):
        accounts.set_roles(session, actor=admin, person_id=admin.person_id, roles=[Role.REVIEWER], now=NOON)
    with database.writing() as session, pytest.raises(IllegalMove):
        accounts.set_active(session, actor=admin, person_id=admin.person_id, active=False, now=NOON)
