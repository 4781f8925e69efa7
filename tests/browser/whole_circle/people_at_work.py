"""Everybody at the same site, each in a browser of one's own, and what they are all about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from itembank.database import Database
from tests.browser.conftest import Running, sign_in

CRITERION = "DG101-1.1"
STEM = "ข้อใดเป็นข้อมูลส่วนบุคคลตามกฎหมายคุ้มครองข้อมูลส่วนบุคคล"
OPTIONS = ("จำนวนประชากรของจังหวัด", "หมายเลขโทรศัพท์ของพนักงาน", "ราคากลางของวัสดุก่อสร้าง", "สถิติปริมาณน้ำฝน")
KEY = 1
TITLE = "การสอบครบวงจร"
#: Every question of the unit that counts, and one more that is tried out.
COUNTED = 20
LENGTH = COUNTED + 1

#: A calibration of so few answers is over in no time: while this file is there, it stands still in the middle.
BARRIER = """
import time
from pathlib import Path
from itembank.calibration_runs.progress import Progress
report = Progress.__call__
def report_and_wait(self, iteration, log_likelihood):
    going_on = report(self, iteration, log_likelihood)
    while iteration >= 3 and Path({barrier!r}).exists():
        time.sleep(0.05)
    return going_on
Progress.__call__ = report_and_wait
"""


@dataclass
class Circle:
    """A site that is used by everybody at once.

    Args:
        site: The site.
        browser: Where each has a window.
        barrier: The file that holds calibrations up.
    """

    site: Running
    browser: Browser
    barrier: Path

    def page_of(self, username: str) -> Page:
        return sign_in(self.browser.new_context(), self.site.server.url, username)

    @property
    def database(self) -> Database:
        return self.site.database
