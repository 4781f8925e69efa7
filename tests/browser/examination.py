"""Looking at a screen as its visitors would: does it fit, is it quiet, can everybody use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from uuid import UUID

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from tests.browser.conftest import Running, sign_in

WIDTHS = {"telephone": 360, "desk": 1280}

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
#: Only what matters; the rest of the report would be most of its work.
_RUN_AXE = "(rules) => axe.run(document, {resultTypes: ['violations'], ...(rules ? {runOnly: rules} : {})})"
#: All that a theme can change.
_COLOURS = ["color-contrast", "link-in-text-block"]
#: So that no colour is on its way from one to the other when the theme changes.
_NO_TRANSITIONS = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
#: What sticks out at the right, innermost first.
_OVERFLOWING = """() => {
  const limit = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= limit) return [];
  const out = [...document.body.querySelectorAll("*")].filter((element) =>
    element.getBoundingClientRect().right > limit + 1);
  return [document.documentElement.scrollWidth, ...out.slice(-3).map((element) => element.outerHTML.slice(0, 120))];
}"""


@dataclass
class Watch:
    """What a browser complains about and whom it asks."""

    origin: str
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:")):
            self.complaints.append(f"asked {request.url}")


def look_at(
    context: BrowserContext, running: Running, places: Mapping[str, UUID], *,
    username: str, lang: str, screens: tuple[str, ...],
) -> list[str]:  # fmt: skip
    """Open each screen, look at it at both widths, every second one in the dark too, and list all that is wrong."""
    origin = running.server.url
    context.add_init_script(_TELL_VIOLATIONS)
    watch = Watch(origin)
    page = sign_in(context, origin, username, lang=lang) if username else context.new_page()
    watch.over(page)
    wrong = []
    for place, screen in enumerate(screens):
        address = screen.format_map(places)
        response = page.goto(f"{origin}{address}{'&' if '?' in address else '?'}lang={lang}")
        assert response is not None
        if response.status != 200 or page.url.partition("?")[0] != f"{origin}{address.partition('?')[0]}":
            wrong.append(f"{screen}: {response.status} at {page.url}")
            continue
        if page.locator("html").get_attribute("lang") != lang:
            wrong.append(f"{screen}: not in {lang}")
        # Whether a screen fits is looked at in each language; the search, which is the slow part, takes every second
        # screen on a telephone in Thai and the others on a desk in English: screens share their parts.
        if (place % 2 == 0) == (lang == "th"):
            found = examine(page, at="desk" if lang == "en" else "telephone") + examine_dark(page)
        else:
            found = overflowing(page, last="desk")
        wrong += [f"{screen}: {complaint}" for complaint in found]
    return wrong + watch.complaints


def examine(page: Page, *, at: str) -> list[str]:
    """What does not fit at either width, and at the named one what can't be used by everybody."""
    wrong = overflowing(page, last=at)
    page.evaluate(_AXE)
    return wrong + _serious(page, at, rules=None)


def overflowing(page: Page, *, last: str) -> list[str]:
    """What does not fit at either width; the page stays at the one named last."""
    # What is folded away has to fit, too.
    page.evaluate("() => document.querySelectorAll('details').forEach((folded) => { folded.open = true; })")
    wrong = []
    for name in sorted(WIDTHS, key=lambda name: name == last):
        page.set_viewport_size({"width": WIDTHS[name], "height": 900})
        if sticking_out := page.evaluate(_OVERFLOWING):
            wrong.append(f"{name}: wider than the screen: {sticking_out}")
    return wrong


def examine_dark(page: Page) -> list[str]:
    """What can't be told apart in the dark, on a page that was examined already."""
    page.evaluate(_NO_TRANSITIONS)
    page.emulate_media(color_scheme="dark")
    wrong = _serious(page, "dark", rules=_COLOURS)
    page.emulate_media(color_scheme="light")
    return wrong


def _serious(page: Page, where: str, *, rules: list[str] | None) -> list[str]:
    return [
        f"{where}: {violation['id']} ({violation['impact']}): {violation['nodes'][0]['html'][:160]}"
        f" and {len(violation['nodes']) - 1} more: {violation['nodes'][0]['failureSummary'][:300]}"
        for violation in page.evaluate(_RUN_AXE, rules)["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
