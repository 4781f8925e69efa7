"""A run's material with planted troubles, as the database would give it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import numpy.typing as npt

from calibration.calibration_result import CalibratedItem, CalibrationResult
from calibration.linking import Link
from calibration.responses import ResponseData
from itembank.calibration_runs.recorded_responses import VersionLabel
from itembank.diagnostics.circumstances import Circumstances, VersionPlace
from itembank.diagnostics.diagnose import diagnose
from itembank.diagnostics.evidence import Evidence
from itembank.diagnostics.findings import ItemDiagnosis, RunDiagnostics
from itembank.publishing.parameters import Parameters

LINK = Link("shift", 1.25, -0.4)
FIRST_ANSWER = 1_790_000_000.0
DAY = 86_400.0


def version(place: int) -> str:
    return str(UUID(int=1000 + place))


def item_of(place: int) -> UUID:
    return UUID(int=5000 + place)


@dataclass
class Planted:
    """Answers of many persons to some items drawn at random, in the order of time; change them before diagnosing."""

    persons: int
    items: int
    each: int
    seed: int = 1
    testlets: dict[int, str] = field(default_factory=dict)
    enemies: frozenset[frozenset[UUID]] = frozenset()

    def __post_init__(self) -> None:
        draws = self.draws = np.random.default_rng(self.seed)
        self.slope, self.place = np.exp(draws.normal(0.2, 0.2, self.items)), draws.normal(0, 0.8, self.items)
        theta = draws.normal(size=self.persons)
        chosen = np.argsort(draws.random((self.persons, self.items)), axis=1)[:, : self.each]
        self.person, self.item = np.repeat(np.arange(self.persons), self.each), np.sort(chosen, axis=1).ravel()
        chance = 1 / (1 + np.exp(-self.slope[self.item] * (theta[self.person] - self.place[self.item])))
        self.score = (draws.random(len(self.item)) < chance).astype(np.int8)
        self.position = np.tile(np.arange(1, self.each + 1), self.persons)
        self.answered_at = FIRST_ANSWER + self.person * (100 * DAY / self.persons) + 60.0 * self.position
        speed = draws.normal(0, 0.2, self.persons)
        self.seconds = np.exp(3.6 - speed[self.person] + draws.normal(0, 0.4, len(self.item)))
        self.adaptive = np.ones(self.persons, dtype=bool)
        self.unselected = np.zeros(len(self.item), dtype=bool)

    def rows(self, item: int, *, after_day: float = -1.0) -> npt.NDArray[np.intp]:
        return np.flatnonzero((self.item == item) & (self.answered_at > FIRST_ANSWER + after_day * DAY))

    @property
    def data(self) -> ResponseData:
        names = [str(UUID(int=1 + k)) for k in range(self.persons)], [version(k) for k in range(self.items)]
        return ResponseData.from_indices(*names, self.person, self.item, self.score)

    @property
    def circumstances(self) -> Circumstances:
        return Circumstances(
            answered_at=self.answered_at,
            position=self.position,
            seconds=self.seconds,
            unselected=self.unselected,
            adaptive=self.adaptive,
            simulated=np.arange(self.persons) % 2 == 0,
            versions={version(k): VersionPlace(item_of(k), self.testlets.get(k, "")) for k in range(self.items)},
            enemies=self.enemies,
        )

    @property
    def labels(self) -> dict[str, VersionLabel]:
        return {version(k): VersionLabel(f"X-{k:02d}", 1, 3) for k in range(self.items)}

    def result(self, **flags: str) -> CalibrationResult:
        """The true parameters as if they had been estimated."""
        items = tuple(
            CalibratedItem(
                version(k), "2pl", float(self.slope[k]), float(self.place[k]), 0.05, 0.05, 0.0,
                len(self.rows(k)), flag=flags.get(f"X{k}"),
            )
            for k in range(self.items)
        )  # fmt: skip
        return CalibrationResult(
            "2pl", "converged", items, -1.0, 9, 0.0, 1.0, self.persons, len(self.score), 61, (), None, ()
        )

    def base(self, **moved: float) -> dict[UUID, Parameters]:
        """A bank that said the same, but for some difficulties."""
        found = {}
        for item in self.result().items:
            known = LINK.transform(item)
            by = moved.get(f"X{UUID(item.item_id).int - 1000}", 0.0)
            found[UUID(item.item_id)] = Parameters(
                "2pl", known.discrimination, known.difficulty + by, 0.05, 0.05, "calibration", 900
            )
        return found

    def evidence(self) -> Evidence:
        return Evidence.of(
            self.result(), data=self.data, circumstances=self.circumstances, labels=self.labels, base={}, link=LINK
        )

    def diagnosed(
        self, *, base: dict[UUID, Parameters] | None = None, result: CalibrationResult | None = None
    ) -> RunDiagnostics:
        found = diagnose(
            result or self.result(),
            data=self.data,
            circumstances=self.circumstances,
            labels=self.labels,
            base=base or {},
            link=LINK,
            going_on=lambda: True,
        )
        assert found is not None
        return found


def item(found: RunDiagnostics, place: int) -> ItemDiagnosis:
    one = found.item(UUID(version(place)))
    assert one is not None
    return one
