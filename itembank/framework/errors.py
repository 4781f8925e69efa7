"""What can go wrong with the text or the document of a standard."""

from __future__ import annotations

from itembank.errors import SamatError


class StandardError(SamatError):
    """A standard can't be read or used; every more exact error here is one of these."""

    code = "standard_error"
    sentence = "The standard cannot be used."


class NotAStandard(StandardError):
    """The text is not the text of an occupational standard."""

    code = "not_a_standard"
    sentence = "{source}: expected the text of an occupational standard with {expected}; found {found}."


class UnreadableStandard(StandardError):
    """The bytes are not text in an encoding that standards come in."""

    code = "unreadable_standard"
    sentence = "{source}: expected text in UTF-8, or in the Thai code page 874 (TIS-620); {problem}."


class MalformedFramework(StandardError):
    """A stored document does not have the fields of a framework."""

    code = "malformed_framework"
    sentence = "Stored standard, field {place}: expected {expected}, found {found}."


class UnknownCode(StandardError):
    """No unit, element or criterion of this framework has the code."""

    code = "unknown_code"
    sentence = "There is no {what} with the code {name} in this standard."
