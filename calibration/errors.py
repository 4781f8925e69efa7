"""What calibration refuses, with a code that a face can translate."""


class CalibrationError(ValueError):
    """A refusal to calibrate, in one sentence, with a code that stays stable.

    Args:
        message: What was found and what was expected.
        code: A short name of the kind of refusal, e.g. ``"duplicate_response"``.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code
