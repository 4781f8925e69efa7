"""The whole circle in a real browser: an item is written, tried out, calibrated, published, asked, and taken back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from itembank.database import Database
from tests.browser.conftest import Running
from tests.browser.whole_circle.authoring import (
    an_item_is_written,
    it_becomes_operational,
    it_is_put_in_pretest_and_published,
    it_is_reviewed,
    the_earlier_bank_is_put_back_and_the_newest_again,
)
from tests.browser.whole_circle.exams import (
    a_later_candidate_is_measured_by_it,
    an_exam_is_made_and_candidates_enrolled,
    how_it_was_asked,
    the_first_candidate_sits_it,
    the_first_sitting_replays,
)
from tests.browser.whole_circle.measuring import (
    it_is_approved_and_published_by_two,
    others_try_it_too,
    the_bank_was_calibrated_before,
    the_queue_is_looked_through_with_keys,
    what_is_tried_out_is_calibrated,
)
from tests.browser.whole_circle.people_at_work import BARRIER, Circle
from tests.support.institution import Institution
from tests.support.server import ServerProcess

pytestmark = pytest.mark.browser


@pytest.fixture
def circle(browser: Browser, filled_file: tuple[Path, Institution], tmp_path: Path) -> Iterator[Circle]:
    source, institution = filled_file
    shutil.copy(source, tmp_path / "circle.db")
    database = Database(f"sqlite:///{tmp_path / 'circle.db'}")
    the_bank_was_calibrated_before(database, institution)
    barrier = tmp_path / "barrier"
    server = ServerProcess(
        database.url, log=tmp_path / "server.log", first=BARRIER.format(barrier=str(barrier))
    )  # fmt: skip
    server.start()
    yield Circle(Running(server, database, institution), browser, barrier)
    for context in browser.contexts:
        context.close()
    server.stop()
    database.close()


def test_the_whole_circle(circle: Circle) -> None:
    code = an_item_is_written(circle)
    it_is_reviewed(circle, code)
    it_is_put_in_pretest_and_published(circle, code)
    an_exam_is_made_and_candidates_enrolled(circle)
    first = the_first_candidate_sits_it(circle)
    others_try_it_too(circle)
    run = what_is_tried_out_is_calibrated(circle, code)
    the_queue_is_looked_through_with_keys(circle)
    it_is_approved_and_published_by_two(circle, run)
    it_becomes_operational(circle, code)
    later = a_later_candidate_is_measured_by_it(circle, code)
    assert how_it_was_asked(circle, code, first, later) == [(3, True, "prior"), (5, False, "calibration")]
    the_first_sitting_replays(circle, first)
    the_earlier_bank_is_put_back_and_the_newest_again(circle)
