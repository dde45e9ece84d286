"""Problem documents (RFC 9457): what the API answers when something is not done."""

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

MEDIA_TYPE = "application/problem+json"
API_PATH = "/api/"
TITLES = {int(status): status.phrase for status in HTTPStatus}
# What is said where nobody said more; the codes are part of the API.
COMMON: dict[int, tuple[str, str]] = {
    400: ("malformed", "The request could not be read."),
    401: ("unauthenticated", "Send a valid token: Authorization: Bearer desk_…"),
    403: ("forbidden", "The person of this token may not do this."),
    404: ("not_found", "There is nothing here that this token may see."),
    405: ("method_not_allowed", "This address does not know the method; the header Allow names those it knows."),
    408: ("too_slow", "The upload stalled."),
    409: ("conflict", "The request does not fit what is there now."),
    413: ("too_large", "This is more than the server accepts."),
    415: ("unsupported_media_type", "The body is of a type that this address does not read."),
    422: ("invalid", "Some of what was sent is missing or wrong."),
    429: ("too_many_requests", "Too many requests. Wait as long as the header Retry-After says."),
    500: ("internal", "Something went wrong here. It has been noted."),
    503: ("unavailable", "Not available just now. Try again later."),
}


class Problem(Exception):
    """The answer to a request that is not carried out.

    code: a word that stays the same, for programs; detail: a sentence for people, safe to show.
    errors: what is wrong, by field (`subject`, `fields.12`); the field is `body` for the whole.
    """

    def __init__(
        self,
        status: int,
        code: str = "",
        detail: str = "",
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        usual_code, usual_detail = COMMON.get(status, ("error", TITLES.get(status, "Error")))
        self.status = status
        self.code, self.detail = code or usual_code, detail or usual_detail
        self.errors, self.headers = errors, dict(headers or {})
        super().__init__(status, self.code)

    @property
    def document(self) -> dict[str, Any]:
        """The problem as RFC 9457 writes it, with `code` and perhaps `errors` beside."""
        document = {
            "type": f"urn:deskbridge:problem:{self.code}",
            "title": TITLES.get(self.status, "Error"),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        return document | (
            {"errors": {name: list(texts) for name, texts in self.errors.items()}} if self.errors else {}
        )

    def response(self) -> HttpResponse:
        """The problem as an answer that nobody keeps."""
        headers = {"Cache-Control": "no-store", **self.headers}
        return HttpResponse(json.dumps(self.document), MEDIA_TYPE, self.status, headers=headers)


class ProblemMiddleware:
    """Below `/api/`, whatever else refused a request (host names, methods, limits of the framework) is a problem too.

    Belongs first in the list, so that it sees the answers of all others.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(API_PATH) or response.status_code < 400:
            return response
        if response.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        kept = {name: response[name] for name in ("Allow", "Retry-After", "WWW-Authenticate") if name in response}
        return Problem(response.status_code, headers=kept).response()
