"""What Ninja's OpenAPI document does not say by itself: the problems each operation answers with."""

from typing import Any

from ninja.openapi.schema import OpenAPISchema

from apps.core.problems import MEDIA_TYPE, TITLES

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "Why a request was not carried out (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people."},
        "code": {"type": "string", "description": "A word for programs; it stays the same."},
        "errors": {
            "type": "object",
            "description": "What is wrong, by field; `body` is the whole.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
ALWAYS = (401, 403, 422, 429)
WITH_PATH = (404,)
WITH_BODY = (400, 409, 413, 415)


def with_problems(document: OpenAPISchema) -> OpenAPISchema:
    """The document, with the problems of each operation."""
    document["components"]["schemas"]["Problem"] = PROBLEM
    for path, methods in document["paths"].items():
        for operation in methods.values():
            statuses = (*ALWAYS, *(WITH_PATH if "{" in path else ()))
            statuses += WITH_BODY if "requestBody" in operation else ()
            for status in sorted(statuses):
                operation["responses"].setdefault(status, _response(status))
    return document


def _response(status: int) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if status == 401:
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}, "required": True}
    if status == 429:
        headers["Retry-After"] = {"schema": {"type": "string"}, "required": True}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": TITLES[status], "content": content} | ({"headers": headers} if headers else {})
