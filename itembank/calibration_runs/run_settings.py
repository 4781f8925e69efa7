"""What a calibration run can be asked for beyond its unit and model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from calibration.curve_linking import HAEBARA, STOCKING_LORD
from calibration.linking import MEAN_MEAN, MEAN_SIGMA
from calibration.priors import Priors
from itembank.errors import InvalidInput

#: ``all``: every item is estimated from all answers together, then linked. ``trials``: items with calibrated
#: parameters stay as they are, the others come onto their scale directly.
SCOPES: Final = ("all", "trials")
AUTOMATIC: Final = "automatic"
LINKS: Final = (AUTOMATIC, MEAN_MEAN, MEAN_SIGMA, HAEBARA, STOCKING_LORD)
ABILITIES: Final = ("normal", "histogram")
GROUPINGS: Final = ("none", "exam", "year")
#: ``ratings``: weak priors whose difficulties follow the writers' ratings, as the answers bear them out; ``weak``: the
#: same for every item, whatever its rating; ``none``: plain maximum likelihood.
PRIOR_KINDS: Final = ("ratings", "weak", "none")
#: Without ratings a prior of the difficulty only keeps it from running away.
WEAK_DIFFICULTY_SD: Final = 2.0
_SPREADS = {"log_discrimination_sd": (0.05, 2.0), "guessing": (0.02, 0.6), "guessing_logit_sd": (0.05, 2.0)}


@dataclass(frozen=True, slots=True)
class RunSettings:
    """Choices of a run; the defaults are what runs did before there was a choice.

    Args:
        scope: ``"all"`` or ``"trials"``.
        link: How the run comes onto the scale of its base bank: ``"automatic"`` or the method; for ``"all"`` alone.
        abilities: Distribution of ability: ``"normal"``, or ``"histogram"`` for one that is estimated.
        groups: Whether sittings fall into groups with abilities of their own: ``"none"``, by ``"exam"`` or ``"year"``.
        priors: ``"ratings"``, ``"weak"`` or ``"none"``.
        log_discrimination_sd: Standard deviation of the prior of ln a.
        guessing: Middle of the prior of c.
        guessing_logit_sd: Standard deviation of the prior of ln(c / (1 − c)).
    """

    scope: str = "all"
    link: str = AUTOMATIC
    abilities: str = "normal"
    groups: str = "none"
    priors: str = "ratings"
    log_discrimination_sd: float = 0.35
    guessing: float = 0.2
    guessing_logit_sd: float = 0.5

    @property
    def fixes_items(self) -> bool:
        """Whether items with calibrated parameters stay as they are."""
        return self.scope == "trials"

    @classmethod
    def from_dict(cls, document: Mapping[str, Any] | None) -> RunSettings:
        """Read what :meth:`to_dict` wrote; runs of before have none."""
        return cls(**(document or {}))

    def to_dict(self) -> dict[str, Any]:
        """Write the choices as plain values."""
        return asdict(self)

    def require_sound(self, model: str) -> None:
        """Refuse choices that don't exist or don't go together.

        Args:
            model: Model of the run.

        Raises:
            InvalidInput: One is; names the field.
        """
        offered = {"scope": SCOPES, "link": LINKS, "abilities": ABILITIES, "groups": GROUPINGS, "priors": PRIOR_KINDS}
        for field, choices in offered.items():
            if getattr(self, field) not in choices:
                raise InvalidInput(field=field, expected=f"one of {', '.join(choices)}")
        for field, (low, high) in _SPREADS.items():
            value = getattr(self, field)
            if not (math.isfinite(value) and low <= value <= high):
                raise InvalidInput(field=field, expected=f"a number from {low:g} to {high:g}")
        if self.abilities == "histogram" and self.groups != "none":
            raise InvalidInput(field="abilities", expected="normal where sittings fall into groups")
        if self.fixes_items and model == "rasch":
            raise InvalidInput(field="model", expected="2pl or 3pl where items stay as they are in the bank")

    def prior_distributions(self) -> Priors | None:
        """Give the priors to calibrate with."""
        if self.priors == "none":
            return None
        by_rating = Priors(
            log_discrimination_sd=self.log_discrimination_sd,
            guessing_logit_mean=math.log(self.guessing / (1.0 - self.guessing)),
            guessing_logit_sd=self.guessing_logit_sd,
        )
        if self.priors == "ratings":
            return by_rating
        return replace(by_rating, difficulty_per_rating=0.0, difficulty_sd=WEAK_DIFFICULTY_SD, learn_difficulty=False)
