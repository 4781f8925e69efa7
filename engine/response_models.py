"""Response models: how likely each response is at an ability, and the item pool that carries the parameters."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine.errors import InvalidParameters, UnknownItem

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MODELS = ("rasch", "1pl", "2pl")
CATEGORIES = 2


def log_probability(
    theta: npt.ArrayLike, discrimination: npt.ArrayLike, difficulty: npt.ArrayLike, *, response: int = 1
) -> FloatArray:
    """Return the log-probability of a response under the two-parameter logistic model.

    Args:
        theta: Ability, any shape that broadcasts with the parameters.
        discrimination: Discrimination a on the logistic metric (D = 1).
        difficulty: Difficulty b on the ability scale.
        response: 1 for a right response, 0 for a wrong one.

    Returns:
        Log-probabilities of the broadcast shape; exact far into the tails, where the probability itself underflows.

    Reference:
        Birnbaum (1968).
    """
    logit = np.multiply(discrimination, np.subtract(theta, difficulty, dtype=np.float64), dtype=np.float64)
    return np.asarray(-np.logaddexp(0.0, -logit if response else logit))


def probability(theta: npt.ArrayLike, discrimination: npt.ArrayLike, difficulty: npt.ArrayLike) -> FloatArray:
    """Return the probability of a right response under the two-parameter logistic model.

    Args:
        theta: Ability, any shape that broadcasts with the parameters.
        discrimination: Discrimination a on the logistic metric (D = 1).
        difficulty: Difficulty b on the ability scale.

    Returns:
        Probabilities of the broadcast shape.

    Reference:
        Birnbaum (1968).
    """
    return np.asarray(np.exp(log_probability(theta, discrimination, difficulty)))


def item_information(theta: npt.ArrayLike, discrimination: npt.ArrayLike, difficulty: npt.ArrayLike) -> FloatArray:
    """Return the Fisher information a²PQ of items at an ability.

    Args:
        theta: Ability, any shape that broadcasts with the parameters.
        discrimination: Discrimination a on the logistic metric (D = 1).
        difficulty: Difficulty b on the ability scale.

    Returns:
        Information, per squared unit of theta, of the broadcast shape.

    Reference:
        Birnbaum (1968).
    """
    log_right = log_probability(theta, discrimination, difficulty)
    log_wrong = log_probability(theta, discrimination, difficulty, response=0)
    return np.asarray(np.square(discrimination) * np.exp(log_right + log_wrong))


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Parameters of one item and its place in the standard.

    Args:
        item_id: Identifier of the item, unique within a pool.
        model: "rasch", "1pl" or "2pl".
        discrimination: Discrimination a (D = 1); 1 under "rasch".
        difficulty: Difficulty b on the ability scale.
        unit: Code of the unit of competence, or "".
        element: Code of the element of competence, or "".
        criterion: Code of the performance criterion, or "".
    """

    item_id: str
    model: str
    discrimination: float
    difficulty: float
    unit: str = ""
    element: str = ""
    criterion: str = ""

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise InvalidParameters(
                f"item {self.item_id!r}: model {self.model!r} is not available; {', '.join(MODELS)} are"
            )
        if self.model == "rasch" and self.discrimination != 1:
            raise InvalidParameters(
                f"item {self.item_id!r}: a Rasch item has discrimination 1, not {self.discrimination!r}"
            )


