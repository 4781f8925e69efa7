"""What a calibration run found, as it is kept in its record and shown to the psychometrician."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from calibration.calibration_result import FIXED, NO_GUESSING
from itembank.calibration_runs.run_settings import AUTOMATIC
from itembank.publishing.parameters import CALIBRATED, Parameters


@dataclass(frozen=True, slots=True)
class PurgedAnchor:
    """An anchor left out of a link: how far its b moved under it, and how unlike that is to the other anchors."""

    item_version_id: str
    code: str
    displacement: float
    robust_z: float | None


@dataclass(frozen=True, slots=True)
class LinkSummary:
    """How the run's scale became the base bank's: θ = slope · θ of the run + intercept.

    ``asked`` is the method asked for, ``remark`` why another was taken or no drifted anchor left out; ``purged`` are
    the anchors left out. Differences are those of the anchors that stayed, root mean square, after linking. Runs of
    before know method, constants and the number of anchors alone.
    """

    method: str
    slope: float
    intercept: float
    anchors: int
    asked: str = AUTOMATIC
    remark: str = ""
    rms_difficulty: float | None = None
    rms_discrimination: float | None = None
    purged: tuple[PurgedAnchor, ...] = ()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> LinkSummary:
        """Read what ``asdict`` wrote."""
        return cls(**{**document, "purged": tuple(PurgedAnchor(**one) for one in document.get("purged", ()))})


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """Abilities of a group of sittings on the base bank's scale; errors are None where they are not known."""

    name: str
    persons: int
    mean: float
    sd: float
    se_mean: float | None
    se_sd: float | None


@dataclass(frozen=True, slots=True)
class AbilitySummary:
    """An estimated distribution of ability on the base bank's scale.

    ``gain`` is by how much its log-likelihood exceeds that of a normal one.
    """

    ability: tuple[float, ...]
    share: tuple[float, ...]
    skewness: float
    gain: float

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> AbilitySummary:
        """Read what ``asdict`` wrote."""
        return cls(**{**document, "ability": tuple(document["ability"]), "share": tuple(document["share"])})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item version (answered, or of the base bank) or a sitting that took no part, and why.

    ``answers`` are those of a neutralised item that do not count; under ``neutralised_in_part`` its others do.
    """

    kind: str  # "item" or "person"
    id: str
    code: str
    reason: str
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in a few figures. ``rms_change`` and ``correlation`` are those of the difficulties, old against new.

    ``difficulty_…`` are the priors of b at the end, None without priors; ``n_fixed`` items stayed as they are;
    ``recorded_persons`` and ``recorded_answers`` count all that is recorded of the unit, whatever took part. Nothing in
    a run is random, so its record has no seed.
    """

    status: str
    converged: bool
    log_likelihood: float
    iterations: int
    n_persons: int
    n_simulated: int
    n_items: int
    n_responses: int
    n_nodes: int
    latest_answer: str | None
    latent_mean: float
    latent_sd: float
    difficulty_mean: float | None
    difficulty_per_rating: float | None
    difficulty_sd: float | None
    link: LinkSummary
    rms_change: float | None
    correlation: float | None
    exclusions: tuple[LeftOut, ...]
    software: Mapping[str, str]
    n_fixed: int = 0
    recorded_persons: int | None = None
    recorded_answers: int | None = None
    groups: tuple[GroupSummary, ...] = ()
    abilities: AbilitySummary | None = None
    element_sd: float | None = None
    element_effects: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> RunSummary:
        """Read what ``asdict`` wrote."""
        return cls(
            **{
                **document,
                "link": LinkSummary.from_dict(document["link"]),
                "exclusions": tuple(LeftOut(**entry) for entry in document["exclusions"]),
                "groups": tuple(GroupSummary(**entry) for entry in document.get("groups", ())),
                "abilities": AbilitySummary.from_dict(document["abilities"]) if document.get("abilities") else None,
            }
        )


@dataclass(frozen=True, slots=True)
class RunItem:
    """An item version in a run: its new parameters on the base bank's scale beside the old ones.

    ``robust_z`` of the difficulty tells an item that ``moved`` unlike the others whose old parameters are of the same
    source. Where ``flag`` names a problem, publishing leaves the item as it was. ``c`` is the chance to guess of the
    3PL; ``thresholds`` are those of an item scored in parts, of which ``b`` is the mean; ``covariances`` is the matrix
    of a, then b or the thresholds, then c, row by row, empty where it is that of a and b alone. Of an item that stayed
    as it is ``displacement`` tells where its answers would put its difficulty instead.
    """

    item_version_id: str
    code: str
    version: int
    model: str
    n: int
    a: float
    b: float
    se_a: float | None
    se_b: float | None
    cov_ab: float | None
    flag: str | None
    old_a: float | None
    old_b: float | None
    old_source: str | None
    change_b: float | None
    robust_z: float | None
    moved: bool
    c: float | None = None
    se_c: float | None = None
    thresholds: tuple[float, ...] = ()
    se_thresholds: tuple[float | None, ...] = ()
    old_model: str | None = None
    old_c: float | None = None
    old_thresholds: tuple[float, ...] = ()
    covariances: tuple[tuple[float, ...], ...] = ()
    displacement: float | None = None
    se_displacement: float | None = None

    @property
    def fixed(self) -> bool:
        """Whether the item stayed as it is in the base bank."""
        return self.flag == FIXED

    @property
    def usable(self) -> bool:
        """Whether publishing takes the new parameters."""
        return self.flag in (None, NO_GUESSING) and self.se_a is not None and self.se_b is not None

    def parameters(self) -> Parameters:
        """Give the new parameters as a bank keeps them."""
        return Parameters(
            model=self.model,
            discrimination=self.a,
            difficulty=self.b,
            se_discrimination=self.se_a or 0.0,
            se_difficulty=self.se_b or 0.0,
            source=CALIBRATED,
            n_responses=self.n,
            further=self._further(),
        )

    def _further(self) -> dict[str, Any]:
        further: dict[str, Any] = {"thresholds": list(self.thresholds)} if self.thresholds else {}
        if self.c is not None:
            further["guessing"] = self.c
        if self.cov_ab:
            further["covariance"] = self.cov_ab
        return further


def read_items(document: Mapping[str, Any]) -> tuple[RunItem, ...]:
    """Read the items of a results document."""
    return tuple(
        RunItem(
            **{
                **entry,
                **{name: tuple(entry.get(name, ())) for name in _TUPLES},
                "covariances": tuple(tuple(row) for row in entry.get("covariances", ())),
            }
        )
        for entry in document["items"]
    )


_TUPLES = ("thresholds", "se_thresholds", "old_thresholds")
