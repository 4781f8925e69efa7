"""The OpenAPI document: sound in itself, complete, and true of the bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from pydantic import BaseModel

from api.problems import PROBLEM_MEDIA_TYPE
from api.schema import Sent, Shown
from tests.api.conftest import Service

Document = dict[str, Any]


_ASKED: list[Document] = []


@pytest.fixture
def document(service: Service) -> Document:
    """Asked for once: it is seconds of work, and tests only read it."""
    if not _ASKED:
        _ASKED.append(service.stranger().get("/openapi.json").json())
    return _ASKED[0]


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_document_is_sound(document: Document) -> None:
    OpenAPI.model_validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "/api/v1"}]
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    used = set(references(document))
    assert used == known, f"missing {used - known}, unused {known - used}"
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(document):
        declared = {found["name"] for found in operation.get("parameters", ()) if found["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path)), f"{method} {path}"


def test_every_operation_has_a_summary_a_description_a_tag_and_examples(document: Document) -> None:
    schemas = document["components"]["schemas"]
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        assert len(operation["tags"]) == 1, where
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        bodies += operation["responses"].values()
        for body in bodies:
            for content in body.get("content", {}).values():
                name = content["schema"]["$ref"].rsplit("/", 1)[1]
                assert schemas[name]["examples"], f"{where}: {name}"


def test_every_operation_documents_its_refusals(document: Document) -> None:
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        secured = operation.get("security") == [{"bearer": []}]
        assert secured == (not path.startswith("/problems") and (method, path) != ("post", "/sessions")), where
        for status in ("4XX", "5XX", *(("401",) if secured else ())):
            content = operation["responses"][status]["content"]
            assert list(content) == [PROBLEM_MEDIA_TYPE], where
        assert "422" not in operation["responses"], where


def bodies(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from bodies(model)


@pytest.mark.parametrize("model", [*bodies(Sent), *bodies(Shown)], ids=lambda model: model.__name__)
def test_every_example_is_one_that_the_body_allows(model: type[BaseModel]) -> None:
    extra = model.model_config.get("json_schema_extra")
    if not isinstance(extra, dict) or not model.__module__.startswith("api."):
        return
    for example in extra["examples"]:
        sent = json.dumps(example)
        found = model.model_validate_json(sent, by_alias=True, by_name=True, strict=False)
        assert set(example) <= set(model.model_fields), "an example names a field that does not exist"
        assert set(found.model_dump(mode="json")) >= set(example)


def test_no_page_of_documentation_loads_from_elsewhere(service: Service) -> None:
    for path in ("/docs", "/redoc"):
        assert service.stranger().get(path).status_code == 404
