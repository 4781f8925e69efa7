"""What counts as a whole number where a count, a length or a seed is asked for."""

from numbers import Integral


def is_whole(value: object) -> bool:
    """Say whether a value is a whole number by its kind: 5 is; 5.0, True and "5" are not."""
    return isinstance(value, Integral) and not isinstance(value, bool)
