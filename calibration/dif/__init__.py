"""Differential item functioning: whether an item is harder for one of two groups at the same ability."""

from calibration.dif.likelihood_ratio import LikelihoodRatioDif, likelihood_ratio_dif
from calibration.dif.mantel import Mantel, mantel
from calibration.dif.mantel_haenszel import MantelHaenszel, mantel_haenszel
from calibration.dif.shrinkage import ShrunkenDif, shrunken_dif
from calibration.dif.study import DifStudy, ItemDif, StudyCancelledError, dif_study

__all__ = [
    "DifStudy",
    "ItemDif",
    "LikelihoodRatioDif",
    "Mantel",
    "MantelHaenszel",
    "ShrunkenDif",
    "StudyCancelledError",
    "dif_study",
    "likelihood_ratio_dif",
    "mantel",
    "mantel_haenszel",
    "shrunken_dif",
]
