"""What goes wrong with tickets, as problem documents."""

from apps.core.problems import Problem
from apps.tickets.attachments import UPLOAD_SECONDS, FileRefused, TooManyUploads
from apps.tickets.errors import BadField, NotAllowed, TicketError


def as_problem(error: TicketError) -> Problem:
    """The problem of an error: 422 for what was sent, 403 for who sent it, 409 for what the ticket is like now."""
    detail = str(error)
    match error:
        case BadField():
            return Problem(422, error.code, errors={_field(name): [text] for name, text in error.errors.items()})
        case FileRefused():
            return Problem(413 if error.reason == "too_big" else 422, error.code, detail, errors={"file": [detail]})
        case TooManyUploads():
            return Problem(429, error.code, detail, headers={"Retry-After": str(UPLOAD_SECONDS)})
        case NotAllowed():
            return Problem(403, error.code, detail)
    return Problem(409, error.code, detail)


def _field(name: str) -> str:
    return name.replace("field_", "fields.", 1) if name.startswith("field_") else name
