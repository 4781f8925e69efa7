"""What the engine refuses: each refusal has a stable code and a message that names the offending value."""

from typing import ClassVar


class EngineError(ValueError):
    """Base of every refusal; `code` is stable and meant for programs, the message for people."""

    code: ClassVar[str] = "engine_error"


class InvalidParameters(EngineError):
    """Item parameters, or the item pool made of them, are impossible or contradict each other."""

    code: ClassVar[str] = "invalid_parameters"


class InvalidResponse(EngineError):
    """A scored response is not a category of its item."""

    code: ClassVar[str] = "invalid_response"


class UnknownItem(EngineError):
    """An item id is not in the item pool."""

    code: ClassVar[str] = "unknown_item"


class InvalidSetting(EngineError):
    """An option, or a field of an exam design, has a value that makes no sense."""

    code: ClassVar[str] = "invalid_setting"


class InvalidBlueprint(EngineError):
    """A blueprint names a code the item pool does not know, or contradicts itself within one bound."""

    code: ClassVar[str] = "invalid_blueprint"


class InfeasibleBlueprint(EngineError):
    """No test from the item pool can satisfy the blueprint at the length asked for."""

    code: ClassVar[str] = "infeasible_blueprint"


class IllegalTransition(EngineError):
    """A sitting was asked for a step that its present state does not allow."""

    code: ClassVar[str] = "illegal_transition"
