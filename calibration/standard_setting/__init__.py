"""Standard setting: from what judges say of items to a cut score on the scale of ability, with its standard error."""

from calibration.standard_setting.angoff import AngoffRound, ItemFeedback, JudgeFeedback, angoff, item_sampling_error
from calibration.standard_setting.bookmark import (
    BookletPage,
    booklet_sampling_error,
    bookmark,
    mark_abilities,
    ordered_booklet,
    page_error,
)
from calibration.standard_setting.cut import CutScore, ability_at_score, share_passing
from calibration.standard_setting.hofstee import HofsteeJudgement, hofstee
from calibration.standard_setting.variance_components import VarianceComponents, variance_components

__all__ = [
    "AngoffRound",
    "BookletPage",
    "CutScore",
    "HofsteeJudgement",
    "ItemFeedback",
    "JudgeFeedback",
    "VarianceComponents",
    "ability_at_score",
    "angoff",
    "booklet_sampling_error",
    "bookmark",
    "hofstee",
    "item_sampling_error",
    "mark_abilities",
    "ordered_booklet",
    "page_error",
    "share_passing",
    "variance_components",
]
