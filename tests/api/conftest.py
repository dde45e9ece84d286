"""Tokens and a caller of the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.accounts.token_models import Scope
from apps.accounts.tokens import create_token
from tests.conftest import PASSWORD
from tests.tickets.conftest import bob, dave, make_ticket, sales, ticket, workshop  # noqa: F401 - fixtures

EVERYTHING = list(Scope.values)


class Caller:
    """A program with a token, or without one."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.client = Client(headers={"authorization": f"Bearer {text}"} if text else {}, raise_request_exception=False)

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        answer = self.client.get(f"/api/v1{path}", query, headers=headers)
        if answer.streaming:
            answer.downloaded = b"".join(answer.streaming_content)
        return answer

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(f"/api/v1{path}", json.dumps(body), "application/json", headers=headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.patch(f"/api/v1{path}", json.dumps(body), "application/json", headers=headers)

    def upload(self, file: Any, **headers: str) -> Any:
        return self.client.post("/api/v1/attachments", {"file": file}, headers=headers)


def make_token(owner: User, *scopes: str, **changes: Any) -> str:
    """The text of a new token; with every scope, unless some are named."""
    name = changes.pop("name", f"Token {owner.api_tokens.count() + 1}")
    wanted = {"name": name, "scopes": list(scopes) or EVERYTHING, "password": PASSWORD, **changes}
    return create_token(owner=owner, **wanted)[1]


@pytest.fixture
def as_() -> Callable[..., Caller]:
    """`as_(carol)` calls the API with a token of hers, `as_()` without one."""
    made: dict[int, Caller] = {}

    def caller(owner: User | None = None, *scopes: str) -> Caller:
        if owner is None:
            return Caller()
        if scopes:
            return Caller(make_token(owner, *scopes))
        return made.setdefault(owner.pk, made.get(owner.pk) or Caller(make_token(owner)))

    return caller
