"""Proves that `engine` needs nothing but numpy and scipy: imports all of it, and lets it hold an exam.

It is run by an interpreter that has nothing else installed, and says so if it is not.
"""

import importlib
import pkgutil
import sys
from importlib.metadata import distributions

ALLOWED = {"numpy", "scipy", "pip", "setuptools", "samat"}


def main() -> int:
    """Say what was proved; 1 where nothing was."""
    installed = {distribution.metadata["Name"].lower() for distribution in distributions()}
    if installed - ALLOWED:
        print(f"purity: this environment proves nothing, it also has {', '.join(sorted(installed - ALLOWED))}")
        return 1
    import engine

    modules = [module.name for module in pkgutil.walk_packages(engine.__path__, "engine.")]
    for name in modules:
        importlib.import_module(name)
    report = _simulated_exam()
    print(f"purity: {len(modules)} modules of engine import with numpy and scipy alone; {report}")
    return 0


def _simulated_exam() -> str:
    from engine.blueprints.blueprint import Blueprint, Bounds
    from engine.design import ExamDesign, prepare_exam
    from engine.response_models import ItemParameters, ItemPool
    from engine.simulation.simulate import simulate

    items = [
        ItemParameters(item_id=f"i{place}", model="2pl", difficulty=(place - 20) / 10, criterion=f"C{place % 4}")
        for place in range(40)
    ]
    blueprint = Blueprint(tuple(Bounds("criterion", f"C{place}", 1) for place in range(4)))
    design = ExamDesign(blueprint=blueprint, minimum_length=5, maximum_length=15, maximum_exposure=0.5)
    report = simulate(prepare_exam(design, ItemPool.from_items(items)), examinees=50, seed=1)
    if report.blueprint_violations or not report.rmse < 1:
        raise SystemExit(f"purity: the simulated exam went wrong: {report.to_dict()}")
    return f"{report.examinees} simulated sittings, RMSE {report.rmse:.2f}"


if __name__ == "__main__":
    sys.exit(main())
