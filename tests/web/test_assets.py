"""The vendored files are the ones we vouch for, the colours can be read, and no template breaks the content policy."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from jinja2.loaders import ChoiceLoader

from itembank.authoring.item_types.question import Answer
from itembank.authoring.shown_item import shown_item
from tests.itembank.authoring.written import SEVERAL, SINGLE
from web.rich_text import install_rich_text

WEB = Path(__file__).parents[2] / "web"
STATIC = WEB / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
STYLES = {path.name: path.read_text(encoding="utf-8") for path in (STATIC / "css").glob("*.css")}
TEXTS = tomllib.loads((WEB / "texts" / "shell.toml").read_text(encoding="utf-8"))
ANSWERING = tomllib.loads((WEB / "texts" / "answering.toml").read_text(encoding="utf-8"))


def test_every_vendored_file_is_listed_with_its_hash() -> None:
    listed = {
        entry["file"]: entry["sha256"] for entry in json.loads((VENDOR / "manifest.json").read_text("utf-8"))["files"]
    }
    present = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.parent != VENDOR
    }
    assert present == listed


def test_every_vendored_set_carries_its_licence() -> None:
    for folder in VENDOR.iterdir():
        if folder.is_dir():
            assert (folder / "LICENSE").stat().st_size > 500, f"{folder.name} lacks its licence"
            assert f"`{folder.name}`" in (VENDOR / "LICENSES.md").read_text("utf-8")


def test_every_file_that_a_style_sheet_names_exists() -> None:
    named = [(name, url) for name, text in STYLES.items() for url in re.findall(r'url\("([^"]+)"\)', text)]
    assert len(named) == 4
    for name, url in named:
        assert (STATIC / "css" / url).is_file(), f"{name} names {url}"


# Colours -------------------------------------------------------------------------------------------------------------


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))


def _themes() -> dict[str, dict[str, str]]:
    text = STYLES["tokens.css"]
    light = _tokens(text[text.index(":root {") : text.index("@media")])
    system = _tokens(re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\}', text, re.S).group(1))  # type: ignore[union-attr]
    chosen = _tokens(re.search(r':root\[data-theme="dark"\] \{(.*?)\}', text, re.S).group(1))  # type: ignore[union-attr]
    return {"light": light, "system dark": light | system, "chosen dark": light | chosen}


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


_READ = [
    *((ink, ground) for ink in ("ink", "ink-muted") for ground in ("paper", "surface", "sunken", "primary-tint")),
    *(("primary", ground) for ground in ("paper", "surface", "sunken", "primary-tint")),
    *((f"{state}-ink", ground) for state in ("good", "warn", "bad", "calm") for ground in (f"{state}-tint", "surface")),
    *(("ink", f"{state}-tint") for state in ("good", "warn", "bad", "calm")),
    *(("ink-muted", f"{state}-tint") for state in ("good", "warn", "calm")),
    ("primary-strong", "primary-tint"), ("on-primary", "primary"), ("on-primary", "primary-strong"),
    ("on-bar", "bar"), ("on-bar-muted", "bar"), ("danger", "surface"), ("on-danger", "danger"), ("bad-ink", "paper"),
    ("good-ink", "paper"),
]  # fmt: skip
_SEEN = [
    *(("line-strong", ground) for ground in ("surface", "paper")),
    *(("focus", ground) for ground in ("surface", "paper", "primary-tint")),
    *((f"{state}-line", f"{state}-tint") for state in ("good", "warn", "bad", "calm")),
    ("primary", "surface"), ("primary", "sunken"),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "system dark", "chosen dark"])
@pytest.mark.parametrize(
    ("front", "ground", "least"), [(*pair, 4.5) for pair in _READ] + [(*pair, 3.0) for pair in _SEEN]
)
def test_colours_reach_the_contrast_of_wcag_aa(theme: str, front: str, ground: str, least: float) -> None:
    tokens = _themes()[theme]
    found = _contrast(tokens[front], tokens[ground])
    assert found >= least, f"{theme}: {front} {tokens[front]} on {ground} {tokens[ground]} is {found:.2f}"


def test_contrast_agrees_with_the_published_definition() -> None:
    # WCAG 2.2: black on white is 21:1; #767676 is the lightest grey that reaches 4.5:1 on white.
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#767676", "#ffffff") >= 4.5 > _contrast("#777777", "#ffffff")


def test_the_chosen_dark_is_the_systems_dark() -> None:
    themes = _themes()
    assert themes["chosen dark"] == themes["system dark"]
    assert themes["chosen dark"]["paper"] != themes["light"]["paper"]


def test_every_custom_property_that_is_used_is_defined() -> None:
    everything = "".join(STYLES.values())
    defined = set(re.findall(r"(--[\w-]+)\s*:", everything))
    assert set(re.findall(r"var\((--[\w-]+)", everything)) <= defined


def test_thai_lines_are_high_enough_for_tone_marks() -> None:
    assert float(_themes()["light"]["leading"]) >= 1.7


# Templates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    html = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|<style\b|\son\w+\s*=(?!=)|javascript:|hx-on\b", html)
    assert not [tag for tag in re.findall(r"<script\b[^>]*>", html) if "src=" not in tag]
    assert not re.search(r"(?:src|href)=\"https?://", html)


def test_every_icon_that_a_macro_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', next(VENDOR.glob("lucide-*/icons.svg")).read_text("utf-8")))
    ours = [WEB / "templates" / "base.html", *(WEB / "templates" / "macros").glob("*.html")]
    source = "".join(path.read_text(encoding="utf-8") for path in ours)
    named = set(re.findall(r'icon\("([\w-]+)"', source)) | set(re.findall(r'"\w+": \("\w[\w-]*", "([\w-]+)"\)', source))
    assert len(named) > 20
    assert named <= sprite


def test_every_text_that_the_frame_names_exists_in_both_languages() -> None:
    ours = [WEB / "templates" / "base.html", *(WEB / "templates" / "macros").glob("*.html")]
    source = "".join(path.read_text(encoding="utf-8") for path in ours)
    named = set(re.findall(r'["\']shell\.(\w+[a-z0-9])["\']', source))
    verdicts = ("competent", "not_yet_competent", "not_enough_evidence")
    families = {
        "role_": ("candidate", "item_writer", "reviewer", "psychometrician", "administrator"),
        "coverage_": ("not_written", "none", "thin", "fair", "good"),
        "verdict_": verdicts,
        "verdict_long_": verdicts,
        "state_": verdicts,
    }
    assert len(named) > 40
    assert named | {prefix + end for prefix, ends in families.items() for end in ends} <= set(TEXTS)
    for key, text in TEXTS.items():
        fields = {language: set(re.findall(r"\{(\w+)\}", text[language])) for language in ("th", "en")}
        assert fields["th"] == fields["en"], key


def _environment(page: str) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([DictLoader({"page.html": page}), PackageLoader("web")]),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    install_rich_text(environment)
    return environment


def _frame(lang: str = "th", **extra: object) -> dict[str, object]:
    def text(key: str, **values: object) -> str:
        area, _, name = key.partition(".")
        pattern: str = {"shell": TEXTS, "answering": ANSWERING}[area][name][lang]
        return pattern.format(**values)

    return {
        "t": text, "lang": lang, "other_lang_url": "/?lang=en", "actor": None, "nav": [], "notices": [],
        "csrf_token": "token", "static": lambda path: f"/static/{path}?v=1",
    } | extra  # fmt: skip


def _rendered(body: str, imports: str = '{% import "macros/ui.html" as ui with context %}', **context: object) -> str:
    return _environment(imports + body).get_template("page.html").render(_frame(**context))  # type: ignore[arg-type]


def test_the_frame_of_a_stranger_has_no_navigation_and_names_its_language() -> None:
    html = _environment('{% extends "base.html" %}').get_template("page.html").render(_frame())
    assert '<html lang="th">' in html
    assert 'action="/sign-out"' not in html
    assert '<main id="main"' in html
    assert 'href="#main"' in html


def test_the_frame_of_a_person_names_the_person_and_the_roles() -> None:
    actor = {"display_name": "<b>สมชาย</b>", "roles": {"reviewer", "item_writer"}}
    html = _environment('{% extends "base.html" %}').get_template("page.html").render(_frame("en", actor=actor))
    assert "&lt;b&gt;สมชาย&lt;/b&gt;" in html
    assert "Item writer · Reviewer" in html
    assert 'action="/sign-out"' in html


def test_htmx_runs_without_eval_and_shows_errors() -> None:
    html = _environment('{% extends "base.html" %}').get_template("page.html").render(_frame())
    config = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", html).group(1))  # type: ignore[union-attr]
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert config["historyCacheSize"] == 0
    assert {"code": "[45]..", "swap": True, "error": True} in config["responseHandling"]


@pytest.mark.parametrize("state", [key.removeprefix("state_") for key in TEXTS if key.startswith("state_")])
def test_a_badge_says_its_state_in_words_and_with_an_icon(state: str) -> None:
    html = _rendered("{{ ui.badge(state) }}", state=state)
    assert TEXTS[f"state_{state}"]["th"] in html
    assert "#info" not in html, f"{state} has no look of its own"


@pytest.mark.parametrize(
    ("kind", "tone"), [("info", "info"), ("success", "good"), ("warning", "warn"), ("warn", "warn"), ("error", "bad")]
)
def test_a_notice_has_the_tone_of_its_kind(kind: str, tone: str) -> None:
    html = _rendered('{{ ui.notice("<b>", kind=kind) }}', kind=kind)
    assert f"notice-{tone}" in html
    assert "&lt;b&gt;" in html
    assert ('role="alert"' in html) is (tone == "bad")


def test_a_field_is_tied_to_its_hint_and_its_error() -> None:
    html = _rendered('{{ ui.field("stem", "Stem", "a<b", hint="One sentence", error="Missing") }}')
    assert 'for="stem"' in html
    assert 'aria-describedby="stem-hint stem-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'value="a&lt;b"' in html


def test_a_password_is_never_sent_back() -> None:
    html = _rendered('{{ ui.field("password", "Password", "secret", type="password") }}')
    assert "secret" not in html


_QUESTION = '{% import "macros/exam.html" as exam with context %}'


def test_a_live_question_shows_no_key_and_no_rationale() -> None:
    shown = shown_item(SINGLE, "single_choice")
    for mode in ("answer", "preview"):
        html = _rendered("{{ exam.item_preview(item, mode=mode) }}", _QUESTION, item=shown, mode=mode)
        assert "เหตุผล" not in html
        assert "checked" not in html
        assert "option-right" not in html
    review = _rendered('{{ exam.item_preview(item, mode="review") }}', _QUESTION, item=SINGLE)
    assert review.count("เหตุผล") == len(SINGLE.options)
    assert review.count("checked") == 1


def test_options_are_sent_as_their_places() -> None:
    shown, given = shown_item(SEVERAL, "multiple_choice"), Answer((2,))
    html = _rendered('{{ exam.item_preview(item, mode="answer", given=given) }}', _QUESTION, item=shown, given=given)
    assert re.findall(r'type="checkbox" name="answer" value="(\d)"( checked)?', html) == [
        ("0", ""), ("1", ""), ("2", " checked"), ("3", ""), ("4", ""),
    ]  # fmt: skip


def test_the_progress_band_marks_answered_least_and_most() -> None:
    html = _rendered("{{ exam.progress(6, 12, 30) }}", _QUESTION)
    assert 'width="20.0%"' in html
    assert 'x1="40.0%"' in html
    assert "least" not in _rendered("{{ exam.progress(6, 30, 30) }}", _QUESTION)


@pytest.mark.parametrize(("probability", "words"), [(0.999, "above 99%"), (0.001, "below 1%"), (0.956, "96%")])
def test_a_chance_never_claims_certainty(probability: float, words: str) -> None:
    imports = '{% import "macros/results.html" as results with context %}'
    assert words in _rendered("{{ results.chance(p) }}", imports, lang="en", p=probability)
