"""The standard that ships with the product, so that a demonstration needs no other file."""

from __future__ import annotations

import json
from importlib.resources import files

from itembank.framework.document import Framework

STARTER_STANDARD = "starter/standards/tpqi-digital-executive-developing.json"


def load_starter_standard() -> Framework:
    """Load the shipped standard, published by the Thailand Professional Qualification Institute and its co-issuers.

    Returns:
        The framework as it was parsed from the published text.
    """
    return Framework.from_dict(json.loads(files("itembank").joinpath(STARTER_STANDARD).read_text(encoding="utf-8")))


def standard_as_json(framework: Framework) -> str:
    """Write a framework as the stable text that is shipped: a line for each value, Thai letters as they are.

    Args:
        framework: A parsed standard.

    Returns:
        JSON with a line end at its end.
    """
    return json.dumps(framework.to_dict(), ensure_ascii=False, indent=1) + "\n"