@dataclass(frozen=True, eq=False)
class ItemPool:
    """The items an exam may draw from, as parallel columns that cannot be written to.

    Args:
        item_ids: Identifiers, one per item, all different.
        discrimination: Discriminations a > 0, shape (items,).
        difficulty: Difficulties b, shape (items,).
        units: Unit code per item, "" where there is none.
        elements: Element code per item, "" where there is none.
        criteria: Criterion code per item, "" where there is none.

    Raises:
        InvalidParameters: If the pool is empty, an id appears twice, a parameter is impossible, or a code of the
            standard stands under two parents.
    """

    item_ids: tuple[str, ...]
    discrimination: FloatArray
    difficulty: FloatArray
    units: tuple[str, ...]
    elements: tuple[str, ...]
    criteria: tuple[str, ...]
    _positions: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_positions", {item_id: index for index, item_id in enumerate(self.item_ids)})
        object.__setattr__(self, "discrimination", _read_only(self.discrimination))
        object.__setattr__(self, "difficulty", _read_only(self.difficulty))
        self._refuse_bad_columns()
        self._refuse_bad_parameters()
        _refuse_two_parents("criterion", self.criteria, list(zip(self.units, self.elements, strict=True)))
        _refuse_two_parents("element", self.elements, [(unit,) for unit in self.units])

    @classmethod
    def from_items(cls, items: Sequence[ItemParameters]) -> "ItemPool":
        """Return the pool of the given items, in their order."""
        return cls(
            item_ids=tuple(item.item_id for item in items),
            discrimination=np.array([item.discrimination for item in items], dtype=np.float64),
            difficulty=np.array([item.difficulty for item in items], dtype=np.float64),
            units=tuple(item.unit for item in items),
            elements=tuple(item.element for item in items),
            criteria=tuple(item.criterion for item in items),
        )

    def __len__(self) -> int:
        return len(self.item_ids)

    def index_of(self, item_id: str) -> int:
        """Return the position of an item in the pool.

        Raises:
            UnknownItem: If the pool has no such item.
        """
        position = self._positions.get(item_id)
        if position is None:
            raise UnknownItem(f"item {item_id!r} is not in the item pool")
        return position

    def log_probabilities(self, nodes: npt.ArrayLike) -> FloatArray:
        """Return the log-probability of every category of every item at every node.

        All scoring and selection reads this table, so a further response model is a further way to fill it.

        Args:
            nodes: Abilities, shape (nodes,).

        Returns:
            Log-probabilities, shape (items, categories, nodes).
        """
        theta = np.asarray(nodes, dtype=np.float64)
        table = np.empty((len(self), CATEGORIES, theta.size))
        for response in range(CATEGORIES):
            table[:, response] = log_probability(
                theta, self.discrimination[:, None], self.difficulty[:, None], response=response
            )
        return table

    def information(self, nodes: npt.ArrayLike) -> FloatArray:
        """Return the Fisher information of every item at every node, shape (items, nodes)."""
        theta = np.atleast_1d(np.asarray(nodes, dtype=np.float64))
        return item_information(theta, self.discrimination[:, None], self.difficulty[:, None])

    def _refuse_bad_columns(self) -> None:
        if not self.item_ids:
            raise InvalidParameters("the item pool is empty; at least one item is needed")
        if len(self._positions) < len(self.item_ids):
            twice = next(item_id for item_id in self.item_ids if self.item_ids.count(item_id) > 1)
            raise InvalidParameters(f"item {twice!r} appears more than once in the item pool")
        if "" in self._positions:
            raise InvalidParameters(f"the item at position {self._positions[''] + 1} of the pool has an empty id")
        for name in ("discrimination", "difficulty", "units", "elements", "criteria"):
            column = getattr(self, name)
            if np.shape(column) != (len(self.item_ids),):
                raise InvalidParameters(
                    f"the item pool has {len(self.item_ids)} ids but {name} has shape {np.shape(column)}"
                )

    def _refuse_bad_parameters(self) -> None:
        refused = {
            "discrimination": (~(np.isfinite(self.discrimination) & (self.discrimination > 0)), "above 0"),
            "difficulty": (~np.isfinite(self.difficulty), "finite"),
        }
        for name, (bad, expected) in refused.items():
            if bad.any():
                index = int(np.argmax(bad))
                value = float(getattr(self, name)[index])
                raise InvalidParameters(f"item {self.item_ids[index]!r}: {name} must be {expected}, not {value!r}")


def _read_only(values: npt.ArrayLike) -> FloatArray:
    column = np.array(values, dtype=np.float64)
    column.setflags(write=False)
    return column


def _refuse_two_parents(level: str, codes: Sequence[str], parents: Sequence[tuple[str, ...]]) -> None:
    """Refuse a code under two parents: bounds on it would no longer nest."""
    known: dict[str, tuple[str, ...]] = {}
    for code, parent in zip(codes, parents, strict=True):
        if code and known.setdefault(code, parent) != parent:
            places = " and ".join("/".join(part or "-" for part in place) for place in (known[code], parent))
            raise InvalidParameters(f"{level} {code!r} stands in two places of the standard: {places}")
