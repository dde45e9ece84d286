"""How much customers may write, whichever way they write it."""

from apps.accounts.models import User
from apps.core.limits import is_over_limit

ANSWERS, ANSWER_SECONDS = 60, 600


def are_too_many_answers(*, by: User | None, network: str = "") -> bool:
    """Count one more message to a ticket, of a person, or of a network where nobody is signed in."""
    key = f"user-{by.pk}" if by else network
    return is_over_limit(name="ticket_reply", key=key, limit=ANSWERS, seconds=ANSWER_SECONDS)
