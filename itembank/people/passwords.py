"""Passwords: Argon2id hashes and random first passwords."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from itembank.errors import InvalidInput

#: OWASP's second Argon2id setting: about 20 ms, so that three hundred candidates can sign in at the same minute.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)

MINIMUM_LENGTH = 10

#: Without letters and digits that are mistaken for one another when read from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

#: Verified against when the user name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Hash a password that somebody chose.

    Raises:
        InvalidInput: It is shorter than ten characters.
    """
    if len(password) < MINIMUM_LENGTH:
        raise InvalidInput(field="password", expected=f"at least {MINIMUM_LENGTH} characters")
    return _HASHER.hash(password)


def password_matches(password: str, password_hash: str | None) -> bool:
    """Tell whether the password belongs to the hash; takes the same time without a hash."""
    try:
        return _HASHER.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def random_password() -> str:
    """Make a password of four groups of four characters, about 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
