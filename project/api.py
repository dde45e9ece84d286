"""The API below `/api/v1/`: its operations live in the apps, what is common to all of them here."""

import json
import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from apps.accounts.api import router as departments
from apps.core.problems import Problem
from apps.tickets.api import ROUTERS as TICKETS
from apps.tickets.api import as_problem
from apps.tickets.errors import TicketError
from project.api_document import with_problems

logger = logging.getLogger(__name__)
DESCRIPTION = "Tickets, their messages and files, and departments. See docs/api.md."

MAX_JSON, MAX_NAMES = 2 * 1024 * 1024, 200
MAX_ERRORS = 20  # that are listed


class StrictParser(Parser):
    """Reads bodies of the announced type only, and no JSON that JSON does not know."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Problem(415, detail="Send application/json.")
        if len(request.body) > MAX_JSON:
            raise Problem(413)
        return json.loads(request.body, parse_constant=_refuse_constant, object_pairs_hook=_few_names)

    def parse_querydict(self, data: MultiValueDict, list_fields: list[str], request: HttpRequest) -> dict[str, Any]:
        if data is request.FILES and request.content_type != "multipart/form-data":
            raise Problem(415, detail="Send multipart/form-data.")
        return super().parse_querydict(data, list_fields, request)


class DeskAPI(NinjaAPI):
    """Ninja's API, with problem documents in its description too."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        return with_problems(super().get_openapi_schema(**kwargs))


def refuse_unknown_query(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse names after the question mark that the operation does not know: a misspelled filter must not show all."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    models = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    known = {name for model in models for name in model.__ninja_flatten_map__}

    def checked(request: HttpRequest, **values: Any) -> HttpResponse:
        if unknown := sorted(set(request.GET) - known):
            return Problem(422, errors={name: ["There is no such parameter."] for name in unknown}).response()
        return run(request, **values)

    return checked


api = DeskAPI(
    title="Deskbridge",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api-1",
    docs_url=None,  # its page needs scripts that our policy refuses
    parser=StrictParser(),
)
api.add_decorator(refuse_unknown_query, mode="view")
for router in (departments, *TICKETS):
    api.add_router("", router)


@csrf_exempt
def unknown_address(request: HttpRequest, address: str = "") -> HttpResponse:
    """What is no address of the API."""
    return Problem(404).response()


@api.exception_handler(Problem)
def answer_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    """What an operation says itself."""
    return problem.response()


@api.exception_handler(TicketError)
def answer_ticket_error(request: HttpRequest, error: TicketError) -> HttpResponse:
    """What cannot be done with a ticket."""
    return as_problem(error).response()


@api.exception_handler(ValidationError)
def answer_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the description of an operation, by field."""
    errors: dict[str, list[str]] = {}
    for one in error.errors[:MAX_ERRORS]:
        errors.setdefault(_field(one["loc"]), []).append(one["msg"])
    return Problem(422, errors=errors).response()


@api.exception_handler(HttpError)
def answer_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework refuses; it wraps what our parser raised."""
    cause = error.__cause__
    return (cause if isinstance(cause, Problem) else Problem(error.status_code)).response()


@api.exception_handler(Http404)
def answer_not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """What is not there, or not for this person: nobody can tell which."""
    return Problem(404).response()


@api.exception_handler(PermissionDenied)
def answer_forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    """What this person may see and not do."""
    return Problem(403).response()


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
def answer_unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    """Bodies that are too large, have too many parts, or cannot be read."""
    too_large = isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return Problem(413 if too_large else 400).response()


@api.exception_handler(Exception)
def answer_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Whatever nobody expected: it goes into the log, and nothing of it to the caller."""
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return Problem(500).response()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _few_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, before each name that is not known costs an error of its own."""
    if len(pairs) > MAX_NAMES:
        raise Problem(422, errors={"body": [f"An object has at most {MAX_NAMES} names."]})
    return dict(pairs)


def _field(location: tuple[Any, ...]) -> str:
    """`("body", "data", "fields", "12")` as `fields.12`."""
    source, *rest = (str(part) for part in location)
    if source == "body":
        rest = rest[1:]  # the name of our function's argument
    return ".".join(rest) or "body"
