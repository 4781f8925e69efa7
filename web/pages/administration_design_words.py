"""An exam's design in words, as those who run the exam read it."""

from __future__ import annotations

from engine.design import ExamDesign
from web.texts_catalogue import Texts

Facts = list[tuple[str, str]]


def words_of_selection(selection: str, t: Texts) -> str:
    """Name a way to choose questions."""
    return t(f"administration.selection_{selection.replace('-', '_')}")


def words_of_stop_rule(rule: str, t: Texts) -> str:
    """Name a stop rule."""
    return t(f"administration.stop_{rule}")


def design_words(design: ExamDesign, t: Texts, *, pretest_pool_size: int) -> Facts:
    """Put a design into words: what always matters, then what this one makes use of.

    Args:
        design: The design.
        t: The reader's language.
        pretest_pool_size: How many items the bank in force tries out in the exam's unit.
    """
    return [
        (
            t("administration.length"),
            t("administration.length_words", minimum=design.minimum_length, maximum=design.maximum_length),
        ),
        (t("administration.decision"), _decision(design, t)),
        (t("administration.cut_score"), _cut(design, t)),
        (t("administration.element_confidence"), _share(design.element_confidence, t)),
        (t("administration.selection"), _selection(design, t)),
        (t("administration.exposure"), _exposure(design, t)),
        *_further(design, t, pretest_pool_size),
    ]


def _decision(design: ExamDesign, t: Texts) -> str:
    minutes = (design.stopping.time_limit_seconds or 0) / 60
    said = {
        rule: t(
            f"administration.decision_{rule}",
            confidence=_share(design.confidence, t),
            error=t.number(design.stopping.target_standard_error),
            minutes=f"{minutes:g}",
        )
        for rule in design.stop_rules
    }
    # The clock waits for no other rule, so it comes after the word on those that have to agree.
    clock = said.pop("time", "")
    must_agree = design.stopping.combination == "all" and len(said) > 1
    together = t("administration.decision_together") if must_agree else ""
    return " · ".join(filter(None, [*said.values(), together, clock]))


def _share(value: float, t: Texts) -> str:
    # A limit of 62.5 % is not one of 62: a decimal where there is something to say by it.
    return t.percent(value, digits=0 if round(100 * value, 1).is_integer() else 1)


def _cut(design: ExamDesign, t: Texts) -> str:
    cut = t.number(design.cut_score)
    return f"{cut} (± {t.number(design.cut_standard_error)})" if design.cut_standard_error else cut


def _selection(design: ExamDesign, t: Texts) -> str:
    words = words_of_selection(design.selection, t)
    if design.randomesque == 1 or design.selection == "random":
        return words
    return f"{words} · {t('administration.drawn_from', n=design.randomesque)}"


def _exposure(design: ExamDesign, t: Texts) -> str:
    if design.maximum_exposure is None:
        return t("administration.exposure_free")
    words = t("administration.exposure_limit", rate=_share(design.maximum_exposure, t))
    if design.exposure_bins == 1:
        return words
    return f"{words} · {t('administration.exposure_in_bins', n=design.exposure_bins)}"


def _further(design: ExamDesign, t: Texts, pretest_pool_size: int) -> Facts:
    found: Facts = []
    if design.pretest_items:
        words = t("administration.pretest_words", n=design.pretest_items, available=pretest_pool_size)
        found.append((t("administration.pretest"), words))
    if design.written_tasks:
        words = t("administration.written_tasks_words", n=design.written_tasks, points=design.marking_tolerance)
        found.append((t("administration.written_tasks_title"), words))
    if design.unit_correlation is not None:
        informed = t("administration.units_words", correlation=t.number(design.unit_correlation))
        found.append((t("administration.units"), informed))
    return found
