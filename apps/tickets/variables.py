"""The variables of canned replies: a fixed, safe list; everything else in the text stays as it is."""

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.tickets.models import Ticket

VARIABLES = {
    "customer_name": gettext_lazy("the customer's name"),
    "ticket_number": gettext_lazy("the ticket's number"),
    "subject": gettext_lazy("the ticket's subject"),
    "department": gettext_lazy("the department"),
    "brand": gettext_lazy("the brand"),
    "agent_name": gettext_lazy("your display name"),
}
MISTAKES = 10  # so many are named at once
_VARIABLE = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")  # anything that a name could be
_BRACED = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}", re.DOTALL)
_LEFT_OPEN = re.compile(r"\{\{[^\n]{0,30}|[^\n]{0,30}\}\}")


def validate_variables(text: str) -> None:
    """Raises ValidationError where something in double braces is no variable, and for braces without their match."""
    unknown = dict.fromkeys(_unknown(text))
    left_open = dict.fromkeys(_LEFT_OPEN.findall(_BRACED.sub("\n", text)))
    texts = [*map(_mistake, list(unknown)[:MISTAKES]), *map(_left_open, left_open)][:MISTAKES]
    mistakes = [ValidationError(words, code="unknown_variable") for words in texts]
    if mistakes:
        raise ValidationError(mistakes)


def _unknown(text: str) -> list[str]:
    """What is in double braces and would be sent as it is written, with the braces."""
    found = [(braced[1].strip(), _VARIABLE.fullmatch(braced[0])) for braced in _BRACED.finditer(text)]
    return [name for name, variable in found if variable is None or variable[1] not in VARIABLES]


def _mistake(name: str) -> str:
    """What is wrong with a name that is not in the list, and what was probably meant."""
    if name.isidentifier() and (meant := get_close_matches(name.lower(), VARIABLES, n=1)):
        return _("There is no variable %(name)s. Did you mean %(meant)s?") % {
            "name": _written(name),
            "meant": _written(meant[0]),
        }
    return _("There is no variable %(names)s. Use %(known)s.") % {
        "names": _written(name),
        "known": ", ".join(map(_written, VARIABLES)),
    }


def _left_open(words: str) -> str:
    """What is wrong with double braces that are not closed, or were not opened."""
    return _("The braces of “%(text)s” have no match. Use %(known)s, or put a space between the braces.") % {
        "text": words.strip(),
        "known": ", ".join(map(_written, VARIABLES)),
    }


def _written(name: str) -> str:
    return f"{{{{{name[:60]}}}}}"


def fill_in(text: str, *, ticket: "Ticket", agent: "User") -> str:
    """`text` with its variables replaced by plain text of the ticket; what is put in is never read as a variable."""
    values = {
        "customer_name": ticket.customer_name,
        "ticket_number": ticket.number,
        "subject": ticket.subject,
        "department": ticket.department.name,
        "brand": ticket.brand.name,
        "agent_name": agent.get_full_name(),
    }
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
