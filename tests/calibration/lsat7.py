"""The LSAT section 7 data: five items, 1,000 persons (Bock & Lieberman 1970)."""

import numpy as np

from calibration.responses import ResponseData

# Persons with each response pattern, 00000 first, the last item running fastest.
COUNTS = [
    12,
    19,
    1,
    7,
    3,
    19,
    3,
    17,
    10,
    5,
    3,
    7,
    7,
    23,
    8,
    28,
    7,
    39,
    11,
    34,
    14,
    51,
    15,
    90,
    6,
    25,
    7,
    35,
    18,
    136,
    32,
    308,
]
PATTERNS = np.array([[int(digit) for digit in f"{number:05b}"] for number in range(32)])


def lsat7() -> ResponseData:
    scores = np.repeat(PATTERNS, COUNTS, axis=0)
    person, item = np.indices(scores.shape)
    names = [str(k) for k in range(len(scores))], [f"item {k}" for k in range(1, 6)]
    return ResponseData.from_indices(*names, person.ravel(), item.ravel(), scores.ravel())
