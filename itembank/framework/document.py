"""A standard as a document: framework, units of competence, elements and performance criteria.

The document is immutable. Texts stand as they were published; where an editor knows better, a ``correction`` stands
beside the published text and never replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from itembank.framework.errors import UnknownCode
from itembank.framework.plain_data import from_plain_data, to_plain_data

AssessmentMethod = Literal["written", "interview", "demonstration"]


@dataclass(frozen=True)
class StandardWarning:
    """One oddity of a published text and what was done about it.

    Args:
        code: What kind of oddity it is, for programs.
        unit: Code of the unit of competence, or None for the document as a whole.
        section: Number of the section in the unit's block (or in the header where ``unit`` is None).
        subject: Code of the element or criterion concerned.
        line: Line of the text as it was read, counted from 1.
        message: One English sentence.
        message_thai: The same in Thai.
    """

    code: str
    unit: str | None
    section: int | None
    subject: str | None
    line: int | None
    message: str
    message_thai: str


@dataclass(frozen=True)
class PerformanceCriterion:
    """One thing a competent person does; the finest grain that items are written for.

    Args:
        code: Element code, hyphen, number: ``DG602-2.3``.
        number: As printed: ``2.3``.
        text: As published.
        correction: An editor's wording beside the published one.
    """

    code: str
    number: str
    text: str
    correction: str | None = None

    @property
    def wording(self) -> str:
        """The correction where there is one, else the published text."""
        return self.correction or self.text


@dataclass(frozen=True)
class ElementOfCompetence:
    """A part of a unit with its own criteria and assessment methods.

    Args:
        code: As published, opaque.
        title: As published.
        methods: How the element is assessed, in the published order.
        criteria: In the published order.
        correction: An editor's title beside the published one.
    """

    code: str
    title: str
    methods: tuple[AssessmentMethod, ...]
    criteria: tuple[PerformanceCriterion, ...]
    correction: str | None = None

    @property
    def wording(self) -> str:
        """The correction where there is one, else the published title."""
        return self.correction or self.title

    @property
    def is_written(self) -> bool:
        """Whether a written exam is one of the methods."""
        return "written" in self.methods


@dataclass(frozen=True)
class EvidenceGuide:
    """Section 14: what counts as evidence, and how assessors should look at it."""

    performance: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    guidance: tuple[str, ...] = ()


@dataclass(frozen=True)
class RangeStatement:
    """Section 15: how far the unit reaches.

    Args:
        scope: What stands before the lettered parts.
        guidance: Part (ก).
        details: Part (ข).
    """

    scope: tuple[str, ...] = ()
    guidance: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnitOfCompetence:
    """One unit with its eighteen sections; an empty value means that the section says N/A or nothing.

    Args:
        code: As published, opaque.
        title: As published.
        function_code: Key function that the functional map puts the unit under.
        review: Section 3.
        occupations: Section 5.
        description: Section 6.
        level: Section 7.
        sector: Section 8.
        other_occupations: Section 9.
        laws: Section 10.
        elements: Section 11.
        prerequisites: Section 12.
        required_skills: Section 13 (ก).
        required_knowledge: Section 13 (ข).
        evidence_guide: Section 14.
        range_statement: Section 15.
        shared_units: Section 16.
        shared_industries: Section 17.
        assessment_procedure: Section 18.
    """

    code: str
    title: str
    function_code: str | None = None
    review: str = ""
    occupations: tuple[str, ...] = ()
    description: str = ""
    level: str = ""
    sector: str = ""
    other_occupations: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()
    elements: tuple[ElementOfCompetence, ...] = ()
    prerequisites: tuple[str, ...] = ()
    required_skills: tuple[str, ...] = ()
    required_knowledge: tuple[str, ...] = ()
    evidence_guide: EvidenceGuide = EvidenceGuide()
    range_statement: RangeStatement = RangeStatement()
    shared_units: tuple[str, ...] = ()
    shared_industries: tuple[str, ...] = ()
    assessment_procedure: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeyFunction:
    """A key function of the functional map."""

    code: str
    description: str


@dataclass(frozen=True)
class KeyRole:
    """A key role of the functional map with its functions."""

    code: str
    description: str
    functions: tuple[KeyFunction, ...] = ()


@dataclass(frozen=True)
class Framework:
    """A whole published standard.

    Args:
        title: Name of the standard.
        issuer: The organisation named first among those that issue it.
        co_issuers: The other organisations.
        announced: ISO date; the text's Buddhist Era year is converted.
        skill_groups: Where the standard lists them.
        target_groups: Where the standard lists them.
        stages: Where the standard lists them.
        qualification: The qualification that the units make up.
        outcomes: What a holder of the qualification does.
        entry_requirement: Who may enter.
        target_group: Whom the qualification is for.
        key_purpose: The functional map's first column.
        roles: Key roles with their key functions.
        units: In the order of their blocks.
        warnings: Every oddity met while reading.
        source_name: What the text was read from.
        source_sha256: Hash of the text as UTF-8.
    """

    title: str
    issuer: str
    co_issuers: tuple[str, ...]
    announced: str | None
    skill_groups: tuple[str, ...]
    target_groups: tuple[str, ...]
    stages: tuple[str, ...]
    qualification: str
    outcomes: str
    entry_requirement: str
    target_group: str
    key_purpose: str
    roles: tuple[KeyRole, ...]
    units: tuple[UnitOfCompetence, ...]
    warnings: tuple[StandardWarning, ...]
    source_name: str
    source_sha256: str

    def to_dict(self) -> dict[str, Any]:
        """Give the document as dictionaries, lists and strings, ready for JSON."""
        plain: dict[str, Any] = to_plain_data(self)
        return plain

    @classmethod
    def from_dict(cls, document: Any) -> Framework:
        """Build the framework that ``to_dict`` gave.

        Raises:
            MalformedFramework: A field is missing, unknown or of another kind; the message names it.
        """
        return from_plain_data(cls, document)

    @cached_property
    def _units(self) -> dict[str, UnitOfCompetence]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def _elements(self) -> dict[str, tuple[ElementOfCompetence, UnitOfCompetence]]:
        return {element.code: (element, unit) for unit in self.units for element in unit.elements}

    @cached_property
    def _criteria(self) -> dict[str, tuple[PerformanceCriterion, ElementOfCompetence]]:
        return {criterion.code: (criterion, element) for element in self.elements for criterion in element.criteria}

    @cached_property
    def elements(self) -> tuple[ElementOfCompetence, ...]:
        """Every element in the order of the document."""
        return tuple(element for unit in self.units for element in unit.elements)

    @cached_property
    def criteria(self) -> tuple[PerformanceCriterion, ...]:
        """Every performance criterion in the order of the document."""
        return tuple(criterion for element in self.elements for criterion in element.criteria)

    @cached_property
    def written_elements(self) -> tuple[ElementOfCompetence, ...]:
        """The elements that a written exam assesses."""
        return tuple(element for element in self.elements if element.is_written)

    @cached_property
    def written_criteria(self) -> tuple[PerformanceCriterion, ...]:
        """The criteria of the elements that a written exam assesses: those that take items."""
        return tuple(criterion for element in self.written_elements for criterion in element.criteria)

    def unit(self, code: str) -> UnitOfCompetence:
        """Look up a unit of competence.

        Raises:
            UnknownCode: There is none with this code.
        """
        if code not in self._units:
            raise UnknownCode(what="unit of competence", name=code)
        return self._units[code]

    def element(self, code: str) -> ElementOfCompetence:
        """Look up an element of competence.

        Raises:
            UnknownCode: There is none with this code.
        """
        return self._element_and_unit(code)[0]

    def unit_of(self, element_code: str) -> UnitOfCompetence:
        """Look up the unit that an element belongs to.

        Raises:
            UnknownCode: There is no such element.
        """
        return self._element_and_unit(element_code)[1]

    def criterion(self, code: str) -> PerformanceCriterion:
        """Look up a performance criterion.

        Raises:
            UnknownCode: There is none with this code.
        """
        return self._criterion_and_element(code)[0]

    def element_of(self, criterion_code: str) -> ElementOfCompetence:
        """Look up the element that a criterion belongs to.

        Raises:
            UnknownCode: There is no such criterion.
        """
        return self._criterion_and_element(criterion_code)[1]

    def _element_and_unit(self, code: str) -> tuple[ElementOfCompetence, UnitOfCompetence]:
        if code not in self._elements:
            raise UnknownCode(what="element of competence", name=code)
        return self._elements[code]

    def _criterion_and_element(self, code: str) -> tuple[PerformanceCriterion, ElementOfCompetence]:
        if code not in self._criteria:
            raise UnknownCode(what="performance criterion", name=code)
        return self._criteria[code]

    def counts(self) -> dict[str, int]:
        """Count what an import reports."""
        return {
            "units": len(self.units),
            "elements": len(self.elements),
            "criteria": len(self.criteria),
            "written_elements": len(self.written_elements),
            "written_criteria": len(self.written_criteria),
        }

    def tree(self) -> dict[str, Any]:
        """Give units, elements and criteria as the nested dictionaries that ``samat standard show --json`` prints."""
        return {
            "title": self.title,
            "issuer": self.issuer,
            "announced": self.announced,
            "units": [
                {
                    "code": unit.code,
                    "title": unit.title,
                    "elements": [_element_tree(element) for element in unit.elements],
                }
                for unit in self.units
            ],
        }


def _element_tree(element: ElementOfCompetence) -> dict[str, Any]:
    return {
        "code": element.code,
        "title": element.title,
        "methods": list(element.methods),
        "criteria": [
            {"code": criterion.code, "number": criterion.number, "text": criterion.text}
            for criterion in element.criteria
        ],
    }
