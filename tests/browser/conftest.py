"""A browser and a running site for tests that look at what people see."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from itembank.database import Database
from tests.support.browser import opened_browser
from tests.support.institution import PASSWORD, Institution
from tests.support.server import ServerProcess


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
    yield made
    opened.__exit__(None, None, None)


@pytest.fixture
def running(filled: tuple[Database, Institution], tmp_path: Path) -> Iterator[tuple[ServerProcess, Database, Institution]]:
    """A running site with a small institution behind it."""
    database, institution = filled
    server = ServerProcess(database.url, log=tmp_path / "server.log")
    server.start()
    yield server, database, institution
    server.stop()


def sign_in(context: BrowserContext, url: str, username: str, password: str = PASSWORD) -> Page:
    """Open a page and sign in as somebody."""
    page = context.new_page()
    page.goto(f"{url}/sign-in?lang=en")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return page
