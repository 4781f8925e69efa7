"""What a calibration run can be asked for beyond its unit and model, as JSON."""

from __future__ import annotations

from pydantic import Field

from api.schema import Sent, Shown, example
from itembank.calibration_runs.run_settings import ABILITIES, GROUPINGS, LINKS, PRIOR_KINDS, SCOPES, RunSettings

SETTINGS = RunSettings().to_dict()


class SettingsShown(Shown):
    """The further choices of a run."""

    scope: str
    link: str
    abilities: str
    groups: str
    priors: str
    log_discrimination_sd: float
    guessing: float
    guessing_logit_sd: float


class SettingsSent(Sent):
    """Further choices; each may be left out."""

    model_config = example(**SETTINGS)

    scope: str = Field(
        default=SCOPES[0],
        description="all: estimate every item; trials: calibrated operational items keep their parameters",
    )
    link: str = Field(default=LINKS[0], description=f"how to link a run of all items: {', '.join(LINKS)}")
    abilities: str = Field(default=ABILITIES[0], description=f"distribution of ability: {', '.join(ABILITIES)}")
    groups: str = Field(default=GROUPINGS[0], description=f"groups with abilities of their own: {', '.join(GROUPINGS)}")
    priors: str = Field(default=PRIOR_KINDS[0], description=f"priors of the parameters: {', '.join(PRIOR_KINDS)}")
    log_discrimination_sd: float = Field(
        default=SETTINGS["log_discrimination_sd"], description="standard deviation of the prior of ln a, 0.05 to 2"
    )
    guessing: float = Field(default=SETTINGS["guessing"], description="middle of the prior of c, 0.02 to 0.6")
    guessing_logit_sd: float = Field(
        default=SETTINGS["guessing_logit_sd"],
        description="standard deviation of the prior of the logit of c, 0.05 to 2",
    )
