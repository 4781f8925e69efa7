"""The fields of a page's form, as a browser would send them."""

from __future__ import annotations

from html.parser import HTMLParser

#: What a browser sends of an attribute without value.
_ON = "on"


class _Reader(HTMLParser):
    """Collects the fields of one form by name, in their order."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._form, self._inside = form, False
        self._area, self._select, self._text = "", "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("id") == self._form
        if not self._inside:
            return
        if tag == "textarea":
            self._area, self._text = given["name"], ""
        if tag == "select":
            self._select = given["name"]
        if tag == "option" and self._select and "selected" in given:
            self._add(self._select, given["value"])
        sent = given.get("type") not in ("checkbox", "radio") or "checked" in given
        if tag == "input" and given.get("name") and sent:
            self._add(given["name"], given.get("value", _ON))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "textarea" and self._area:
            # The first line break after the tag belongs to the tag.
            self._add(self._area, self._text.removeprefix("\n"))
            self._area = ""
        if tag == "select":
            self._select = ""

    def _add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


def entered_form(page: str, form: str = "item-form") -> dict[str, list[str]]:
    """Give the fields of the form with this id."""
    reader = _Reader(form)
    reader.feed(page)
    return reader.fields
