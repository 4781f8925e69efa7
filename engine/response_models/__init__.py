"""Response models: how likely each response is at an ability, and the item pool that carries the parameters.

A response model names a family of formulas and the parameters of it that an item has. The pool sorts its items by
family once and answers with tables of items, categories and abilities; whatever scores, selects, stops or reports reads
those tables and never asks for the model.
"""

from engine.response_models.array_types import FloatArray, IntArray
from engine.response_models.item_parameters import ItemParameters
from engine.response_models.item_pool import NO_CATEGORY, ItemPool
from engine.response_models.response_model import MODELS, RESPONSE_MODELS, ResponseModel
from engine.response_models.two_parameter import item_information, log_probability, probability

__all__ = [
    "MODELS",
    "NO_CATEGORY",
    "RESPONSE_MODELS",
    "FloatArray",
    "IntArray",
    "ItemParameters",
    "ItemPool",
    "ResponseModel",
    "item_information",
    "log_probability",
    "probability",
]
