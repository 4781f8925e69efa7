"""The item pool: what an exam may draw from, and the tables of its response models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine.blueprints.enemies import checked_sets, enemy_sets
from engine.blueprints.testlets import checked_testlets, testlets_of
from engine.errors import InvalidParameters, UnknownItem
from engine.response_models.array_types import FloatArray, IntArray
from engine.response_models.item_group import ItemGroup, groups_at, groups_of
from engine.response_models.item_parameters import ItemParameters
from engine.response_models.response_model import RESPONSE_MODELS

#: Log-probability of a category that an item does not have, where another item of the table has it. Its exponential is
#: 0; being finite, it leaves no "not a number" behind where it is multiplied by 0 or subtracted from itself.
NO_CATEGORY = -1e9

_COLUMNS = ("discrimination", "difficulty", "units", "elements", "criteria")
_NOT_NEGATIVE = ("expected_seconds", "se_discrimination", "se_difficulty")
_OPTIONAL_COLUMNS = (*_NOT_NEGATIVE, "covariance")


@dataclass(frozen=True, eq=False)
class ItemPool:
    """The items an exam may draw from, as parallel columns that cannot be written to.

    Args:
        item_ids: Identifiers, one per item, all different.
        discrimination: Discriminations a > 0, shape (items,); 1 where the model has none.
        difficulty: Difficulties or locations b, shape (items,).
        units: Unit code per item, "" where there is none.
        elements: Element code per item, "" where there is none.
        criteria: Criterion code per item, "" where there is none.
        enemies: Sets of pool positions; a test holds at most one item of each.
        attributes: Further classifications: by name, the value of every item, "" where there is none.
        expected_seconds: Time that each item is expected to take, shape (items,); 0 unless given.
        se_discrimination: Standard errors of a, shape (items,); 0 unless given.
        se_difficulty: Standard errors of b, shape (items,); 0 unless given.
        groups: The items by response model; two-parameter items with these discriminations and difficulties unless
            given.
        testlets: Sets of pool positions of items that share a stimulus; a test holds all items of one or none.
        covariance: Covariances of the errors of a and b, shape (items,); 0 unless given.

    Raises:
        InvalidParameters: If the pool is empty, an id appears twice, a parameter is impossible, a code of the
            standard stands under two parents, or items of one testlet are enemies.
    """

    item_ids: tuple[str, ...]
    discrimination: FloatArray
    difficulty: FloatArray
    units: tuple[str, ...]
    elements: tuple[str, ...]
    criteria: tuple[str, ...]
    enemies: tuple[tuple[int, ...], ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expected_seconds: FloatArray = field(default_factory=lambda: np.zeros(0))
    se_discrimination: FloatArray = field(default_factory=lambda: np.zeros(0))
    se_difficulty: FloatArray = field(default_factory=lambda: np.zeros(0))
    groups: tuple[ItemGroup, ...] = field(default=(), repr=False)
    testlets: tuple[tuple[int, ...], ...] = ()
    covariance: FloatArray = field(default_factory=lambda: np.zeros(0))
    category_counts: IntArray = field(init=False, repr=False)
    _positions: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_positions", {item_id: index for index, item_id in enumerate(self.item_ids)})
        object.__setattr__(self, "discrimination", _read_only(self.discrimination))
        object.__setattr__(self, "difficulty", _read_only(self.difficulty))
        for name in _OPTIONAL_COLUMNS:
            given = getattr(self, name)
            object.__setattr__(self, name, _read_only(given if np.size(given) else np.zeros(len(self.item_ids))))
        object.__setattr__(self, "enemies", checked_sets(self.enemies, len(self.item_ids)))
        object.__setattr__(self, "testlets", checked_testlets(self.testlets, self.enemies, self.item_ids))
        self._refuse_bad_columns()
        self._refuse_bad_parameters()
        _refuse_two_parents("criterion", self.criteria, list(zip(self.units, self.elements, strict=True)))
        _refuse_two_parents("element", self.elements, [(unit,) for unit in self.units])
        self._group()

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
            enemies=enemy_sets([item.item_id for item in items], [(item.item_id, item.enemies) for item in items]),
            attributes=_attribute_columns(items),
            expected_seconds=np.array([item.expected_seconds for item in items], dtype=np.float64),
            se_discrimination=np.array([item.se_discrimination for item in items], dtype=np.float64),
            se_difficulty=np.array([item.se_difficulty for item in items], dtype=np.float64),
            groups=groups_of(items),
            testlets=testlets_of([item.testlet for item in items]),
            covariance=np.array([item.covariance for item in items], dtype=np.float64),
        )

    def __len__(self) -> int:
        return len(self.item_ids)

    @property
    def categories(self) -> int:
        """Largest number of categories of an item."""
        return int(self.category_counts.max())

    def index_of(self, item_id: str) -> int:
        """Return the position of an item in the pool.

        Raises:
            UnknownItem: If the pool has no such item.
        """
        position = self._positions.get(item_id)
        if position is None:
            raise UnknownItem(f"item {item_id!r} is not in the item pool")
        return position

    def groups_for(self, item_ids: Sequence[str]) -> tuple[ItemGroup, ...]:
        """Return the response models of items in another order, as the groups of a pool that holds them so.

        Raises:
            UnknownItem: If the pool lacks an item.
        """
        return groups_at(self.groups, np.array([self.index_of(item_id) for item_id in item_ids], dtype=np.int64))

    def error_correlations(self) -> FloatArray:
        """Return the correlation of the errors of a and b, shape (items,); 0 where either is known."""
        product = self.se_discrimination * self.se_difficulty
        known = product == 0
        correlation: FloatArray = np.where(known, 0.0, self.covariance / np.where(known, 1.0, product))
        return np.clip(correlation, -1.0, 1.0)

    def log_probabilities(self, nodes: npt.ArrayLike) -> FloatArray:
        """Return the log-probability of every category of every item at every node.

        All scoring and selection reads this table, so a further response model is a further way to fill it.

        Args:
            nodes: Abilities, shape (nodes,).

        Returns:
            Log-probabilities, shape (items, categories, nodes), `NO_CATEGORY` beyond an item's own categories.
        """
        theta = _nodes(nodes)
        if len(self.groups) == 1:
            return self.groups[0].family.log_probabilities(self.groups[0].parameters, theta)
        table = np.full((len(self), self.categories, theta.size), NO_CATEGORY)
        for group in self.groups:
            table[group.positions, : group.categories] = group.family.log_probabilities(group.parameters, theta)
        return table

    def first_derivatives(self, nodes: npt.ArrayLike) -> FloatArray:
        """Return the derivative of every category's log-probability with respect to ability.

        Args:
            nodes: Abilities, shape (nodes,).

        Returns:
            Derivatives, shape (items, categories, nodes), 0 beyond an item's own categories.
        """
        theta = _nodes(nodes)
        if len(self.groups) == 1:
            return self.groups[0].family.first_derivatives(self.groups[0].parameters, theta)
        table = np.zeros((len(self), self.categories, theta.size))
        for group in self.groups:
            table[group.positions, : group.categories] = group.family.first_derivatives(group.parameters, theta)
        return table

    def bias_terms(self, nodes: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the logarithm of each item's information I, and its J/I with Warm's J = Σ P'P''/P.

        Args:
            nodes: Abilities, shape (nodes,).

        Returns:
            Log-information and ratio, each of shape (items, nodes).

        Reference:
            Warm (1989).
        """
        theta = _nodes(nodes)
        log_information, ratio = np.empty((len(self), theta.size)), np.empty((len(self), theta.size))
        for group in self.groups:
            terms = group.family.bias_terms(group.parameters, theta)
            log_information[group.positions], ratio[group.positions] = terms
        return log_information, ratio

    def information(self, nodes: npt.ArrayLike) -> FloatArray:
        """Return the Fisher information of every item at every node, shape (items, nodes)."""
        theta = _nodes(nodes)
        if len(self.groups) == 1:
            return self.groups[0].family.information(self.groups[0].parameters, theta)
        table = np.empty((len(self), theta.size))
        for group in self.groups:
            table[group.positions] = group.family.information(group.parameters, theta)
        return table

    def expected_scores(self, nodes: npt.ArrayLike) -> FloatArray:
        """Return the expected score of every item at every node, shape (items, nodes)."""
        return np.asarray(np.tensordot(np.exp(self.log_probabilities(nodes)), np.arange(self.categories), axes=(1, 0)))

    def certain_categories(self) -> IntArray:
        """Return the categories that become certain as ability falls and as it rises without end.

        Returns:
            Lowest and highest category, shape (items, 2); -1 where none becomes certain.
        """
        table = np.empty((len(self), 2), dtype=np.int64)
        for group in self.groups:
            table[group.positions] = group.family.certain_categories(group.parameters)
        return table

    def _group(self) -> None:
        if not self.groups:
            parameters = np.stack([self.discrimination, self.difficulty], axis=1)
            everyone = np.arange(len(self), dtype=np.int64)
            object.__setattr__(self, "groups", (ItemGroup(RESPONSE_MODELS["2pl"].family, everyone, parameters),))
        counts = np.zeros(len(self), dtype=np.int64)
        for group in self.groups:
            counts[group.positions] = group.categories
        counts.setflags(write=False)
        object.__setattr__(self, "category_counts", counts)

    def _refuse_bad_columns(self) -> None:
        if not self.item_ids:
            raise InvalidParameters("the item pool is empty; at least one item is needed")
        if len(self._positions) < len(self.item_ids):
            twice = next(item_id for item_id in self.item_ids if self.item_ids.count(item_id) > 1)
            raise InvalidParameters(f"item {twice!r} appears more than once in the item pool")
        if "" in self._positions:
            raise InvalidParameters(f"the item at position {self._positions[''] + 1} of the pool has an empty id")
        columns = {name: getattr(self, name) for name in (*_COLUMNS, *_OPTIONAL_COLUMNS)}
        for name, column in (columns | dict(self.attributes)).items():
            if np.shape(column) != (len(self.item_ids),):
                raise InvalidParameters(
                    f"the item pool has {len(self.item_ids)} ids but {name} has shape {np.shape(column)}"
                )

    def _refuse_bad_parameters(self) -> None:
        refused = {
            "discrimination": (~(np.isfinite(self.discrimination) & (self.discrimination > 0)), "above 0"),
            "difficulty": (~np.isfinite(self.difficulty), "finite"),
        } | {
            name: (~(np.isfinite(getattr(self, name)) & (getattr(self, name) >= 0)), "0 or more")
            for name in _NOT_NEGATIVE
        }
        # A touch above, as what was rounded when it was stored may be; the correlation is cut off at 1 all the same.
        most = 1.001 * self.se_discrimination * self.se_difficulty
        refused["covariance"] = ~(np.abs(self.covariance) <= most), "within the product of the standard errors"
        for name, (bad, expected) in refused.items():
            if bad.any():
                index = int(np.argmax(bad))
                value = float(getattr(self, name)[index])
                raise InvalidParameters(f"item {self.item_ids[index]!r}: {name} must be {expected}, not {value!r}")


def _nodes(nodes: npt.ArrayLike) -> FloatArray:
    return np.atleast_1d(np.asarray(nodes, dtype=np.float64))


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


def _attribute_columns(items: Sequence[ItemParameters]) -> dict[str, tuple[str, ...]]:
    values = [dict(item.attributes) for item in items]
    names = dict.fromkeys(name for row in values for name in row)
    return {name: tuple(row.get(name, "") for row in values) for name in names}
