"""Random numbers that depend on nothing but the sitting's seed, the position in it and the purpose."""

from hashlib import blake2b

import numpy as np

from engine.errors import InvalidSetting


def generator(seed: int, position: int, purpose: str) -> np.random.Generator:
    """Return the random generator of one purpose at one position of a sitting.

    A counter-based generator needs no history: the draw for question 7 can be repeated without those for questions
    1 to 6, and two purposes never share a stream.

    Args:
        seed: Seed of the sitting, 0 or more.
        position: Position within the sitting, 0 or more.
        purpose: What the numbers are for, such as "randomesque".

    Returns:
        A generator of its own, which shares no state with any other.

    Raises:
        InvalidSetting: If the seed or the position is negative.

    Reference:
        Salmon, Moraes, Dror & Shaw (2011), Philox.
    """
    if seed < 0 or position < 0:
        raise InvalidSetting(f"seed and position must be 0 or more, not {seed} and {position}")
    key = int.from_bytes(blake2b(f"{seed}\x1f{purpose}".encode(), digest_size=16).digest(), "little")
    return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, position]))
