"""A browser and a running site for tests that look at what people see."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from itembank.database import Database
from tests.support.browser import opened_browser
from tests.support.institution import PASSWORD, Institution
from tests.support.server import ServerProcess


@dataclass(frozen=True)
class Running:
    """A running site with what is behind it."""

    server: ServerProcess
    database: Database
    institution: Institution


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium. Without one these tests skip, but fail where CI is set."""
    try:
        opened = opened_browser()
        made = opened.__enter__()
    except Exception as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    # A busy machine is no fault of the site.
    expect.set_options(timeout=15_000)
    yield made
    opened.__exit__(None, None, None)


@pytest.fixture(scope="module")
def running(filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running site with a small institution behind it, one for all tests of a module."""
    source, institution = filled_file
    folder = tmp_path_factory.mktemp("running")
    shutil.copy(source, folder / "site.db")
    database = Database(f"sqlite:///{folder / 'site.db'}")
    server = ServerProcess(database.url, log=folder / "server.log")
    server.start()
    yield Running(server, database, institution)
    server.stop()
    database.close()


def sign_in(context: BrowserContext, url: str, username: str, *, password: str = PASSWORD, lang: str = "en") -> Page:
    """Open a page and sign in as somebody."""
    page = context.new_page()
    page.goto(f"{url}/sign-in?lang={lang}")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return page
