"""What tests and usage data say about items: the bank has its own exams and statistics, so that all of it is named."""

from __future__ import annotations

from collections.abc import Iterator

from itembank.exchange.item_file import Loss
from itembank.exchange.qti.archive import resolved
from itembank.exchange.qti.tree import Node, squeezed


def losses_of_test(test: Node, file: str) -> Iterator[tuple[str, Loss]]:
    """Name the place of each item in a test.

    Args:
        test: The ``assessmentTest``.
        file: The file that it stands in.

    Yields:
        The file of an item and what the test says about it.
    """
    title = test.get("title") or test.get("identifier")
    for reference, sections in _references(test, ()):
        name = resolved(file, reference.get("href")) or reference.get("identifier")
        yield name, Loss("assessmentTest", " › ".join((title, *sections)))
        for inner in reference.named("weight"):
            yield name, Loss("weight", inner.get("value"))
        for inner in reference.named(
            "timeLimits", "itemSessionControl", "branchRule", "preCondition", "variableMapping"
        ):
            yield name, Loss(inner.name, "of the test")


def losses_of_usage(usage: Node) -> Iterator[tuple[str, Loss]]:
    """Name the statistics of each item.

    Yields:
        The identifier of an item and one of its statistics.
    """
    for statistic in usage.all({"ordinaryStatistic", "categorizedStatistic"}):
        value = statistic.find("value")
        said = [squeezed(value.text)] if value is not None else []
        said += [
            f"{name} {statistic.get(name)}" for name in ("caseCount", "stdError", "context") if statistic.get(name)
        ]
        for target in statistic.named("targetObject"):
            yield target.get("identifier"), Loss(statistic.get("name") or statistic.name, ", ".join(said))


def _references(node: Node, sections: tuple[str, ...]) -> Iterator[tuple[Node, tuple[str, ...]]]:
    for child in node.elements:
        if child.name == "assessmentItemRef":
            yield child, sections
        else:
            is_section = child.name == "assessmentSection"
            yield from _references(child, (*sections, child.get("title")) if is_section else sections)
