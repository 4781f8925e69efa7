"""A real Chromium for tests: the machine's own, or Debian's package installed on the way."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

#: Without these a headless browser looks for its maker's hosts at every start.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_or_install_chromium() -> str:
    """Find Chromium, or install Debian's package where that is possible.

    Raises:
        RuntimeError: There is none and none can be installed.
    """
    found = _find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(
                command, check=False, capture_output=True, timeout=600,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )  # fmt: skip
        found = _find()
    if found is None:
        msg = "there is no Chromium; install it (Debian: apt-get install chromium)"
        raise RuntimeError(msg)
    return found


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Start a headless browser and end it with the block."""
    path = find_or_install_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def _find() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None
