"""Random shadow-test problems, feasible or not, and a general solver's answer to them."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds as VariableBounds
from scipy.optimize import LinearConstraint, milp

from engine.blueprints.blueprint import Blueprint, BlueprintTree, Bounds, compile_blueprint
from engine.blueprints.shadow_test import assemble
from engine.errors import InfeasibleBlueprint
from engine.response_models import ItemPool

PENALTY = 1000.0


@dataclass(frozen=True, eq=False)
class Instance:
    """A pool, its compiled blueprint and everything else that a shadow test depends on."""

    pool: ItemPool
    blueprint: Blueprint
    tree: BlueprintTree
    weights: np.ndarray
    length: int
    administered: list[int]
    ineligible: list[int]

    @property
    def options(self) -> dict[str, object]:
        return {"length": self.length, "administered": self.administered, "ineligible": self.ineligible}


def random_instance(
    seed: int, *, items: int | None = None, enemies: str = "none", crossing: bool = False, testlets: bool = False
) -> Instance:
    """A pool with some items outside criteria or elements, and random bounds on every level, feasible or not.

    Enemies are "none", "nested" (sets within a part of the standard), "crossing" (pairs and sets anywhere) or "both".
    Testlets take up to half of the items, and some may be begun.
    """
    draws = np.random.default_rng(seed)
    items = int(draws.integers(12, 40)) if items is None else items
    places = []
    for _ in range(items):
        unit = draws.integers(2)
        element = f"{unit}-{draws.integers(2)}"
        criterion = f"{element}-{draws.integers(3)}"
        depth = draws.choice(4, p=[0.05, 0.1, 0.1, 0.75])
        places.append([f"U{unit}", f"E{element}", f"C{criterion}"][:depth] + [""] * (3 - depth))
    units, elements, criteria = (tuple(column) for column in zip(*places, strict=True))
    pool = ItemPool(
        tuple(f"i{n}" for n in range(items)),
        np.ones(items),
        np.zeros(items),
        units,
        elements,
        criteria,
        enemies=_enemies(draws, enemies, criteria),
        attributes={name: tuple(draws.choice(["x", "y", "z"], items).tolist()) for name in ("kind", "level")},
        expected_seconds=draws.integers(20, 120, items).astype(float),
    )
    length = int(draws.integers(4, 17))
    bounds = []
    for level, codes, most in (("unit", units, 6), ("element", elements, 4), ("criterion", criteria, 2)):
        for code in sorted(set(codes) - {""}):
            minimum = int(draws.integers(0, most // 2 + 1)) if draws.random() < 0.35 else 0
            maximum = minimum + int(draws.integers(1, most + 1)) if draws.random() < 0.5 else None
            bounds.append(Bounds(level, code, minimum, maximum))
    if crossing:
        bounds += _crossing_bounds(draws, pool, length)
    blueprint = Blueprint(tuple(bounds))
    administered = draws.choice(items, int(draws.integers(0, length // 3 + 1)), replace=False).tolist()
    ineligible = draws.choice(items, int(draws.integers(0, items // 2)), replace=False).tolist()
    if testlets:
        pool = replace(pool, testlets=_testlets(draws, pool))
        administered = _with_testlets_begun(draws, pool, administered)
    tree = compile_blueprint(blueprint, pool)
    return Instance(pool, blueprint, tree, draws.random(items), length, administered, ineligible)


def _enemies(draws, kind, criteria):
    items, sets = len(criteria), []
    if kind in ("nested", "both"):
        for code in sorted(set(criteria) - {""}):
            members = [item for item in range(items) if criteria[item] == code]
            if len(members) > 2 and draws.random() < 0.6:
                sets.append(tuple(draws.choice(members, int(draws.integers(2, len(members))), replace=False).tolist()))
    if kind in ("crossing", "both"):
        for _ in range(int(draws.integers(1, items // 3))):
            sets.append(tuple(draws.choice(items, int(draws.integers(2, 5)), replace=False).tolist()))
    return tuple(sets)


def _testlets(draws, pool):
    """Up to a third of the items in testlets of two to five, most of them neighbours in the standard."""
    hostile = [set(members) for members in pool.enemies]
    free = draws.permutation(len(pool)).tolist()
    found = []
    for _ in range(int(draws.integers(1, max(len(pool) // 7, 2)))):
        members = [free.pop()]
        near = sorted(free, key=lambda item: pool.elements[item] != pool.elements[members[0]])
        for item in near[: int(draws.integers(1, 5))]:
            if not any({item, other} <= rivals for rivals in hostile for other in members):
                members.append(item)
                free.remove(item)
        if len(members) > 1:
            found.append(tuple(members))
    return tuple(found)


def _with_testlets_begun(draws, pool, administered):
    """Either leave testlets begun as they are, or answer their first items in order, as a sitting does."""
    tied = {item for members in pool.testlets for item in members}
    if draws.random() < 0.3:
        return administered
    kept = [item for item in administered if item not in tied]
    for members in pool.testlets:
        if draws.random() < 0.2:
            kept += members[: int(draws.integers(1, len(members) + 1))]
    return kept


def late_items(instance: Instance) -> list[int]:
    """The ineligible items with their whole testlets, except where those are begun."""
    late = set(instance.ineligible)
    for members in instance.pool.testlets:
        if late.intersection(members):
            late.update(members)
        if set(instance.administered).intersection(members):
            late.difference_update(members)
    return sorted(late)


def _crossing_bounds(draws, pool, length):
    bounds = []
    for name in ("kind", "level"):
        for value in sorted(set(pool.attributes[name])):
            if draws.random() < 0.6:
                minimum = int(draws.integers(0, length // 3 + 1))
                maximum = minimum + int(draws.integers(0, 6)) if draws.random() < 0.6 else None
                bounds.append(Bounds("attribute", value, minimum, maximum, attribute=name))
    if draws.random() < 0.6:
        bounds.append(Bounds("time", "", 0, int(length * draws.integers(35, 90))))
    return bounds


def solved(instance: Instance) -> float | None:
    """The penalised objective by integer programming straight from pool and blueprint, None where infeasible."""
    pool, items = instance.pool, len(instance.pool)
    columns = {"unit": pool.units, "element": pool.elements, "criterion": pool.criteria}
    rows, lower, upper = [np.ones(items)], [instance.length], [instance.length]
    for bound in instance.blueprint.bounds:
        if bound.level == "time":
            rows.append(np.array(pool.expected_seconds))
        else:
            column = pool.attributes[bound.attribute] if bound.attribute else columns[bound.level]
            rows.append(np.array([float(value == bound.code) for value in column]))
        lower.append(bound.minimum)
        upper.append(np.inf if bound.maximum is None else bound.maximum)
    for members in pool.enemies:
        rows.append(np.isin(np.arange(items), members).astype(float))
        lower.append(0)
        upper.append(1)
    for first, *others in pool.testlets:
        for other in others:
            rows.append(np.eye(items)[first] - np.eye(items)[other])
            lower.append(0)
            upper.append(0)
    fixed = np.zeros(items)
    fixed[instance.administered] = 1
    penalised = instance.weights - PENALTY * np.isin(np.arange(items), late_items(instance))
    result = milp(
        # Scaled up because the solver is content within 1e-6 of the optimum.
        -penalised * 1e3,
        integrality=np.ones(items),
        bounds=VariableBounds(fixed, np.ones(items)),
        constraints=LinearConstraint(np.array(rows), np.array(lower), np.array(upper)),
        options={"mip_rel_gap": 0},
    )
    return None if result.status == 2 else float(penalised @ np.round(result.x))


def assembled(instance: Instance) -> float | None:
    """The penalised objective of the engine's shadow test, which must keep every bound; None where infeasible."""
    try:
        chosen = assemble(instance.tree, instance.weights, **instance.options).tolist()
    except InfeasibleBlueprint:
        return None
    assert len(set(chosen)) == instance.length
    assert chosen[: len(instance.administered)] == instance.administered
    assert instance.tree.violations(chosen) == ()
    assert all(len(set(members) & set(chosen)) <= 1 for members in instance.pool.enemies)
    assert all(len(set(members) & set(chosen)) in (0, len(members)) for members in instance.pool.testlets)
    return float(instance.weights[chosen].sum() - PENALTY * np.isin(chosen, late_items(instance)).sum())
