"""What the small requests of the ticket page are answered with."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from apps.tickets.errors import BadField, NotAllowed, TicketError

FOLDER = "admin/tickets/ticket"


def shown(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, parts: Iterable[str] = (), status: int = 200
) -> HttpResponse:
    """A piece of the page (`template`, or nothing) and `parts` that replace those of the same id."""
    full = {**context, "main": f"{FOLDER}/{template}.html" if template else "", "parts": _paths(parts)}
    return render(request, f"{FOLDER}/_answer.html", full, status=status)


def refusal(request: HttpRequest, error: TicketError) -> HttpResponse:
    """What cannot be done: as JSON for scripts that ask for it, else as the page's alert."""
    status = status_of(error)
    if wants_json(request):
        return JsonResponse(described(error), status=status)
    response = render(request, f"{FOLDER}/_problem.html", {"problem": str(error)}, status=status)
    response["HX-Retarget"] = "#ticket-problem"
    response["HX-Reswap"] = "innerHTML"
    return response


def described(error: TicketError) -> dict[str, Any]:
    """The error for scripts: its code, its text, and for typed things the text of each field."""
    return {
        "code": error.code,
        "error": str(error),
        "errors": error.errors if isinstance(error, BadField) else {},
    }


def status_of(error: TicketError) -> int:
    """422 for what was typed, 403 for what is not allowed, 409 for what does not fit the ticket any more."""
    return {BadField.code: 422, NotAllowed.code: 403}.get(error.code, 409)


def sent_to(address: str) -> HttpResponse:
    """Let the browser leave the page for another one of ours."""
    return HttpResponse(headers={"HX-Redirect": address})


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of the page sent the request, not a form."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _paths(parts: Iterable[str]) -> list[str]:
    return [f"{FOLDER}/_{part}.html" for part in parts]
